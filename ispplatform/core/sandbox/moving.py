"""Walking a sandbox company's business clock from stop to stop, doing at each what is due there.

Everything is kept in rows: a worker that is killed leaves the clock standing at a stop, and the
next one does what is still due there and goes on.
"""

import logging
import time
from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Max

from ispplatform.core.borders import pass_on
from ispplatform.core.clock import system_now
from ispplatform.core.due import DueSource, due_sources, earliest
from ispplatform.core.http import Deadline
from ispplatform.core.models.clock import ClockMove, ClockMoveState, ClockStop
from ispplatform.core.models.events import DeliveryState, EventDelivery, OutboxEvent
from ispplatform.core.models.operations import Operation, OperationState
from ispplatform.core.models.tenants import Tenant
from ispplatform.core.sandbox.errors import ClockNotMoving
from ispplatform.core.tenancy.lookup import forget_tenant_on_commit
from ispplatform.core.testing import run_until_quiet

logger = logging.getLogger(__name__)

MOVE = "core.clock_move"  # name of the kind of operation that carries a move
ROUNDS_MAX = 25
OTHERS_SECONDS = 30.0  # how long a stop waits for what other workers are at
LOOK_AGAIN_SECONDS = 0.05


def move_on(move: ClockMove, *, deadline: Deadline, heartbeat: Callable[[], None]) -> bool:
    """Carry the move on until it arrives or the deadline is over; at least one stop is done.

    Args:
        heartbeat: called often; raises when this worker has lost the move to another.

    Returns:
        Whether the clock stands at its target with everything done there.
    """
    while True:
        heartbeat()
        tenant = Tenant.objects.get(pk=move.tenant_id)
        _do_what_is_due(move, tenant, heartbeat)
        if move.standing_at == move.target:
            return True
        clock_stand_at(move, next_stop(move, tenant))
        if deadline.is_over:
            return False


def next_stop(move: ClockMove, tenant: Tenant) -> datetime:
    """Return the next instant of the move at which something falls due, else its target."""
    instants = (source.next_due(tenant, move.standing_at) for source in due_sources.items())
    found = earliest(*(at for at in instants if at is not None and at > move.standing_at))
    return min(found, move.target) if found is not None else move.target


def clock_stand_at(move: ClockMove, at: datetime) -> None:
    """Set the company's business clock to stand at ``at``.

    Raises:
        ClockNotMoving: the move was ended, or another worker has carried it further.
    """
    with transaction.atomic():
        mine = ClockMove.objects.filter(
            pk=move.pk, state=ClockMoveState.RUNNING, standing_at=move.standing_at
        )
        if not mine.update(standing_at=at):
            raise ClockNotMoving("The move is not where this worker left it.")
        tenant_clock_set(move, held_at=at, offset_seconds=None)
    move.standing_at = at


def clock_let_run(move: ClockMove) -> None:
    """Let the clock run on from where it stands; call it in the transaction that ends the move."""
    ahead = (move.standing_at - system_now()).total_seconds()
    whole_seconds = max(0, -int(-ahead // 1))  # rounded up: it never goes back
    tenant_clock_set(move, held_at=None, offset_seconds=whole_seconds)


def tenant_clock_set(
    move: ClockMove, *, held_at: datetime | None, offset_seconds: int | None
) -> None:
    """Write the clock of the move's company; every process sees it once this has committed."""
    change: dict[str, object] = {"clock_held_at": held_at}
    if offset_seconds is not None:
        change["clock_offset_seconds"] = offset_seconds
    Tenant.objects.filter(pk=move.tenant_id).update(**change)
    forget_tenant_on_commit(Tenant.objects.get(pk=move.tenant_id))


def _do_what_is_due(move: ClockMove, tenant: Tenant, heartbeat: Callable[[], None]) -> None:
    stop, _ = ClockStop.objects.get_or_create(
        move=move, at=move.standing_at, defaults={"events_after": _last_position()}
    )
    if stop.finished_at is not None:
        return
    for _ in range(ROUNDS_MAX):
        done = sum(_run(source, tenant, stop, heartbeat) for source in due_sources.items())
        run_until_quiet(after_each=heartbeat)
        _wait_for_others(heartbeat)
        if not done and not run_until_quiet(after_each=heartbeat):
            break
    else:
        stop.trouble += f"Work was still found after {ROUNDS_MAX} rounds.\n"
    events = OutboxEvent.objects.filter(position__gt=stop.events_after).order_by()
    counts = events.values("name").annotate(count=Count("pk")).values_list("name", "count")
    stop.happened = dict(sorted(counts))
    stop.finished_at = system_now()
    stop.save(update_fields=["ran", "happened", "trouble", "finished_at"])


def _run(source: DueSource, tenant: Tenant, stop: ClockStop, heartbeat: Callable[[], None]) -> int:
    heartbeat()
    try:
        done = source.run_due(tenant)
    except Exception as exc:  # the border of an app's job: the clock goes on, and this is shown
        pass_on(exc)
        logger.exception("%s failed while the clock of %s moved.", source.key, tenant.slug)
        sentence = f"{source.label}: {exc}"
        if sentence not in stop.trouble:
            stop.trouble += f"{sentence}\n"
        return 0
    if done:
        stop.ran[source.key] = stop.ran.get(source.key, 0) + done
    return done


def _last_position() -> int:
    return OutboxEvent.objects.aggregate(last=Max("position"))["last"] or 0


def _wait_for_others(heartbeat: Callable[[], None]) -> None:
    """Wait a while until no other worker is at this company's work."""
    patience = Deadline.after(OTHERS_SECONDS)
    while _others_are_at_work() and not patience.is_over:
        heartbeat()
        time.sleep(LOOK_AGAIN_SECONDS)


def _others_are_at_work() -> bool:
    now = system_now()
    operations = Operation.objects.filter(state=OperationState.RUNNING, lease_until__gt=now)
    deliveries = EventDelivery.objects.filter(state=DeliveryState.RUNNING, lease_until__gt=now)
    return operations.exclude(kind=MOVE).exists() or deliveries.exists()
