"""What customers are told about their services by mail."""

from typing import Any

from django.urls import reverse

from ispplatform.core.events import DeliveredEvent
from ispplatform.core.tenancy.lookup import tenant_by_id
from notifications.declaring import declare_customer_mail


def _told(event: DeliveredEvent) -> dict[str, Any]:
    base_url = tenant_by_id(event.tenant_id).base_url
    page = reverse("provisioning:service", args=[event.payload["service_id"]])
    return {
        **event.payload,
        "url": f"{base_url}{page}",
        "billing_url": f"{base_url}{reverse('billing:home')}",
    }


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
    trigger="A service is switched off.",
    values=_told,
)
declare_customer_mail(
    key="provisioning.service_resumed",
    event="provisioning.service_resumed",
    template="email/service_resumed.html",
    trigger="A service runs again.",
    values=_told,
)
