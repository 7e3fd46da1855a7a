"""How long log-ins last, and what portal IDs look like."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.rules.portal_ids import is_portal_id, new_portal_id
from accounts.rules.session_times import idle_seconds, session_expiry

DAY = 86_400
BEGAN = datetime(2026, 3, 1, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "channel", "is_remembered", "seconds"),
    [
        ("staff", "browser", False, 8 * 3600),
        ("staff", "browser", True, 8 * 3600),
        ("staff", "api", False, 14 * DAY),
        ("portal", "browser", False, DAY),
        ("portal", "browser", True, 30 * DAY),
        ("portal", "api", True, 30 * DAY),
    ],
)
def test_idle_time_by_side_and_channel(
    kind: str, channel: str, is_remembered: bool, seconds: int
) -> None:
    assert idle_seconds(kind=kind, channel=channel, is_remembered=is_remembered) == seconds


@pytest.mark.parametrize(
    ("kind", "channel", "idle", "after", "ends_after"),
    [
        ("staff", "browser", 8 * 3600, timedelta(hours=1), timedelta(hours=9)),
        ("staff", "browser", 8 * 3600, timedelta(hours=15), timedelta(hours=16)),
        ("portal", "browser", 30 * DAY, timedelta(days=10), timedelta(days=40)),
        ("portal", "browser", 30 * DAY, timedelta(days=80), timedelta(days=90)),
        ("staff", "api", 14 * DAY, timedelta(days=89), timedelta(days=90)),
    ],
)
def test_use_moves_the_end_up_to_a_limit(
    kind: str, channel: str, idle: int, after: timedelta, ends_after: timedelta
) -> None:
    ends_at = session_expiry(
        now=BEGAN + after, began_at=BEGAN, idle_seconds=idle, kind=kind, channel=channel
    )

    assert ends_at == BEGAN + ends_after


def test_portal_ids_are_three_letters_and_five_digits() -> None:
    made = {new_portal_id() for _ in range(500)}

    assert all(is_portal_id(text) for text in made)
    assert not any(set(text) & set("IOQ") for text in made)
    assert len(made) > 490


@pytest.mark.parametrize("text", ["", "ABC1234", "ABC123456", "abc12345", "AB112345", "ABC12345\n"])
def test_other_forms_are_no_portal_ids(text: str) -> None:
    assert not is_portal_id(text)
