"""Payments, refunds and payment methods, in and out."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from billing.api.serializers.beside import RowsBeside
from billing.api.serializers.invoices import CURRENCY
from billing.choices import (
    PaymentMethodKind,
    PaymentState,
    RefundMethod,
    RefundState,
)
from billing.models import PaymentAllocation, Refund
from ispplatform.core.api.fields import Computed, InstantField, MoneyAmountField, VersionField
from ispplatform.core.api.labels import StatusLabel
from ispplatform.core.api.rows import RowSerializer
from ispplatform.core.api.serializers import StrictSerializer
from ispplatform.core.external_refs.api import ExternalRefsField, external_refs_input

# What the documents call them, and ours.
METHOD_SYNONYMS = {
    "card": PaymentMethodKind.CARD,
    "credit_card": PaymentMethodKind.CARD,
    "debit_card": PaymentMethodKind.CARD,
    "bank": PaymentMethodKind.BANK_TRANSFER,
    "bank_transfer": PaymentMethodKind.BANK_TRANSFER,
    "ach": PaymentMethodKind.BANK_TRANSFER,
    "sepa": PaymentMethodKind.BANK_TRANSFER,
    "cash": PaymentMethodKind.MANUAL,
    "check": PaymentMethodKind.MANUAL,
    "manual": PaymentMethodKind.MANUAL,
    "other": PaymentMethodKind.MANUAL,
}


def expiry(month: int | None, year: int | None) -> str | None:
    """Return when a card ends as people write it, ``12/27``."""
    return None if month is None or year is None else f"{month:02d}/{year % 100:02d}"


def own_refunds(ids: Sequence[Any]) -> QuerySet[Refund]:
    """Return the refunds of payments, the first one first."""
    return Refund.objects.filter(payment_id__in=ids).order_by("pk")


def own_allocations(ids: Sequence[Any]) -> QuerySet[PaymentAllocation]:
    """Return where payments went, in the order in which they went."""
    return PaymentAllocation.objects.filter(payment_id__in=ids).order_by("pk")


class RefundRow(RowSerializer):
    """Money on its way back."""

    id = serializers.UUIDField()
    amount = MoneyAmountField()
    currency = serializers.CharField()
    status = serializers.ChoiceField(choices=RefundState.choices, source="state")
    status_label = StatusLabel("billing.refund", "state")
    refund_method = serializers.ChoiceField(choices=RefundMethod.choices, source="method")
    reason = serializers.CharField()
    credit_note_id = serializers.UUIDField(allow_null=True)
    failure_message = serializers.CharField()
    created_at = InstantField()


class AllocationRow(RowSerializer):
    """Which invoice a payment paid, and how much of it."""

    invoice_id = serializers.UUIDField()
    invoice_number = serializers.CharField(source="invoice.number")
    amount = MoneyAmountField()
    currency = serializers.CharField()


class PaymentRow(RowSerializer):
    """A payment in a list."""

    id = serializers.UUIDField()
    customer_id = serializers.UUIDField()
    customer_name = serializers.CharField(source="customer.display_name")
    document_id = serializers.UUIDField(allow_null=True)
    document_number = serializers.CharField(source="document.number", allow_null=True)
    amount = MoneyAmountField()
    amount_settled = MoneyAmountField()
    amount_refunded = MoneyAmountField()
    amount_charged_back = MoneyAmountField()
    currency = serializers.CharField()
    payment_method = serializers.ChoiceField(choices=PaymentMethodKind.choices, source="method")
    payment_method_id = serializers.UUIDField(allow_null=True)
    brand = serializers.CharField(source="payment_method.brand", allow_null=True)
    last_four = serializers.CharField(source="payment_method.last_four", allow_null=True)
    status = serializers.ChoiceField(choices=PaymentState.choices, source="state")
    status_label = StatusLabel("billing.payment", "state")
    reference = serializers.CharField()
    transaction_id = serializers.CharField(source="gateway_reference")
    payment_date = serializers.DateField(source="received_on", allow_null=True)
    action_url = serializers.CharField()
    failure_code = serializers.CharField()
    failure_message = serializers.CharField()
    settled_at = InstantField(allow_null=True)
    external_refs = ExternalRefsField()
    created_at = InstantField()
    updated_at = InstantField()
    version = VersionField()


class PaymentDetail(PaymentRow):
    """A payment by itself."""

    invoices = RowsBeside(AllocationRow, find=own_allocations, key="payment_id")
    refunds = RowsBeside(RefundRow, find=own_refunds, key="payment_id")


class PaymentMethodRow(RowSerializer):
    """A card that the gateway keeps."""

    id = serializers.UUIDField()
    customer_id = serializers.UUIDField()
    type = serializers.ChoiceField(choices=PaymentMethodKind.choices, source="kind")
    brand = serializers.CharField()
    last_four = serializers.CharField()
    expires = Computed(
        serializers.CharField(allow_null=True), "expires_month", "expires_year", compute=expiry
    )
    is_default = serializers.BooleanField()
    created_at = InstantField()
    updated_at = InstantField()
    version = VersionField()


class PortalPaymentRow(RowSerializer):
    """A payment as its customer sees it."""

    id = serializers.UUIDField()
    invoice_number = serializers.CharField(source="document.number", allow_null=True)
    document_id = serializers.UUIDField(allow_null=True)
    amount = MoneyAmountField()
    amount_refunded = MoneyAmountField()
    currency = serializers.CharField()
    payment_method = serializers.ChoiceField(choices=PaymentMethodKind.choices, source="method")
    payment_date = serializers.DateField(source="received_on", allow_null=True)
    status = serializers.ChoiceField(choices=PaymentState.choices, source="state")
    status_label = StatusLabel("billing.payment", "state")
    transaction_id = serializers.CharField(source="gateway_reference")
    last_four = serializers.CharField(source="payment_method.last_four", allow_null=True)
    action_url = serializers.CharField()
    failure_message = serializers.CharField()
    created_at = InstantField()
    updated_at = InstantField()
    version = VersionField()


class MethodKindField(serializers.ChoiceField):
    """How money is moved, in any of the documented spellings."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=sorted(METHOD_SYNONYMS), **kwargs)

    def to_internal_value(self, data: Any) -> str:
        return str(METHOD_SYNONYMS[str(super().to_internal_value(data))])


