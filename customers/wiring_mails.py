"""What staff write to customers by mail."""

from typing import Any

from ispplatform.core.events import DeliveredEvent
from notifications.declaring import declare_mail
from notifications.slots import MailDraft, MailKind, recipients_of_customer


def _drafts(event: DeliveredEvent) -> list[MailDraft]:
    payload = event.payload
    lines = [line.strip() for line in payload["text"].splitlines()]
    values: dict[str, Any] = {
        "letter_subject": payload["subject"],
        "parts": [line for line in lines if line],
    }
    if event.customer_id is None:
        return []
    return [
        MailDraft(to=recipient, values=values)
        for recipient in recipients_of_customer(event.customer_id, payload["purpose"])
    ]


declare_mail(
    MailKind(
        key="customers.letter",
        event="customers.letter_written",
        template="email/letter.html",
        trigger="Staff write to a customer in their own words.",
        audience="the customer, or all contacts of a purpose",
        drafts=_drafts,
    )
)
