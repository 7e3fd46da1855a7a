"""How many requests a principal has left in the present window."""

import logging
import re
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import BaseCache, cache
from django.core.cache.backends.locmem import LocMemCache

from ispplatform.core.clock import monotonic_seconds, system_now

logger = logging.getLogger(__name__)

SANDBOX_FACTOR = 10
_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}
_RATE = re.compile(r"([1-9][0-9]*)/(second|minute|hour|day)")
_LOG_EVERY_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Limit:
    """``count`` requests in a window of ``seconds``."""

    count: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a request was told: its limit, what is left, when the window ends (epoch seconds)."""

    limit: int
    remaining: int
    reset_at_seconds: int
    allowed: bool

    @property
    def headers(self) -> dict[str, str]:
        """The three headers that every answer of the API carries."""
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Reset": str(self.reset_at_seconds),
        }


def limit_of(scope: str, *, is_sandbox: bool) -> Limit:
    """Return the limit of a scope of ``settings.API_LIMITS`` (``"100/minute"``).

    Raises:
        KeyError: no such scope.
        ValueError: the setting is not of the form count/unit.
    """
    text = settings.API_LIMITS[scope]
    matched = _RATE.fullmatch(text)
    if matched is None:
        raise ValueError(f"API_LIMITS[{scope!r}] = {text!r} is not of the form 100/minute.")
    factor = SANDBOX_FACTOR if is_sandbox else 1
    return Limit(int(matched[1]) * factor, _SECONDS[matched[2]])


def count_request(scope: str, identity: str, limit: Limit) -> Verdict:
    """Count one request of ``identity`` and tell whether it is within the limit.

    Windows are fixed and aligned to the clock. While the shared cache is out of reach each
    process counts for itself: looser, never open.
    """
    now = int(system_now().timestamp())
    window = now // limit.seconds
    key = f"limit:{scope}:{identity}:{window}"
    try:
        used = _increment(cache, key, limit.seconds)
    except Exception as exc:  # whichever cache back end is configured raises errors of its own
        _complain(exc)
        used = _increment(_own_counters, key, limit.seconds)
    return Verdict(
        limit=limit.count,
        remaining=max(0, limit.count - used),
        reset_at_seconds=(window + 1) * limit.seconds,
        allowed=used <= limit.count,
    )


def _increment(store: BaseCache, key: str, seconds: int) -> int:
    for _ in range(3):
        try:
            return store.incr(key)
        except ValueError:  # the key is not there yet, or its window just ended
            if store.add(key, 1, timeout=seconds + 5):
                return 1
    return store.incr(key)


_own_counters = LocMemCache("limits", {"timeout": 3600})
_complained_at = [float("-inf")]


def _complain(exc: Exception) -> None:
    now = monotonic_seconds()
    if now - _complained_at[0] >= _LOG_EVERY_SECONDS:
        _complained_at[0] = now
        logger.error("The shared cache is out of reach: limits count per process.", exc_info=exc)