class AmountInput(serializers.DecimalField):
    """An amount above zero; the service holds it against the currency."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            max_digits=15, decimal_places=4, min_value=Decimal("0.0001"), required=False, **kwargs
        )


class PaymentInput(StrictSerializer):
    """The body of a new payment.

    With ``reference``: money that came another way, recorded. Otherwise a card is charged: the
    named one, or the customer's default.
    """

    synonyms = {"method": "payment_method", "customer": "customer_id"}

    customer_id = serializers.CharField(max_length=40, required=False)
    invoice_id = serializers.UUIDField(required=False, allow_null=True)
    document_id = serializers.UUIDField(required=False, allow_null=True)
    amount = AmountInput()
    currency = serializers.CharField(max_length=3, required=False, validators=CURRENCY)
    payment_method = MethodKindField(required=False)
    payment_method_id = serializers.UUIDField(required=False, allow_null=True)
    reference = serializers.CharField(max_length=140, required=False)
    received_on = serializers.DateField(required=False, allow_null=True)
    capture = serializers.BooleanField(
        default=True, help_text="False: reserve it later by /authorize and take it by /capture."
    )
    external_refs = external_refs_input()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        named = [name for name in ("invoice_id", "document_id") if attrs.get(name)]
        if len(named) > 1:
            raise serializers.ValidationError({"document_id": "Name one document."})
        if not named and "reference" not in attrs:
            raise serializers.ValidationError({"invoice_id": "Say what is to be paid."})
        if not named and not (attrs.get("customer_id") and attrs.get("amount")):
            raise serializers.ValidationError(
                {"customer_id": "Money without a document needs a customer and an amount."}
            )
        return attrs


class CaptureInput(StrictSerializer):
    """How much of the reserved money is taken; all of it when no amount is named."""

    amount = AmountInput()


class RefundInput(StrictSerializer):
    """What goes back; everything that is left when no amount is named."""

    amount = AmountInput()
    reason = serializers.CharField(max_length=500, default="Refund asked for.")
    refund_method = serializers.ChoiceField(
        choices=RefundMethod.choices, default=RefundMethod.ORIGINAL_PAYMENT_METHOD
    )


class PaymentMethodInput(StrictSerializer):
    """A card to be kept: the one-time token that the gateway's own form gave to the browser."""

    synonyms = {"card_token": "token", "payment_token": "token"}

    customer_id = serializers.CharField(max_length=40, required=False)
    token = serializers.CharField(max_length=200)
    is_default = serializers.BooleanField(default=False)


class PortalPaymentMethodInput(StrictSerializer):
    """A card to be kept by its owner."""

    synonyms = {"card_token": "token", "payment_token": "token"}

    token = serializers.CharField(max_length=200)
    is_default = serializers.BooleanField(default=False)


class PortalPaymentInput(StrictSerializer):
    """Paying an invoice or an order with a kept card, or a new one by its token."""

    synonyms = {"document_id": "invoice_id"}

    invoice_id = serializers.UUIDField()
    amount = AmountInput()
    payment_method_id = serializers.UUIDField(required=False, allow_null=True)
    token = serializers.CharField(max_length=200, required=False)
    save_payment_method = serializers.BooleanField(default=False)


class CardFormShown(serializers.Serializer):
    """Which form takes cards, and its key for browsers."""

    form = serializers.CharField()
    publishable_key = serializers.CharField(allow_blank=True)
    account = serializers.CharField(allow_blank=True)


class CardSetupShown(CardFormShown):
    """What a browser needs to keep a card; ``token`` is what comes back to us afterwards."""

    token = serializers.CharField()
    client_secret = serializers.CharField()


class ChargeSecretShown(CardFormShown):
    """What a browser needs to confirm a payment that waits for its customer."""

    client_secret = serializers.CharField(allow_blank=True)
