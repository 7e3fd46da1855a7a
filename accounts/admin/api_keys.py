"""Keys of programs."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin.act_pages import MakePage
from accounts.admin.permission_choices import permission_choices
from accounts.models import ApiKey, User
from accounts.services.api_keys import api_key_create, api_key_revoke
from ispplatform.core.actors import Actor
from ispplatform.core.admin.acts import Act, ReasonForm
from ispplatform.core.admin.base import TenantAdmin
from ispplatform.core.admin.navigation import ADMIN_NAVIGATION, AdminEntry
from ispplatform.core.admin.pages import ADMIN_PAGES, AdminPage
from ispplatform.core.tenancy.context import current_tenant_id
from ispplatform.core.tenancy.lookup import tenant_by_id


class ApiKeyForm(forms.Form):
    """A new key."""

    name = forms.CharField(label=_("What uses it"), max_length=80)
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


@admin.register(ApiKey)
class ApiKeyAdmin(TenantAdmin):
    """The keys of the company; a key itself is shown once, when it is made."""

    nothing_yet = _(
        "Programs that use the API each have a key here, with what it may do and until when."
    )
    permission_resource = "api_keys"
    list_display = (
        "name",
        "hint",
        "mode",
        "responsible",
        "last_used_at",
        "expires_at",
        "revoked_at",
    )
    search_fields = ("name", "hint")
    list_filter = ("mode",)
    list_select_related = ("responsible",)
    exclude = ("digest",)
    acts = (
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

    def has_add_permission(self, request: HttpRequest) -> bool:
        actor: Actor = request.actor
        return actor.can("api_keys:manage")

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        return HttpResponseRedirect(reverse("admin:api_key_new"))


class ApiKeyNewPage(MakePage):
    """Makes a key and shows it once."""

    title = _("New API key")
    label = _("Make the key")
    permission = "api_keys:manage"
    back_url = staticmethod(lambda: reverse("admin:accounts_apikey_changelist"))

    def form_class(self) -> type[forms.Form]:
        return ApiKeyForm

    def make(self, actor: Actor, request: HttpRequest, values: dict[str, Any]) -> tuple[str, str]:
        made = api_key_create(
            actor=actor,
            tenant=tenant_by_id(current_tenant_id()),
            name=values["name"],
            responsible=User.objects.get(pk=UUID(actor.id)),
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
