"""Addresses of the catalogue."""

from typing import Any

from django.urls import path

from catalog.api.views import PlanViewSet, PriceViewSet, ShopPlanViewSet
from ispplatform.core.api.routers import ApiRouter, Routes

COLLECTION: dict[str, Any] = {"get": "list", "post": "create"}
OF_ONE = "plans/<uuid:plan_id>/prices"

staff = ApiRouter()
staff.register("plans", PlanViewSet, basename="plans")

portal = ApiRouter()
portal.register("plans", ShopPlanViewSet, basename="plans")

staff_routes: Routes = [
    *staff.urls,
    path(OF_ONE, PriceViewSet.as_view(COLLECTION), name="plan-prices-list"),
    path(
        f"{OF_ONE}/<uuid:id>",
        PriceViewSet.as_view({"get": "retrieve"}),
        name="plan-prices-detail",
    ),
    path(f"{OF_ONE}/<uuid:id>/end", PriceViewSet.as_view({"post": "end"}), name="plan-prices-end"),
]
portal_routes: Routes = portal.urls
