"""What staff write to customers by mail."""

from typing import Any

from accounts.events import FactorResetStopped
from accounts.models import FactorReset
from accounts.selectors.guards import stop_address
from ispplatform.core.events import DeliveredEvent
from notifications.declaring import declare_mail
from notifications.slots import (
    EVERYBODY,
    MailDraft,
    MailKind,
    Values,
    covered_link,
    recipients_of_customer,
)


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


def _reset_drafts(event: DeliveredEvent) -> list[MailDraft]:
    row = FactorReset.objects.select_related("user").get(pk=event.payload["factor_reset_id"])
    if event.customer_id is None:
        return []
    values = {
        "factor_reset_id": str(row.pk),
        "person": row.user.get_full_name(),
        "email": row.user.email,
        "due_at": row.due_at.isoformat(),
        "asked_at": row.created_at.isoformat(),
        "is_stopped": event.name == FactorResetStopped.name,
        "link": covered_link(),
    }
    return [
        MailDraft(to=recipient, values=values)
        for recipient in recipients_of_customer(event.customer_id, EVERYBODY)
    ]


def _stop_link(values: Values) -> Values | None:
    row = FactorReset.objects.filter(pk=values["factor_reset_id"]).first()
    return {"link": stop_address(row)} if row is not None else None


declare_mail(
    MailKind(
        key="customers.factor_reset_asked",
        event="accounts.factor_reset_asked",
        template="email/factor_reset.html",
        trigger="Staff announced that a lost second factor will be removed.",
        audience="the customer, all contacts and all log-ins",
        drafts=_reset_drafts,
        secrets=_stop_link,
    )
)
declare_mail(
    MailKind(
        key="customers.factor_reset_stopped",
        event="accounts.factor_reset_stopped",
        template="email/factor_reset.html",
        trigger="The removal of a second factor was stopped.",
        audience="the customer, all contacts and all log-ins",
        drafts=_reset_drafts,
    )
)
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
