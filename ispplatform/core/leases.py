"""Leases in the database: two beats, two sweeps or two migrations of a file harm nobody.

A lease is taken by a conditional UPDATE whose row count decides, so it works alike on SQLite and
PostgreSQL. A holder that died loses it when its time is over.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps

from django.db.models import Q

from ispplatform.core.clock import monotonic_seconds, system_now
from ispplatform.core.ids import uuid7
from ispplatform.core.models.leases import Lease

SILENT_AFTER_SECONDS = 900  # desk: red after 15 minutes
_begun = monotonic_seconds()


def lease_acquire(
    name: str, *, holder: str, hold_seconds: float, not_within_seconds: float = 0
) -> bool:
    """Take or renew the lease ``name`` for ``holder`` and tell whether that worked.

    Args:
        hold_seconds: after this time anyone may take it.
        not_within_seconds: refuse as long as the duty was last done this recently.
    """
    now = system_now()
    Lease.objects.get_or_create(name=name)
    free = Q(held_until=None) | Q(held_until__lte=now) | Q(holder=holder)
    rested = Q(done_at=None) | Q(done_at__lte=now - timedelta(seconds=not_within_seconds))
    taken = Lease.objects.filter(free, rested, name=name).update(
        holder=holder, held_until=now + timedelta(seconds=hold_seconds)
    )
    return taken == 1


def lease_release(name: str, *, holder: str, done: bool) -> None:
    """Give the lease back if ``holder`` still has it; ``done`` notes the time of the duty."""
    change: dict[str, object] = {"holder": "", "held_until": None}
    if done:
        change["done_at"] = system_now()
    Lease.objects.filter(name=name, holder=holder).update(**change)


@contextmanager
def periodic_duty(name: str, *, every_seconds: float, hold_seconds: float) -> Iterator[bool]:
    """Yield whether this process is to do the duty ``name`` now.

    No when another process is at it, or when it was done less than nine tenths of
    ``every_seconds`` ago: two beats may send the same sweep, and it runs once. A duty that raises
    is not noted as done.
    """
    holder = str(uuid7())
    mine = lease_acquire(
        name, holder=holder, hold_seconds=hold_seconds, not_within_seconds=every_seconds * 0.9
    )
    done = False
    try:
        yield mine
        done = True
    finally:
        if mine:
            lease_release(name, holder=holder, done=done)


@dataclass(frozen=True, slots=True)
class Duty:
    """Something that beat has done at an interval, somewhere in the installation.

    Attributes:
        hold_seconds: so long the duty rests when whoever was at it is killed.
    """

    name: str
    every_seconds: float
    hold_seconds: float


_duties: dict[str, Duty] = {}


def duty(
    name: str, *, every_seconds: float, hold_seconds: float
) -> Callable[[Callable[[], object]], Callable[[], None]]:
    """Make a task's function a periodic duty; health watches each of them by its interval.

    Place it below ``shared_task``. See ``periodic_duty``.

    Raises:
        ValueError: the name is taken.
    """
    if name in _duties:
        raise ValueError(f"There are two duties called {name}.")
    _duties[name] = Duty(name, every_seconds, hold_seconds)

    def decorate(function: Callable[[], object]) -> Callable[[], None]:
        @wraps(function)
        def run() -> None:
            own = _duties[name]
            with periodic_duty(
                name, every_seconds=own.every_seconds, hold_seconds=own.hold_seconds
            ) as mine:
                if mine:
                    function()

        return run

    return decorate


def duties() -> list[Duty]:
    """Return every duty of this release, by name."""
    return [_duties[name] for name in sorted(_duties)]


def duties_done() -> dict[str, datetime]:
    """Return when each duty was last done, in real time, by name; one query."""
    rows = Lease.objects.values_list("name", "done_at")
    return {name: done_at for name, done_at in rows if done_at is not None}


def duties_overdue(
    *, grace_seconds: float, done: Mapping[str, datetime] | None = None
) -> dict[str, str]:
    """Return the duties that were not done for long, by name, each with a sentence.

    Long is 15 minutes or three intervals, whichever is more, whether nobody does the duty or it
    fails every time. One that was never done counts from the start of this process.

    Args:
        grace_seconds: so long after its start this process blames nobody: all begins at once.
        done: what ``duties_done`` gave; None asks for it, with one query.
    """
    uptime_seconds = monotonic_seconds() - _begun
    if uptime_seconds < grace_seconds:
        return {}
    done = duties_done() if done is None else done
    now = system_now()
    overdue = {}
    for one in duties():
        done_at = done.get(one.name)
        age_seconds = uptime_seconds if done_at is None else (now - done_at).total_seconds()
        if age_seconds > max(SILENT_AFTER_SECONDS, 3 * one.every_seconds):
            what = "never done" if done_at is None else "not done"
            overdue[one.name] = f"It was {what} for {age_seconds / 60:.0f} minutes."
    return overdue


def duty_done_at(name: str) -> datetime | None:
    """Return when the duty was last done, in real time; None when never."""
    return Lease.objects.filter(name=name).values_list("done_at", flat=True).first()
