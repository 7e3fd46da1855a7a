"""Taking an operation for one worker: a conditional UPDATE whose row count decides."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from ispplatform.core.clock import system_now
from ispplatform.core.models.operations import (
    OPEN_STATES,
    RESTING_STATES,
    Operation,
    OperationState,
)
from ispplatform.core.operations import failpoints
from ispplatform.core.operations.circuit import circuit_admit, circuit_give_back
from ispplatform.core.operations.errors import LeaseLost
from ispplatform.core.operations.kinds import kinds
from ispplatform.core.switches.conditions import is_paused
from ispplatform.core.switches.installation import installation_is_confirmed
from ispplatform.core.tenancy.context import across_tenants

REQUEUE = timedelta(seconds=60)


def operation_claim(operation_id: UUID) -> Operation | None:
    """Take the operation for this worker.

    Returns:
        The row with its new ``attempt`` and, as they were before, ``sent_at`` and ``receipt``;
        None when it is not due, not in turn, paused, or somebody else's.
    """
    row = Operation.objects.select_related("connection").filter(pk=operation_id).first()
    if row is None or row.state not in OPEN_STATES or not installation_is_confirmed():
        return None
    kind = kinds.known(row.kind)
    if kind is None or not circuit_admit(row.connection):
        return None
    lease_until = system_now() + timedelta(seconds=kind.lease_seconds)
    taken = (
        Operation.objects.filter(
            is_free(system_now()), is_in_turn(), pk=row.pk, attempt=row.attempt
        )
        .exclude(is_paused())
        .update(
            state=OperationState.RUNNING,
            attempt=F("attempt") + 1,
            lease_until=lease_until,
            queue_after=lease_until,
        )
    )
    if not taken:
        circuit_give_back(row.connection)
        return None
    row.state, row.attempt, row.lease_until = OperationState.RUNNING, row.attempt + 1, lease_until
    failpoints.hit("claimed")
    return row


def operation_mark_sent(row: Operation) -> None:
    """Commit that a request may leave from now on.

    Raises:
        LeaseLost: the claim is not this worker's any more, or its lease is over.
    """
    now = system_now()
    first = row.first_sent_at or now
    with transaction.atomic(durable=True):
        rows = owned(row).filter(lease_until__gt=now)
        marked = rows.update(sent_at=now, first_sent_at=first, accepted_at=row.accepted_at)
    if not marked:
        raise LeaseLost(str(row.pk))
    row.sent_at, row.first_sent_at = now, first
    failpoints.hit("sent_marked")


def owned(row: Operation) -> QuerySet[Operation]:
    """Return the queryset that matches the row only while this attempt owns it."""
    return Operation.objects.filter(pk=row.pk, state=OperationState.RUNNING, attempt=row.attempt)


def is_free(now: datetime) -> Q:
    """Return the condition that nobody is at it and its time has come."""
    return Q(state__in=RESTING_STATES, next_attempt_at__lte=now) | Q(
        state=OperationState.RUNNING, lease_until__lte=now
    )


def is_in_turn() -> Q:
    """Return the condition that no earlier operation of its lane is open."""
    earlier = Operation.objects.filter(
        tenant_id=OuterRef("tenant_id"),
        subject_type=OuterRef("subject_type"),
        subject_id=OuterRef("subject_id"),
        in_order=True,
        lane_sequence__lt=OuterRef("lane_sequence"),
        state__in=OPEN_STATES,
    )
    return Q(in_order=False) | ~Q(Exists(earlier))


def circuit_is_open(now: datetime) -> Q:
    """Return the condition that its connection is being left alone."""
    return Q(connection__circuit_open_until__gt=now)


def operations_due() -> list[UUID]:
    """Return the operations of the tenant in force that could be claimed now, oldest first."""
    if not installation_is_confirmed():
        return []
    now = system_now()
    due = Operation.objects.filter(is_free(now), is_in_turn(), kind__in=_known_kinds())
    due = due.exclude(is_paused()).exclude(circuit_is_open(now))
    return list(due.order_by("id").values_list("pk", flat=True)[:200])


def operations_take_for_queueing(*, limit: int = 200) -> list[tuple[UUID, UUID]]:
    """Return (tenant id, operation id) of rows that no message is on the way for, and note it."""
    if not installation_is_confirmed():
        return []
    now = system_now()
    with across_tenants("the sweep finds operations whose message was lost"):
        waiting = Operation.objects.filter(
            is_free(now), is_in_turn(), queue_after__lte=now, kind__in=_known_kinds()
        )
        waiting = waiting.exclude(is_paused()).exclude(circuit_is_open(now))
        found = list(waiting.order_by("queue_after").values_list("tenant_id", "pk")[:limit])
        Operation.objects.filter(pk__in=[pk for _, pk in found]).update(queue_after=now + REQUEUE)
    return found


def _known_kinds() -> list[str]:
    return [kind.name for kind in kinds.all()]
