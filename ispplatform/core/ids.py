"""Identifiers of rows and requests."""

import os
import threading
import time
import uuid

_TICKS_PER_MILLISECOND = 1 << 12
_CLOCK_STEP_BACK_TICKS = 10_000 * _TICKS_PER_MILLISECOND

_lock = threading.Lock()
_last_tick = 0


def uuid7() -> uuid.UUID:
    """Return a UUID that sorts after every other one that this process made before.

    Its leading 48 bits are the time in milliseconds, the next 12 the fraction of that millisecond,
    the rest random. Indexes grow at their end, and a cursor over ``id`` follows creation: strictly
    in one process, to the microsecond or so between processes. The time is only an ordering aid:
    nothing decides by it. A clock that was set back by more than ten seconds is followed.

    Source: RFC 9562 s. 5.7, s. 6.2 method 3.
    """
    tick = _next_tick()
    value = (tick // _TICKS_PER_MILLISECOND & (1 << 48) - 1) << 80
    value |= 0x7 << 76
    value |= tick % _TICKS_PER_MILLISECOND << 64
    value |= 0b10 << 62
    value |= int.from_bytes(os.urandom(8), "big") >> 2
    return uuid.UUID(int=value)


def _use_own_lock() -> None:
    """Let a forked process never wait for a lock that a thread of its parent held."""
    global _lock
    _lock = threading.Lock()


os.register_at_fork(after_in_child=_use_own_lock)


def _next_tick() -> int:
    global _last_tick
    now = time.time_ns() * _TICKS_PER_MILLISECOND // 1_000_000
    with _lock:
        if now <= _last_tick < now + _CLOCK_STEP_BACK_TICKS:
            now = _last_tick + 1
        _last_tick = now
    return now
