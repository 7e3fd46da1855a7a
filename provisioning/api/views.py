"""Services for staff and for their customers."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.choices import PlanType
from catalog.selectors.plans import plan_by_id
from customers.selectors import customer_by_id
from ispplatform.core.api.filter_kinds import (
    AppliedFilter,
    BooleanFilter,
    ChoiceFilter,
    Filter,
    InstantFilter,
    TextFilter,
    UuidFilter,
    include_deleted_filter,
)
from ispplatform.core.api.responses import ApiResponse
from ispplatform.core.api.viewsets import (
    CreateAction,
    Expected,
    ListAction,
    PortalViewSet,
    RetrieveAction,
    StaffViewSet,
    UpdateAction,
)
from ispplatform.core.clock import business_today
from ispplatform.core.errors import InvalidInput
from ispplatform.core.external_refs.api import (
    ExternalRefsAction,
    ExternalRefsInput,
    external_ref_filters,
)
from ispplatform.core.tenancy.context import current_tenant_id
from ispplatform.core.tenancy.lookup import tenant_by_id
from provisioning.api.serializers import (
    ChangePlanInput,
    KeepInput,
    PortalServiceDetail,
    PortalServiceRow,
    ReasonInput,
    ResumeInput,
    ServiceChange,
    ServiceDetail,
    ServiceInput,
    ServiceNoInput,
    ServiceRow,
    StatusInput,
    SuspendInput,
)
from provisioning.choices import ReasonKind, ScheduledAct, ServiceStatus
from provisioning.models import Service
from provisioning.selectors.services import services_for
from provisioning.selectors.usage import PERIODS, UsageReport, service_usage
from provisioning.services.activation import service_activate, service_release, service_retry
from provisioning.services.changes import service_change_plan, service_read_back
from provisioning.services.ordering import service_configure, service_order
from provisioning.services.schedules import schedule_create
from provisioning.services.suspension import service_resume, service_suspend
from provisioning.services.termination import service_terminate, termination_cancel

LONGEST_USAGE_DAYS = 731
USAGE_PARAMETERS = [
    OpenApiParameter("period", enum=PERIODS, description="What a line of the answer covers."),
    OpenApiParameter("start_date", date, description="First day; left out: 30 days ago."),
    OpenApiParameter("end_date", date, description="Last day; left out: today."),
]
FILTERS: dict[str, Filter] = {
    "customer_id": UuidFilter(),
    "plan_id": UuidFilter(),
    "type": ChoiceFilter(PlanType),
    "status": ChoiceFilter(ServiceStatus),
    "label": TextFilter(),
    "needs_person": AppliedFilter(
        lambda rows, wanted: (
            rows.needing_a_person()
            if wanted
            else rows.exclude(pk__in=rows.needing_a_person().values("pk"))
        ),
        kind=BooleanFilter(),
    ),
    "activated_at": InstantFilter(),
    "created_at": InstantFilter(main=True),
    "updated_at": InstantFilter(),
    **external_ref_filters(),
    **include_deleted_filter(),
}
SORTS = ("created_at", "updated_at", "label", "status", "type", "activated_at")


class UsageAction:
    """``GET services/{id}/usage``."""

    request: Request

    @extend_schema(parameters=USAGE_PARAMETERS, request=None, responses={200: dict})
    @action(detail=True, methods=["get"])
    def usage(self: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return what the service used, by day, week or month."""
        service = self.row()
        start, end, period = _asked_days(request)
        report = service_usage(service, period=period, start=start, end=end + timedelta(days=1))
        return ApiResponse(_usage_told(service, report))


