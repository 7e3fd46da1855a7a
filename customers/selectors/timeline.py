"""What happened to a customer, from the audit trail, in sentences."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet

from customers.models import Customer
from customers.rules.timeline import TimelineFacts, plain_sentence
from customers.slots import timeline_sentences
from ispplatform.core.actors import Actor
from ispplatform.core.models import AuditEntry


def customer_timeline(customer: Customer, *, actor: Actor) -> QuerySet[AuditEntry, Any]:
    """Return the entries about a customer, newest first, with their values.

    Entries about notes are for those who may read notes.

    Raises:
        NotPermitted: the actor may not see customers.
    """
    actor.require("customers:read")
    entries = AuditEntry.objects.filter(customer_id=customer.pk).select_related("values")
    if not actor.can("notes:read"):
        entries = entries.exclude(subject_type="customers.note")
    return entries.order_by("-created_at", "-id")


def timeline_sentence(
    act: str,
    subject_label: str,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
) -> str:
    """Return what a person reads about one entry; values that were erased are left out."""
    facts = TimelineFacts(subject_label=subject_label, before=before or {}, after=after or {})
    known = timeline_sentences.get(act)
    return known.text(facts) if known is not None else plain_sentence(act, facts)
