"""Integrations: programs by name, who answers for them, and what they hold."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.contrib.admin import display
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin.act_pages import MakePage
from accounts.admin.oauth_clients import (
    OwnClientForm,
    OwnCustomerClientForm,
    client_make,
)
from accounts.choices import SessionKind
from accounts.models import ApiKey, Integration, OAuthClient
from accounts.selectors.integrations import keys_living, people_missing, users_with_access
from accounts.services.integrations import (
    integration_create,
    integration_end,
    integration_update,
)
from ispplatform.core.actors import Actor
from ispplatform.core.admin.acts import Act, ReasonForm
from ispplatform.core.admin.base import MadeOnAPage, ReadOnlyInline
from ispplatform.core.admin.heads import MainLink
from ispplatform.core.admin.navigation import ADMIN_NAVIGATION, AdminEntry
from ispplatform.core.admin.pages import ADMIN_PAGES, AdminPage


def _people() -> list[tuple[str, str]]:
    return [("", "—")] + [
        (str(person.pk), f"{person.get_full_name()} <{person.email}>".strip())
        for person in users_with_access().order_by("email")
    ]


class IntegrationForm(forms.Form):
    """What an integration is called and who answers for it."""

    name = forms.CharField(label=_("Name"), max_length=80)
    purpose = forms.CharField(
        label=_("What it is for"), max_length=500, required=False, widget=forms.Textarea
    )
    responsible_id = forms.TypedChoiceField(
        label=_("Answers for it"), choices=_people, coerce=UUID, empty_value=None
    )
    deputy_id = forms.TypedChoiceField(
        label=_("Second person"),
        help_text=_("Left empty only where nobody else works here."),
        choices=_people,
        coerce=UUID,
        empty_value=None,
        required=False,
    )


def _change(actor: Actor, row: Integration, values: Mapping[str, Any]) -> str:
    integration_update(actor=actor, integration_id=row.pk, changes=values)
    return gettext("Saved.")


def _end(actor: Actor, row: Integration, values: Mapping[str, Any]) -> str:
    integration_end(actor=actor, integration_id=row.pk, reason=values["reason"])
    return gettext("It has ended: everything that it held is worthless now.")


def _end_means(row: Integration) -> str:
    clients = row.oauth_clients.filter(ended_at=None).count()
    sentence = gettext(
        "%(keys)d living keys and %(clients)d OAuth clients end at once. What uses them stops."
    )
    return sentence % {"keys": keys_living(row).count(), "clients": clients}


def _opened(row: ApiKey | OAuthClient) -> SafeString:
    url = reverse(f"admin:accounts_{row._meta.model_name}_change", args=[row.pk])
    return format_html('<a href="{}" class="text-link">{}</a>', url, row.name)


class KeyInline(ReadOnlyInline):
    """The keys of an integration, newest first."""

    model = ApiKey
    fields = ("opened", "hint", "last_used_at", "last_used_address", "expires_at", "revoked_at")
    readonly_fields = ("opened",)
    ordering = ("-created_at",)

    @display(description=_("name"))
    def opened(self, row: ApiKey) -> SafeString:
        """Return the name with a link to the key's page."""
        return _opened(row)


class ClientInline(ReadOnlyInline):
    """The OAuth clients of an integration, newest first."""

    model = OAuthClient
    fields = ("opened", "side", "last_used_at", "last_used_address", "ended_at")
    readonly_fields = ("opened",)
    ordering = ("-created_at",)

    @display(description=_("name"))
    def opened(self, row: OAuthClient) -> SafeString:
        """Return the name with a link to the client's page."""
        return _opened(row)


@admin.register(Integration)
class IntegrationAdmin(MadeOnAPage):
    """The programs that use this company's interface."""

    create_permission = "integrations:manage"
    make_page = "admin:integration_new"

    nothing_yet = _(
        "Each program that uses the API stands here by name, with the two people who answer for it."
    )
    permission_resource = "integrations"
    list_display = ("name", "responsible", "deputy", "created_at", "ended_at")
    search_fields = ("name", "purpose")
    list_select_related = ("responsible", "deputy")
    fields = ("name", "purpose", "responsible", "deputy", "created_at", "ended_at")
    inlines = (KeyInline, ClientInline)
    acts = (
        Act(
            name="change",
            label=_("Change"),
            permission="integrations:manage",
            run=_change,
            form=IntegrationForm,
            initial=lambda row: {
                "name": row.name,
                "purpose": row.purpose,
                "responsible_id": row.responsible_id,
                "deputy_id": row.deputy_id,
            },
            applies=lambda row: row.ended_at is None,
        ),
        Act(
            name="client",
            label=_("New OAuth client for colleagues"),
            button=_("Make the client"),
            permission="integrations:manage",
            run=client_make(SessionKind.STAFF),
            form=OwnClientForm,
            applies=lambda row: row.ended_at is None,
        ),
        Act(
            name="client-for-customers",
            label=_("New OAuth client for customers"),
            button=_("Make the client"),
            permission="integrations:manage",
            run=client_make(SessionKind.PORTAL),
            form=OwnCustomerClientForm,
            applies=lambda row: row.ended_at is None,
        ),
        Act(
            name="end",
            label=_("End everything"),
            permission="integrations:manage",
            run=_end,
            form=ReasonForm,
            explanation_for=_end_means,
            applies=lambda row: row.ended_at is None,
            tone="danger",
        ),
    )

    def main_link_of(self, row: Integration) -> MainLink | None:
        if row.ended_at is not None:
            return None
        url = f"{reverse('admin:api_key_new')}?integration={row.pk}"
        return MainLink(label=_("New API key"), url=url)

    def next_of(self, row: Integration) -> list[str]:
        return people_missing(row) if row.ended_at is None else [gettext("It has ended.")]


class IntegrationNewPage(MakePage):
    """Makes an integration."""

    title = _("New integration")
    label = _("Make the integration")
    permission = "integrations:manage"
    back_url = staticmethod(lambda: reverse("admin:accounts_integration_changelist"))

    def form_class(self) -> type[forms.Form]:
        return IntegrationForm

    def make(self, actor: Actor, request: HttpRequest, values: dict[str, Any]) -> tuple[str, str]:
        row = integration_create(actor=actor, **values)
        url = reverse("admin:accounts_integration_change", args=[row.pk])
        return gettext("The integration is made. Give it a key."), url


ADMIN_PAGES.fill(
    AdminPage(key="integration_new", path="integrations/new/", view=IntegrationNewPage.as_view())
)
ADMIN_NAVIGATION.fill(
    AdminEntry(
        key="integrations",
        section="company",
        label=_("Integrations"),
        url_name="admin:accounts_integration_changelist",
        icon="hub",
        permission="integrations:read",
    )
)
