"""Matters that a colleague took and will not settle any more."""

from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from ispplatform.core.actors import Actor
from ispplatform.core.audit import AuditRecord, audit_many
from ispplatform.core.clock import system_now
from ispplatform.core.held_work import HELD_WORK, Colleague, HeldWork
from ispplatform.core.models.attention import AttentionItem
from ispplatform.core.subjects import subject_of


def matters_taken_by(user_id: UUID) -> QuerySet[AttentionItem]:
    """Return the open matters that a person looks after."""
    return AttentionItem.objects.filter(taken_by_id=str(user_id), resolved_at=None)


def matters_hand_over(actor: Actor, user_id: UUID, to: Colleague | None) -> int:
    """Give a person's open matters to a colleague, or back to everybody; return how many."""
    rows = list(matters_taken_by(user_id).order_by("pk"))
    taker = to.label[:200] if to else ""
    matters_taken_by(user_id).update(
        taken_by=taker,
        taken_by_id=str(to.id) if to else "",
        taken_at=system_now() if to else None,
    )
    audit_many(
        [
            AuditRecord(
                act="core.attention_hand_over",
                actor=actor,
                subject=subject_of(row),
                before={"taken_by": row.taken_by},
                after={"taken_by": taker},
                customer_id=row.customer_id,
            )
            for row in rows
        ]
    )
    return len(rows)


HELD_WORK.fill(
    HeldWork(
        key="matters",
        label=_("Matters that need a person"),
        count=lambda user_id: matters_taken_by(user_id).count(),
        hand_over=matters_hand_over,
    ),
    order=10,
)
