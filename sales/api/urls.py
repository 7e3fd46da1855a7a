"""Addresses of sales in both REST interfaces."""

from ispplatform.core.api.routers import ApiRouter
from sales.api.views.orders import OrderViewSet, PortalOrderViewSet

staff = ApiRouter()
staff.register("orders", OrderViewSet, basename="orders")
staff_routes = staff.urls

portal = ApiRouter()
portal.register("orders", PortalOrderViewSet, basename="orders")
portal_routes = portal.urls
