"""Mails to the people who answer for an integration."""

from django.urls import reverse

from accounts.models import ApiKey
from accounts.selectors.integrations import users_with_access
from ispplatform.core.events import DeliveredEvent
from ispplatform.core.tenancy.lookup import tenant_by_id
from notifications.slots import MailDraft, MailKind, Recipient


def _drafts(event: DeliveredEvent) -> list[MailDraft]:
    key = (
        ApiKey.objects.filter(pk=event.payload["api_key_id"], revoked_at=None)
        .select_related("integration")
        .first()
    )
    if key is None:
        return []
    people = [key.integration.responsible_id, key.integration.deputy_id]
    page = reverse("admin:accounts_apikey_change", args=[key.pk])
    values = {
        "integration": key.integration.name,
        "key_name": key.name,
        "hint": key.hint,
        "expires_at": key.expires_at,
        "last_used_at": key.last_used_at,
        "url": f"{tenant_by_id(event.tenant_id).base_url}{page}",
    }
    return [
        MailDraft(
            to=Recipient(
                email=person.email,
                name=person.get_full_name(),
                language=str(person.preferences.get("language") or ""),
                time_zone=str(person.preferences.get("timezone") or ""),
            ),
            values=values,
        )
        for person in users_with_access().filter(pk__in=people).order_by("email")
    ]


KEY_EXPIRING_MAIL = MailKind(
    key="accounts.api_key_expiring",
    event="accounts.api_key_expiring",
    template="email/api_key_expiring.html",
    trigger="An API key without a successor ends within 14 days.",
    audience="the two people who answer for its integration",
    drafts=_drafts,
    is_internal=True,
)
