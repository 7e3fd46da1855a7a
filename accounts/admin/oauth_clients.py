"""OAuth clients: programs that get tokens instead of a key."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import display
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin.act_pages import MakePage
from accounts.admin.permission_choices import customer_permission_choices, permission_choices
from accounts.choices import GrantType, SessionKind
from accounts.models import Integration, OAuthClient, Session
from accounts.selectors.integrations import integrations_living
from accounts.services.oauth_clients import (
    NewSecret,
    oauth_client_create,
    oauth_client_end,
    oauth_client_rotate,
)
from ispplatform.core.actors import Actor
from ispplatform.core.admin.acts import Act, ReasonForm
from ispplatform.core.admin.base import MadeOnAPage, ReadOnlyInline
from ispplatform.core.admin.navigation import ADMIN_NAVIGATION, AdminEntry
from ispplatform.core.admin.pages import ADMIN_PAGES, AdminPage


def _integrations() -> list[tuple[str, str]]:
    return [(str(row.pk), row.name) for row in integrations_living()]


class ClientForm(forms.Form):
    """A new client for colleagues."""

    integration_id = forms.TypedChoiceField(
        label=_("Integration"), choices=_integrations, coerce=UUID
    )
    name = forms.CharField(label=_("Name of the program"), max_length=80)
    grant_types = forms.MultipleChoiceField(
        label=_("How it gets tokens"),
        choices=GrantType.choices,
        initial=[GrantType.AUTHORIZATION_CODE.value],
        widget=forms.CheckboxSelectMultiple,
    )
    is_confidential = forms.BooleanField(
        label=_("It runs on a server and can keep a secret"), required=False, initial=True
    )
    redirect_uris = forms.CharField(
        label=_("Addresses that people are sent back to"),
        help_text=_("One per line, whole; https, or http on 127.0.0.1."),
        required=False,
        widget=forms.Textarea,
    )
    scopes = forms.MultipleChoiceField(
        label=_("It may ask for"),
        choices=lambda: permission_choices()[1:],
        widget=forms.CheckboxSelectMultiple,
    )


class CustomerClientForm(ClientForm):
    """A new client for customers; it never acts for itself."""

    grant_types = None
    scopes = forms.MultipleChoiceField(
        label=_("It may ask for"),
        choices=customer_permission_choices,
        widget=forms.CheckboxSelectMultiple,
    )


class OwnClientForm(ClientForm):
    """A new client for colleagues, of the integration at hand."""

    integration_id = None


class OwnCustomerClientForm(CustomerClientForm):
    """A new client for customers, of the integration at hand."""

    integration_id = None


def client_make(side: SessionKind) -> Callable[[Actor, Integration, Mapping[str, Any]], str]:
    """Return what makes a client of an integration, from its page."""

    def run(actor: Actor, row: Integration, values: Mapping[str, Any]) -> str:
        addresses = values["redirect_uris"].split()
        made = oauth_client_create(
            actor=actor,
            integration_id=row.pk,
            side=side.value,
            **{**values, "redirect_uris": addresses},
        )
        told = gettext("The client is made. Its ID: %(id)s.") % {"id": made.row.client_id}
        return f"{told} {_shown_once(made)}" if made.text else told

    return run


class SecretForm(forms.Form):
    """How long the old secret works on."""

    hours = forms.IntegerField(
        label=_("Hours for which the old secret works on"),
        help_text=_("0 ends it at once; at most 168 are a week."),
        min_value=0,
        max_value=168,
        initial=24,
    )


def _rotate(actor: Actor, row: OAuthClient, values: Mapping[str, Any]) -> str:
    made = oauth_client_rotate(
        actor=actor, client_id=row.pk, overlap_seconds=values["hours"] * 3600
    )
    return _shown_once(made)


def _end(actor: Actor, row: OAuthClient, values: Mapping[str, Any]) -> str:
    oauth_client_end(actor=actor, client_id=row.pk, reason=values["reason"])
    return gettext("It has ended, with everything that people let it do.")


def _shown_once(made: NewSecret) -> str:
    return gettext("Keep this secret, it is shown this once: %(secret)s") % {"secret": made.text}


class GrantInline(ReadOnlyInline):
    """Who lets the program act, newest first."""

    model = Session
    fk_name = "client"
    verbose_name_plural = _("people who let it act")
    fields = ("user", "created_at", "last_seen_at", "expires_at", "ended_at")
    ordering = ("-created_at",)


@admin.register(OAuthClient)
class OAuthClientAdmin(MadeOnAPage):
    """The programs that people let act, and those that act for themselves with tokens."""

    create_permission = "integrations:manage"
    make_page = "admin:oauth_client_new"

    nothing_yet = _(
        "Programs that act for people who agree, or for themselves with tokens, stand here."
    )
    permission_resource = "integrations"
    list_display = ("name", "integration", "side", "last_used_at", "last_used_address", "ended_at")
    search_fields = ("name", "integration__name")
    list_filter = ("side",)
    list_select_related = ("integration",)
    fields = (
        ("name", "integration"),
        "public_id",
        ("side", "is_confidential"),
        "grant_types",
        "redirect_uris",
        "scopes",
        ("secret_hint", "former_until"),
        ("last_used_at", "last_used_address"),
        ("created_at", "ended_at"),
    )
    readonly_fields = ("public_id",)
    inlines = (GrantInline,)
    acts = (
        Act(
            name="rotate",
            label=_("Change the secret"),
            permission="integrations:manage",
            run=_rotate,
            form=SecretForm,
            explanation=_("A new secret is made and shown once."),
            applies=lambda row: row.ended_at is None and row.is_confidential,
        ),
        Act(
            name="end",
            label=_("End it"),
            permission="integrations:manage",
            run=_end,
            form=ReasonForm,
            explanation=_("It may do nothing more, for nobody, from this second on."),
            applies=lambda row: row.ended_at is None,
            tone="danger",
        ),
    )

    @display(description=_("client ID"))
    def public_id(self, row: OAuthClient) -> str:
        """Return what the program calls itself."""
        return row.client_id


class ClientNewPage(MakePage):
    """Makes a client that colleagues use and shows its secret once."""

    title = _("New OAuth client for colleagues")
    label = _("Make the client")
    permission = "integrations:manage"
    side = SessionKind.STAFF
    back_url = staticmethod(lambda: reverse("admin:accounts_oauthclient_changelist"))

    def form_class(self) -> type[forms.Form]:
        return ClientForm if self.side is SessionKind.STAFF else CustomerClientForm

    def make(self, actor: Actor, request: HttpRequest, values: dict[str, Any]) -> tuple[str, str]:
        values["redirect_uris"] = values["redirect_uris"].split()
        made = oauth_client_create(actor=actor, side=self.side.value, **values)
        if made.text:
            messages.warning(request, _shown_once(made))
        url = reverse("admin:accounts_oauthclient_change", args=[made.row.pk])
        return gettext("The client is made."), url


class CustomerClientNewPage(ClientNewPage):
    """The same for customers."""

    title = _("New OAuth client for customers")
    side = SessionKind.PORTAL


ADMIN_PAGES.fill(
    AdminPage(key="oauth_client_new", path="oauth-clients/new/", view=ClientNewPage.as_view())
)
ADMIN_PAGES.fill(
    AdminPage(
        key="oauth_client_new_for_customers",
        path="oauth-clients/new-for-customers/",
        view=CustomerClientNewPage.as_view(),
    )
)
ADMIN_NAVIGATION.fill(
    AdminEntry(
        key="oauth_clients",
        section="company",
        label=_("OAuth clients"),
        url_name="admin:accounts_oauthclient_changelist",
        icon="passkey",
        permission="integrations:read",
    )
)
