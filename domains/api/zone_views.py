"""Zones and records for staff and for customers."""

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext_noop as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from customers.selectors import customer_by_id
from domains.api.serializers import (
    DomainNoInput,
    PushInput,
    RecordChange,
    RecordInput,
    RecordRow,
    ZoneDetail,
    ZoneFileInput,
    ZoneInput,
    ZoneRow,
)
from domains.choices import ZoneStatus
from domains.models import DnsRecord, DnsZone
from domains.rules.plans import ZonePlan
from domains.rules.zone_files import records_of_file
from domains.selectors.zones import zones_for
from domains.services.records import (
    record_add,
    record_remove,
    record_update,
    zone_replace,
    zone_replace_plan,
)
from domains.services.zones import zone_create, zone_delete, zone_export, zone_push
from ispplatform.core.api.filter_kinds import (
    AppliedFilter,
    ChoiceFilter,
    Filter,
    InstantFilter,
    TextFilter,
    UuidFilter,
)
from ispplatform.core.api.responses import ApiResponse
from ispplatform.core.api.viewsets import (
    CreateAction,
    DestroyAction,
    Expected,
    ListAction,
    PortalViewSet,
    RetrieveAction,
    StaffViewSet,
    UpdateAction,
)

FILTERS: dict[str, Filter] = {
    "customer_id": UuidFilter(),
    "domain_id": UuidFilter(),
    "name": TextFilter(),
    "status": ChoiceFilter(ZoneStatus),
    "created_at": InstantFilter(main=True),
    "updated_at": InstantFilter(),
}
SORTS = ("created_at", "updated_at", "name", "status")
READ, UPDATE = "dns:read", "dns:update"


