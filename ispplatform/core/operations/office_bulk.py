"""Operations in bulk: try many again, and take that back."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ispplatform.core.actors import Actor
from ispplatform.core.bulk import BULK_ACTS, BulkAct, Done, Terms, Undo
from ispplatform.core.bulk.acts import Reasons, Rows
from ispplatform.core.models.attention import AttentionItem
from ispplatform.core.models.operations import WAITING_STATES, Operation, OperationState
from ispplatform.core.money import Money
from ispplatform.core.operations.decisions import RETRY, only_a_person_knows, tried_again
from ispplatform.core.operations.kinds import kinds
from ispplatform.core.operations.untrying import (
    LEFT_ALREADY,
    is_untouched,
    operation_retry_kept,
    operation_retry_undo,
)

BEFORE_A_PERSON = (OperationState.NEEDS_PERSON, OperationState.REJECTED)


def _rows(ids: Collection[UUID]) -> QuerySet[Operation]:
    again = tried_again().filter(retry_of=OuterRef("pk"))
    return Operation.objects.filter(pk__in=ids).annotate(was_tried_again=Exists(again))


def _refusals(rows: Rows, terms: Terms) -> Reasons:
    return {row.pk: reason for row in rows if (reason := _refusal(row))}


def _refusal(row: Any) -> str:
    if row.state not in BEFORE_A_PERSON:
        if row.state in (*WAITING_STATES, OperationState.RUNNING):
            return gettext("It goes on by itself.")
        return gettext("It is over.")
    if row.was_tried_again:
        return gettext("It was tried again already.")
    kind = kinds.known(row.kind)
    if kind is None:
        return gettext("This release does not know it.")
    is_open_question = row.state == OperationState.NEEDS_PERSON and row.sent_at is not None
    if is_open_question and row.receipt is None and only_a_person_knows(kind):
        return gettext("Only somebody who looks at the provider knows whether it took place.")
    return ""


def _stakes(rows: Rows) -> Mapping[UUID, Money]:
    items = AttentionItem.objects.filter(
        subject_id__in=[row.pk for row in rows], resolved_at=None, money_at_stake__isnull=False
    )
    return {item.subject_id: Money(item.money_at_stake, item.currency) for item in items}


def _retry(actor: Actor, row: Operation, terms: Terms) -> Done:
    kept = operation_retry_kept(actor=actor, operation=row, reason=terms.reason)
    return Done(sentence=gettext("It is being tried again."), memory=kept)


def _undo_refusals(rows: Rows, memories: Mapping[UUID, Mapping[str, Any]]) -> Reasons:
    tried = Operation.objects.in_bulk([kept["now"] for kept in memories.values()])
    return {
        row.pk: LEFT_ALREADY
        for row in rows
        if not is_untouched(tried.get(UUID(memories[row.pk]["now"])), memories[row.pk])
    }


def _undo(actor: Actor, row: Operation, kept: Mapping[str, Any], terms: Terms) -> str:
    reason = terms.reason or gettext("The retry was taken back.")
    operation_retry_undo(actor=actor, operation_id=row.pk, kept=kept, reason=reason)
    return gettext("It stands before a person again; nothing was sent.")


def _name(row: Operation) -> str:
    return f"{kinds.label_of(row.kind)}: {row.subject_label}"


BULK_ACTS.fill(
    BulkAct(
        name="core.operations_retry",
        model="core.operation",
        label=_("Try again"),
        permission=RETRY,
        see="operations:read",
        run=_retry,
        rows=_rows,
        refusals=_refusals,
        stakes=_stakes,
        name_of=_name,
        explanation=_("Each is tried again now; what may have been sent is looked up first."),
        undo=Undo(
            run=_undo,
            refusals=_undo_refusals,
            explanation=_(
                "What no worker has begun yet stands before a person again. What is on its way "
                "already goes on."
            ),
        ),
    )
)
