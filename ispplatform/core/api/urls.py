"""Addresses of the kernel's own resources."""

from django.urls import path

from ispplatform.core.api import documents
from ispplatform.core.api.resources.bulk import BulkRowViewSet, BulkRunViewSet
from ispplatform.core.api.resources.events import EventViewSet
from ispplatform.core.api.resources.operations import OperationViewSet
from ispplatform.core.api.routers import ApiRouter, Routes
from ispplatform.core.health import views as health

PORTAL_PREFIX = "/api/portal/v1"

staff = ApiRouter()
staff.register("bulk-runs", BulkRunViewSet, basename="bulk-runs")
staff.register("events", EventViewSet, basename="events")
staff.register("operations", OperationViewSet, basename="operations")

staff_routes: Routes = [
    *staff.urls,
    path(
        "bulk-runs/<uuid:run_id>/rows",
        BulkRowViewSet.as_view({"get": "list"}),
        name="bulk-run-rows",
    ),
    path("health", health.HealthView.as_view(), name="health"),
    path("status", health.StatusView.as_view(), name="status"),
    path("version", health.VersionView.as_view(), name="version"),
    path("openapi.json", documents.openapi_document, name="openapi"),
    path("docs", documents.swagger_page, name="docs"),
    path("redoc", documents.redoc_page, name="redoc"),
]

portal_routes: Routes = [
    path(
        "openapi.json",
        documents.openapi_document,
        {"prefix": PORTAL_PREFIX},
        name="openapi",
    ),
]
