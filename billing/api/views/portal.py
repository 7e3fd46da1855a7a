"""Billing as customers see it through their portal account."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from billing.api.filters import (
    INVOICE_SORTS,
    PAYMENT_SORTS,
    PORTAL_INVOICE_FILTERS,
    PORTAL_PAYMENT_FILTERS,
)
from billing.api.serializers.invoices import PortalInvoiceDetail, PortalInvoiceRow
from billing.api.serializers.payments import (
    CardFormShown,
    CardSetupShown,
    ChargeSecretShown,
    PaymentMethodRow,
    PortalPaymentInput,
    PortalPaymentMethodInput,
    PortalPaymentRow,
)
from billing.api.views.invoices import PDF, pdf_answer
from billing.models import InvoiceQuerySet, Payment, PaymentMethod
from billing.providers.payments.base import CardForm, CardSetup, MethodReceipt
from billing.selectors.invoices import document_by_id, invoice_summary, invoices_for
from billing.selectors.payments import (
    card_form_of,
    charge_secret_of,
    gateway_default,
    payment_method_by_id,
    payment_methods_for,
    payments_for,
)
from billing.services.methods import (
    card_setup_begin,
    payment_method_add,
    payment_method_read,
    payment_method_remove,
)
from billing.services.payments import payment_start
from customers.models import Customer
from customers.selectors import customer_by_id
from ispplatform.core.api.responses import ApiResponse
from ispplatform.core.api.viewsets import (
    CreateAction,
    DestroyAction,
    Expected,
    ListAction,
    PortalViewSet,
    RetrieveAction,
)
from ispplatform.core.errors import InvalidInput
from ispplatform.core.models import ProviderConnection

READ = "own_invoices:read"
PAY = "own_payments:create"
METHODS = "own_payment_methods:manage"


class PortalInvoiceViewSet(ListAction, RetrieveAction, PortalViewSet):
    """The customer's invoices; drafts are not shown."""

    resource_name = "invoice"
    list_key = "invoices"
    row_serializer = PortalInvoiceRow
    detail_serializer = PortalInvoiceDetail
    permissions_required = {"list": READ, "retrieve": READ, "pdf": READ}
    file_media_types = (PDF,)
    filter_fields = PORTAL_INVOICE_FILTERS
    sort_fields = INVOICE_SORTS

    def get_queryset(self) -> InvoiceQuerySet:
        return invoices_for(self.actor)

    def list_extras(self, queryset: QuerySet[Any]) -> Mapping[str, Any]:
        customer = customer_by_id(self.customer_id, actor=self.actor)
        return {"summary": invoice_summary(customer)}

    @extend_schema(responses={(200, PDF): OpenApiTypes.BINARY})
    @action(detail=True, methods=["get"])
    def pdf(self, request: Request, id: UUID) -> HttpResponse:
        """Return the invoice as PDF/A."""
        return pdf_answer(self.row().document)


def form_shown(form: CardForm) -> dict[str, str]:
    """Return a card form as the API shows it."""
    return {
        "form": form.kind.value,
        "publishable_key": form.publishable_key,
        "account": form.account,
    }


class CardFromToken:
    """Asks the gateway for the card behind a token before the transaction opens."""

    connection: ProviderConnection
    card: MethodReceipt | None = None

    def read_card(self: Any, token: str | None) -> None:
        """Keep the card of a token; without one nothing is asked."""
        if token is None:
            return
        self.connection = gateway_default()
        self.card = payment_method_read(
            connection=self.connection, token=token, customer=self.own_customer()
        )

    def own_customer(self: Any) -> Customer:
        """Return the customer who asks."""
        return customer_by_id(self.customer_id, actor=self.actor)


