"""Deciding to move a sandbox company's business clock, and to end a move on its way."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.clock import business_now, system_now
from ispplatform.core.errors import InvalidInput
from ispplatform.core.events import publish
from ispplatform.core.models.clock import ClockMove, ClockMoveState
from ispplatform.core.models.connections import ProviderConnection
from ispplatform.core.models.operations import WAITING_STATES, Operation, OperationState
from ispplatform.core.models.tenants import Tenant
from ispplatform.core.operations import operation_start
from ispplatform.core.sandbox.errors import ClockIsMoving, ClockNotMoving, NotASandbox
from ispplatform.core.sandbox.events import ClockMoved
from ispplatform.core.sandbox.moving import MOVE, clock_let_run, tenant_clock_set
from ispplatform.core.sandbox.services import MANAGE
from ispplatform.core.subjects import subject_of

LONGEST_MOVE = timedelta(days=400)


def clock_advance(*, actor: Actor, tenant: Tenant, to: datetime) -> ClockMove:
    """Start moving the tenant's business clock forward to ``to``.

    The clock stands still at once. Operations carry it from stop to stop; at each, everything that
    falls due is done before it goes on. Follow it by the returned row.

    Args:
        to: aware business time, at most 400 days ahead.

    Raises:
        NotPermitted.
        NotASandbox: the company is live, or one of its active connections is real.
        InvalidInput: ``to`` is not ahead, or too far.
        ClockIsMoving: a move is on its way.
    """
    actor.require(MANAGE)
    with transaction.atomic():
        company = Tenant.objects.select_for_update().get(pk=tenant.pk)
        clock_movable_check(company)
        now = business_now(company)
        if to <= now:
            raise InvalidInput("The clock moves forward only.", field="to")
        if to - now > LONGEST_MOVE:
            raise InvalidInput(f"Move at most {LONGEST_MOVE.days} days at once.", field="to")
        move = _move_row(now, to, actor)
        tenant_clock_set(move, held_at=now, offset_seconds=None)
        audit(
            "core.clock_advance",
            actor=actor,
            subject=subject_of(company),
            before={"business_time": now},
            after={"business_time": to},
        )
        clock_leg_start(move, actor=actor)
    return move


def clock_stop(*, actor: Actor, tenant: Tenant) -> ClockMove:
    """End the tenant's move where it stands; the clock runs on from there.

    Raises:
        NotPermitted.
        ClockNotMoving: no move is on its way.
    """
    actor.require(MANAGE)
    with transaction.atomic():
        company = Tenant.objects.select_for_update().get(pk=tenant.pk)
        move = ClockMove.objects.select_for_update().filter(state=ClockMoveState.RUNNING).first()
        if move is None:
            raise ClockNotMoving("The clock is not moving.")
        clock_move_end(move, ClockMoveState.STOPPED)
        audit(
            "core.clock_stop",
            actor=actor,
            subject=subject_of(company),
            before={"business_time": move.target},
            after={"business_time": move.standing_at},
        )
    return move


def clock_movable_check(tenant: Tenant) -> None:
    """Return when nothing of the tenant is real.

    Raises:
        NotASandbox: it is live, or one of its active connections is.
    """
    if not tenant.is_sandbox:
        raise NotASandbox(f"{tenant.name} is live: its clock is the world's.")
    real = ProviderConnection.objects.filter(is_active=True, is_sandbox=False).first()
    if real is not None:
        raise NotASandbox(f"{real.name} is real: switch it off before you move the clock.")


def clock_leg_start(move: ClockMove, *, actor: Actor) -> Operation:
    """Start the operation that carries the move's present leg, in the caller's transaction."""
    return operation_start(
        kind=MOVE,
        key=f"{move.pk}:{move.legs}",
        subject=subject_of(move),
        actor=actor,
        params={"move_id": move.pk},
    )


def clock_move_end(move: ClockMove, state: ClockMoveState) -> None:
    """End the move in the caller's transaction: the clock runs on, and an event tells it.

    Raises:
        ClockNotMoving: somebody else has ended it.
    """
    running = ClockMove.objects.filter(pk=move.pk, state=ClockMoveState.RUNNING)
    if not running.update(state=state, finished_at=system_now()):
        raise ClockNotMoving("This move is over.")
    move.refresh_from_db()
    clock_let_run(move)
    if state == ClockMoveState.STOPPED:
        rows = Operation.objects.filter(kind=MOVE, subject_id=move.pk, state__in=WAITING_STATES)
        rows.update(state=OperationState.CANCELLED, finished_at=system_now())
    publish(
        ClockMoved(move_id=move.pk, started_from=move.started_from, arrived_at=move.standing_at),
        subject=subject_of(move),
    )


def _move_row(now: datetime, to: datetime, actor: Actor) -> ClockMove:
    try:
        with transaction.atomic():
            return ClockMove.objects.create(
                started_from=now, target=to, standing_at=now, made_by=actor.label[:200]
            )
    except IntegrityError as exc:
        raise ClockIsMoving("The clock is on its way already.") from exc
