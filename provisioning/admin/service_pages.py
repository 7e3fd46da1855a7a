"""The service page of the back office: how far it is, why it stands still, what a person can do."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin import SimpleListFilter, display
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ispplatform.core.actors import Actor
from ispplatform.core.admin.acts import Act, ReasonForm
from ispplatform.core.admin.base import ReadOnlyTenantAdmin
from ispplatform.core.admin.columns import age_column, status_column
from ispplatform.core.admin.requests import actor_of
from ispplatform.core.clock import business_now
from ispplatform.core.pages.statuses import Tone
from ispplatform.core.pages.ui import badge
from ispplatform.core.tenancy.lookup import tenant_by_id
from provisioning.admin.forms import (
    EndForm,
    SuspendForm,
    plan_form,
    resume_form,
)
from provisioning.admin.service_overview import next_lines, service_overview
from provisioning.choices import ReasonKind, ScheduleState, ServiceStatus
from provisioning.models import Service
from provisioning.services.activation import service_activate, service_release, service_retry
from provisioning.services.changes import service_change_plan, service_read_back
from provisioning.services.suspension import service_resume, service_suspend
from provisioning.services.termination import service_terminate, termination_cancel

LIVE = (ServiceStatus.ACTIVE, ServiceStatus.SUSPENDED)
Values = Mapping[str, Any]


def _activate(actor: Actor, row: Service, values: Values) -> str:
    service_activate(actor=actor, service=row, pass_guards=True)
    return gettext("It is being set up.")


def _release(actor: Actor, row: Service, values: Values) -> str:
    service_release(actor=actor, service=row)
    return gettext("It was let through and is being set up.")


def _retry(actor: Actor, row: Service, values: Values) -> str:
    service_retry(actor=actor, service=row)
    return gettext("It is being tried again.")


def _suspend(actor: Actor, row: Service, values: Values) -> str:
    kind = ReasonKind(values["kind"])
    service_suspend(actor=actor, service=row, kind=kind, text=values["text"])
    return gettext("The provider is being told.")


def _resume(actor: Actor, row: Service, values: Values) -> str:
    kind = ReasonKind(values["kind"]) if values["kind"] else None
    service_resume(actor=actor, service=row, kind=kind, text=values["text"])
    return gettext("The reason is closed.")


def _change_plan(actor: Actor, row: Service, values: Values) -> str:
    service_change_plan(actor=actor, service=row, plan=values["plan"])
    return gettext("The provider is being told.")


def _read_back(actor: Actor, row: Service, values: Values) -> str:
    service_read_back(actor=actor, service=row)
    return gettext("The provider is being asked.")


def _end(actor: Actor, row: Service, values: Values) -> str:
    at = business_now(tenant_by_id(row.tenant_id)) if values["at_once"] else None
    service_terminate(actor=actor, service=row, reason=values["reason"], at=at)
    return gettext("The service ends.")


def _keep(actor: Actor, row: Service, values: Values) -> str:
    termination_cancel(actor=actor, service=row, reason=values["reason"])
    return gettext("The service goes on.")


ACTS = (
    Act(
        name="release",
        label=_("Let it through"),
        permission="services:activate",
        run=_release,
        explanation=_("It is set up now; no rule holds it again."),
        tone="main",
        decides=True,
        applies=lambda row: row.is_held,
    ),
    Act(
        name="retry",
        label=_("Try again"),
        permission="services:activate",
        run=_retry,
        tone="main",
        decides=True,
        applies=lambda row: row.status == ServiceStatus.PENDING and bool(row.trouble),
    ),
    Act(
        name="activate",
        label=_("Set up before payment"),
        permission="services:activate",
        run=_activate,
        explanation=_("Nothing is paid yet. The provider may charge us at once."),
        applies=lambda row: (
            row.status == ServiceStatus.PENDING
            and row.setup_started_at is None
            and not row.is_held
            and row.source is None  # else what ordered it decides
        ),
    ),
    Act(
        name="suspend",
        label=_("Suspend"),
        permission="services:suspend",
        run=_suspend,
        form=SuspendForm,
        explanation=_("It stands still until this reason is closed. Nothing is deleted."),
        applies=lambda row: row.status in LIVE,
    ),
    Act(
        name="resume",
        label=_("Resume"),
        permission="services:suspend",
        run=_resume,
        form_for=resume_form,
        tone="main",
        applies=lambda row: row.status == ServiceStatus.SUSPENDED and row.terminate_at is None,
    ),
    Act(
        name="change-plan",
        label=_("Change plan"),
        permission="services:update",
        run=_change_plan,
        form_for=plan_form,
        explanation=_("At the provider, now. What is billed is changed on the subscription."),
        applies=lambda row: row.status in LIVE,
    ),
    Act(
        name="read-back",
        label=_("Ask the provider"),
        permission="services:activate",
        run=_read_back,
        applies=lambda row: row.status in LIVE,
    ),
    Act(
        name="keep",
        label=_("Keep it after all"),
        permission="services:terminate",
        run=_keep,
        form=ReasonForm,
        explanation=_(
            "It works again, and its subscription runs on at the same price: paid days stay paid, "
            "and days on which it stood still after them are not billed."
        ),
        tone="main",
        applies=lambda row: row.terminate_at is not None and row.status != ServiceStatus.TERMINATED,
    ),
    Act(
        name="end",
        label=_("End the service"),
        permission="services:terminate",
        run=_end,
        form=EndForm,
        explanation=_("It stands still now, and its data is deleted when the hold is over."),
        tone="danger",
        applies=lambda row: row.status != ServiceStatus.TERMINATED and row.terminate_at is None,
    ),
)


class PersonFilter(SimpleListFilter):
    """Narrows the list to what waits for somebody."""

    title = _("waits for")
    parameter_name = "due"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("person", _("a person")), ("terminate", _("its end"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "person":
            return queryset.needing_a_person()
        if self.value() == "terminate":
            rows = queryset.filter(terminate_at__isnull=False)
            return rows.exclude(status=ServiceStatus.TERMINATED)
        return queryset


@display(description=_("waits for"))
def needs_person(row: Service) -> SafeString | str:
    """Say that somebody has to decide; nothing where it goes on by itself."""
    return badge(gettext("A person"), Tone.WARN) if row.trouble or row.held_reason else ""


@admin.register(Service)
class ServiceAdmin(ReadOnlyTenantAdmin):
    """Services and what can be done about them."""

    nothing_yet = _(
        "Whatever a customer has stands here: names, web space, mailboxes. An order "
        "makes it, or you adopt it."
    )
    permission_resource = "services"
    acts = ACTS
    since_fields: ClassVar[Mapping[str, str]] = {
        ServiceStatus.PENDING: "created_at",
        ServiceStatus.ACTIVE: "activated_at",
        ServiceStatus.TERMINATED: "terminated_at",
    }
    fieldsets = (
        (_("Details"), {"fields": ("configuration",)}),
        (
            _("When"),
            {
                "fields": (
                    "created_at",
                    "setup_started_at",
                    "activated_at",
                    "terminate_at",
                    "terminated_at",
                )
            },
        ),
        (_("What it hangs on"), {"fields": ("plan", "depends_on", "source_label")}),
    )
    list_display = (
        "label",
        "customer",
        "plan",
        status_column("status", "provisioning.service", label=_("status")),
        needs_person,
        age_column("created_at", label=_("ordered")),
    )
    list_display_links = ("label",)
    list_filter = ("status", "type", PersonFilter)
    search_fields = ("label", "=customer__customer_number", "customer__display_name")
    searched_by: ClassVar[Any] = {"services": "pk", "customers": "customer_id"}
    ordering = ("-id",)

    def next_of(self, row: Any) -> list[str]:
        return next_lines(row, list(row.schedules.filter(state=ScheduleState.WAITING)))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return (
            super().get_queryset(request).select_related("customer", "plan", "subscription__price")
        )

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        row = kwargs.get("obj")
        if row is not None:
            context.update(
                row_head="provisioning/admin/service_head.html",
                row_foot="provisioning/admin/service_foot.html",
                **service_overview(row, actor_of(request)),
            )
        return super().render_change_form(request, context, *args, **kwargs)
