"""What needs a person: who looks after it, and what is put aside for a while."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.apps import apps
from django.contrib import admin
from django.contrib.admin import SimpleListFilter, display, site
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ispplatform.core.actors import Actor
from ispplatform.core.admin.acts import Act, acts_for, with_one_main
from ispplatform.core.admin.base import ReadOnlyTenantAdmin, TenantAdmin
from ispplatform.core.admin.columns import age_column, money_column, text_column
from ispplatform.core.admin.heads import MainLink
from ispplatform.core.admin.owners import owner_link, with_owner_names
from ispplatform.core.admin.requests import actor_of
from ispplatform.core.admin.shown_fields import may_follow
from ispplatform.core.attention.kinds import attention_kinds
from ispplatform.core.attention.selectors import attention_items_open
from ispplatform.core.attention.services import (
    MANAGE,
    attention_resolve,
    attention_snooze,
    attention_take,
)
from ispplatform.core.bulk import BULK_ACTS, bulk_of
from ispplatform.core.bulk.acts import Rows
from ispplatform.core.clock import system_now
from ispplatform.core.models.attention import AttentionItem
from ispplatform.core.money import Money


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


MONEY = money_column("money_at_stake", label=_("at stake"))
AGE = age_column("opened_at", label=_("since"))


def _home(row: AttentionItem) -> str:
    return reverse("admin:index")


def _is_open(row: AttentionItem) -> bool:
    return row.resolved_at is None


def _stakes(rows: Rows) -> dict[UUID, Money]:
    return {
        row.pk: Money(row.money_at_stake, row.currency)
        for row in rows
        if row.money_at_stake is not None
    }


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
        return [("now", _("Open, not put aside")), ("settled", _("Settled")), ("all", _("All"))]

    def choices(self, changelist: Any) -> Any:
        shown = list(super().choices(changelist))
        shown[0]["display"] = _("Open")
        return shown

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "all":
            return queryset
        if self.value() == "now":
            return queryset.filter(pk__in=attention_items_open().order_by().values("pk"))
        return queryset.filter(resolved_at__isnull=self.value() != "settled")


TAKE = Act(
    name="take",
    label=_("Take"),
    permission=MANAGE,
    run=_take,
    applies=_is_open,
    leads_to=_home,
)
SNOOZE = Act(
    name="snooze",
    label=_("Put aside"),
    permission=MANAGE,
    run=_snooze,
    form=SnoozeForm,
    applies=_is_open,
    leads_to=_home,
)
for _one in (TAKE, SNOOZE):
    BULK_ACTS.fill(
        bulk_of(_one, model="core.attentionitem", see="attention:read", stakes=_stakes, tone="main")
    )


@admin.register(AttentionItem)
class AttentionItemAdmin(ReadOnlyTenantAdmin):
    """The rows under *Needs a person*."""

    nothing_yet = _(
        "Nothing needs you. What the platform cannot decide by itself will stand here, "
        "with the money at stake."
    )
    permission_resource = "attention"
    acts = (
        TAKE,
        SNOOZE,
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
        "what",
        MONEY,
        AGE,
        text_column("taken_by", label=_("looks after it")),
    )
    fields = (
        ("opened_at", "told_at"),
        ("taken_by", "taken_at"),
        "snoozed_until",
        ("resolved_at", "resolved_by"),
        "resolution",
    )
    list_filter = (OpenFilter,)
    search_fields = ("=subject_label",)
    ordering = ("opened_at",)

    @display(description=_("what happened"), ordering="kind")
    def what(self, row: AttentionItem) -> SafeString:
        """Return the sentence, and below it the kind of trouble."""
        return format_html(
            '<span>{}<br><span class="soft">{}</span></span>', row.sentence, self.label(row)
        )

    @display(description=_("kind"))
    def label(self, row: AttentionItem) -> str:
        """Return the words for the kind of trouble."""
        kind = attention_kinds.get(row.kind)
        return str(kind.label) if kind is not None else row.kind

    def kind_of(self, row: AttentionItem) -> str:
        return self.label(row)

    def facts_of(self, row: AttentionItem) -> list[tuple[Any, Any]]:
        return [
            (_("About"), row.subject_label),
            (_("Money at stake"), MONEY(row)),
            (_("Open since"), AGE(row)),
            (_("Looks after it"), row.taken_by),
            (_("Settled"), row.resolution),
        ]

    def next_of(self, row: AttentionItem) -> list[str]:
        kind = attention_kinds.get(row.kind)
        return [str(kind.advice)] if kind is not None and _is_open(row) else []

    def main_link_of(self, row: AttentionItem) -> MainLink | None:
        kind = attention_kinds.get(row.kind)
        if kind is None or not _is_open(row):
            return None
        return MainLink(label=kind.button, url=kind.url(row))

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        response = super().render_change_form(request, context, *args, **kwargs)
        row = kwargs.get("obj")
        shown = getattr(response, "context_data", None)
        if row is not None and shown is not None and row.resolved_at is None:
            deciding = with_one_main(deciding_acts(request, row))
            shown["acts"] = [*deciding, *shown.get("acts", [])]
            shown["has_main_act"] = any(line["act"].tone == "main" for line in deciding)
        return response

    def get_list_display(self, request: HttpRequest) -> Any:
        what, *others = super().get_list_display(request)
        return (what, _customer(request), *others, _buttons(request))

    def get_queryset(self, request: HttpRequest) -> QuerySet[AttentionItem]:
        rows: QuerySet[AttentionItem] = with_owner_names(super().get_queryset(request))
        return rows


def _customer(request: HttpRequest) -> Callable[[Any], SafeString | str]:
    """Return the column with whose matter it is."""

    @display(description=_("customer"))
    def customer(row: Any) -> SafeString | str:
        return owner_link(request, row)

    return customer


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


def _buttons(request: HttpRequest) -> Callable[[AttentionItem], SafeString | str]:
    """Return the column with the kind's own button, taking and putting aside.

    Only what this person may do is offered. The buttons send the list's own little form.
    """
    may_manage = actor_of(request).can(MANAGE)

    @display(description="")
    def buttons(row: AttentionItem) -> SafeString | str:
        if row.resolved_at is not None:
            return ""
        return format_html(
            '<span class="house row-buttons">{}{}</span>',
            _main_button(request, row),
            _looking_after(row) if may_manage else "",
        )

    return buttons


def _main_button(request: HttpRequest, row: AttentionItem) -> SafeString | str:
    kind = attention_kinds.get(row.kind)
    url = kind.url(row) if kind is not None else ""
    if kind is None or not url or not may_follow(request, url):
        return ""
    return format_html(
        '<a class="button button-primary" href="{}">{}<span class="visually-hidden"> {}</span></a>',
        url,
        kind.button,
        row.subject_label,
    )


def _looking_after(row: AttentionItem) -> SafeString:
    name = "admin:core_attentionitem_act"
    return format_html(
        '<button class="button" form="row-act" formaction="{}">{}'
        '<span class="visually-hidden"> {}</span></button>'
        '<a class="button" href="{}">{}<span class="visually-hidden"> {}</span></a>',
        reverse(name, args=[row.pk, "take"]),
        gettext("Take"),
        row.subject_label,
        reverse(name, args=[row.pk, "snooze"]),
        gettext("Put aside"),
        row.subject_label,
    )
