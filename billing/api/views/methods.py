"""Payment methods: cards that the gateway keeps."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from rest_framework.request import Request

from billing.api.filters import METHOD_FILTERS
from billing.api.lookups import customer_named
from billing.api.serializers.payments import PaymentMethodInput, PaymentMethodRow
from billing.models import PaymentMethod
from billing.providers.payments.base import MethodReceipt
from billing.selectors.payments import gateway_default, payment_methods_for
from billing.services.methods import (
    payment_method_add,
    payment_method_read,
    payment_method_remove,
)
from customers.models import Customer
from ispplatform.core.api.viewsets import (
    CreateAction,
    DestroyAction,
    Expected,
    ListAction,
    RetrieveAction,
    StaffViewSet,
)
from ispplatform.core.errors import InvalidInput, NotFound
from ispplatform.core.models import ProviderConnection


class PaymentMethodViewSet(ListAction, RetrieveAction, CreateAction, DestroyAction, StaffViewSet):
    """Cards that the gateway keeps for customers; we know the last four digits."""

    resource_name = "payment method"
    row_serializer = PaymentMethodRow
    input_serializers = {"create": PaymentMethodInput}
    permissions_required = {
        "list": "payment_methods:read",
        "retrieve": "payment_methods:read",
        "create": "payment_methods:manage",
        "destroy": "payment_methods:manage",
    }
    filter_fields = METHOD_FILTERS

    # Set by prepare(): the gateway is asked before the transaction opens.
    customer: Customer
    connection: ProviderConnection
    card: MethodReceipt

    def get_queryset(self) -> QuerySet[PaymentMethod]:
        customer_id = self.kwargs.get("customer_id")
        if customer_id and not Customer.objects.not_deleted().filter(pk=customer_id).exists():
            raise NotFound("There is no such customer.")
        return payment_methods_for(self.actor, customer_id=customer_id)

    def prepare(self, request: Request) -> None:
        if self.action_name != "create":
            return
        values = self.valid()
        named = self.kwargs.get("customer_id") or values.get("customer_id")
        if named is None:
            raise InvalidInput("Say whose card it is.", field="customer_id")
        self.customer = customer_named(str(named))
        self.connection = gateway_default()
        self.card = payment_method_read(
            connection=self.connection, token=values["token"], customer=self.customer
        )

    def perform_create(self, values: dict[str, Any]) -> UUID:
        method = payment_method_add(
            actor=self.actor,
            customer=self.customer,
            connection=self.connection,
            card=self.card,
            is_default=values["is_default"],
        )
        return method.pk

    def perform_destroy(self, row: Any, expected: Expected) -> None:
        payment_method_remove(actor=self.actor, method_id=row.pk)
