"""What customers are told about their services by mail."""

from datetime import datetime
from typing import Any

from django.urls import reverse

from ispplatform.core.events import DeliveredEvent
from ispplatform.core.tenancy.lookup import tenant_by_id
from notifications.declaring import declare_customer_mail
from provisioning.choices import ReasonKind


def _told(event: DeliveredEvent) -> dict[str, Any]:
    base_url = tenant_by_id(event.tenant_id).base_url
    page = reverse("provisioning:service", args=[event.payload["service_id"]])
    return {
        **event.payload,
        "url": f"{base_url}{page}",
        "billing_url": f"{base_url}{reverse('billing:home')}",
    }


def _suspended(event: DeliveredEvent) -> dict[str, Any] | None:
    """Say nothing about what is to end: its end has a mail of its own."""
    return None if event.payload["reason"] == ReasonKind.TERMINATION else _told(event)


def _ending(event: DeliveredEvent) -> dict[str, Any]:
    values = _told(event)
    return {**values, "ends_on": datetime.fromisoformat(values["due_at"]).date()}


def _ended(event: DeliveredEvent) -> dict[str, Any] | None:
    """Say nothing about what never was, nor about names: nothing of them is deleted here."""
    is_told = event.payload["was_set_up"] and event.payload["service_type"] != "domain"
    return _told(event) if is_told else None


declare_customer_mail(
    key="provisioning.service_active",
    event="provisioning.service_activated",
    template="email/service_active.html",
    trigger="A domain, hosting, mailbox or other service is ready.",
    purpose="technical",
    values=_told,
)
declare_customer_mail(
    key="provisioning.service_suspended",
    event="provisioning.service_suspended",
    template="email/service_suspended.html",
    trigger="A service is switched off, and is not to end.",
    values=_suspended,
)
declare_customer_mail(
    key="provisioning.service_ending",
    event="provisioning.service_termination_planned",
    template="email/service_ending.html",
    trigger="A contract is over, a domain has run out or is gone, or a service is to end.",
    values=_ending,
)
declare_customer_mail(
    key="provisioning.service_ended",
    event="provisioning.service_terminated",
    template="email/service_ended.html",
    trigger="A service has ended and its data is deleted; not for domains.",
    values=_ended,
)
declare_customer_mail(
    key="provisioning.service_resumed",
    event="provisioning.service_resumed",
    template="email/service_resumed.html",
    trigger="A service runs again.",
    values=_told,
)
