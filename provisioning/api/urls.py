"""Addresses of services."""

from ispplatform.core.api.routers import ApiRouter, Routes
from provisioning.api.views import PortalServiceViewSet, ServiceViewSet

staff = ApiRouter()
staff.register("services", ServiceViewSet, basename="services")
portal = ApiRouter()
portal.register("services", PortalServiceViewSet, basename="services")

staff_routes: Routes = staff.urls
portal_routes: Routes = portal.urls
