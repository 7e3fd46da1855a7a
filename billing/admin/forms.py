"""What staff fill in about money."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from billing.choices import DocumentKind, PaymentMethodKind, RefundMethod
from billing.models import CreditEntry, Document, Invoice, NumberSeries, Payment
from billing.services.lines import LineInput
from customers.models import Customer
from ispplatform.core.admin.dressing import dressed

LINES = 4
AMOUNT: dict[str, Any] = {"max_digits": 15, "decimal_places": 4}


class CustomerNumberField(forms.CharField):
    """A customer by number; gives the customer."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label=_("Customer number"),
            max_length=20,
            help_text=_("For example CUST-000042."),
            **kwargs,
        )

    def clean(self, value: Any) -> Customer:
        number = super().clean(value).strip().upper()
        found: Customer | None = (
            Customer.objects.not_deleted().filter(customer_number=number).first()
        )
        if found is None:
            raise forms.ValidationError(_("There is no such customer."))
        return found


class DressedModelForm(forms.ModelForm):
    """A form of the back office whose fields are its own, not the model's."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dressed(self)


class InvoiceAddForm(DressedModelForm):
    """A new invoice with up to four lines; more come through the API."""

    customer_number = CustomerNumberField()
    issue_now = forms.BooleanField(
        label=_("Issue it at once"),
        required=False,
        initial=True,
        help_text=_("It gets its number and cannot be changed; otherwise it stays a draft."),
    )
    due_on = forms.DateField(
        label=_("Due on"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    text = forms.CharField(
        label=_("Notes on the document"), required=False, max_length=2000, widget=forms.Textarea
    )
    label_1 = forms.CharField(label=_("Line 1"), max_length=255)
    quantity_1 = forms.DecimalField(label=_("Quantity"), initial=1, min_value=0, **AMOUNT)
    price_1 = forms.DecimalField(label=_("Unit price, net"), max_digits=18, decimal_places=8)
    label_2 = forms.CharField(label=_("Line 2"), max_length=255, required=False)
    quantity_2 = forms.DecimalField(label=_("Quantity"), required=False, min_value=0, **AMOUNT)
    price_2 = forms.DecimalField(
        label=_("Unit price, net"), required=False, max_digits=18, decimal_places=8
    )
    label_3 = forms.CharField(label=_("Line 3"), max_length=255, required=False)
    quantity_3 = forms.DecimalField(label=_("Quantity"), required=False, min_value=0, **AMOUNT)
    price_3 = forms.DecimalField(
        label=_("Unit price, net"), required=False, max_digits=18, decimal_places=8
    )
    label_4 = forms.CharField(label=_("Line 4"), max_length=255, required=False)
    quantity_4 = forms.DecimalField(label=_("Quantity"), required=False, min_value=0, **AMOUNT)
    price_4 = forms.DecimalField(
        label=_("Unit price, net"), required=False, max_digits=18, decimal_places=8
    )

    class Meta:
        model = Invoice
        fields: list[str] = []


def lines_typed(values: dict[str, Any]) -> list[LineInput]:
    """Return the lines that were filled in."""
    lines = []
    for number in range(1, LINES + 1):
        price = values.get(f"price_{number}")
        if values.get(f"label_{number}") and price is not None:
            quantity = values.get(f"quantity_{number}")
            lines.append(
                LineInput(
                    label=values[f"label_{number}"],
                    unit_price=price,
                    quantity=Decimal(1) if quantity is None else quantity,
                )
            )
    return lines


class PaymentAddForm(DressedModelForm):
    """Money that came another way than through the gateway."""

    customer_number = CustomerNumberField()
    document_number = forms.CharField(
        label=_("Invoice or pro-forma number"),
        max_length=40,
        required=False,
        help_text=_("Empty: the money becomes the customer's credit."),
    )
    paid = forms.DecimalField(label=_("Amount"), min_value=0, **AMOUNT)
    words = forms.CharField(
        label=_("Reference"), max_length=140, help_text=_("As the bank statement says.")
    )
    came_on = forms.DateField(
        label=_("Came on"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    way = forms.ChoiceField(
        label=_("How"),
        choices=[
            (PaymentMethodKind.BANK_TRANSFER.value, PaymentMethodKind.BANK_TRANSFER.label),
            (PaymentMethodKind.MANUAL.value, PaymentMethodKind.MANUAL.label),
        ],
    )

    class Meta:
        model = Payment
        fields: list[str] = []

    def clean_document_number(self) -> Document | None:
        """Return the document of this number, None where none was named."""
        number = self.cleaned_data["document_number"].strip()
        if not number:
            return None
        found = Document.objects.filter(number__iexact=number, issued_at__isnull=False).first()
        if found is None:
            raise forms.ValidationError(_("There is no such document."))
        return found


class CreditAddForm(DressedModelForm):
    """Goodwill for a customer."""

    customer_number = CustomerNumberField()
    given = forms.DecimalField(label=_("Amount"), min_value=0, **AMOUNT)
    why = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea)

    class Meta:
        model = CreditEntry
        fields: list[str] = []


class CreditNoteForm(forms.Form):
    """How much of an invoice is taken back, and why."""

    amount = forms.DecimalField(
        label=_("Amount with tax"),
        min_value=0,
        required=False,
        help_text=_("Empty: everything that is left."),
        **AMOUNT,
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea,
        help_text=_("Printed on the credit note."),
    )


class RecordForm(forms.Form):
    """Money that came for this invoice."""

    amount = forms.DecimalField(label=_("Amount"), min_value=0, **AMOUNT)
    reference = forms.CharField(label=_("Reference"), max_length=140)
    received_on = forms.DateField(
        label=_("Came on"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )


class RefundForm(forms.Form):
    """How much goes back, which way, and why."""

    amount = forms.DecimalField(
        label=_("Amount"),
        min_value=0,
        required=False,
        help_text=_("Empty: everything that is left of the payment."),
        **AMOUNT,
    )
    method = forms.ChoiceField(label=_("How"), choices=RefundMethod.choices)
    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea)


class NoteForm(forms.Form):
    """A few words."""

    note = forms.CharField(label=_("Note"), max_length=120, required=False)


class SeriesAddForm(DressedModelForm):
    """With which number the documents of a kind go on."""

    sort = forms.ChoiceField(label=_("Documents"), choices=DocumentKind.choices)
    in_year = forms.IntegerField(label=_("Year"), min_value=2000, max_value=2999)
    next_number = forms.IntegerField(
        label=_("Next number"),
        min_value=1,
        help_text=_("For example 4711 when the last one elsewhere was 4710."),
    )

    class Meta:
        model = NumberSeries
        fields: list[str] = []


class NextNumberForm(forms.Form):
    """The number that the next document bears."""

    next_number = forms.IntegerField(label=_("Next number"), min_value=1)
