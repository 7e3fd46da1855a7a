"""The two clocks. No other module reads the time; a test proves it.

``system_now`` is real time: leases, backoff, tokens, sessions, limits, audit, ``created_at``.
``business_now`` decides periods, due dates, dunning, expiry and price versions; only a sandbox
tenant may move it, and only forward.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo


class HasBusinessTime(Protocol):
    """What a tenant tells about its time."""

    time_zone: str
    clock_offset_seconds: int
    clock_held_at: datetime | None


_behind: ContextVar[timedelta] = ContextVar("clock_behind", default=timedelta())


def system_now() -> datetime:
    """Return real time, aware, in UTC."""
    return datetime.now(UTC) - _behind.get()


@contextmanager
def writing_history() -> Iterator[Callable[[datetime], None]]:
    """Let this process live in the past inside the ``with`` block, to write a made-up history.

    For the loader of the demo company only (docs/adr/0081): both clocks follow, so that rows,
    events and the audit trail all tell the same story. No other process notices.

    Yields:
        A function that sets the time to an aware instant. The time runs on from there; it never
        goes back, nor beyond the present.
    """
    token = _behind.set(timedelta())
    last: datetime | None = None

    def go_to(at: datetime) -> None:
        nonlocal last
        if last is not None and at < last:
            raise ValueError(f"History goes forward: {at} is before {last}.")
        behind = max(datetime.now(UTC) - at, timedelta())
        _behind.set(behind if last is None else min(behind, _behind.get()))
        last = at

    try:
        yield go_to
    finally:
        _behind.reset(token)


def monotonic_seconds() -> float:
    """Return a reading for measuring durations; it has no meaning as a time."""
    return time.monotonic()


def business_now(tenant: HasBusinessTime) -> datetime:
    """Return the tenant's business time, aware, in UTC.

    Equal to real time, except in a sandbox tenant whose clock was moved: ahead by its offset, or
    standing at ``clock_held_at`` while a move is being carried out.
    """
    if tenant.clock_held_at is not None:
        return tenant.clock_held_at
    return system_now() + timedelta(seconds=tenant.clock_offset_seconds)


def business_today(tenant: HasBusinessTime) -> date:
    """Return the tenant's calendar day in the tenant's own time zone."""
    return business_now(tenant).astimezone(ZoneInfo(tenant.time_zone)).date()
