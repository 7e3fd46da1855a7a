"""The mails that tell staff what needs a person: at once, together, or in the morning's digest."""

from django.urls import reverse

from ispplatform.core.attention import attention_kinds
from ispplatform.core.events import DeliveredEvent
from ispplatform.core.models import AttentionItem, Tenant
from ispplatform.core.tenancy.lookup import tenant_by_id
from notifications.preferences import ALERT_EMAIL
from notifications.slots import MailDraft, MailKind, Recipient, Values

GATHERED = "core.attention_gathered"
AUDIENCE = "the alert address, else the company's contact address"


def _drafts(event: DeliveredEvent) -> list[MailDraft]:
    tenant = tenant_by_id(event.tenant_id)
    payload = event.payload
    if not payload.get("is_told", payload["is_urgent"]):  # events of before an upgrade say less
        return []
    page = reverse("admin:core_attentionitem_change", args=[event.payload["item_id"]])
    return _to_staff(tenant, {**event.payload, "url": f"{tenant.base_url}{page}"})


def _list_drafts(event: DeliveredEvent) -> list[MailDraft]:
    tenant = tenant_by_id(event.tenant_id)
    named = event.payload["item_ids"]
    rows = AttentionItem.objects.filter(pk__in=named, resolved_at=None).order_by("opened_at", "pk")
    lines = [_line(row) for row in rows]
    if not lines:  # everything was settled in the meantime
        return []
    page = reverse("admin:core_attentionitem_changelist")
    return _to_staff(
        tenant,
        {
            "is_gathered": event.name == GATHERED,
            "lines": lines,
            "count": event.payload["count"],
            "more": event.payload["count"] - len(named),
            "waiting_count": event.payload["waiting_count"],
            "url": f"{tenant.base_url}{page}",
        },
    )


def _line(row: AttentionItem) -> Values:
    kind = attention_kinds.get(row.kind)
    return {
        "label": str(kind.label) if kind is not None else row.kind,
        "sentence": row.sentence,
        "money_at_stake": row.money_at_stake,
        "currency": row.currency,
    }


def _to_staff(tenant: Tenant, values: Values) -> list[MailDraft]:
    address = ALERT_EMAIL.of(tenant) or tenant.contact_email
    if not address:
        return []
    return [MailDraft(to=Recipient(email=address, name=tenant.name), values=values)]


ATTENTION_MAIL = MailKind(
    key="core.attention",
    event="core.attention_opened",
    template="email/attention.html",
    trigger="Money or a domain needs a person.",
    audience=AUDIENCE,
    drafts=_drafts,
    is_internal=True,
)
GATHERED_MAIL = MailKind(
    key="core.attention_gathered",
    event=GATHERED,
    template="email/attention_digest.html",
    trigger="Ten minutes after many matters of money and domains: those not mailed singly.",
    audience=AUDIENCE,
    drafts=_list_drafts,
    is_internal=True,
)
DIGEST_MAIL = MailKind(
    key="core.attention_digest",
    event="core.attention_digest_due",
    template="email/attention_digest.html",
    trigger="At 08:30 of the company's day, when matters were opened that were not mailed.",
    audience=AUDIENCE,
    drafts=_list_drafts,
    is_internal=True,
)
