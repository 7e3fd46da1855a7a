"""Invoices, in and out."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from billing.api.serializers.beside import RowsBeside
from billing.choices import DocumentKind, InvoiceStatus
from billing.models import Document, DocumentLine, DocumentTax
from billing.rules.tax import TaxRule
from ispplatform.core.api.fields import (
    Computed,
    FreeJsonField,
    InstantField,
    MoneyAmountField,
    VersionField,
)
from ispplatform.core.api.labels import StatusLabel
from ispplatform.core.api.rows import RowSerializer
from ispplatform.core.api.serializers import StrictSerializer
from ispplatform.core.external_refs.api import ExternalRefsField, external_refs_input
from ispplatform.core.money import CurrencyField

TAX_RULES = [(rule.value, rule.value) for rule in TaxRule]
CURRENCY = [validator for validator in CurrencyField().validators if hasattr(validator, "regex")]
RATE = {"max_digits": 18, "decimal_places": 8}


def next_action_of(what: str, on: date | None) -> dict[str, Any] | None:
    """Return what happens next to an invoice and when; None when nothing does."""
    return {"what": what, "on": on} if what else None


def trimmed(value: Decimal) -> Decimal:
    """Return a rate without the zeros that its column adds."""
    plain = value.normalize()
    return plain.quantize(Decimal(1)) if plain == plain.to_integral_value() else plain


def rate(source: str = "") -> Computed:
    """Return the field of a rate or a quantity that stands in the column ``source``."""
    output = serializers.DecimalField(**RATE, coerce_to_string=False)
    return Computed(output, source, compute=trimmed)


def own_lines(ids: Sequence[Any]) -> QuerySet[DocumentLine]:
    """Return the lines of documents, in their order."""
    return DocumentLine.objects.filter(document_id__in=ids).order_by("document_id", "position")


def own_taxes(ids: Sequence[Any]) -> QuerySet[DocumentTax]:
    """Return the tax sums of documents, in their order."""
    return DocumentTax.objects.filter(document_id__in=ids).order_by("document_id", "position")


def own_credit_notes(ids: Sequence[Any]) -> QuerySet[Document]:
    """Return the credit notes over documents, the first one first."""
    notes = Document.objects.filter(corrects_id__in=ids, kind=DocumentKind.CREDIT_NOTE)
    return notes.order_by("pk")


class NextActionField(serializers.Serializer):
    """What happens next, and when."""

    what = serializers.CharField()
    on = serializers.DateField(allow_null=True)


class LineRow(RowSerializer):
    """One line of a document. ``service_id`` names what it bills; the period is half-open."""

    id = serializers.UUIDField()
    description = serializers.CharField(source="label")
    details = serializers.CharField()
    quantity = rate("quantity")
    unit_price = rate("unit_price")
    tax_included = serializers.BooleanField()
    discount = MoneyAmountField()
    tax_rate = rate("tax_percent")
    tax_rule = serializers.ChoiceField(choices=TAX_RULES)
    net = MoneyAmountField()
    tax = MoneyAmountField()
    total = MoneyAmountField(source="gross")
    currency = serializers.CharField()
    period_start = serializers.DateField(allow_null=True)
    period_end = serializers.DateField(allow_null=True)
    service_id = serializers.UUIDField(source="subject_id", allow_null=True)
    service_label = serializers.CharField(source="subject_label")
    subscription_id = serializers.UUIDField(allow_null=True)


class TaxRow(RowSerializer):
    """What the lines of one rule and rate come to."""

    tax_rate = rate("tax_percent")
    tax_rule = serializers.ChoiceField(choices=TAX_RULES)
    net = MoneyAmountField()
    tax = MoneyAmountField()
    total = MoneyAmountField(source="gross")
    currency = serializers.CharField()


class CreditNoteRow(RowSerializer):
    """A credit note over an invoice."""

    id = serializers.UUIDField()
    number = serializers.CharField()
    issue_date = serializers.DateField()
    reason = serializers.CharField()
    total = MoneyAmountField(source="gross_total")
    currency = serializers.CharField()


class InvoiceRow(RowSerializer):
    """An invoice in a list."""

    id = serializers.UUIDField()
    invoice_number = serializers.CharField(source="number")
    customer_id = serializers.UUIDField()
    customer_name = serializers.CharField(source="customer.display_name")
    status = serializers.ChoiceField(choices=InvoiceStatus.choices)
    status_label = StatusLabel("billing.invoice")
    currency = serializers.CharField()
    issue_date = serializers.DateField(allow_null=True)
    due_date = serializers.DateField(allow_null=True)
    paid_date = InstantField(source="paid_at", allow_null=True)
    subtotal = MoneyAmountField(source="document.net_total")
    tax = MoneyAmountField(source="document.tax_total")
    total = MoneyAmountField(source="gross_total")
    amount_paid = MoneyAmountField()
    amount_due = MoneyAmountField()
    amount_credited = MoneyAmountField()
    amount_refunded = MoneyAmountField()
    amount_charged_back = MoneyAmountField()
    disputed = serializers.BooleanField()
    next_action = Computed(
        NextActionField(allow_null=True), "next_action", "next_action_on", compute=next_action_of
    )
    sent_at = InstantField(allow_null=True)
    external_refs = ExternalRefsField()
    created_at = InstantField()
    updated_at = InstantField()
    version = VersionField()


class InvoiceDetail(InvoiceRow):
    """An invoice by itself."""

    tax_point = serializers.DateField(source="document.tax_point", allow_null=True)
    tax_country = serializers.CharField(source="document.tax_country")
    seller = FreeJsonField(source="document.seller")
    buyer = FreeJsonField(source="document.buyer")
    notes = serializers.CharField(source="document.notes")
    void_reason = serializers.CharField()
    line_items = RowsBeside(LineRow, find=own_lines, key="document_id")
    taxes = RowsBeside(TaxRow, find=own_taxes, key="document_id")
    credit_notes = RowsBeside(CreditNoteRow, find=own_credit_notes, key="corrects_id")


class PortalInvoiceRow(RowSerializer):
    """An invoice as its customer sees it."""

    id = serializers.UUIDField()
    invoice_number = serializers.CharField(source="number")
    status = serializers.ChoiceField(choices=InvoiceStatus.choices)
    status_label = StatusLabel("billing.invoice")
    currency = serializers.CharField()
    issue_date = serializers.DateField()
    due_date = serializers.DateField()
    paid_date = InstantField(source="paid_at", allow_null=True)
    subtotal = MoneyAmountField(source="document.net_total")
    tax = MoneyAmountField(source="document.tax_total")
    total = MoneyAmountField(source="gross_total")
    amount_paid = MoneyAmountField()
    amount_due = MoneyAmountField()
    amount_credited = MoneyAmountField()
    amount_refunded = MoneyAmountField()
    line_items = RowsBeside(LineRow, find=own_lines, key="document_id")
    created_at = InstantField()
    updated_at = InstantField()
    version = VersionField()


class PortalInvoiceDetail(PortalInvoiceRow):
    """An invoice by itself, as its customer sees it."""

    seller = FreeJsonField(source="document.seller")
    buyer = FreeJsonField(source="document.buyer")
    notes = serializers.CharField(source="document.notes")
    taxes = RowsBeside(TaxRow, find=own_taxes, key="document_id")
    credit_notes = RowsBeside(CreditNoteRow, find=own_credit_notes, key="corrects_id")


class LineItemInput(StrictSerializer):
    """One line in a body."""

    synonyms = {"label": "description"}

    description = serializers.CharField(max_length=255)
    details = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    quantity = serializers.DecimalField(**RATE, min_value=Decimal(0), default=Decimal(1))
    unit_price = serializers.DecimalField(**RATE)
    tax_rate = serializers.DecimalField(
        max_digits=11,
        decimal_places=8,
        min_value=Decimal(0),
        max_value=Decimal(100),
        required=False,
        allow_null=True,
        help_text="In percent; without it the law decides.",
    )
    tax_included = serializers.BooleanField(default=False)
    discount = serializers.DecimalField(
        max_digits=15, decimal_places=4, min_value=Decimal(0), default=Decimal(0)
    )
    service_id = serializers.UUIDField(required=False, allow_null=True)
    period_start = serializers.DateField(required=False, allow_null=True)
    period_end = serializers.DateField(required=False, allow_null=True)


class InvoiceInput(StrictSerializer):
    """The body of a new invoice; ``amount`` alone is one line "Services"."""

    synonyms = {"items": "line_items", "customer": "customer_id"}

    customer_id = serializers.CharField(
        max_length=40, help_text="The customer's id or number (CUST-000001)."
    )
    line_items = LineItemInput(many=True, required=False, max_length=500)
    amount = serializers.DecimalField(
        max_digits=15, decimal_places=4, min_value=Decimal(0), required=False
    )
    currency = serializers.CharField(max_length=3, required=False, validators=CURRENCY)
    due_date = serializers.DateField(required=False, allow_null=True)
    notes = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    issue = serializers.BooleanField(
        default=False, help_text="Number it at once; otherwise it stays a draft until it is sent."
    )
    external_refs = external_refs_input()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("line_items" in attrs) == ("amount" in attrs):
            raise serializers.ValidationError({"line_items": "Give either lines or an amount."})
        return attrs


class ReasonInput(StrictSerializer):
    """Why something is done."""

    reason = serializers.CharField(max_length=500)


class VoidInput(StrictSerializer):
    """Why an invoice is made void."""

    reason = serializers.CharField(max_length=500, default="Made void.")


class CreditInput(ReasonInput):
    """What of an invoice is taken back; everything that is left when no amount is named."""

    amount = serializers.DecimalField(
        max_digits=15, decimal_places=4, min_value=Decimal(0), required=False
    )