class ZoneFiles:
    """Zones as text."""

    def search(self, queryset: QuerySet[Any], text: str) -> QuerySet[Any]:
        """Narrow to zones whose name holds ``text`` in either form."""
        return queryset.filter(
            Q(name__icontains=text.lower()) | Q(unicode_name__icontains=text.lower())
        )

    @extend_schema(responses={(200, "text/dns"): OpenApiTypes.STR})
    @action(detail=True, methods=["get"])
    def export(self: Any, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        """Return the zone as a zone file (RFC 1035)."""
        zone = self.row()
        return HttpResponse(
            zone_export(actor=self.actor, zone=zone),
            content_type="text/dns; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{zone.name}.zone"'},
        )

    @extend_schema(request=ZoneFileInput, responses={200: dict})
    @action(detail=True, methods=["post"], url_path="import")
    def import_file(self: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Replace all records by a zone file; a large change needs ``force``."""
        zone, body = self.row(), self.valid()
        records = records_of_file(zone.name, body["text"], default_ttl=zone.default_ttl)
        if body["dry_run"]:
            return ApiResponse(_plan_told(zone_replace_plan(zone, records)))
        plan = zone_replace(actor=self.actor, zone=zone, records=records, force=body["force"])
        return ApiResponse(_plan_told(plan), message=_("The zone is being pushed."))


class ZoneViewSet(ZoneFiles, ListAction, RetrieveAction, CreateAction, DestroyAction, StaffViewSet):
    """Zones that we serve."""

    resource_name = "zone"
    row_serializer = ZoneRow
    detail_serializer = ZoneDetail
    input_serializers = {
        "create": ZoneInput,
        "import_file": ZoneFileInput,
        "push": PushInput,
        "destroy": DomainNoInput,
    }
    permissions_required = {
        "list": READ,
        "retrieve": READ,
        "export": READ,
        "create": "dns:create",
        "destroy": "dns:delete",
        "import_file": UPDATE,
        "push": "dns:push",
    }
    filter_fields = FILTERS
    sort_fields = SORTS
    searchable = True

    def get_queryset(self) -> QuerySet[DnsZone]:
        return zones_for(self.actor)

    def perform_create(self, values: dict[str, Any]) -> UUID:
        customer_id = values["customer_id"]
        customer = customer_by_id(customer_id, actor=self.actor) if customer_id else None
        return zone_create(actor=self.actor, name=values["name"], customer=customer).pk

    def perform_destroy(self, row: Any, expected: Expected) -> None:
        zone_delete(actor=self.actor, zone=row)

    @action(detail=True, methods=["post"])
    def push(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Put the zone on its server once more."""
        zone_push(actor=self.actor, zone=self.row(), force=self.valid()["force"])
        return self.show(kwargs["id"], message=_("The zone is being pushed."))


class PortalZoneViewSet(ZoneFiles, ListAction, RetrieveAction, PortalViewSet):
    """Zones that the customer edits."""

    resource_name = "zone"
    row_serializer = ZoneRow
    detail_serializer = ZoneDetail
    input_serializers = {"import_file": ZoneFileInput}
    permissions_required = {"list": READ, "retrieve": READ, "export": READ, "import_file": UPDATE}
    list_key = "zones"
    filter_fields = {"name": TextFilter(), "updated_at": InstantFilter()}
    sort_fields = SORTS
    searchable = True

    def get_queryset(self) -> QuerySet[DnsZone]:
        return zones_for(self.actor)


class RecordActs:
    """Records of one zone; each change is pushed by itself."""

    resource_name = "record"
    schema_tag = "dns zones"
    row_serializer = RecordRow
    input_serializers = {"create": RecordInput, "update": RecordChange, "destroy": DomainNoInput}
    permissions_required = {
        "list": READ,
        "retrieve": READ,
        "create": UPDATE,
        "update": UPDATE,
        "partial_update": UPDATE,
        "destroy": UPDATE,
    }
    filter_fields = {
        "name": TextFilter(),
        "type": AppliedFilter(lambda rows, value: rows.filter(type=value.upper())),
        "content": TextFilter(),
    }
    sort_fields = ("name", "type", "created_at", "updated_at")
    default_sort = "name"

    def get_queryset(self: Any) -> QuerySet[DnsRecord]:
        return DnsRecord.objects.filter(zone=self.zone())

    def zone(self: Any) -> DnsZone:
        """Return the zone that the address names."""
        found = zones_for(self.actor).filter(pk=self.kwargs["zone_id"]).first()
        if found is None:
            raise self.not_found()
        return found

    def perform_create(self: Any, values: dict[str, Any]) -> UUID:
        record_type = values.pop("type")
        added = record_add(actor=self.actor, zone=self.zone(), record_type=record_type, **values)
        return added.pk

    def perform_update(self: Any, row: Any, values: dict[str, Any], expected: Expected) -> None:
        record_update(actor=self.actor, zone=self.zone(), record_id=row.pk, **values)

    def perform_destroy(self: Any, row: Any, expected: Expected) -> None:
        record_remove(actor=self.actor, zone=self.zone(), record_id=row.pk)


class RecordViewSet(
    RecordActs,
    ListAction,
    RetrieveAction,
    CreateAction,
    UpdateAction,
    DestroyAction,
    StaffViewSet,
):
    """Records of a zone."""


class PortalRecordViewSet(
    RecordActs,
    ListAction,
    RetrieveAction,
    CreateAction,
    UpdateAction,
    DestroyAction,
    PortalViewSet,
):
    """Records of a zone of the customer's."""

    list_key = "records"


def _plan_told(plan: ZonePlan) -> dict[str, Any]:
    return {
        "creates": plan.count("create"),
        "updates": plan.count("update"),
        "deletes": plan.count("delete"),
        "needs_force": bool(plan.unsafe_reason),
        "reason": plan.unsafe_reason,
        "changes": [
            {
                "action": change.action,
                "name": change.record_set.name,
                "type": change.record_set.type,
                "before": list(change.before.contents) if change.before else [],
                "after": list(change.after.contents) if change.after else [],
            }
            for change in plan.changes
        ],
    }
