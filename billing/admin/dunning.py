"""Unpaid invoices in the back office: what happens next, what holds it up, and what staff do."""

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from django.contrib import admin
from django.contrib.admin import display
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from billing.admin.forms import CustomerNumberField, DressedModelForm
from billing.admin.holds import HoldForm, hold_make
from billing.choices import PlanState
from billing.models import DunningCase, DunningHold, SuspensionPlan
from billing.office_dunning import ACTS, dunning_history
from billing.rules.dunning import StepKind
from billing.selectors.dunning import gateway_holds
from billing.selectors.unpaid_lines import suspendable_of
from billing.services.dunning_holds import dunning_hold_end
from billing.services.gateway_outages import gateway_outage_end
from billing.services.suspension_plans import suspension_plan_confirm, suspension_plan_drop
from billing.words_dunning import STEPS
from ispplatform.core.actors import Actor
from ispplatform.core.admin.acts import Act
from ispplatform.core.admin.base import ReadOnlyTenantAdmin, TenantAdmin
from ispplatform.core.admin.columns import age_column
from ispplatform.core.admin.pages import ADMIN_PAGES, AdminPage, StaffPage
from ispplatform.core.errors import InvalidInput

Values = Mapping[str, Any]


@admin.register(DunningCase)
class DunningCaseAdmin(ReadOnlyTenantAdmin):
    """What is done about each unpaid invoice."""

    nothing_yet = _("Every invoice that is not paid yet stands here, with what happens next.")
    permission_resource = "invoices"
    acts = ACTS
    list_display = ("invoice", "customer", "next_step", "next_at", "suspended_at", "trouble")
    list_select_related = ("invoice", "customer")
    list_filter: ClassVar[Any] = ("next_kind", "outcome", "next_at")
    search_fields = ("invoice__number", "customer__search_text")
    searched_by: ClassVar[Any] = {"documents": "invoice_id", "customers": "customer_id"}
    ordering = ("next_at", "id")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("invoice", "customer"),
                    ("next_step", "next_at"),
                    ("due_on", "expires_on"),
                    ("notice_accepted_at", "suspended_at"),
                    ("closed_at", "outcome"),
                    "trouble",
                )
            },
        ),
    )

    @display(description=_("next step"), ordering="next_kind")
    def next_step(self, row: DunningCase) -> str:
        """Return the next step in words."""
        return str(STEPS[StepKind(row.next_kind)]) if row.next_kind else _t("Nothing")

    def get_queryset(self, request: HttpRequest) -> QuerySet[DunningCase]:
        return super().get_queryset(request).select_related("invoice__document", "customer")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (*super().get_readonly_fields(request, obj), "next_step")

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        row = kwargs.get("obj")
        if row is not None:
            context["row_foot"] = "billing/admin/dunning_steps.html"
            context["dunning_steps"] = dunning_history(row.invoice)
        return super().render_change_form(request, context, *args, **kwargs)


class HoldAddForm(DressedModelForm, HoldForm):
    """For whom dunning stands still, until when, and why."""

    customer_number = CustomerNumberField()

    class Meta:
        model = DunningHold
        fields: list[str] = []


def _ended(actor: Actor, row: DunningHold, values: Values) -> str:
    dunning_hold_end(actor=actor, hold_id=row.pk)
    return _t("It goes on.")


@admin.register(DunningHold)
class DunningHoldAdmin(TenantAdmin):
    """Why the dunning of customers stands or stood still."""

    nothing_yet = _("Customers who need not fear a suspension until a day, and why, stand here.")
    permission_resource = "invoices"
    create_permission = "dunning:pause"
    form = HoldAddForm
    editable_fields = ("customer_number", *HoldForm.base_fields)
    list_display = (
        "customer",
        "kind",
        "until",
        "reason",
        "opened_by",
        age_column("opened_at", label=_("since")),
        "closed_at",
    )
    list_select_related = ("customer",)
    list_filter: ClassVar[Any] = ("kind", ("closed_at", admin.EmptyFieldListFilter))
    search_fields = ("reason", "customer__search_text")
    ordering = ("-id",)
    acts = (
        Act(
            name="end",
            label=_("Let it go on"),
            permission="dunning:pause",
            run=_ended,
            applies=lambda row: row.closed_at is None,
            tone="main",
        ),
    )

    def page_sets(self, request: HttpRequest, obj: Any = None) -> Any:
        shown = ("customer", "invoice", "kind", "since", "until", "reason", "opened_by")
        fields = self.editable_fields if obj is None else (*shown, "closed_at", "closed_by")
        return ((None, {"fields": fields}),)

    def service_create(self, actor: Actor, values: dict[str, Any]) -> models.Model:
        return hold_make(actor=actor, customer=values["customer_number"], values=values)


class UnpaidPage(StaffPage):
    """What waits for a person about unpaid invoices: lists of suspensions, trouble of gateways."""

    title = _("Unpaid invoices")
    template_name = "billing/admin/unpaid.html"
    permission = "invoices:read"
    manage_permission = "dunning:manage"

    def content(self, request: HttpRequest) -> dict[str, Any]:
        plan = SuspensionPlan.objects.filter(state=PlanState.WAITING).first()
        return {
            "plan": plan,
            "plan_lines": _plan_lines(plan) if plan is not None else [],
            "may_confirm": self.actor.can("dunning:confirm"),
            "outages": _outages(),
            "in_trouble": list(
                DunningCase.objects.filter(closed_at=None)
                .exclude(trouble="")
                .select_related("invoice", "customer")
                .order_by("pk")[:50]
            ),
        }

    def act_confirm(self, request: HttpRequest) -> str:
        """Let the suspensions on the list be made."""
        suspension_plan_confirm(actor=self.actor, **_plan_named(request))
        return _t("Confirmed. The services are suspended in the hours for it.")

    def act_drop(self, request: HttpRequest) -> str:
        """Suspend nothing that is on the list."""
        suspension_plan_drop(actor=self.actor, **_plan_named(request))
        return _t("Dropped. What is still unpaid is asked about again tomorrow.")

    def act_go_on(self, request: HttpRequest) -> str:
        """Let the customers of a gateway's trouble go on."""
        connection_id = _uuid(request.POST.get("connection", ""))
        count = gateway_outage_end(actor=self.actor, connection_id=connection_id)
        return _t("The dunning of %(count)s customers goes on.") % {"count": count}


def _plan_named(request: HttpRequest) -> dict[str, Any]:
    version = request.POST.get("version", "")
    return {
        "plan_id": _uuid(request.POST.get("plan", "")),
        "version": int(version) if version.isdigit() else 0,
    }


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise InvalidInput(_t("The form was not whole: try again.")) from None


def _plan_lines(plan: SuspensionPlan) -> list[dict[str, Any]]:
    cases = plan.cases.select_related("invoice__document", "customer").order_by("next_at", "pk")
    return [{"case": case, "subjects": suspendable_of(case.invoice.document)} for case in cases]


def _outages() -> list[dict[str, Any]]:
    found: dict[UUID, dict[str, Any]] = {}
    for hold in gateway_holds():
        line = found.setdefault(
            hold.connection_id,
            {"connection": hold.connection, "code": hold.code, "since": hold.opened_at, "count": 0},
        )
        line["count"] += 1
    return list(found.values())


ADMIN_PAGES.fill(
    AdminPage(key="billing_unpaid", path="unpaid-invoices/", view=UnpaidPage.as_view())
)
