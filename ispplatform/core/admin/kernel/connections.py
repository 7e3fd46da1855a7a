"""Accounts at providers: set up by the fields that each back end asks for, tested by a button."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ispplatform.core.actors import Actor
from ispplatform.core.admin.acts import Act
from ispplatform.core.admin.base import ReadOnlyTenantAdmin
from ispplatform.core.admin.columns import age_column, text_column, toned_column
from ispplatform.core.admin.field_values import NOTHING
from ispplatform.core.admin.kernel.connection_forms import (
    CONFIG,
    connection_form,
    sorted_values,
)
from ispplatform.core.admin.kernel.connection_slots import CONNECTION_PARTS
from ispplatform.core.models.connections import ConnectionState, ProviderConnection
from ispplatform.core.pages.statuses import Tone
from ispplatform.core.providers.registry import backends
from ispplatform.core.providers.services import MANAGE, connection_test, connection_update

STATE_TONES = {
    ConnectionState.UNTESTED: Tone.QUIET,
    ConnectionState.WORKING: Tone.GOOD,
    ConnectionState.FAILING: Tone.BAD,
}


class KindFilter(admin.SimpleListFilter):
    """The kinds of providers, in words."""

    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(kind.code, kind.label) for kind in backends.kinds()]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(kind=self.value()) if self.value() else queryset


def _edit(actor: Actor, row: ProviderConnection, values: Mapping[str, Any]) -> str:
    connection_update(actor=actor, connection_id=row.pk, **sorted_values(values))
    return gettext("Saved. Test the connection now.")


def _initial(row: ProviderConnection) -> dict[str, Any]:
    return {"name": row.name, **{CONFIG + name: value for name, value in row.config.items()}}


def _test(actor: Actor, row: ProviderConnection, values: Mapping[str, Any]) -> str:
    tested = connection_test(actor=actor, connection_id=row.pk)
    return f"{tested.get_state_display()}: {tested.state_sentence}"


def _switch(actor: Actor, row: ProviderConnection, values: Mapping[str, Any]) -> str:
    connection_update(actor=actor, connection_id=row.pk, is_active=not row.is_active)
    return gettext("Switched off.") if row.is_active else gettext("Switched on.")


def _form_for(row: ProviderConnection) -> type[forms.Form]:
    return connection_form(backends.get(row.kind, row.backend), is_kept=True)


@admin.register(ProviderConnection)
class ProviderConnectionAdmin(ReadOnlyTenantAdmin):
    """The tenant's accounts at registrars, panels, DNS servers, payment services."""

    nothing_yet = _(
        "Registrars, DNS servers, panels and payment gateways are connected here. Start "
        "with the one that you sell first."
    )
    permission_resource = "connections"
    create_permission = MANAGE
    acts = (
        Act(
            name="test",
            label=_("Test connection"),
            permission=MANAGE,
            run=_test,
            tone="main",
        ),
        Act(
            name="edit",
            label=_("Change"),
            permission=MANAGE,
            run=_edit,
            form_for=_form_for,
            initial=_initial,
        ),
        Act(
            name="switch_off",
            label=_("Switch off"),
            permission=MANAGE,
            run=_switch,
            explanation=_("Nothing new is sent through it; what waits is kept."),
            tone="danger",
            applies=lambda row: row.is_active,
        ),
        Act(
            name="switch_on",
            label=_("Switch on"),
            permission=MANAGE,
            run=_switch,
            applies=lambda row: not row.is_active,
        ),
    )
    list_display = (
        "name",
        "kind_words",
        "backend_words",
        toned_column("state", STATE_TONES, label=_("state")),
        text_column("state_sentence", label=_("says")),
        age_column("tested_at", label=_("tested")),
        "is_active",
    )
    list_filter = (KindFilter, "state", "is_active")
    search_fields = ("name",)
    fieldsets = (
        (None, {"fields": ("kind_words", "backend_words", "is_active", "is_sandbox")}),
        (_("Last test"), {"fields": ("state_sentence", "account_mode", "tested_at")}),
        (_("Settings"), {"fields": ("config", "notices_address")}),
    )
    readonly_fields = ("kind_words", "backend_words", "notices_address")

    @admin.display(description=_("kind"), ordering="kind")
    def kind_words(self, row: ProviderConnection) -> str:
        """What sort of provider it is."""
        return backends.label_of(row.kind)

    @admin.display(description=_("back end"), ordering="backend")
    def backend_words(self, row: ProviderConnection) -> str:
        """What speaks with it."""
        known = backends.known(row.kind, row.backend)
        return known.label if known is not None else row.backend

    @admin.display(description=_("address for its notices"))
    def notices_address(self, row: ProviderConnection) -> str:
        """Where the provider is to send notices to; it is entered there."""
        known = backends.known(row.kind, row.backend)
        if known is None or not known.notices_path:
            return NOTHING
        return row.tenant.base_url + known.notices_path.format(connection_id=row.pk)

    def every_act(self) -> tuple[Act, ...]:
        return (*self.acts, *(act for part in CONNECTION_PARTS.items() for act in part.acts))

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        row = kwargs.get("obj")
        if row is not None:
            parts = [(part.template, part.content(row)) for part in CONNECTION_PARTS.items()]
            context["parts"] = [part for part in parts if part[1] is not None]
            context["row_foot"] = "admin/house/connection_foot.html"
        return super().render_change_form(request, context, *args, **kwargs)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super(ReadOnlyTenantAdmin, self).has_add_permission(request)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:connection_add"))
