"""Erasing the words of audit entries: who did what to what, and when, stays by ids."""

from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet

from ispplatform.core.actors import Actor
from ispplatform.core.audit.record import audit
from ispplatform.core.clock import system_now
from ispplatform.core.models.audit import AuditEntry, AuditValues
from ispplatform.core.models.permits import PurgePermit
from ispplatform.core.subjects import subject_of

PERMIT_FOR = timedelta(minutes=10)
CHUNK = 500


def audit_erase(*, actor: Actor, entries: QuerySet[AuditEntry], reason: str) -> int:
    """Empty the words and values of entries; their seals stay whole, and the entries as they are.

    Inside one transaction, under a permit that ends with it.

    Returns:
        How many entries were emptied; those that were empty before do not count.
    """
    with transaction.atomic():
        keys = list(entries.exclude(values__salt="").values_list("pk", flat=True))
        if not keys:
            return 0
        permit = PurgePermit.objects.create(
            reason=reason, actor_label=actor.label[:200], expires_at=system_now() + PERMIT_FOR
        )
        for start in range(0, len(keys), CHUNK):
            AuditValues.objects.filter(entry_id__in=keys[start : start + CHUNK]).update(
                salt="",
                actor_label="",
                on_behalf_of="",
                subject_label="",
                reason="",
                before={},
                after={},
            )
        permit.expires_at = system_now()
        permit.save(update_fields=["expires_at"])
        audit(
            "core.audit_erase",
            actor=actor,
            subject=subject_of(permit),
            reason=reason,
            after={"entries": len(keys)},
        )
    return len(keys)
