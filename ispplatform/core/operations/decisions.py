"""What staff decide about operations: try again, cancel, take over, dismiss.

Looking after one and putting it aside for a while is done in the list of what needs a person.
"""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.clock import system_now
from ispplatform.core.errors import InvalidInput, NotFound, ProviderRejected
from ispplatform.core.models.attention import AttentionItem
from ispplatform.core.models.operations import WAITING_STATES, Operation, OperationState
from ispplatform.core.operations.attention import operation_attention_settled
from ispplatform.core.operations.errors import (
    OperationMayHaveBeenSent,
    OperationNotPossible,
    OperationNotWanted,
)
from ispplatform.core.operations.kinds import Guarantee, OperationKind, Receipt, kinds
from ispplatform.core.operations.services import operation_start
from ispplatform.core.operations.settling import write_refusal, write_success
from ispplatform.core.operations.tasks import run_operation
from ispplatform.core.subjects import Subject, subject_of
from ispplatform.core.tasks import enqueue_on_commit

MANAGE = "operations:manage"
RETRY = "operations:retry"


def operation_retry(
    *, actor: Actor, operation_id: UUID, reason: str = "", is_known_undone: bool = False
) -> Operation:
    """Try an operation again now, with all attempts anew.

    What may have been sent is looked up first. A refused one is started anew under a new key, as
    the old key got a definite no.

    Args:
        is_known_undone: the person has seen at the provider that nothing took place; needed for
            what no look-up can tell.

    Returns:
        The operation, or the new one that stands for a refused one.

    Raises:
        NotPermitted: no ``operations:retry``, or no ``operations:manage`` to say that nothing took
            place.
        NotFound.
        OperationNotPossible: it is done, cancelled, running, or was retried already.
        OperationNotWanted: it was refused, and what it was for is not to be had any more.
        OperationMayHaveBeenSent: only a person can tell, and ``is_known_undone`` is not said.
    """
    actor.require(RETRY)
    if is_known_undone:
        actor.require(MANAGE)
    with transaction.atomic():
        row = _locked(operation_id)
        if row.state == OperationState.REJECTED:
            return _start_anew(actor, row, reason)
        if row.state not in WAITING_STATES:
            raise OperationNotPossible(f"It is {row.get_state_display().lower()}.")
        kind = kinds.get(row.kind)
        if is_known_undone:
            if not reason.strip():
                raise InvalidInput("Say how you know that nothing took place.", field="reason")
        elif row.sent_at is not None and row.receipt is None and only_a_person_knows(kind):
            raise OperationMayHaveBeenSent("Look at the provider first: it may have taken place.")
        now = system_now()
        undone = {"sent_at": None, "first_sent_at": None, "accepted_at": None}
        change: dict[str, Any] = undone if is_known_undone else {}
        _write(
            row,
            state=OperationState.PENDING if is_known_undone else _state_before_a_try(row),
            attempt_limit=row.attempt + kind.max_attempts,
            next_attempt_at=now,
            queue_after=now,
            **change,
        )
        operation_attention_settled(row, f"Tried again by {actor.label}.")
        _audit("core.operation_retry", actor, row, reason, {"is_known_undone": is_known_undone})
        enqueue_on_commit(run_operation, row.tenant_id, row.pk)
    return row


def operations_retry_waiting(*, actor: Actor, subject_ids: Iterable[UUID], reason: str) -> int:
    """Try everything again that stands before staff about these subjects, in one transaction.

    What only a person can find out stays where it is, and so does what is not wanted any more.

    Returns:
        How many operations were started again.

    Raises:
        NotPermitted: no ``operations:retry``.
        OperationNotPossible: a worker has just taken one.
    """
    waiting = (OperationState.NEEDS_PERSON, OperationState.REJECTED)
    shown = AttentionItem.objects.filter(resolved_at=None).values("subject_id")
    rows = Operation.objects.filter(
        subject_id__in=list(subject_ids), state__in=waiting, pk__in=shown
    ).exclude(pk__in=tried_again().values("retry_of"))
    count = 0
    with transaction.atomic():
        for row in rows.order_by("pk"):
            if row.state == OperationState.REJECTED or not only_a_person_knows(kinds.get(row.kind)):
                count += _retried(actor, row, reason)
    return count


def _retried(actor: Actor, row: Operation, reason: str) -> bool:
    try:
        with transaction.atomic():
            operation_retry(actor=actor, operation_id=row.pk, reason=reason)
    except OperationNotWanted:
        return False
    return True


def operation_cancel(*, actor: Actor, operation_id: UUID, reason: str) -> Operation:
    """Give up an operation of which nothing can have been sent.

    Raises:
        NotPermitted, NotFound.
        InvalidInput: no reason.
        OperationMayHaveBeenSent: a request may have reached the provider.
        OperationNotPossible: it is running or over.
    """
    actor.require(MANAGE)
    return operation_given_up(actor=actor, operation_id=operation_id, reason=reason)


def operation_given_up(*, actor: Actor, operation_id: UUID, reason: str) -> Operation:
    """Do what ``operation_cancel`` does, for callers that know what the actor may do.

    Raises:
        NotFound, InvalidInput, OperationMayHaveBeenSent, OperationNotPossible.
    """
    _need_reason(reason)
    with transaction.atomic():
        row = _locked(operation_id)
        if row.state not in WAITING_STATES:
            raise OperationNotPossible(f"It is {row.get_state_display().lower()}.")
        if row.sent_at is not None or row.receipt is not None:
            raise OperationMayHaveBeenSent("It may have taken place: look it up, or take it over.")
        _write(
            row,
            state=OperationState.CANCELLED,
            finished_at=system_now(),
            settled_by_label=actor.label[:200],
        )
        operation_attention_settled(row, reason)
        kinds.get(row.kind).cancelled(row)
        _audit("core.operation_cancel", actor, row, reason)
    return row


