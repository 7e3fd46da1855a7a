"""Plans and prices for staff, the shop for customers and visitors."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.api.serializers import (
    PlanChange,
    PlanInput,
    PlanRow,
    PriceEnd,
    PriceInput,
    PriceRow,
    ShopPlanRow,
    shop_plan_row,
)
from catalog.choices import BillingCycle, PlanType
from catalog.models import Plan, Price
from catalog.selectors import plans_for
from catalog.selectors.plans import plans_on_sale
from catalog.services import (
    PriceData,
    plan_create,
    plan_update,
    price_end,
    price_set,
)
from customers.choices import CustomerType
from customers.models import Customer
from ispplatform.core.api.filter_kinds import (
    BooleanFilter,
    ChoiceFilter,
    DateFilter,
    InstantFilter,
    TextFilter,
)
from ispplatform.core.api.permissions import PUBLIC
from ispplatform.core.api.viewsets import (
    CreateAction,
    Expected,
    ListAction,
    PortalViewSet,
    RetrieveAction,
    StaffViewSet,
    UpdateAction,
)
from ispplatform.core.clock import business_today
from ispplatform.core.tenancy.context import current_tenant_id
from ispplatform.core.tenancy.lookup import tenant_by_id

PLAN_SORTS = ("sort_order", "name", "code", "type", "created_at", "updated_at")


class PlanViewSet(ListAction, RetrieveAction, CreateAction, UpdateAction, StaffViewSet):
    """What is for sale: domains, hosting, e-mail, internet access and the rest."""

    resource_name = "plan"
    row_serializer = PlanRow
    input_serializers = {"create": PlanInput, "update": PlanChange}
    permissions_required = {
        "list": "plans:read",
        "retrieve": "plans:read",
        "create": "plans:create",
        "update": "plans:update",
        "partial_update": "plans:update",
    }
    filter_fields = {
        "type": ChoiceFilter(PlanType),
        "code": TextFilter(),
        "name": TextFilter(),
        "tld": TextFilter(),
        "is_public": BooleanFilter(),
        "is_active": BooleanFilter(),
        "created_at": InstantFilter(main=True),
        "updated_at": InstantFilter(),
    }
    sort_fields = PLAN_SORTS
    default_sort = "sort_order"
    searchable = True

    def get_queryset(self) -> QuerySet[Plan, Any]:
        return plans_for(self.actor)

    def search(self, queryset: QuerySet[Any], text: str) -> QuerySet[Any]:
        return queryset.filter(name__icontains=text) | queryset.filter(code__icontains=text)

    def perform_create(self, values: dict[str, Any]) -> UUID:
        prices = values.pop("prices", [])
        plan = plan_create(actor=self.actor, **values)
        for price in prices:
            day = price.pop("valid_from", None)
            price_set(actor=self.actor, plan=plan, price=PriceData(**price), valid_from=day)
        return plan.pk

    def perform_update(self, row: Any, values: dict[str, Any], expected: Expected) -> None:
        plan_update(actor=self.actor, plan=row, expected=expected, **values)


class PriceViewSet(ListAction, RetrieveAction, CreateAction, StaffViewSet):
    """Every version of a plan's prices. A new price ends the one before it."""

    resource_name = "price"
    schema_tag = "plans"
    row_serializer = PriceRow
    input_serializers = {"create": PriceInput, "end": PriceEnd}
    permissions_required = {
        "list": "plans:read",
        "retrieve": "plans:read",
        "create": "plans:update",
        "end": "plans:update",
    }
    filter_fields = {
        "currency": TextFilter(),
        "cycle": ChoiceFilter(BillingCycle),
        "customer_type": TextFilter(),
        "valid_from": DateFilter(),
    }
    sort_fields = ("valid_from", "created_at")
    default_sort = "-valid_from"

    def get_queryset(self) -> QuerySet[Price, Any]:
        return Price.objects.filter(plan=self._plan())

    def perform_create(self, values: dict[str, Any]) -> UUID:
        day = values.pop("valid_from", None)
        price = PriceData(**values)
        return price_set(actor=self.actor, plan=self._plan(), price=price, valid_from=day).pk

    @action(detail=True, methods=["post"])
    def end(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Let a price end without a successor."""
        price = price_end(actor=self.actor, price=self.row(), **self.valid())
        return self.show(price.pk, message="Price ended.")

    def _plan(self) -> Plan:
        plan = plans_for(self.actor).filter(pk=self.kwargs["plan_id"]).first()
        if plan is None:
            raise self.not_found()
        return plan


class ShopPlanViewSet(ListAction, RetrieveAction, PortalViewSet):
    """The shop: plans that the caller can buy today, at the prices that the caller pays.

    A visitor who is not logged in sees consumers' prices in the company's currency, or business
    prices with ``customer_type=business``.
    """

    resource_name = "plan"
    row_serializer = ShopPlanRow
    permissions_required = {"list": PUBLIC, "retrieve": PUBLIC}
    list_key = "plans"
    filter_fields = {"type": ChoiceFilter(PlanType), "tld": TextFilter(), "code": TextFilter()}
    sort_fields = ("sort_order", "name")
    default_sort = "sort_order"
    own_params = frozenset({"customer_type"})

    def get_queryset(self) -> QuerySet[Plan, Any]:
        tenant = tenant_by_id(current_tenant_id())
        customer_type, currency = self._buyer(tenant.currency)
        self.row_serializer = shop_plan_row(customer_type, currency)
        return plans_on_sale(
            customer_type=customer_type, currency=currency, on=business_today(tenant)
        )

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "customer_type",
                enum=CustomerType.values,
                description="Whose prices a visitor sees; customers see their own.",
            )
        ]
    )
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return one page of the shop."""
        return super().list(request, *args, **kwargs)

    def _buyer(self, currency: str) -> tuple[str, str]:
        if self.actor.is_customer:
            customer = Customer.objects.filter(pk=self.actor.customer_id).first()
            if customer is not None:
                return customer.customer_type, customer.currency or currency
        wanted = self.request.query_params.get("customer_type", CustomerType.PERSON)
        return (wanted if wanted in CustomerType.values else CustomerType.PERSON), currency
