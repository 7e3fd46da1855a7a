"""The mail that tells staff at once when money or a domain needs a person."""

from django.urls import reverse

from ispplatform.core.events import DeliveredEvent
from ispplatform.core.tenancy.lookup import tenant_by_id
from notifications.preferences import ALERT_EMAIL
from notifications.slots import MailDraft, MailKind, Recipient


def _drafts(event: DeliveredEvent) -> list[MailDraft]:
    tenant = tenant_by_id(event.tenant_id)
    address = ALERT_EMAIL.of(tenant) or tenant.contact_email
    if not event.payload["is_urgent"] or not address:
        return []
    page = reverse("admin:core_attentionitem_change", args=[event.payload["item_id"]])
    values = {**event.payload, "url": f"{tenant.base_url}{page}"}
    return [MailDraft(to=Recipient(email=address, name=tenant.name), values=values)]


ATTENTION_MAIL = MailKind(
    key="core.attention",
    event="core.attention_opened",
    template="email/attention.html",
    trigger="Money or a domain needs a person.",
    audience="the alert address, else the company's contact address",
    drafts=_drafts,
    is_internal=True,
)
