"""Every address of both REST interfaces: what the apps list in their ``api/urls.py``."""

from django.urls import URLPattern, URLResolver, include, path

from ispplatform.core.api import documents
from ispplatform.core.api.fallbacks import RetiredVersionView, UnknownAddressView
from ispplatform.core.api.routers import house_routes
from ispplatform.core.health import views as health

urlpatterns: list[URLPattern | URLResolver] = [
    path("health", health.HealthView.as_view(), name="health"),
    path("status", health.StatusView.as_view(), name="status"),
    path("version", health.VersionView.as_view(), name="version"),
    path("metrics", health.metrics, name="metrics"),
    path("openapi.json", documents.openapi_document, name="openapi"),
    path("api/v1/", include((house_routes("staff_routes"), "api"))),
    path("api/portal/v1/", include((house_routes("portal_routes"), "portal_api"))),
    path("api/v0", RetiredVersionView.as_view(), name="retired"),
    path("api/v0/<path:rest>", RetiredVersionView.as_view(), name="retired_below"),
    path("api/", UnknownAddressView.as_view(), name="api_unknown"),
    path("api/<path:rest>", UnknownAddressView.as_view(), name="api_unknown_below"),
]
