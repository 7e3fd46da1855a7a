"""``audit()``: one line in the trail, in the transaction of the act."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import transaction

from ispplatform.core.actors import Actor
from ispplatform.core.audit.digests import new_salt, plain, values_digest
from ispplatform.core.models.audit import AuditEntry, AuditValues, DigestForm
from ispplatform.core.request_ids import current_request_id, reference_of
from ispplatform.core.subjects import Subject


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditRecord:
    """One act of several that are recorded together; the fields are those of ``audit``."""

    act: str
    actor: Actor
    subject: Subject
    reason: str = ""
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    customer_id: UUID | None = None


def audit(
    act: str,
    *,
    actor: Actor,
    subject: Subject,
    reason: str = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    customer_id: UUID | None = None,
) -> AuditEntry:
    """Record an act; call it inside the transaction that performs the act.

    Args:
        act: ``app.subject_verb``, for example ``billing.invoice_void``.
        reason: why, in the actor's words; at most 500 characters are kept.
        before: the values that changed, as they were; never a secret.
        after: the same values, as they are now.
        customer_id: the customer on whose timeline the entry appears.

    Raises:
        TransactionManagementError: no transaction is open: the act could happen without its entry.
    """
    record = AuditRecord(
        act=act,
        actor=actor,
        subject=subject,
        reason=reason,
        before=before or {},
        after=after or {},
        customer_id=customer_id,
    )
    return audit_many([record])[0]


def audit_many(records: Sequence[AuditRecord]) -> list[AuditEntry]:
    """Record several acts, in their order; two statements for each hundred or so.

    Raises:
        TransactionManagementError: no transaction is open.
    """
    if not transaction.get_connection().in_atomic_block:
        acts = sorted({record.act for record in records})
        raise transaction.TransactionManagementError(f"audit({acts}) outside a transaction.")
    pairs = [_rows(record) for record in records]
    entries = AuditEntry.objects.bulk_create([entry for entry, _ in pairs])
    AuditValues.objects.bulk_create([values for _, values in pairs])
    return entries


def _rows(record: AuditRecord) -> tuple[AuditEntry, AuditValues]:
    actor, subject = record.actor, record.subject
    entry = AuditEntry(
        act=record.act,
        actor_type=actor.type,
        actor_id=actor.id,
        subject_type=subject.type,
        subject_id=subject.id,
        customer_id=record.customer_id,
        request_id=current_request_id(),
        reference=reference_of(current_request_id()),
        digest_form=DigestForm.VALUES_AND_WORDS,
    )
    values = AuditValues(
        entry=entry,
        salt=new_salt(),
        actor_label=actor.label[:200],
        on_behalf_of=actor.on_behalf_of[:200],
        subject_label=subject.label[:200],
        reason=record.reason[:500],
        before=plain(record.before),
        after=plain(record.after),
    )
    entry.values_digest = values_digest(values, form=entry.digest_form)
    return entry, values
