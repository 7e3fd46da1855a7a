"""Chaining the audit trail in batches, and proving that the chain is whole."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction

from ispplatform.core.audit.digests import seal_digest, values_digest
from ispplatform.core.models.audit import AuditEntry, AuditSeal, AuditSealedEntry, DigestForm

BATCH_ROWS = 500  # keeps the write transaction well under 50 ms


@dataclass(frozen=True, slots=True)
class ChainReport:
    """What a check of the chain found.

    Args:
        seals_count: seals read.
        entries_count: sealed entries read.
        breaks: one sentence for each thing that does not fit; empty when the chain is whole.
    """

    seals_count: int
    entries_count: int
    breaks: list[str]


def audit_seal(*, limit: int = BATCH_ROWS) -> AuditSeal | None:
    """Seal up to ``limit`` of the tenant's entries that no seal holds yet, oldest first.

    Two sealers at once are harmless: the second fails on the seal's number or an entry's place.

    Returns:
        The new seal, or None when every entry is sealed.
    """
    with transaction.atomic():
        unsealed = AuditEntry.objects.filter(sealed__isnull=True).select_related("values")
        entries = list(unsealed.order_by("id")[:limit])
        if not entries:
            return None
        last = AuditSeal.objects.order_by("-number").first()
        previous = last.digest if last else ""
        seal = AuditSeal.objects.create(
            number=last.number + 1 if last else 1,
            entries_count=len(entries),
            previous_digest=previous,
            digest=seal_digest(previous=previous, entries=map(sealed_fields, entries)),
        )
        AuditSealedEntry.objects.bulk_create(
            AuditSealedEntry(seal=seal, entry=entry, position=position)
            for position, entry in enumerate(entries)
        )
    return seal


def chain_check() -> ChainReport:
    """Read the tenant's whole chain again and report every break."""
    breaks: list[str] = []
    previous, number, entries_count = "", 0, 0
    for seal in AuditSeal.objects.order_by("number").iterator():
        number += 1
        if seal.number != number:
            breaks.append(f"Seal {number} is missing before seal {seal.number}.")
            number = seal.number
        places = AuditSealedEntry.objects.filter(seal=seal).order_by("position")
        entries = [place.entry for place in places.select_related("entry", "entry__values")]
        entries_count += len(entries)
        if seal.previous_digest != previous:
            breaks.append(f"Seal {seal.number} does not follow the seal before it.")
        if seal.digest != seal_digest(previous=previous, entries=map(sealed_fields, entries)):
            breaks.append(f"Seal {seal.number} does not fit its entries.")
        breaks.extend(_changed_values(entries))
        previous = seal.digest
    return ChainReport(seals_count=number, entries_count=entries_count, breaks=breaks)


def sealed_fields(entry: AuditEntry) -> list[str]:
    """Return the fields of an entry that its seal vouches for, as text; read ``values`` along."""
    actor = [entry.actor_type, entry.actor_id]
    subject = [entry.subject_type, str(entry.subject_id)]
    customer_id = str(entry.customer_id or "")
    if entry.digest_form == DigestForm.VALUES:
        actor += [entry.actor_label, entry.on_behalf_of]
        subject += [entry.subject_label]
        rest = [customer_id, entry.reason, entry.request_id, entry.values_digest]
    else:
        rest = [customer_id, entry.request_id, str(entry.digest_form), entry.values_digest]
    return [str(entry.id), entry.created_at.isoformat(), entry.act, *actor, *subject, *rest]


def _changed_values(entries: Iterable[AuditEntry]) -> list[str]:
    """Values that were erased (salt gone too) are no break; values that differ are."""
    return [
        f"The values of entry {entry.pk} were changed."
        for entry in entries
        if entry.values.salt
        and entry.values_digest != values_digest(entry.values, form=entry.digest_form)
    ]
