"""What needs a person: who looks after it, and what is put aside for a while."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django import forms
from django.apps import apps
from django.contrib import admin
from django.contrib.admin import SimpleListFilter, display, site
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ispplatform.core.actors import Actor
from ispplatform.core.admin.acts import Act, acts_for
from ispplatform.core.admin.base import ReadOnlyTenantAdmin, TenantAdmin
from ispplatform.core.admin.columns import age_column, money_column
from ispplatform.core.admin.requests import actor_of
from ispplatform.core.admin.shown_fields import may_follow
from ispplatform.core.attention.kinds import attention_kinds
from ispplatform.core.attention.services import (
    MANAGE,
    attention_resolve,
    attention_snooze,
    attention_take,
)
from ispplatform.core.clock import system_now
from ispplatform.core.models.attention import AttentionItem


class SnoozeForm(forms.Form):
    """Asks for how long."""

    hours = forms.TypedChoiceField(
        label=_("Put it aside for"),
        choices=[
            ("1", _("One hour")),
            ("4", _("Four hours")),
            ("24", _("One day")),
            ("168", _("One week")),
        ],
        coerce=int,
    )


class ResolutionForm(forms.Form):
    """Asks what was done."""

    resolution = forms.CharField(label=_("What was done"), max_length=500, widget=forms.Textarea)


def _home(row: AttentionItem) -> str:
    return reverse("admin:index")


def _is_open(row: AttentionItem) -> bool:
    return row.resolved_at is None


def _take(actor: Actor, row: AttentionItem, values: Mapping[str, Any]) -> str:
    attention_take(actor=actor, item_id=row.pk)
    return gettext("You look after it now.")


def _snooze(actor: Actor, row: AttentionItem, values: Mapping[str, Any]) -> str:
    until = system_now() + timedelta(hours=values["hours"])
    attention_snooze(actor=actor, item_id=row.pk, until=until)
    return gettext("Put aside.")


def _resolve(actor: Actor, row: AttentionItem, values: Mapping[str, Any]) -> str:
    attention_resolve(actor=actor, item_id=row.pk, resolution=values["resolution"])
    return gettext("Settled.")


class OpenFilter(SimpleListFilter):
    """Shows what is open unless something else is asked for."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("settled", _("Settled")), ("all", _("All"))]

    def choices(self, changelist: Any) -> Any:
        shown = list(super().choices(changelist))
        shown[0]["display"] = _("Open")
        return shown

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "all":
            return queryset
        return queryset.filter(resolved_at__isnull=self.value() != "settled")


@admin.register(AttentionItem)
class AttentionItemAdmin(ReadOnlyTenantAdmin):
    """The rows under *Needs a person*."""

    permission_resource = "attention"
    acts = (
        Act(
            name="take",
            label=_("Take"),
            permission=MANAGE,
            run=_take,
            tone="main",
            applies=_is_open,
            leads_to=_home,
        ),
        Act(
            name="snooze",
            label=_("Put aside"),
            permission=MANAGE,
            run=_snooze,
            form=SnoozeForm,
            applies=_is_open,
            leads_to=_home,
        ),
        Act(
            name="resolve",
            label=_("Settle"),
            permission=MANAGE,
            run=_resolve,
            form=ResolutionForm,
            explanation=_("For when the cause is gone and nothing here has noticed."),
            applies=_is_open,
            leads_to=_home,
        ),
    )
    list_display = (
        "sentence",
        "label",
        money_column("money_at_stake", label=_("at stake")),
        age_column("opened_at", label=_("since")),
        "taken_by",
    )
    list_filter = (OpenFilter,)
    search_fields = ("=subject_label",)
    ordering = ("opened_at",)

    @display(description=_("kind"))
    def label(self, row: AttentionItem) -> str:
        """Return the words for the kind of trouble."""
        kind = attention_kinds.get(row.kind)
        return str(kind.label) if kind is not None else row.kind

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        response = super().render_change_form(request, context, *args, **kwargs)
        row = kwargs.get("obj")
        shown = getattr(response, "context_data", None)
        if row is not None and shown is not None and row.resolved_at is None:
            shown["acts"] = [*deciding_acts(request, row), *shown.get("acts", [])]
        return response

    def get_list_display(self, request: HttpRequest) -> Any:
        return (*super().get_list_display(request), _main_button(request))


def deciding_acts(request: HttpRequest, item: AttentionItem) -> list[dict[str, Any]]:
    """Return how the matter itself can be settled: acts on what the row is about."""
    try:
        model = apps.get_model(item.subject_type)
    except (LookupError, ValueError):
        return []
    page = site._registry.get(model)
    if not isinstance(page, TenantAdmin):
        return []
    row = page.get_object(request, str(item.subject_id))
    if row is None or not page.has_view_permission(request, row):
        return []
    url_name = f"admin:{model._meta.app_label}_{model._meta.model_name}_act"
    return [
        {"act": act, "url": reverse(url_name, args=[row.pk, act.name])}
        for act in acts_for(page.every_act(), row, actor_of(request))
        if act.decides
    ]


def _main_button(request: HttpRequest) -> Callable[[AttentionItem], SafeString | str]:
    """Return the column with the link behind a kind's own button, for those who may follow it."""

    @display(description="")
    def main_button(row: AttentionItem) -> SafeString | str:
        kind = attention_kinds.get(row.kind)
        url = kind.url(row) if kind is not None and row.resolved_at is None else ""
        if kind is None or not url or not may_follow(request, url):
            return ""
        return format_html('<a class="button" href="{}">{}</a>', url, kind.button)

    return main_button
