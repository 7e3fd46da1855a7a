"""Taking a retry back, while nothing of it has left the house."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.dateparse import parse_datetime

from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.clock import system_now
from ispplatform.core.errors import NotFound
from ispplatform.core.models.operations import Operation, OperationState
from ispplatform.core.operations.attention import operation_attention_open
from ispplatform.core.operations.decisions import RETRY, operation_given_up, operation_retry
from ispplatform.core.operations.errors import OperationNotPossible
from ispplatform.core.operations.kinds import kinds
from ispplatform.core.subjects import subject_of

LEFT_ALREADY = "It is on its way already, or was decided otherwise."


def operation_retry_kept(*, actor: Actor, operation: Operation, reason: str) -> dict[str, Any]:
    """Try an operation again, and return what ``operation_retry_undo`` needs, as plain values.

    Raises:
        NotPermitted, NotFound, OperationNotPossible, OperationNotWanted, OperationMayHaveBeenSent.
    """
    kept = {
        "state": operation.state,
        "attempt_limit": operation.attempt_limit,
        "next_attempt_at": operation.next_attempt_at.isoformat(),
    }
    tried = operation_retry(actor=actor, operation_id=operation.pk, reason=reason)
    return {**kept, "now": str(tried.pk), "attempt": tried.attempt, "state_now": tried.state}


def operation_retry_undo(
    *, actor: Actor, operation_id: UUID, kept: Mapping[str, Any], reason: str
) -> None:
    """Put an operation back as it was before it was tried again, unless a worker took it.

    One that was started anew for a refused one is cancelled, and the refused one stands before a
    person again.

    Args:
        kept: what ``operation_retry_kept`` returned.

    Raises:
        NotPermitted, NotFound.
        OperationNotPossible: it is on its way already.
    """
    actor.require(RETRY)
    with transaction.atomic():
        rows = Operation.objects.select_for_update()
        row = rows.filter(pk=operation_id).first()
        if row is None:
            raise NotFound("There is no such operation.")
        if not is_untouched(Operation.objects.filter(pk=kept["now"]).first(), kept):
            raise OperationNotPossible(LEFT_ALREADY)
        if row.state == OperationState.REJECTED:
            operation_given_up(actor=actor, operation_id=UUID(kept["now"]), reason=reason)
        else:
            _put_back(row, kept)
        if row.state in (OperationState.REJECTED, OperationState.NEEDS_PERSON):
            operation_attention_open(kinds.get(row.kind), row)
        audit(
            "core.operation_retry_undo",
            actor=actor,
            subject=subject_of(row),
            reason=reason,
            after={"state": row.state},
            customer_id=row.customer_id,
        )


def is_untouched(tried: Operation | None, kept: Mapping[str, Any]) -> bool:
    """Tell whether nobody has begun with the operation since it was tried again."""
    return (
        tried is not None and tried.state == kept["state_now"] and tried.attempt == kept["attempt"]
    )


def _put_back(row: Operation, kept: Mapping[str, Any]) -> None:
    due = parse_datetime(kept["next_attempt_at"]) or system_now()
    change = {
        "state": OperationState(kept["state"]),
        "attempt_limit": kept["attempt_limit"],
        "next_attempt_at": due,
        "queue_after": due,
    }
    untouched = Operation.objects.filter(pk=row.pk, attempt=row.attempt, state=row.state)
    if not untouched.update(**change):
        raise OperationNotPossible(LEFT_ALREADY)
    for name, value in change.items():
        setattr(row, name, value)
