"""What this app itself shows on the customer page."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import PortalAccount
from customers.choices import AddressKind
from customers.models import Address, Customer
from customers.selectors.timeline import customer_timeline, timeline_sentence
from customers.services.addresses import ADDRESS_FIELDS
from customers.slots import CustomerPanel
from ispplatform.core.actors import Actor, ActorType
from ispplatform.core.admin.first_rows import first_rows
from ispplatform.core.attention.selectors import attention_items_of_customer
from ispplatform.core.pages.formats import country_text, format_locale
from notifications.selectors import mails_of_customer

ROWS = 10


def _attention(customer: Customer, actor: Actor) -> Mapping[str, Any]:
    return {"items": list(attention_items_of_customer(customer.pk)[:ROWS])}


def _contact(customer: Customer, actor: Actor) -> Mapping[str, Any]:
    by_kind = {row.kind: row for row in customer.addresses.all()}
    return {
        "addresses": [
            {
                "label": AddressKind(kind).label,
                "row": by_kind.get(kind),
                "country": _country_name(by_kind.get(kind)),
                "act": field.replace("_", "-"),
            }
            for field, kind in ADDRESS_FIELDS.items()
        ],
        "contacts": list(customer.contacts.all()[:ROWS]) if actor.can("contacts:read") else [],
    }


def _notes(customer: Customer, actor: Actor) -> Mapping[str, Any]:
    rows = customer.notes.order_by("-is_pinned", "-created_at")
    notes, count = first_rows(rows, ROWS)
    return {"notes": notes, "count": count}


def _timeline(customer: Customer, actor: Actor) -> Mapping[str, Any]:
    entries = list(customer_timeline(customer, actor=actor)[: ROWS + 1])
    told = [
        {
            "text": timeline_sentence(
                entry.act, entry.subject_label, entry.values.before, entry.values.after
            ),
            "detail": entry.reason,
            "at": entry.created_at,
            "by": _("Automation") if entry.actor_type == ActorType.SYSTEM else entry.actor_label,
        }
        for entry in entries[:ROWS]
    ]
    return {"entries": told, "has_more": len(entries) > ROWS}


def _mails(customer: Customer, actor: Actor) -> Mapping[str, Any]:
    mails, count = first_rows(mails_of_customer(customer.pk), ROWS)
    return {"mails": mails, "count": count}


def _log_ins(customer: Customer, actor: Actor) -> Mapping[str, Any]:
    accounts = PortalAccount.objects.filter(customer_id=customer.pk).select_related("user")
    return {"accounts": list(accounts.order_by("created_at")[:ROWS])}


def _country_name(address: Address | None) -> str:
    if address is None:
        return ""
    return country_text(address.country, format_locale(get_language() or "en"))


# Services stand at 30, invoices and payments at 40.
PANELS = (
    (
        20,
        CustomerPanel(
            key="attention",
            title=_("Needs a person"),
            permission="attention:read",
            template="customers/admin/panels/attention.html",
            context=_attention,
        ),
    ),
    (
        50,
        CustomerPanel(
            key="mails",
            title=_("Mails"),
            permission="mails:read",
            template="customers/admin/panels/mails.html",
            context=_mails,
        ),
    ),
    (
        60,
        CustomerPanel(
            key="notes",
            title=_("Notes"),
            permission="notes:read",
            template="customers/admin/panels/notes.html",
            context=_notes,
        ),
    ),
    (
        65,
        CustomerPanel(
            key="timeline",
            title=_("What happened"),
            permission="customers:read",
            template="customers/admin/panels/timeline.html",
            context=_timeline,
        ),
    ),
    (
        70,
        CustomerPanel(
            key="contact",
            title=_("Addresses and contacts"),
            permission="customers:read",
            template="customers/admin/panels/contact.html",
            context=_contact,
        ),
    ),
    (
        80,
        CustomerPanel(
            key="log-ins",
            title=_("Log-ins"),
            permission="customers:read",
            template="customers/admin/panels/log_ins.html",
            context=_log_ins,
        ),
    ),
)
