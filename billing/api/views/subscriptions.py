"""Subscriptions."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from billing.api.filters import SUBSCRIPTION_FILTERS, SUBSCRIPTION_SORTS
from billing.api.lookups import customer_named, plan_named, service_subject
from billing.api.serializers.subscriptions import (
    SubscriptionChange,
    SubscriptionInput,
    SubscriptionRow,
)
from billing.models import Subscription
from billing.selectors.parties import present_tenant
from billing.selectors.subscriptions import subscriptions_for
from billing.services.documents import currency_for
from billing.services.subscription_sales import subscription_sell
from billing.services.subscriptions import subscription_cancel, subscription_change
from catalog.selectors.prices import price_for
from ispplatform.core.api.versions import check_version
from ispplatform.core.api.viewsets import (
    CreateAction,
    Expected,
    ListAction,
    RetrieveAction,
    StaffViewSet,
    UpdateAction,
)
from ispplatform.core.clock import business_today


class SubscriptionViewSet(ListAction, RetrieveAction, CreateAction, UpdateAction, StaffViewSet):
    """What is billed again and again."""

    resource_name = "subscription"
    row_serializer = SubscriptionRow
    input_serializers = {"create": SubscriptionInput, "update": SubscriptionChange}
    permissions_required = {
        "list": "subscriptions:read",
        "retrieve": "subscriptions:read",
        "create": "subscriptions:create",
        "update": "subscriptions:update",
        "partial_update": "subscriptions:update",
        "destroy": "subscriptions:update",
    }
    filter_fields = SUBSCRIPTION_FILTERS
    sort_fields = SUBSCRIPTION_SORTS

    def get_queryset(self) -> QuerySet[Subscription]:
        return subscriptions_for(self.actor)

    def perform_create(self, values: dict[str, Any]) -> UUID:
        customer = customer_named(values["customer_id"])
        tenant = present_tenant()
        price = price_for(
            plan=plan_named(values["plan_id"]),
            currency=currency_for(customer, tenant),
            cycle=values["billing_cycle"],
            customer_type=customer.customer_type,
            on=business_today(tenant),
        )
        subscription, _ = subscription_sell(
            actor=self.actor,
            customer=customer,
            price=price,
            quantity=values["quantity"],
            start_on=values.get("start_date"),
            subject=service_subject(values.get("service_id")),
        )
        return subscription.pk

    def perform_update(self, row: Any, values: dict[str, Any], expected: Expected) -> None:
        subscription_change(actor=self.actor, subscription_id=row.pk, **values)

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "immediate", bool, description="End it now instead of at the end of the period."
            )
        ],
        responses=SubscriptionRow,
    )
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Cancel: it is billed no more and runs to the end of the period that is paid."""
        row, expected = self.row(), self.expected_version()
        check_version(row, expected)
        wanted = request.query_params.get("immediate", "").lower() in {"true", "1"}
        subscription_cancel(
            actor=self.actor, subscription_id=row.pk, immediately=wanted, reason="By the API."
        )
        return self.show(row.pk, message="Subscription cancelled.")
