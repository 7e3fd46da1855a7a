"""Addresses of names, zones and registrars."""

from typing import Any

from django.urls import path

from domains.api.domain_views import (
    AvailabilityView,
    DomainViewSet,
    PortalAvailabilityView,
    PortalDomainViewSet,
)
from domains.api.registrar_views import RegistrarViewSet
from domains.api.zone_views import (
    PortalRecordViewSet,
    PortalZoneViewSet,
    RecordViewSet,
    ZoneViewSet,
)
from ispplatform.core.api.routers import ApiRouter, Routes

MANY: dict[str, Any] = {"get": "list", "post": "create"}
ONE: dict[str, Any] = {
    "get": "retrieve",
    "put": "update",
    "patch": "partial_update",
    "delete": "destroy",
}
RECORDS = "dns-zones/<uuid:zone_id>/records"

staff = ApiRouter()
staff.register("domains", DomainViewSet, basename="domains")
staff.register("dns-zones", ZoneViewSet, basename="dns-zones")
staff.register("registrars", RegistrarViewSet, basename="registrars")

portal = ApiRouter()
portal.register("domains", PortalDomainViewSet, basename="domains")
portal.register("dns-zones", PortalZoneViewSet, basename="dns-zones")

staff_routes: Routes = [
    path("domains/availability", AvailabilityView.as_view(), name="domains-availability"),
    *staff.urls,
    path(RECORDS, RecordViewSet.as_view(MANY), name="dns-records-list"),
    path(f"{RECORDS}/<uuid:id>", RecordViewSet.as_view(ONE), name="dns-records-detail"),
]
portal_routes: Routes = [
    path("domains/availability", PortalAvailabilityView.as_view(), name="domains-availability"),
    *portal.urls,
    path(RECORDS, PortalRecordViewSet.as_view(MANY), name="dns-records-list"),
    path(f"{RECORDS}/<uuid:id>", PortalRecordViewSet.as_view(ONE), name="dns-records-detail"),
]
