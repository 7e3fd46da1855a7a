"""Identity providers of the company: set up on a page that asks who one is, tested by a button."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin import display
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters

from accounts.admin.act_pages import MakePage
from accounts.models import IdentityLink, IdentityProvider, User
from accounts.pages import shown_proof
from accounts.rules.identity_providers import redirect_uri_of
from accounts.selectors.second_factors import factor_state
from accounts.services.fresh_proofs import identity_prove
from accounts.services.identity_providers import (
    MANAGE,
    identity_provider_create,
    identity_provider_delete,
    identity_provider_switch_off,
    identity_provider_test,
    identity_provider_update,
)
from ispplatform.core.actors import Actor
from ispplatform.core.admin.acts import Act
from ispplatform.core.admin.base import MadeOnAPage, ReadOnlyInline
from ispplatform.core.admin.columns import toned_column
from ispplatform.core.admin.heads import MainLink
from ispplatform.core.admin.navigation import ADMIN_NAVIGATION, AdminEntry
from ispplatform.core.admin.pages import ADMIN_PAGES, AdminPage
from ispplatform.core.ids import uuid7
from ispplatform.core.models import ConnectionState
from ispplatform.core.pages.statuses import Tone
from ispplatform.core.tenancy.context import current_tenant_id
from ispplatform.core.tenancy.lookup import tenant_by_id

TONES = {"untested": Tone.QUIET, "working": Tone.GOOD, "failing": Tone.BAD}
_WORDS = re.compile(r"[\s,;]+")


def _words(text: str) -> list[str]:
    return [one for one in _WORDS.split(text) if one]


class ProviderForm(forms.Form):
    """What a company says of a provider."""

    provider_id = forms.UUIDField(widget=forms.HiddenInput)
    name = forms.CharField(
        label=_("Name"), max_length=60, help_text=_("Stands on the button of the log-in page.")
    )
    issuer = forms.CharField(
        label=_("Issuer"),
        max_length=300,
        help_text=_("Exactly as the provider writes it; begins with https://."),
    )
    client_id = forms.CharField(label=_("Client ID"), max_length=255)
    client_secret = forms.CharField(
        label=_("Client secret"),
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("Kept encrypted and never shown again."),
    )
    domains = forms.CharField(
        label=_("E-mail domains"),
        help_text=_("For whose addresses it speaks: one per line."),
        widget=forms.Textarea,
    )
    is_required = forms.BooleanField(
        label=_("Required"),
        required=False,
        help_text=_(
            "Colleagues with these domains log in by it alone. Owners may still use their "
            "password, so that somebody can mend it."
        ),
    )
    is_factor_trusted = forms.BooleanField(
        label=_("Its second factor counts"),
        required=False,
        help_text=_("Where it says that it asked for one; else we ask for ours as well."),
    )
    factor_acr_values = forms.CharField(
        label=_("Levels that stand for a second factor"),
        required=False,
        help_text=_("Values of acr, one per line; mfa in amr counts without."),
        widget=forms.Textarea,
    )
    is_active = forms.BooleanField(
        label=_("Switched on"), required=False, help_text=_("The button is on the log-in page.")
    )


class ProviderChangeForm(ProviderForm):
    """The same for one that is kept: its secret shows nothing and may be left empty."""

    client_secret = forms.CharField(
        label=_("Client secret"),
        max_length=1000,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("Kept as it is when nothing is written here."),
    )
    field_order = tuple(ProviderForm.base_fields)


def _test(actor: Actor, row: IdentityProvider, values: Mapping[str, Any]) -> str:
    tested = identity_provider_test(actor=actor, provider_id=row.pk)
    if tested.state == ConnectionState.FAILING:
        return gettext("It cannot be used: %(why)s") % {"why": tested.state_sentence}
    return str(tested.state_sentence)


def _switch_off(actor: Actor, row: IdentityProvider, values: Mapping[str, Any]) -> str:
    identity_provider_switch_off(actor=actor, provider_id=row.pk)
    return gettext("Switched off. The log-ins that came by it have ended.")


def _delete(actor: Actor, row: IdentityProvider, values: Mapping[str, Any]) -> str:
    identity_provider_delete(actor=actor, provider_id=row.pk)
    return gettext("Deleted, with the identities at it.")


class IdentityInline(ReadOnlyInline):
    """Who comes in by it."""

    model = IdentityLink
    verbose_name_plural = _("colleagues who come in by it")
    fields = ("email", "subject", "created_at", "last_used_at")
    ordering = ("-created_at",)


@admin.register(IdentityProvider)
class IdentityProviderAdmin(MadeOnAPage):
    """Where colleagues log in instead of here."""

    create_permission = MANAGE
    make_page = "admin:identity_provider_new"

    nothing_yet = _(
        "When colleagues are to log in with the company's own account, for example of Microsoft, "
        "Google or Keycloak, its OpenID Connect provider stands here."
    )
    permission_resource = "identity_providers"
    list_display = (
        "name",
        "issuer",
        "is_active",
        "is_required",
        toned_column("state", TONES, label=_("test")),
        "tested_at",
    )
    search_fields = ("name", "issuer")
    list_filter = ("is_active",)
    fields = (
        ("name", "is_active"),
        "issuer",
        "client_id",
        "redirect_uri",
        "domain_names",
        ("is_required", "is_factor_trusted"),
        "levels",
        ("state", "tested_at"),
        "state_sentence",
        "created_at",
    )
    readonly_fields = ("redirect_uri", "domain_names", "levels")
    inlines = (IdentityInline,)
    acts = (
        Act(name="test", label=_("Test"), permission=MANAGE, run=_test),
        Act(
            name="switch_off",
            label=_("Switch off"),
            permission=MANAGE,
            run=_switch_off,
            explanation=_(
                "Nobody comes in by it, the log-ins that came by it end, and passwords count again."
            ),
            applies=lambda row: row.is_active,
        ),
        Act(
            name="delete",
            label=_("Delete"),
            permission=MANAGE,
            run=_delete,
            explanation=_(
                "The provider and its identities are deleted, and the log-ins that came by it end."
            ),
            tone="danger",
            leads_to=lambda row: reverse("admin:accounts_identityprovider_changelist"),
        ),
    )

    def main_link_of(self, row: IdentityProvider) -> MainLink | None:
        return MainLink(
            label=_("Change"), url=reverse("admin:identity_provider_change", args=[row.pk])
        )

    def facts_of(self, row: IdentityProvider) -> Sequence[tuple[Any, Any]]:
        return ((_("Test"), row.state_sentence),) if row.state_sentence else ()

    @display(description=_("address to register at the provider"))
    def redirect_uri(self, row: IdentityProvider) -> str:
        """Return to which address colleagues come back."""
        return redirect_uri_of(row.pk, tenant_by_id(row.tenant_id).base_url)

    @display(description=_("e-mail domains"))
    def domain_names(self, row: IdentityProvider) -> str:
        """Return for whose addresses it speaks."""
        return ", ".join(row.domains)

    @display(description=_("levels that stand for a second factor"))
    def levels(self, row: IdentityProvider) -> str:
        """Return which values of acr count."""
        return ", ".join(row.factor_acr_values)


class ProviderNewPage(MakePage):
    """Sets a provider up, after password and second factor."""

    title = _("New identity provider")
    label = _("Set it up")
    permission = MANAGE
    template_name = "accounts/staff_identity_provider.html"
    back_url = staticmethod(lambda: reverse("admin:accounts_identityprovider_changelist"))

    def form_class(self) -> type[forms.Form]:
        return ProviderForm

    def begun_with(self, request: HttpRequest) -> dict[str, Any]:
        return {"provider_id": uuid7()}

    def make(self, actor: Actor, request: HttpRequest, values: dict[str, Any]) -> tuple[str, str]:
        self._prove(actor, request)
        row = identity_provider_create(actor=actor, **_taken(values))
        url = reverse("admin:accounts_identityprovider_change", args=[row.pk])
        return gettext("It is set up. Test it now."), url

    def _prove(self, actor: Actor, request: HttpRequest) -> None:
        person = User.objects.get(pk=request.session_entry.user_id)
        identity_prove(actor=actor, tenant=request.tenant, user=person, **shown_proof(request))

    def _asked(self, form: forms.Form) -> dict[str, Any]:
        base_url = tenant_by_id(current_tenant_id()).base_url
        return {
            **super()._asked(form),
            "redirect_uri": redirect_uri_of(form["provider_id"].value(), base_url),
            "state": factor_state(self.request.session_entry.user_id),
        }


class ProviderChangePage(ProviderNewPage):
    """Changes a provider, after password and second factor."""

    title = _("Change the identity provider")
    label = _("Save the changes")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self._row()  # one of another company is not there, whatever the form holds
        return super().post(request, *args, **kwargs)

    def form_class(self) -> type[forms.Form]:
        return ProviderChangeForm

    def begun_with(self, request: HttpRequest) -> dict[str, Any]:
        row = self._row()
        kept = {name: getattr(row, name) for name in ProviderForm.base_fields if hasattr(row, name)}
        return {
            **kept,
            "provider_id": row.pk,
            "client_secret": "",
            "domains": "\n".join(row.domains),
            "factor_acr_values": "\n".join(row.factor_acr_values),
        }

    def make(self, actor: Actor, request: HttpRequest, values: dict[str, Any]) -> tuple[str, str]:
        row = self._row()
        self._prove(actor, request)
        changes = _taken(values)
        changes.pop("provider_id")
        identity_provider_update(actor=actor, provider_id=row.pk, changes=changes)
        url = reverse("admin:accounts_identityprovider_change", args=[row.pk])
        return gettext("The changes are saved."), url

    def _row(self) -> IdentityProvider:
        row = IdentityProvider.objects.filter(pk=self.kwargs["provider_id"]).first()
        if row is None:
            raise Http404
        return row


def _taken(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **values,
        "domains": _words(values["domains"]),
        "factor_acr_values": _words(values["factor_acr_values"]),
    }


ADMIN_PAGES.fill(
    AdminPage(
        key="identity_provider_new",
        path="identity-providers/new/",
        view=sensitive_post_parameters()(ProviderNewPage.as_view()),
    )
)
ADMIN_PAGES.fill(
    AdminPage(
        key="identity_provider_change",
        path="identity-providers/<uuid:provider_id>/change/",
        view=sensitive_post_parameters()(ProviderChangePage.as_view()),
    )
)
ADMIN_NAVIGATION.fill(
    AdminEntry(
        key="identity_providers",
        section="company",
        label=_("Identity providers"),
        url_name="admin:accounts_identityprovider_changelist",
        icon="key",
        permission="identity_providers:read",
    )
)
