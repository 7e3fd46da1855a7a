"""Mails that staff write to a customer in their own words."""

from datetime import timedelta

from django.db import transaction

from customers.events import LetterWritten
from customers.models import Customer
from customers.selectors import recipients_for
from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.clock import system_now
from ispplatform.core.errors import InvalidInput, RuleViolation
from ispplatform.core.events import publish
from ispplatform.core.models import OutboxEvent
from ispplatform.core.subjects import subject_of

LONGEST = 10_000
AGAIN = timedelta(minutes=2)  # the same words within this time are a second press of the button


def letter_write(
    *, actor: Actor, customer: Customer, subject: str, text: str, purpose: str = ""
) -> list[str]:
    """Mail a customer something in staff's own words; kept and shown like every other mail.

    Args:
        purpose: goes to all contacts of this purpose; empty: to the customer itself.

    Returns:
        The addresses that it goes to.

    Raises:
        NotPermitted: without ``mails:write``.
        InvalidInput: nothing is said, or too much; ``field`` says where.
        RuleViolation: the very same mail was written a moment ago.
    """
    actor.require("mails:write")
    subject, text = " ".join(subject.split()), text.strip()
    if not subject:
        raise InvalidInput("Say what it is about.", field="subject")
    if not text or len(text) > LONGEST:
        raise InvalidInput(f"Write 1 to {LONGEST} characters.", field="text")
    with transaction.atomic():
        row = Customer.objects.select_for_update(of=("self",)).get(pk=customer.pk)
        _require_new(row, subject=subject, text=text)
        addresses = [one.email for one in recipients_for(row.pk, purpose)]
        audit(
            "customers.letter_write",
            actor=actor,
            subject=subject_of(row),
            after={"subject": subject, "to": addresses},
            customer_id=row.pk,
        )
        publish(
            LetterWritten(customer_id=row.pk, subject=subject, text=text, purpose=purpose),
            subject=subject_of(row),
            customer_id=row.pk,
        )
    return addresses


def _require_new(customer: Customer, *, subject: str, text: str) -> None:
    recent = OutboxEvent.objects.filter(
        name=LetterWritten.name, customer_id=customer.pk, created_at__gt=system_now() - AGAIN
    )
    for payload in recent.values_list("payload", flat=True):
        if (payload["subject"], payload["text"]) == (subject, text):
            raise RuleViolation("The very same mail was written a moment ago.")
