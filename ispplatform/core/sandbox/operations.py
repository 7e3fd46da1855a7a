"""The kind of operation that carries a move of the clock, one leg after the other."""

from datetime import timedelta

from ispplatform.core.actors import Actor
from ispplatform.core.backoff import Backoff
from ispplatform.core.clock import system_now
from ispplatform.core.errors import ProviderRejected
from ispplatform.core.http import Deadline
from ispplatform.core.models.clock import ClockMove, ClockMoveState
from ispplatform.core.models.operations import Operation
from ispplatform.core.models.tenants import Tenant
from ispplatform.core.operations import Guarantee, OperationCall, OperationKind, Receipt
from ispplatform.core.operations.claiming import owned
from ispplatform.core.operations.errors import LeaseLost
from ispplatform.core.sandbox.clock import (
    clock_leg_start,
    clock_movable_check,
    clock_move_end,
)
from ispplatform.core.sandbox.errors import NotASandbox
from ispplatform.core.sandbox.moving import MOVE, move_on

LEG_SECONDS = 15.0  # after this no further stop is begun; the next operation goes on
RENEW_SECONDS = 5.0


class ClockMoveKind(OperationKind):
    """Carries the business clock on for some seconds.

    Each stop that is done is kept at once, so repeating it does nothing twice. It renews its lease
    while it works: a worker that dies is followed by another within a minute.
    """

    name = MOVE
    label = "Move the clock"
    guarantee = Guarantee.CONVERGENT
    in_order = True
    call_deadline_seconds = 25.0
    lease_seconds = 55.0
    visibility_delay_seconds = 0.0
    backoff = Backoff(first_seconds=2, factor=2, cap_seconds=30)
    is_urgent = False

    def is_still_wanted(self, operation: Operation) -> bool:
        return _move_of(operation).state == ClockMoveState.RUNNING

    def call(self, call: OperationCall) -> Receipt:
        move = _move_of(call.operation)
        try:
            clock_movable_check(Tenant.objects.get(pk=move.tenant_id))
        except NotASandbox as refusal:
            raise ProviderRejected(refusal.message) from refusal
        heartbeat = _Heartbeat(call.operation, lease_seconds=self.lease_seconds)
        arrived = move_on(move, deadline=Deadline.after(LEG_SECONDS), heartbeat=heartbeat.beat)
        return Receipt(reference=str(move.standing_at), data={"arrived": arrived})

    def settle(self, operation: Operation, receipt: Receipt) -> None:
        move = ClockMove.objects.select_for_update().get(pk=operation.params["move_id"])
        if move.state != ClockMoveState.RUNNING:
            return
        if receipt.data.get("arrived") and move.standing_at == move.target:
            clock_move_end(move, ClockMoveState.ARRIVED)
        else:
            move.legs += 1
            move.save(update_fields=["legs"])
            clock_leg_start(move, actor=Actor.system(MOVE))

    def refused(self, operation: Operation, error: ProviderRejected) -> None:
        move = _move_of(operation)
        if move.state == ClockMoveState.RUNNING:
            clock_move_end(move, ClockMoveState.STOPPED)


class _Heartbeat:
    """Keeps the lease of an operation that works longer than a call, as long as it is alive."""

    def __init__(self, operation: Operation, *, lease_seconds: float) -> None:
        self.operation = operation
        self.lease = timedelta(seconds=lease_seconds)
        self.pause = Deadline.after(RENEW_SECONDS)

    def beat(self) -> None:
        """Renew the lease when it is time.

        Raises:
            LeaseLost: another worker carries the move on.
        """
        if not self.pause.is_over:
            return
        self.pause = Deadline.after(RENEW_SECONDS)
        until = system_now() + self.lease
        if not owned(self.operation).update(lease_until=until, queue_after=until):
            raise LeaseLost(str(self.operation.pk))


def _move_of(operation: Operation) -> ClockMove:
    return ClockMove.objects.get(pk=operation.params["move_id"])