class PortalPaymentViewSet(CardFromToken, ListAction, RetrieveAction, CreateAction, PortalViewSet):
    """The customer's payments, and paying."""

    resource_name = "payment"
    list_key = "payments"
    row_serializer = PortalPaymentRow
    input_serializers = {"create": PortalPaymentInput}
    permissions_required = {
        "list": READ,
        "retrieve": READ,
        "create": PAY,
        "client_secret": PAY,
    }
    secret_answers = frozenset({"client_secret"})
    filter_fields = PORTAL_PAYMENT_FILTERS
    sort_fields = PAYMENT_SORTS

    def get_queryset(self) -> QuerySet[Payment]:
        return payments_for(self.actor)

    def list_extras(self, queryset: QuerySet[Any]) -> Mapping[str, Any]:
        return {"payment_methods": PaymentMethodRow.rows(payment_methods_for(self.actor))}

    charge_secret = ""  # set by prepare(): the gateway is asked before the transaction opens

    def prepare(self, request: Request) -> None:
        if self.action_name == "client_secret":
            self.charge_secret = charge_secret_of(self.row())
            return
        values = self.valid()
        document_by_id(values["invoice_id"], actor=self.actor)
        self.read_card(values.get("token"))

    def perform_create(self, values: dict[str, Any]) -> UUID:
        payment = payment_start(
            actor=self.actor,
            document=document_by_id(values["invoice_id"], actor=self.actor),
            payment_method=self._method(values),
            amount=values.get("amount"),
            save_method=values["save_payment_method"],
        )
        return payment.pk

    @extend_schema(request=None, responses=ChargeSecretShown)
    @action(detail=True, methods=["post"], url_path="client-secret")
    def client_secret(self, request: Request, id: UUID) -> Response:
        """Return what a browser confirms a payment with that waits for its customer."""
        form = form_shown(card_form_of(self.row().connection))
        return ApiResponse({**form, "client_secret": self.charge_secret})

    def _method(self, values: dict[str, Any]) -> PaymentMethod:
        if self.card is not None:
            return payment_method_add(
                actor=self.actor,
                customer=self.own_customer(),
                connection=self.connection,
                card=self.card,
                is_saved=False,
            )
        if values.get("payment_method_id"):
            return payment_method_by_id(values["payment_method_id"], actor=self.actor)
        method = payment_methods_for(self.actor).filter(is_default=True).first()
        if method is None:
            raise InvalidInput("Name a payment method.", field="payment_method_id")
        return method


class PortalPaymentMethodViewSet(
    CardFromToken, ListAction, RetrieveAction, CreateAction, DestroyAction, PortalViewSet
):
    """The customer's cards."""

    resource_name = "payment method"
    list_key = "payment_methods"
    row_serializer = PaymentMethodRow
    input_serializers = {"create": PortalPaymentMethodInput}
    permissions_required = {
        "list": METHODS,
        "retrieve": METHODS,
        "create": METHODS,
        "destroy": METHODS,
        "form": METHODS,
        "begin": METHODS,
    }
    secret_answers = frozenset({"begin"})
    card_setup: CardSetup  # set by prepare()

    def get_queryset(self) -> QuerySet[PaymentMethod]:
        return payment_methods_for(self.actor)

    def prepare(self, request: Request) -> None:
        if self.action_name == "begin":
            self.connection = gateway_default()
            self.card_setup = card_setup_begin(
                connection=self.connection, customer=self.own_customer()
            )
            return
        self.read_card(self.valid()["token"])

    @extend_schema(responses=CardFormShown)
    @action(detail=False, methods=["get"])
    def form(self, request: Request) -> Response:
        """Return which form takes cards, and its key for browsers."""
        return ApiResponse(form_shown(card_form_of(gateway_default())))

    @extend_schema(request=None, responses=CardSetupShown)
    @action(detail=False, methods=["post"], url_path="setup")
    def begin(self, request: Request) -> Response:
        """Prepare for a card to be kept.

        The browser confirms it with ``client_secret``; then send ``token`` to
        ``POST /billing/payment-methods``.
        """
        shown = {
            **form_shown(card_form_of(self.connection)),
            "token": self.card_setup.reference,
            "client_secret": self.card_setup.client_secret,
        }
        return ApiResponse(shown, status=201)

    def perform_create(self, values: dict[str, Any]) -> UUID:
        if self.card is None:
            raise InvalidInput("Name a card.", field="token")
        method = payment_method_add(
            actor=self.actor,
            customer=self.own_customer(),
            connection=self.connection,
            card=self.card,
            is_default=values["is_default"],
        )
        return method.pk

    def perform_destroy(self, row: Any, expected: Expected) -> None:
        payment_method_remove(actor=self.actor, method_id=row.pk)
