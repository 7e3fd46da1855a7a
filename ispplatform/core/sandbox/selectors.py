"""What the sandbox bench shows of the clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise

from ispplatform.core.due import clock_targets, due_sources
from ispplatform.core.models.clock import ClockMove, ClockMoveState, ClockStop
from ispplatform.core.models.tenants import Tenant


@dataclass(frozen=True, kw_only=True, slots=True)
class NamedTarget:
    """An instant ahead that has a name."""

    key: str
    label: str | Promise
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class WhatRan:
    """What happened at one stop, in words.

    Args:
        jobs: what the due sources did, "Unpaid orders reminded of or expired: 3".
        events: what happened besides, "Invoice overdue: 3".
    """

    stop: ClockStop
    jobs: tuple[str, ...]
    events: tuple[str, ...]


def clock_move_running() -> ClockMove | None:
    """Return the move that is on its way, or None."""
    return ClockMove.objects.filter(state=ClockMoveState.RUNNING).first()


def clock_moves() -> Sequence[ClockMove]:
    """Return the last ten moves, newest first."""
    return list(ClockMove.objects.order_by("-id")[:10])


def clock_named_targets(tenant: Tenant, *, after: datetime) -> list[NamedTarget]:
    """Return the named instants that lie ahead, in the order of their slot."""
    found = []
    for target in clock_targets.items():
        at = target.when(tenant)
        if at is not None and at > after:
            found.append(NamedTarget(key=target.key, label=target.label, at=at))
    return found


def what_ran(move: ClockMove) -> list[WhatRan]:
    """Return the stops of a move at which something happened or went wrong, in order."""
    shown = []
    for stop in move.stops.all():
        jobs, events = tuple(_source_lines(stop)), tuple(_event_lines(stop))
        if jobs or events or stop.trouble or stop.finished_at is None:
            shown.append(WhatRan(stop=stop, jobs=jobs, events=events))
    return shown


def _source_lines(stop: ClockStop) -> list[str]:
    labels = {source.key: source.label for source in due_sources.items()}
    return [f"{labels.get(key, key)}: {count}" for key, count in sorted(stop.ran.items())]


def _event_lines(stop: ClockStop) -> list[str]:
    words = [
        (name.partition(".")[2].replace("_", " ").capitalize(), count)
        for name, count in sorted(stop.happened.items())
    ]
    return [f"{text}: {count}" if count > 1 else text for text, count in words]
