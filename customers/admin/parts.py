"""Notes, contacts and tags in the back office; their customer's page leads here."""

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.contrib.admin import display
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from customers.admin.forms import ContactForm, NoteTextForm, TagForm
from customers.models import Contact, Note, Tag
from customers.rules.values import ContactData
from customers.services import (
    contact_remove,
    contact_update,
    note_change,
    note_remove,
    tag_delete,
    tag_update,
)
from ispplatform.core.actors import Actor
from ispplatform.core.admin.acts import Act
from ispplatform.core.admin.base import ReadOnlyTenantAdmin
from ispplatform.core.admin.columns import age_column

Values = Mapping[str, Any]


def _customer_page(row: Any) -> str:
    return reverse("admin:customers_customer_change", args=[row.customer_id])


def _note_write(actor: Actor, row: Note, values: Values) -> str:
    note_change(actor=actor, note=row, text=values["text"])
    return gettext("Saved.")


def _note_pin(actor: Actor, row: Note, values: Values) -> str:
    note_change(actor=actor, note=row, is_pinned=True)
    return gettext("The note stands at the head of the customer's page.")


def _note_unpin(actor: Actor, row: Note, values: Values) -> str:
    note_change(actor=actor, note=row, is_pinned=False)
    return gettext("The note is among the others again.")


def _note_remove(actor: Actor, row: Note, values: Values) -> str:
    note_remove(actor=actor, note=row)
    return gettext("The note is deleted; the audit trail keeps it.")


@admin.register(Note)
class NoteAdmin(ReadOnlyTenantAdmin):
    """Notes about customers."""

    nothing_yet = _("What colleagues wrote about customers stands here; customers never see it.")
    permission_resource = "notes"
    fields = ("text", "author_label", "created_at", "is_pinned")
    list_display = (
        "customer",
        "text",
        "author_label",
        "is_pinned",
        age_column("created_at", label=_("written")),
    )
    list_filter = ("is_pinned",)
    list_select_related = ("customer",)
    ordering = ("-created_at",)
    acts = (
        Act(
            name="write",
            label=_("Write anew"),
            permission="notes:update",
            run=_note_write,
            form=NoteTextForm,
            initial=lambda row: {"text": row.text},
            leads_to=_customer_page,
        ),
        Act(
            name="pin",
            label=_("Pin"),
            permission="notes:update",
            run=_note_pin,
            applies=lambda row: not row.is_pinned,
            leads_to=_customer_page,
        ),
        Act(
            name="unpin",
            label=_("Unpin"),
            permission="notes:update",
            run=_note_unpin,
            applies=lambda row: row.is_pinned,
            leads_to=_customer_page,
        ),
        Act(
            name="delete",
            label=_("Delete"),
            permission="notes:delete",
            run=_note_remove,
            explanation=_("The note leaves the customer's page; the audit trail keeps it."),
            tone="danger",
            leads_to=_customer_page,
        ),
    )


def _contact_change(actor: Actor, row: Contact, values: Values) -> str:
    data = ContactData(**{**values, "purposes": tuple(values["purposes"])})
    contact_update(actor=actor, contact=row, data=data)
    return gettext("Saved.")


def _contact_remove(actor: Actor, row: Contact, values: Values) -> str:
    contact_remove(actor=actor, contact=row)
    return gettext("The contact is removed.")


@admin.register(Contact)
class ContactAdmin(ReadOnlyTenantAdmin):
    """Whom to write to at customers."""

    nothing_yet = _(
        "People who get a customer's mail about billing, technical matters or abuse stand here."
    )
    permission_resource = "contacts"
    list_display = ("name", "email", "phone", "customer", "is_billing", "is_technical", "is_abuse")
    list_filter = ("is_billing", "is_technical", "is_abuse")
    list_select_related = ("customer",)
    search_fields = ("search_text",)
    ordering = ("name",)
    acts = (
        Act(
            name="edit",
            label=_("Edit"),
            button=_("Save"),
            permission="contacts:update",
            run=_contact_change,
            form=ContactForm,
            initial=lambda row: {
                name: getattr(row, name) for name in ("name", "email", "phone", "purposes")
            },
            tone="main",
            leads_to=_customer_page,
        ),
        Act(
            name="remove",
            label=_("Remove"),
            permission="contacts:delete",
            run=_contact_remove,
            explanation=_("Mails for its purposes go to the customer's own address instead."),
            tone="danger",
            leads_to=_customer_page,
        ),
    )


@display(description=_("colour"))
def swatch(row: Tag) -> SafeString:
    """Return the tag as customers' pages show it."""
    return format_html(
        '<span class="badge tone-quiet tag-badge" style="--tag: {}">{}</span>', row.color, row.name
    )


def _tag_change(actor: Actor, row: Tag, values: Values) -> str:
    tag_update(actor=actor, tag=row, name=values["name"], color=values["color"])
    return gettext("Saved.")


def _tag_delete(actor: Actor, row: Tag, values: Values) -> str:
    tag_delete(actor=actor, tag=row)
    return gettext("The tag is gone from everywhere.")


def _tag_list(row: Tag) -> str:
    return reverse("admin:customers_tag_changelist")


@admin.register(Tag)
class TagAdmin(ReadOnlyTenantAdmin):
    """Words by which customers are grouped; a new one is made by writing it on a customer."""

    nothing_yet = _("Words that sort customers stand here. A tag is given on a customer's page.")
    permission_resource = "customers"
    fields = ("name", swatch, "created_at")
    readonly_fields = (swatch,)
    list_display = ("name", swatch, age_column("created_at", label=_("made")))
    ordering = ("folded_name",)
    search_fields = ("folded_name",)
    acts = (
        Act(
            name="edit",
            label=_("Edit"),
            button=_("Save"),
            permission="customers:update",
            run=_tag_change,
            form=TagForm,
            initial=lambda row: {"name": row.name, "color": row.color},
            tone="main",
        ),
        Act(
            name="delete",
            label=_("Delete"),
            permission="customers:update",
            run=_tag_delete,
            explanation=_("It is taken off every customer that carries it."),
            tone="danger",
            leads_to=_tag_list,
        ),
    )
