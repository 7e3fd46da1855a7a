"""Customers."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import PortalAccount
from accounts.services.portal_accounts import portal_account_create, portal_account_invite
from customers.api.filters import CUSTOMER_FILTERS, CUSTOMER_SORTS
from customers.api.inputs import service_values
from customers.api.serializers.customers import (
    CustomerChange,
    CustomerDetail,
    CustomerInput,
    CustomerRow,
)
from customers.api.serializers.parts import CustomerCounts
from customers.models import Customer, CustomerQuerySet
from customers.selectors import customers_for
from customers.selectors.figures import customers_shown
from customers.selectors.stats import customer_stats
from customers.services import customer_create, customer_delete, customer_update
from ispplatform.core.api.responses import ApiResponse
from ispplatform.core.api.views import STAFF, ApiView
from ispplatform.core.api.viewsets import (
    CreateAction,
    DestroyAction,
    Expected,
    ListAction,
    RetrieveAction,
    StaffViewSet,
    UpdateAction,
)
from ispplatform.core.tenancy.context import current_tenant_id
from ispplatform.core.tenancy.lookup import tenant_by_id

INCLUDE_DELETED = "include_deleted"


class CustomerViewSet(
    ListAction, RetrieveAction, CreateAction, UpdateAction, DestroyAction, StaffViewSet
):
    """Customers: who they are, how to reach them, how they stand with us."""

    resource_name = "customer"
    row_serializer = CustomerRow
    detail_serializer = CustomerDetail
    input_serializers = {"create": CustomerInput, "update": CustomerChange}
    permissions_required = {
        "list": "customers:read",
        "retrieve": "customers:read",
        "create": "customers:create",
        "update": "customers:update",
        "partial_update": "customers:update",
        "destroy": "customers:delete",
    }
    filter_fields = CUSTOMER_FILTERS
    sort_fields = CUSTOMER_SORTS
    searchable = True
    own_params = frozenset({INCLUDE_DELETED})

    def get_queryset(self) -> CustomerQuerySet:
        wanted = self.request.query_params.get(INCLUDE_DELETED, "").lower() in {"true", "1"}
        return customers_shown(customers_for(self.actor, include_deleted=wanted))

    def search(self, queryset: QuerySet[Any], text: str) -> QuerySet[Any]:
        found: CustomerQuerySet = queryset.matching(text)
        return found

    @extend_schema(
        parameters=[
            OpenApiParameter(
                INCLUDE_DELETED, bool, description="Also those that were deleted, for syncing."
            )
        ]
    )
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return one page of the customers."""
        return super().list(request, *args, **kwargs)

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Create a customer and return it, with its log-in where one was asked for."""
        body = self.valid()
        wants_log_in = body.pop("create_portal_account", False)
        password = body.pop("portal_password", None)
        customer = self._created(body)
        extra = {}
        if wants_log_in:
            account = self._log_in_for(customer, password)
            extra["portal_account"] = {
                "portal_id": account.portal_id,
                "status": "pending_activation",
                "activation_required": True,
            }
        answer = self.show(customer.pk, status=201, message="Customer created.", extra=extra)
        answer["Location"] = f"{request.path}/{customer.pk}"
        return answer

    def perform_update(self, row: Any, values: dict[str, Any], expected: Expected) -> None:
        note = values.pop("notes", None)
        changes = service_values(values, customer=row)
        customer_update(actor=self.actor, customer=row, expected=expected, note=note, **changes)

    def perform_destroy(self, row: Any, expected: Expected) -> None:
        customer_delete(actor=self.actor, customer=row, expected=expected)

    def _created(self, body: dict[str, Any]) -> Customer:
        note = body.pop("notes", "")
        return customer_create(actor=self.actor, note=note, **service_values(body))

    def _log_in_for(self, customer: Customer, password: str | None) -> PortalAccount:
        self.actor.require("portal_accounts:manage")
        tenant = tenant_by_id(customer.tenant_id)
        account = portal_account_create(
            actor=self.actor,
            tenant=tenant,
            customer_id=customer.pk,
            email=customer.email,
            password=password,
            first_name=customer.first_name,
            last_name=customer.last_name,
            language=customer.language or tenant.language,
        )
        portal_account_invite(actor=self.actor, tenant=tenant, account=account)
        return account


class CustomerSearchViewSet(CustomerViewSet):
    """Customers by words: names, company, number, e-mail, telephone, portal id."""

    permissions_required = {"list": "customers:read"}
    throttle_scope = "search"
    own_params = frozenset({INCLUDE_DELETED, "q"})

    @extend_schema(
        parameters=[OpenApiParameter("q", str, description="Words that must all be found.")]
    )
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return one page of the customers in whom every word is found."""
        return super().list(request, *args, **kwargs)

    def filtered(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        text = self.request.query_params.get("q", "").strip()
        return self.search(super().filtered(queryset), text[:200])


class CustomerStatsView(ApiView):
    """Counts of customers."""

    audience = STAFF
    permissions_required = {"get": "customers:read"}

    @extend_schema(request=None, responses=CustomerCounts)
    def get(self, request: Request) -> Response:
        """Return how many customers there are, by status and type, and how many are new."""
        return ApiResponse(
            customer_stats(actor=self.actor, tenant=tenant_by_id(current_tenant_id()))
        )


def customer_of_address(view: Any) -> Customer:
    """Return the customer that ``customer_id`` in a view's address names.

    Raises:
        NotFound: there is none that the caller may see.
    """
    customer_id: UUID = view.kwargs["customer_id"]
    found: Customer | None = customers_for(view.actor).filter(pk=customer_id).first()
    if found is None:
        raise view.not_found()
    return found
