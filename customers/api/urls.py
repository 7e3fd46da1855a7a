"""Addresses of customers."""

from typing import Any

from django.urls import path

from customers.api.views.bulk import CustomerBulkViewSet
from customers.api.views.customers import (
    CustomerSearchViewSet,
    CustomerStatsView,
    CustomerViewSet,
)
from customers.api.views.parts import (
    ActivityViewSet,
    ContactViewSet,
    NoteViewSet,
    TagViewSet,
)
from ispplatform.core.api.routers import ApiRouter, Routes

COLLECTION: dict[str, Any] = {"get": "list", "post": "create"}
SINGLE: dict[str, Any] = {
    "get": "retrieve",
    "put": "update",
    "patch": "partial_update",
    "delete": "destroy",
}
READ_ONLY: dict[str, Any] = {"get": "list"}
OF_ONE = "customers/<uuid:customer_id>"

staff = ApiRouter()
staff.register("customers/tags", TagViewSet, basename="customer-tags")
staff.register("customers", CustomerViewSet, basename="customers")

staff_routes: Routes = [
    path("customers/search", CustomerSearchViewSet.as_view(READ_ONLY), name="customers-search"),
    path("customers/stats", CustomerStatsView.as_view(), name="customers-stats"),
    *(
        path(f"customers/bulk/{name}", CustomerBulkViewSet.as_view({"post": act}), name=route)
        for name, act, route in (
            ("tag", "tag", "customers-bulk-tag"),
            ("update", "change", "customers-bulk-update"),
            ("assign", "assign", "customers-bulk-assign"),
            ("delete", "remove", "customers-bulk-delete"),
        )
    ),
    *staff.urls,
    path(f"{OF_ONE}/notes", NoteViewSet.as_view(COLLECTION), name="customer-notes-list"),
    path(f"{OF_ONE}/notes/<uuid:id>", NoteViewSet.as_view(SINGLE), name="customer-notes-detail"),
    path(f"{OF_ONE}/contacts", ContactViewSet.as_view(COLLECTION), name="customer-contacts-list"),
    path(
        f"{OF_ONE}/contacts/<uuid:id>",
        ContactViewSet.as_view(SINGLE),
        name="customer-contacts-detail",
    ),
    path(f"{OF_ONE}/activity", ActivityViewSet.as_view(READ_ONLY), name="customer-activity"),
]
