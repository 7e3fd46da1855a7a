"""How long a log-in lasts."""

from datetime import datetime, timedelta

from accounts.choices import SessionChannel, SessionKind

HOUR_SECONDS = 3600
DAY_SECONDS = 86_400
TOUCH_SECONDS = 60  # use is written down at most this often

# (kind, channel): seconds without use after which the log-in ends.
_IDLE_SECONDS = {
    (SessionKind.STAFF, SessionChannel.BROWSER): 8 * HOUR_SECONDS,
    (SessionKind.STAFF, SessionChannel.API): 14 * DAY_SECONDS,
    (SessionKind.PORTAL, SessionChannel.BROWSER): DAY_SECONDS,
    (SessionKind.PORTAL, SessionChannel.API): 14 * DAY_SECONDS,
    (SessionKind.STAFF, SessionChannel.OAUTH): 14 * DAY_SECONDS,
    (SessionKind.PORTAL, SessionChannel.OAUTH): 14 * DAY_SECONDS,
}
_REMEMBERED_SECONDS = 30 * DAY_SECONDS
_LONGEST = timedelta(days=90)
_LONGEST_STAFF_BROWSER = timedelta(hours=16)


def idle_seconds(*, kind: str, channel: str, is_remembered: bool) -> int:
    """Return after how many seconds without use a log-in ends; only customers are remembered."""
    if is_remembered and kind == SessionKind.PORTAL:
        return _REMEMBERED_SECONDS
    return _IDLE_SECONDS[SessionKind(kind), SessionChannel(channel)]


def session_expiry(
    *, now: datetime, began_at: datetime, idle_seconds: int, kind: str, channel: str
) -> datetime:
    """Return when a log-in used ``now`` ends unless it is used again.

    However busy it is, it ends 90 days after it began; a staff member's browser after 16 hours.
    """
    in_a_staff_browser = kind == SessionKind.STAFF and channel == SessionChannel.BROWSER
    longest = _LONGEST_STAFF_BROWSER if in_a_staff_browser else _LONGEST
    return min(now + timedelta(seconds=idle_seconds), began_at + longest)
