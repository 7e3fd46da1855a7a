"""Orders for staff and integrators, and for customers."""

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_noop as _
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from customers.selectors import customer_by_id
from ispplatform.core.api.filter_kinds import (
    ChoiceFilter,
    InstantFilter,
    UuidFilter,
    include_deleted_filter,
)
from ispplatform.core.api.serializers import StrictSerializer
from ispplatform.core.api.viewsets import (
    CreateAction,
    HouseViewSet,
    ListAction,
    PortalViewSet,
    RetrieveAction,
    StaffViewSet,
)
from ispplatform.core.external_refs.api import (
    ExternalRefsAction,
    ExternalRefsInput,
    external_ref_filters,
)
from ispplatform.core.external_refs.services import external_refs_set
from ispplatform.core.subjects import subject_of
from sales.api.serializers.orders import (
    DecisionInput,
    LineReturnInput,
    OrderDetail,
    OrderRow,
    PortalOrderInput,
    ProvisionInput,
    StaffOrderDetail,
    StaffOrderInput,
    StaffOrderRow,
)
from sales.choices import OrderStatus
from sales.models import Order
from sales.selectors.orders import orders_for
from sales.services.decisions import order_accept, order_refuse
from sales.services.expiry import order_cancel
from sales.services.names import names_require_free
from sales.services.orders import order_place
from sales.services.payment_links import order_payment_ask
from sales.services.provisioning import order_provision_unpaid
from sales.services.returns import order_line_return
from sales.services.staff_orders import order_place_for
from sales.services.wishes import cart_of_wishes, wished_names

SORTS = {name: name for name in ("created_at", "placed_at", "order_number", "updated_at")}


def ask_about_names(view: HouseViewSet) -> None:
    """Ask the registrar about the wished names, before the POST's transaction opens."""
    names_require_free(wished_names(view.valid()["lines"], actor=view.actor))


class OrderViewSet(ExternalRefsAction, ListAction, RetrieveAction, CreateAction, StaffViewSet):
    """Orders: what customers bought, and where it stands."""

    resource_name = "order"
    row_serializer = StaffOrderRow
    detail_serializer = StaffOrderDetail
    input_serializers = {
        "create": StaffOrderInput,
        "accept": DecisionInput,
        "refuse": DecisionInput,
        "cancel": DecisionInput,
        "return_line": LineReturnInput,
        "provision": ProvisionInput,
        "payment_link": StrictSerializer,
        "external_refs": ExternalRefsInput,
    }
    permissions_required = {
        "list": "orders:read",
        "retrieve": "orders:read",
        "create": "orders:create",
        "accept": "orders:decide",
        "refuse": "orders:decide",
        "cancel": "orders:cancel",
        "return_line": "credit_notes:create",
        "provision": "orders:provision_unpaid",
        "payment_link": "orders:create",
        "external_refs": "orders:create",
    }
    filter_fields = {
        "status": ChoiceFilter(OrderStatus),
        "customer_id": UuidFilter(),
        "placed_at": InstantFilter(main=True),
        "updated_at": InstantFilter(),
        **external_ref_filters(),
        **include_deleted_filter(),
    }
    sort_fields = SORTS
    searchable = True

    def prepare(self, request: Request) -> None:
        if self.action_name == "create":
            ask_about_names(self)

    def get_queryset(self) -> QuerySet[Order, Any]:
        return orders_for(self.actor)

    def search(self, queryset: QuerySet[Order, Any], text: str) -> QuerySet[Order, Any]:
        return queryset.filter(
            Q(order_number__icontains=text) | Q(customer__display_name__icontains=text)
        )

    def perform_create(self, values: dict[str, Any]) -> UUID:
        customer = customer_by_id(values["customer_id"], actor=self.actor)
        order = order_place_for(
            actor=self.actor,
            customer=customer,
            wishes=values["lines"],
            payment=values["payment_method"],
            expected_total=values.get("expected_total"),
            note=values["note"],
            provision_reason=values["provision_reason"],
        )
        if refs := values.get("external_refs"):
            external_refs_set(subject=subject_of(order), refs=refs)
        return order.pk

    @action(detail=True, methods=["post"])
    def accept(self, request: Request, id: UUID) -> Response:
        """Let a held order go on."""
        order_accept(actor=self.actor, order_id=self.row().pk, **self.valid())
        return self.show(id, message="Order accepted.")

    @action(detail=True, methods=["post"])
    def refuse(self, request: Request, id: UUID) -> Response:
        """Refuse a held order and give its money back."""
        order_refuse(actor=self.actor, order_id=self.row().pk, **self.valid())
        return self.show(id, message="Order refused.")

    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, id: UUID) -> Response:
        """Withdraw an order that is not paid."""
        order_cancel(actor=self.actor, order_id=self.row().pk, **self.valid())
        return self.show(id, message=_("Order cancelled."))

    @action(detail=True, methods=["post"])
    def provision(self, request: Request, id: UUID) -> Response:
        """Set an unpaid order up now; its invoice is issued at once and stays open."""
        order_provision_unpaid(actor=self.actor, order_id=self.row().pk, **self.valid())
        return self.show(id, message="The order is being set up.")

    @action(detail=True, methods=["post"], url_path="payment-link")
    def payment_link(self, request: Request, id: UUID) -> Response:
        """Mail the customer the link to the payment of an unpaid order."""
        self.valid()
        order_payment_ask(actor=self.actor, order_id=self.row().pk)
        return self.show(id, message="The link is on its way.")

    @action(detail=True, methods=["post"], url_path="return-line")
    def return_line(self, request: Request, id: UUID) -> Response:
        """Give one paid line back that cannot be delivered: as money or as credit."""
        order_line_return(actor=self.actor, order_id=self.row().pk, **self.valid())
        return self.show(id, message="Line taken back.")


class PortalOrderViewSet(ListAction, RetrieveAction, CreateAction, PortalViewSet):
    """The caller's own orders."""

    resource_name = "order"
    list_key = "orders"
    row_serializer = OrderRow
    detail_serializer = OrderDetail
    input_serializers = {"create": PortalOrderInput, "cancel": DecisionInput}
    permissions_required = {
        "list": "own_orders:read",
        "retrieve": "own_orders:read",
        "create": "own_orders:create",
        "cancel": "own_orders:create",
    }
    filter_fields = {"status": ChoiceFilter(OrderStatus), "placed_at": InstantFilter(main=True)}
    sort_fields = SORTS

    def prepare(self, request: Request) -> None:
        if self.action_name == "create":
            ask_about_names(self)

    def get_queryset(self) -> QuerySet[Order, Any]:
        return orders_for(self.actor)

    def perform_create(self, values: dict[str, Any]) -> UUID:
        customer = customer_by_id(self.customer_id, actor=self.actor)
        cart, _overrides = cart_of_wishes(values["lines"], actor=self.actor, customer=customer)
        order = order_place(
            actor=self.actor,
            cart=cart,
            customer=customer,
            payment_method=values["payment_method"],
            accepted=values["accepted_documents"],
            expected_total=values.get("expected_total"),
        )
        return order.pk

    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, id: UUID) -> Response:
        """Withdraw an own order that is not paid."""
        order_cancel(actor=self.actor, order_id=self.row().pk, **self.valid())
        return self.show(id, message=_("Order cancelled."))