def operation_take_over(
    *,
    actor: Actor,
    operation_id: UUID,
    succeeded: bool,
    reason: str,
    reference: str = "",
    data: Mapping[str, Any] | None = None,
) -> Operation:
    """Settle an operation by hand, after looking at (or acting at) the provider.

    A worker that is still at it loses the row: what it brings later is dropped.

    Args:
        succeeded: whether the effect took place; else it counts as refused.
        reference, data: the receipt, as the kind's ``settle`` wants it.

    Raises:
        NotPermitted, NotFound.
        InvalidInput: no reason.
        OperationNotPossible: it is settled already.
    """
    actor.require(MANAGE)
    _need_reason(reason)
    with transaction.atomic():
        row = _locked(operation_id)
        if row.state not in (*WAITING_STATES, OperationState.RUNNING):
            raise OperationNotPossible(f"It is {row.get_state_display().lower()}.")
        kind = kinds.get(row.kind)
        rows = Operation.objects.filter(pk=row.pk, attempt=row.attempt)
        by_hand: dict[str, Any] = {
            "attempt": row.attempt + 1,
            "settled_by_label": actor.label[:200],
        }
        operation_attention_settled(row, reason)
        if succeeded:
            receipt = Receipt(reference=reference, data=data or {})
            write_success(kind, row, receipt, rows, **by_hand)
        else:
            error = ProviderRejected(f"Settled by hand: {reason}")
            write_refusal(kind, row, error, rows, **by_hand)
        _audit("core.operation_take_over", actor, row, reason, {"succeeded": succeeded})
    return row


def operation_dismiss(*, actor: Actor, operation_id: UUID, reason: str) -> Operation:
    """Take a refused operation off the list of what needs a person: it was dealt with otherwise.

    Raises:
        NotPermitted, NotFound, InvalidInput.
        OperationNotPossible: it was not refused.
    """
    actor.require(MANAGE)
    _need_reason(reason)
    with transaction.atomic():
        row = _locked(operation_id)
        if row.state != OperationState.REJECTED:
            raise OperationNotPossible("Only a refused operation can be dismissed.")
        _write(row, settled_by_label=actor.label[:200])
        operation_attention_settled(row, reason)
        _audit("core.operation_dismiss", actor, row, reason)
    return row


def _state_before_a_try(row: Operation) -> OperationState:
    """Return what is known of a row that is about to be tried again."""
    if row.sent_at is None:
        return OperationState.PENDING
    return OperationState.UNKNOWN if row.accepted_at is None else OperationState.ACCEPTED


def only_a_person_knows(kind: OperationKind) -> bool:
    """Tell whether no look-up can find out what became of a request of this kind."""
    return kind.guarantee is Guarantee.MANUAL or (
        kind.guarantee is Guarantee.GUARDED
        and not kind.can_find
        and kind.natural_guard_seconds is not None
    )


def tried_again() -> QuerySet[Operation]:
    """Return the operations that stand for refused ones; those that were cancelled do not."""
    rows = Operation.objects.filter(retry_of__isnull=False)
    return rows.exclude(state=OperationState.CANCELLED)


def _start_anew(actor: Actor, refused: Operation, reason: str) -> Operation:
    if tried_again().filter(retry_of=refused).exists():
        raise OperationNotPossible("It was tried again already.")
    stem, _, number = refused.key.partition("~")
    cancelled = refused.retries.count()  # each has used up a key
    new = operation_start(
        kind=refused.kind,
        key=f"{stem}~{int(number or 1) + 1 + cancelled}",
        subject=Subject(
            type=refused.subject_type, id=refused.subject_id, label=refused.subject_label
        ),
        actor=actor,
        params=refused.params,
        connection=refused.connection,
        customer_id=refused.customer_id,
    )
    _write(new, retry_of=refused)
    kinds.get(new.kind).restarted(new)  # its rows are locked before those of the list
    operation_attention_settled(refused, f"Tried again by {actor.label}.")
    _audit("core.operation_retry", actor, refused, reason, {"started_anew_as": new.pk})
    return new


def _locked(operation_id: UUID) -> Operation:
    row = Operation.objects.select_for_update().filter(pk=operation_id).first()
    if row is None:
        raise NotFound("There is no such operation.")
    return row


def _write(row: Operation, **change: Any) -> None:
    """Change the row unless the engine took it meanwhile. Raises OperationNotPossible."""
    unchanged = Operation.objects.filter(pk=row.pk, attempt=row.attempt, state=row.state)
    if not unchanged.update(**change):
        raise OperationNotPossible("It has just been taken by a worker.")
    for name, value in change.items():
        setattr(row, name, value)


def _need_reason(reason: str) -> None:
    if not reason.strip():
        raise InvalidInput("Say why.", field="reason")


def _audit(
    act: str,
    actor: Actor,
    row: Operation,
    reason: str,
    after: Mapping[str, Any] | None = None,
) -> None:
    audit(
        act,
        actor=actor,
        subject=subject_of(row),
        reason=reason,
        after={"state": row.state, **(after or {})},
        customer_id=row.customer_id,
    )
