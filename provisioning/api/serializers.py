"""Services, in and out."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from rest_framework import serializers

from billing.selectors.renewals import NEXT_INVOICE_COLUMNS, next_invoice_on
from catalog.choices import PlanType
from catalog.rules.cycles import MONTHS
from ispplatform.core.api.fields import (
    Beside,
    Computed,
    FreeJsonField,
    InstantField,
    VersionField,
)
from ispplatform.core.api.labels import StatusLabel
from ispplatform.core.api.rows import RowSerializer
from ispplatform.core.api.serializers import StrictSerializer
from ispplatform.core.external_refs.api import ExternalRefsField, external_refs_input
from ispplatform.core.money import from_minor, round_amount
from provisioning.choices import (
    ReasonKind,
    ScheduledAct,
    ScheduleState,
    ServiceStatus,
    StepState,
)
from provisioning.models import Service
from provisioning.usage import UsageNow, usage_sources

PORTAL_TYPES = {PlanType.VOIP: "phone", PlanType.IPTV: "tv"}
GIGABYTE = 1_000_000_000


class CustomerOfService(RowSerializer):
    """Whose service it is."""

    id = serializers.UUIDField()
    customer_number = serializers.CharField()
    display_name = serializers.CharField()


class PlanOfService(RowSerializer):
    """What it is a service of."""

    id = serializers.UUIDField()
    code = serializers.CharField()
    name = serializers.CharField()


class StepRow(RowSerializer):
    """A step of setting a service up."""

    row_order = ("position",)

    key = serializers.CharField()
    label = serializers.CharField()
    state = serializers.ChoiceField(choices=StepState.choices)
    accepted_at = InstantField(
        allow_null=True, help_text="Since when a provider has it and decides later."
    )
    finished_at = InstantField(allow_null=True)


class ReasonRow(RowSerializer):
    """Why a service is or was suspended."""

    row_order = ("-opened_at",)

    kind = serializers.ChoiceField(choices=ReasonKind.choices)
    text = serializers.CharField()
    opened_at = InstantField()
    opened_by = serializers.CharField()
    closed_at = InstantField(allow_null=True)
    closed_by = serializers.CharField()


class ScheduleRow(RowSerializer):
    """An act arranged for a later day."""

    row_order = ("-due_on",)

    id = serializers.UUIDField()
    act = serializers.ChoiceField(choices=ScheduledAct.choices)
    due_on = serializers.DateField()
    state = serializers.ChoiceField(choices=ScheduleState.choices)
    reason = serializers.CharField()
    outcome = serializers.CharField()


class ServiceRow(RowSerializer):
    """A service in a list."""

    id = serializers.UUIDField()
    customer_id = serializers.UUIDField()
    customer = CustomerOfService()
    plan_id = serializers.UUIDField()
    plan = PlanOfService()
    subscription_id = serializers.UUIDField(allow_null=True)
    type = serializers.ChoiceField(choices=PlanType.choices)
    label = serializers.CharField()
    status = serializers.ChoiceField(choices=ServiceStatus.choices)
    status_label = StatusLabel("provisioning.service")
    configuration = FreeJsonField()
    held_reason = serializers.CharField()
    trouble = serializers.CharField()
    activated_at = InstantField(allow_null=True)
    terminate_at = InstantField(allow_null=True)
    terminated_at = InstantField(allow_null=True)
    external_refs = ExternalRefsField()
    created_at = InstantField()
    updated_at = InstantField()
    version = VersionField()


class ServiceDetail(ServiceRow):
    """A service with how far it is and why."""

    steps = StepRow(many=True)
    reasons = ReasonRow(many=True)
    schedules = ScheduleRow(many=True)


class ServiceInput(StrictSerializer):
    """The body of a new service."""

    synonyms = {"installation_date": "activation_date"}
    ignored_names = StrictSerializer.ignored_names | {"status"}

    customer_id = serializers.UUIDField()
    plan_id = serializers.UUIDField()
    type = serializers.ChoiceField(choices=PlanType.choices, required=False)
    label = serializers.CharField(max_length=254, required=False, allow_blank=True)
    configuration = FreeJsonField(required=False)
    installation_address = FreeJsonField(required=False)
    activation_date = serializers.DateField(
        required=False, help_text="Set up on this day without waiting for money."
    )
    contract_months = serializers.IntegerField(required=False, min_value=1, max_value=120)
    notes = serializers.CharField(max_length=500, required=False, allow_blank=True)
    external_refs = external_refs_input()


class ReasonInput(StrictSerializer):
    """Why, and from when."""

    reason = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")
    notes = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")
    effective_date = serializers.DateField(
        required=False, allow_null=True, default=None, help_text="Left out: now."
    )


class SuspendInput(ReasonInput):
    """The body of a suspension."""

    kind = serializers.ChoiceField(
        choices=ReasonKind.choices, required=False, default=ReasonKind.STAFF
    )


class ResumeInput(ReasonInput):
    """The body of a resumption."""

    kind = serializers.ChoiceField(
        choices=ReasonKind.choices,
        required=False,
        allow_null=True,
        default=None,
        help_text="The reason that ends; left out: every open one.",
    )


class KeepInput(StrictSerializer):
    """The body of keeping a service that is about to end."""

    reason = serializers.CharField(max_length=500)


class ChangePlanInput(StrictSerializer):
    """The body of a move to another plan."""

    synonyms = {"plan_id": "new_plan_id"}

    new_plan_id = serializers.UUIDField()
    effective_date = serializers.DateField(required=False, allow_null=True, default=None)
    reason = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class StatusInput(ReasonInput):
    """The body of a change of status: the state wanted, or the verb that leads there."""

    status = serializers.ChoiceField(
        choices=["active", "suspended", "terminated", "activate", "suspend", "resume", "terminate"]
    )


class ServiceNoInput(StrictSerializer):
    """The body of an activation; it may be empty."""


class ServiceChange(StrictSerializer):
    """What may be changed of a service that is not set up yet."""

    configuration = FreeJsonField(required=False)
    label = serializers.CharField(max_length=254, required=False)


# ------------------------------------------------------------------------------------ portal


def _portal_type(service_type: str) -> str:
    return PORTAL_TYPES.get(PlanType(service_type), service_type)


def _monthly(units: int | None, currency: str | None, cycle: str | None) -> Decimal | None:
    months = MONTHS.get(cycle or "")
    if units is None or not currency or not months:
        return None
    return round_amount(from_minor(units, currency) / months, currency)


def _bandwidth(parameters: Mapping[str, Any]) -> dict[str, Any] | None:
    download = parameters.get("bandwidth_mbit_s") or parameters.get("download_mbit_s")
    if not download:
        return None
    upload = parameters.get("upload_mbit_s") or download
    return {"download": download, "upload": upload, "unit": "Mbps"}


class DataUsage(Beside):
    """What each service used this month; None where its type knows no usage."""

    def read(self, model: Any, ids: Sequence[Any]) -> dict[Any, Any]:
        by_type: dict[str, list[Service]] = {}
        for service in Service.objects.filter(pk__in=ids).only("id", "type", "tenant_id"):
            by_type.setdefault(service.type, []).append(service)
        told: dict[Any, Any] = dict.fromkeys(ids)
        for service_type, services in by_type.items():
            source = usage_sources.get(service_type)
            if source is not None:
                found = source.now(services)
                told |= {key: _usage_now_told(usage) for key, usage in found.items()}
        return told


class DataUsageExtension(OpenApiSerializerFieldExtension):
    """How this month's usage looks in the OpenAPI document."""

    target_class = "provisioning.api.serializers.DataUsage"

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        number = {"type": ["number", "null"]}
        return {
            "type": ["object", "null"],
            "properties": {
                "current_month": {"type": "number"},
                "limit": number,
                "storage": {"type": "number"},
                "storage_limit": number,
                "unit": {"type": "string", "examples": ["GB"]},
            },
        }


