"""Payments and refunds."""

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from billing.api.filters import PAYMENT_FILTERS, PAYMENT_SORTS
from billing.api.lookups import customer_named
from billing.api.serializers.payments import (
    CaptureInput,
    PaymentDetail,
    PaymentInput,
    PaymentRow,
    RefundInput,
)
from billing.choices import PaymentMethodKind
from billing.errors import InvoiceNotFound, PaymentMethodNotFound
from billing.models import Document, Payment, PaymentMethod
from billing.selectors.payments import payments_for
from billing.services.payments import (
    payment_authorize,
    payment_capture,
    payment_record,
    payment_start,
)
from billing.services.refunds import refund_start
from ispplatform.core.api.viewsets import (
    CreateAction,
    ListAction,
    RetrieveAction,
    StaffViewSet,
)
from ispplatform.core.errors import InvalidInput
from ispplatform.core.external_refs.api import ExternalRefsAction, ExternalRefsInput
from ispplatform.core.external_refs.services import external_refs_set
from ispplatform.core.subjects import subject_of


class PaymentViewSet(ExternalRefsAction, ListAction, RetrieveAction, CreateAction, StaffViewSet):
    """Payments: charges by the gateway, and money that came another way."""

    resource_name = "payment"
    row_serializer = PaymentRow
    detail_serializer = PaymentDetail
    input_serializers = {
        "create": PaymentInput,
        "capture": CaptureInput,
        "refund": RefundInput,
        "external_refs": ExternalRefsInput,
    }
    permissions_required = {
        "list": "payments:read",
        "retrieve": "payments:read",
        "create": "payments:create",
        "authorize": "payments:capture",
        "capture": "payments:capture",
        "refund": "payments:refund",
        "external_refs": "payments:record",
    }
    filter_fields = PAYMENT_FILTERS
    sort_fields = PAYMENT_SORTS
    searchable = True

    def get_queryset(self) -> QuerySet[Payment]:
        return payments_for(self.actor)

    def search(self, queryset: QuerySet[Any], text: str) -> QuerySet[Any]:
        return queryset.filter(
            Q(reference__iexact=text)
            | Q(gateway_reference=text)
            | Q(document__number__iexact=text)
            | Q(payment_method__last_four=text)
        )

    def perform_create(self, values: dict[str, Any]) -> UUID:
        payment = self._created(values)
        if refs := values.get("external_refs"):
            external_refs_set(subject=subject_of(payment), refs=refs)
        return payment.pk

    def _created(self, values: dict[str, Any]) -> Payment:
        if "reference" in values:
            return self._recorded(values)
        document = self._document(values)
        if document is None:
            raise InvalidInput("Say what is to be paid.", field="invoice_id")
        return payment_start(
            actor=self.actor,
            document=document,
            payment_method=self._card(document, values.get("payment_method_id")),
            method=values.get("payment_method", PaymentMethodKind.CARD),
            amount=values.get("amount"),
            capture_later=not values["capture"],
        )

    def _recorded(self, values: dict[str, Any]) -> Payment:
        document = self._document(values)
        customer = (
            document.customer if document is not None else customer_named(values["customer_id"])
        )
        given = values.get("customer_id")
        if given and customer_named(given).pk != customer.pk:
            raise InvalidInput("The document is another customer's.", field="customer_id")
        amount = values.get("amount")
        if amount is None:
            raise InvalidInput("Say how much came.", field="amount")
        return payment_record(
            actor=self.actor,
            customer=customer,
            document=document,
            amount=amount,
            currency=values.get("currency", ""),
            reference=values["reference"],
            received_on=values.get("received_on"),
            method=_recordable(values.get("payment_method")),
        )

    def _document(self, values: dict[str, Any]) -> Document | None:
        document_id = values.get("invoice_id") or values.get("document_id")
        if document_id is None:
            return None
        rows = Document.objects.filter(pk=document_id, issued_at__isnull=False)
        document = rows.select_related("customer").first()
        if document is None:
            raise InvoiceNotFound("There is no such invoice.")
        return document

    def _card(self, document: Document, method_id: UUID | None) -> PaymentMethod:
        rows = PaymentMethod.objects.filter(customer_id=document.customer_id, removed_at=None)
        wanted = rows.filter(pk=method_id) if method_id else rows.filter(is_default=True)
        method = wanted.first()
        if method is None:
            raise PaymentMethodNotFound("The customer has no such payment method.")
        return method

    @action(detail=True, methods=["post"])
    def authorize(self, request: Request, id: UUID) -> Response:
        """Reserve the money of a payment that was made with ``capture: false``."""
        payment_authorize(actor=self.actor, payment=self.row())
        return self.show(id, status=202, message="The money is being reserved.")

    @action(detail=True, methods=["post"])
    def capture(self, request: Request, id: UUID) -> Response:
        """Take the money that is reserved, all of it or less."""
        payment_capture(actor=self.actor, payment=self.row(), **self.valid())
        return self.show(id, status=202, message="The money is being taken.")

    @action(detail=True, methods=["post"])
    def refund(self, request: Request, id: UUID) -> Response:
        """Send money back, all of what is left or a part."""
        values = self.valid()
        refund_start(
            actor=self.actor,
            payment=self.row(),
            reason=values["reason"],
            amount=values.get("amount"),
            method=values["refund_method"],
        )
        return self.show(id, status=202, message="The refund is on its way.")


def _recordable(method: str | None) -> str:
    """A card that another system charged is recorded as money that came another way."""
    if method is None:
        return PaymentMethodKind.BANK_TRANSFER
    return PaymentMethodKind.MANUAL if method == PaymentMethodKind.CARD else method
