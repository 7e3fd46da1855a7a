"""Keys of programs."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin.act_pages import MakePage
from accounts.admin.permission_choices import permission_choices
from accounts.models import ApiKey, Integration
from accounts.selectors.integrations import integrations_living
from accounts.services.api_keys import api_key_create, api_key_revoke, api_key_rotate
from ispplatform.core.actors import Actor
from ispplatform.core.admin.acts import Act, ReasonForm
from ispplatform.core.admin.base import MadeOnAPage
from ispplatform.core.admin.navigation import ADMIN_NAVIGATION, AdminEntry
from ispplatform.core.admin.pages import ADMIN_PAGES, AdminPage
from ispplatform.core.clock import system_now
from ispplatform.core.tenancy.context import current_tenant_id
from ispplatform.core.tenancy.lookup import tenant_by_id


def _integrations() -> list[tuple[str, str]]:
    return [(str(row.pk), row.name) for row in integrations_living()]


class RotateForm(forms.Form):
    """How long the old key works on."""

    hours = forms.IntegerField(
        label=_("Hours for which the old key works on"),
        help_text=_("0 ends it at once; at most 168 are a week."),
        min_value=0,
        max_value=168,
        initial=24,
    )


class ApiKeyForm(forms.Form):
    """A new key."""

    integration = forms.ChoiceField(label=_("Integration"), choices=_integrations)
    name = forms.CharField(label=_("Name of the key"), max_length=80)
    scopes = forms.MultipleChoiceField(
        label=_("It may"), choices=permission_choices, widget=forms.CheckboxSelectMultiple
    )
    networks = forms.CharField(
        label=_("Only from these networks"),
        help_text=_("One per line, for example 192.0.2.0/24. Empty: from anywhere."),
        required=False,
        widget=forms.Textarea,
    )
    expires_at = forms.DateTimeField(
        label=_("Ends"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )


def _revoke(actor: Actor, row: ApiKey, values: Mapping[str, Any]) -> str:
    api_key_revoke(actor=actor, key=row, reason=values["reason"])
    return gettext("The key is worthless now.")


def _rotate(actor: Actor, row: ApiKey, values: Mapping[str, Any]) -> str:
    made = api_key_rotate(
        actor=actor,
        tenant=tenant_by_id(current_tenant_id()),
        key=row,
        overlap_seconds=values["hours"] * 3600,
    )
    return gettext("Keep this key, it is shown this once: %(key)s") % {"key": made.text}


def _can_rotate(row: ApiKey) -> bool:
    is_over = row.expires_at is not None and row.expires_at <= system_now()
    return row.revoked_at is None and not is_over and not hasattr(row, "successor")


@admin.register(ApiKey)
class ApiKeyAdmin(MadeOnAPage):
    """The keys of the company; a key itself is shown once, when it is made."""

    create_permission = "api_keys:manage"
    make_page = "admin:api_key_new"

    nothing_yet = _(
        "Programs that use the API each have a key here, with what it may do and until when."
    )
    permission_resource = "api_keys"
    list_display = (
        "name",
        "hint",
        "mode",
        "integration",
        "last_used_at",
        "last_used_address",
        "expires_at",
        "revoked_at",
    )
    search_fields = ("name", "hint")
    list_filter = ("mode",)
    list_select_related = ("integration",)
    exclude = ("digest", "responsible")
    acts = (
        Act(
            name="rotate",
            label=_("Rotate"),
            permission="api_keys:manage",
            run=_rotate,
            form=RotateForm,
            explanation=_("A new key with the same rights is made and shown once."),
            applies=_can_rotate,
        ),
        Act(
            name="revoke",
            label=_("Revoke"),
            permission="api_keys:manage",
            run=_revoke,
            form=ReasonForm,
            applies=lambda row: row.revoked_at is None,
            tone="danger",
        ),
    )


class ApiKeyNewPage(MakePage):
    """Makes a key and shows it once."""

    title = _("New API key")
    label = _("Make the key")
    permission = "api_keys:manage"
    back_url = staticmethod(lambda: reverse("admin:accounts_apikey_changelist"))

    def form_class(self) -> type[forms.Form]:
        return ApiKeyForm

    def begun_with(self, request: HttpRequest) -> dict[str, Any]:
        return {"integration": request.GET.get("integration", "")}

    def make(self, actor: Actor, request: HttpRequest, values: dict[str, Any]) -> tuple[str, str]:
        made = api_key_create(
            actor=actor,
            tenant=tenant_by_id(current_tenant_id()),
            name=values["name"],
            integration=Integration.objects.get(pk=UUID(values["integration"])),
            scopes=values["scopes"],
            networks=values["networks"].split(),
            expires_at=values["expires_at"],
        )
        messages.warning(
            request, gettext("Keep this key, it is shown this once: %(key)s") % {"key": made.text}
        )
        url = reverse("admin:accounts_apikey_change", args=[made.row.pk])
        return gettext("The key is made."), url


ADMIN_PAGES.fill(AdminPage(key="api_key_new", path="api-keys/new/", view=ApiKeyNewPage.as_view()))
ADMIN_NAVIGATION.fill(
    AdminEntry(
        key="api_keys",
        section="company",
        label=_("API keys"),
        url_name="admin:accounts_apikey_changelist",
        icon="vpn_key",
        permission="api_keys:read",
    )
)