class ServiceViewSet(
    UsageAction,
    ExternalRefsAction,
    ListAction,
    RetrieveAction,
    CreateAction,
    UpdateAction,
    StaffViewSet,
):
    """Services: what customers have."""

    resource_name = "service"
    row_serializer = ServiceRow
    detail_serializer = ServiceDetail
    input_serializers = {
        "create": ServiceInput,
        "update": ServiceChange,
        "activate": ServiceNoInput,
        "release": ServiceNoInput,
        "retry": ServiceNoInput,
        "read_back": ServiceNoInput,
        "suspend": SuspendInput,
        "resume": ResumeInput,
        "terminate": ReasonInput,
        "cancel_termination": KeepInput,
        "change_plan": ChangePlanInput,
        "status": StatusInput,
        "external_refs": ExternalRefsInput,
    }
    permissions_required = {
        "list": "services:read",
        "retrieve": "services:read",
        "usage": "services:read",
        "create": "services:create",
        "update": "services:update",
        "partial_update": "services:update",
        "activate": "services:activate",
        "release": "services:activate",
        "retry": "services:activate",
        "read_back": "services:activate",
        "suspend": "services:suspend",
        "resume": "services:suspend",
        "terminate": "services:terminate",
        "cancel_termination": "services:terminate",
        "change_plan": "services:update",
        "external_refs": "services:update",
        "status": "services:read",  # each state asks for its own permission as well
    }
    filter_fields = FILTERS
    sort_fields = SORTS
    searchable = True

    def get_queryset(self) -> QuerySet[Service]:
        return services_for(self.actor)

    def search(self, queryset: QuerySet[Any], text: str) -> QuerySet[Any]:
        return queryset.filter(Q(label__icontains=text) | Q(customer__customer_number__iexact=text))

    def perform_create(self, values: dict[str, Any]) -> UUID:
        plan = plan_by_id(values["plan_id"], actor=self.actor)
        if values.get("type", plan.type) != plan.type:
            raise InvalidInput(f"{plan.name} is of the type {plan.type}.", field="type")
        particulars = {
            name: values[name]
            for name in ("installation_address", "contract_months", "notes")
            if values.get(name)
        }
        service = service_order(
            actor=self.actor,
            customer=customer_by_id(values["customer_id"], actor=self.actor),
            plan=plan,
            configuration=values.get("configuration", {}),
            label=values.get("label", ""),
            particulars=particulars,
            external_refs=values.get("external_refs", ()),
        )
        if (day := values.get("activation_date")) is not None:
            self._later(service, ScheduledAct.ACTIVATE, day, "") or service_activate(
                actor=self.actor, service=service
            )
        return service.pk

    def perform_update(self, row: Any, values: dict[str, Any], expected: Expected) -> None:
        service_configure(
            actor=self.actor,
            service=row,
            configuration=values.get("configuration", row.configuration),
            label=values.get("label", ""),
        )

    @action(detail=True, methods=["post"])
    def activate(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Start setting a service up, without waiting for money."""
        self.valid()
        service_activate(actor=self.actor, service=self.row())
        return self.show(kwargs["id"], message="The service is being set up.")

    @action(detail=True, methods=["post"])
    def release(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Let a held service through."""
        self.valid()
        service_release(actor=self.actor, service=self.row())
        return self.show(kwargs["id"], message="The service is being set up.")

    @action(detail=True, methods=["post"])
    def retry(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Try the setting up of a service in trouble once more."""
        self.valid()
        service_retry(actor=self.actor, service=self.row())
        return self.show(kwargs["id"], message="It is being tried again.")

    @action(detail=True, methods=["post"], url_path="read-back")
    def read_back(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Ask the provider how things really are."""
        self.valid()
        service_read_back(actor=self.actor, service=self.row())
        return self.show(kwargs["id"], message="The provider is being asked.")

    @action(detail=True, methods=["post"])
    def suspend(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Suspend a service, now or on a later day."""
        body, row = self.valid(), self.row()
        self._suspend(row, body, ReasonKind(body["kind"]))
        return self.show(row.pk, message="Service suspended.")

    @action(detail=True, methods=["post"])
    def resume(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Let a suspended service work again, now or on a later day."""
        body, row = self.valid(), self.row()
        self._resume(row, body, ReasonKind(body["kind"]) if body["kind"] else None)
        return self.show(row.pk, message="Service resumed.")

    @action(detail=True, methods=["post"])
    def terminate(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """End a service after the hold, decided now or on a later day."""
        body, row = self.valid(), self.row()
        self._terminate(row, body)
        return self.show(row.pk, message="The service ends.")

    @action(detail=True, methods=["post"], url_path="cancel-termination")
    def cancel_termination(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Keep a service that is about to end; its subscription runs on."""
        body, row = self.valid(), self.row()
        termination_cancel(actor=self.actor, service=row, reason=body["reason"])
        return self.show(row.pk, message="The service goes on.")

    @action(detail=True, methods=["post"], url_path="change-plan")
    def change_plan(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Move a service to another plan, now or on a later day."""
        body, row = self.valid(), self.row()
        plan = plan_by_id(body["new_plan_id"], actor=self.actor)
        self._later(
            row,
            ScheduledAct.CHANGE_PLAN,
            body["effective_date"],
            body["reason"],
            params={"plan_id": str(plan.pk)},
        ) or service_change_plan(actor=self.actor, service=row, plan=plan)
        return self.show(row.pk, message="Plan changed.")

    @action(detail=True, methods=["put"])
    def status(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Bring a service into a state, now or on a later day."""
        body, row = self.valid(), self.row()
        acts: dict[str, Callable[[], None]] = {
            "suspended": lambda: self._suspend(row, body, ReasonKind.STAFF),
            "terminated": lambda: self._terminate(row, body),
            "active": lambda: self._make_active(row, body),
        }
        synonyms = {
            "suspend": "suspended",
            "terminate": "terminated",
            "activate": "active",
            "resume": "active",
        }
        acts[synonyms.get(body["status"], body["status"])]()
        return self.show(row.pk, message="Status changed.")

    def _make_active(self, row: Service, body: dict[str, Any]) -> None:
        if row.status == ServiceStatus.PENDING:
            day = body["effective_date"]
            self._later(row, ScheduledAct.ACTIVATE, day, body["reason"]) or service_activate(
                actor=self.actor, service=row
            )
        else:
            self._resume(row, body, None)

    def _suspend(self, row: Service, body: dict[str, Any], kind: ReasonKind) -> None:
        text = _told(body)
        self._later(row, ScheduledAct.SUSPEND, body["effective_date"], text) or service_suspend(
            actor=self.actor, service=row, kind=kind, text=text
        )

    def _resume(self, row: Service, body: dict[str, Any], kind: ReasonKind | None) -> None:
        text = _told(body)
        self._later(row, ScheduledAct.RESUME, body["effective_date"], text) or service_resume(
            actor=self.actor, service=row, kind=kind, text=text
        )

    def _terminate(self, row: Service, body: dict[str, Any]) -> None:
        text = _told(body)
        self._later(row, ScheduledAct.TERMINATE, body["effective_date"], text) or service_terminate(
            actor=self.actor, service=row, reason=text
        )

    def _later(
        self,
        row: Service,
        act: ScheduledAct,
        day: date | None,
        reason: str,
        params: dict[str, Any] | None = None,
    ) -> bool:
        """Arrange the act when its day is not today; tell whether that was done."""
        if day is None or day <= business_today(tenant_by_id(current_tenant_id())):
            return False
        schedule_create(
            actor=self.actor, service=row, act=act, due_on=day, params=params, reason=reason
        )
        return True


class PortalServiceViewSet(UsageAction, ListAction, RetrieveAction, PortalViewSet):
    """What the customer has."""

    resource_name = "service"
    row_serializer = PortalServiceRow
    detail_serializer = PortalServiceDetail
    permissions_required = {
        "list": "services:read",
        "retrieve": "services:read",
        "usage": "services:read",
    }
    list_key = "services"
    filter_fields = {
        "status": ChoiceFilter(ServiceStatus),
        "type": AppliedFilter(lambda rows, value: rows.filter(type=value)),
        "updated_at": InstantFilter(),
    }
    sort_fields = ("created_at", "updated_at", "label", "status")

    def get_queryset(self) -> QuerySet[Service]:
        return services_for(self.actor)


def _told(body: dict[str, Any]) -> str:
    return " ".join(part for part in (body["reason"], body["notes"]) if part)[:500]


def _asked_days(request: Request) -> tuple[date, date, str]:
    today = business_today(tenant_by_id(current_tenant_id()))
    params = request.query_params
    end = _day(params.get("end_date", ""), today, "end_date")
    start = _day(params.get("start_date", ""), end - timedelta(days=30), "start_date")
    period = params.get("period", "daily")
    if period not in PERIODS:
        raise InvalidInput(f"Use one of {', '.join(PERIODS)}.", field="period")
    if not timedelta(0) <= end - start <= timedelta(days=LONGEST_USAGE_DAYS):
        raise InvalidInput("Choose a time of at most two years.", field="start_date")
    return start, end, period


def _day(text: str, otherwise: date, field: str) -> date:
    if not text:
        return otherwise
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise InvalidInput("Use YYYY-MM-DD.", field=field) from None
    if not 2000 <= day.year <= 2199:
        raise InvalidInput("This day is out of range.", field=field)
    return day


def _usage_told(service: Service, report: UsageReport) -> dict[str, Any]:
    total = report.download_bytes + report.upload_bytes
    return {
        "service_id": service.pk,
        "period": report.period,
        "usage_data": [
            {
                "date": day.day,
                "download": day.download_bytes,
                "upload": day.upload_bytes,
                "total": day.download_bytes + day.upload_bytes,
                "unit": "bytes",
            }
            for day in report.days
        ],
        "summary": {
            "total_download": report.download_bytes,
            "total_upload": report.upload_bytes,
            "total_usage": total,
            "average_daily": report.average_daily_bytes,
            "peak_usage": report.peak_bytes,
            "unit": "bytes",
        },
    }