def _usage_now_told(usage: UsageNow) -> dict[str, Any]:
    return {
        "current_month": _gigabytes(usage.traffic_month_bytes),
        "limit": _gigabytes(usage.traffic_limit_bytes),
        "storage": _gigabytes(usage.storage_bytes),
        "storage_limit": _gigabytes(usage.storage_limit_bytes),
        "unit": "GB",
    }


def _gigabytes(octets: int | None) -> Decimal | None:
    return None if octets is None else (Decimal(octets) / GIGABYTE).quantize(Decimal("0.001"))


class PortalServiceRow(RowSerializer):
    """A service as its customer sees it."""

    id = serializers.UUIDField()
    service_type = Computed(serializers.CharField(), "type", compute=_portal_type)
    label = serializers.CharField()
    plan_name = serializers.CharField(source="plan.name")
    status = serializers.ChoiceField(choices=ServiceStatus.choices)
    status_label = StatusLabel("provisioning.service")
    monthly_price = Computed(
        serializers.DecimalField(
            max_digits=19, decimal_places=4, coerce_to_string=False, allow_null=True
        ),
        "subscription__price__amount",
        "subscription__price__currency",
        "subscription__cycle",
        compute=_monthly,
    )
    currency = serializers.CharField(source="subscription.price.currency", allow_null=True)
    installation_date = InstantField(source="activated_at", allow_null=True)
    next_billing_date = Computed(
        serializers.DateField(allow_null=True),
        *(f"subscription__{column}" for column in NEXT_INVOICE_COLUMNS),
        compute=next_invoice_on,
    )
    bandwidth = Computed(
        serializers.DictField(allow_null=True), "plan__parameters", compute=_bandwidth
    )
    data_usage = DataUsage()
    created_at = InstantField()
    updated_at = InstantField()


class PortalServiceDetail(PortalServiceRow):
    """A service as its customer sees it, with how far it is."""

    configuration = FreeJsonField()
    steps = StepRow(many=True)
