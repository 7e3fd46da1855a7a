"""Money and dunning from the page of a customer: credit, money that came, a standstill."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from billing.admin.forms import AMOUNT
from billing.admin.holds import HoldForm, hold_make
from billing.choices import PaymentMethodKind
from billing.models import Document
from billing.selectors.invoices import documents_to_pay
from billing.services.credit import credit_grant
from billing.services.payments import payment_record
from customers.models import Customer
from ispplatform.core.actors import Actor
from ispplatform.core.admin.acts import ROW_ACTS, Act, RowAct
from ispplatform.core.pages.formats import format_locale, money_text
from ispplatform.core.tenancy.lookup import tenant_by_id

MOST_DOCUMENTS = 20
Values = Mapping[str, Any]


def _currency(customer: Customer) -> str:
    return customer.currency or tenant_by_id(customer.tenant_id).currency


def _money(amount: Any, currency: str) -> str:
    return money_text(amount, currency, format_locale(get_language() or "en"))


def _credit_form(customer: Customer) -> type[forms.Form]:
    class CreditForm(forms.Form):
        """Asks how much, and why."""

        amount = forms.DecimalField(
            label=_("Amount"), min_value=0, help_text=_currency(customer), **AMOUNT
        )
        reason = forms.CharField(
            label=_("Reason"),
            max_length=500,
            widget=forms.Textarea,
            help_text=_("Kept beside the credit and in the audit trail."),
        )

    return CreditForm


def _credited(actor: Actor, row: Customer, values: Values) -> str:
    entry = credit_grant(actor=actor, customer=row, **values)
    return _t("%(sum)s given as credit.") % {"sum": _money(entry.amount, entry.currency)}


def _to_pay(customer: Customer) -> list[tuple[Document, Any]]:
    return documents_to_pay(customer, at_most=MOST_DOCUMENTS)


def _payment_form(customer: Customer) -> type[forms.Form]:
    open_ones = [
        (
            str(document.pk),
            _t("%(document)s: %(due)s of %(total)s are open")
            % {
                "document": document,
                "due": _money(due, document.currency),
                "total": _money(document.gross_total, document.currency),
            },
        )
        for document, due in _to_pay(customer)
    ]

    class PaymentForm(forms.Form):
        """Asks what came, for what, and what the bank statement says."""

        document = forms.ChoiceField(
            label=_("For"),
            choices=[*open_ones, ("", _("Nothing of these: it becomes the customer's credit"))],
            required=False,
            widget=forms.RadioSelect,
        )
        amount = forms.DecimalField(
            label=_("Amount that came"), min_value=0, help_text=_currency(customer), **AMOUNT
        )
        reference = forms.CharField(
            label=_("Reference"), max_length=140, help_text=_("As the bank statement says.")
        )
        received_on = forms.DateField(
            label=_("Came on"), required=False, widget=forms.DateInput(attrs={"type": "date"})
        )
        method = forms.ChoiceField(
            label=_("How"),
            choices=[
                (kind.value, kind.label)
                for kind in (PaymentMethodKind.BANK_TRANSFER, PaymentMethodKind.MANUAL)
            ],
        )

    return PaymentForm


def _first_open(customer: Customer) -> dict[str, Any]:
    document, due = next(iter(_to_pay(customer)), (None, None))
    return {"document": str(document.pk), "amount": due} if document is not None else {}


def _recorded(actor: Actor, row: Customer, values: Values) -> str:
    given = dict(values)
    wanted = given.pop("document")
    document = Document.objects.get(customer=row, pk=wanted) if wanted else None
    payment = payment_record(actor=actor, customer=row, document=document, **given)
    return _t("%(sum)s recorded.") % {"sum": _money(payment.amount_settled, payment.currency)}


def _held(actor: Actor, row: Customer, values: Values) -> str:
    hold_make(actor=actor, customer=row, values=values)
    return _t("What follows unpaid invoices stands still.")


for act in (
    Act(
        name="record-payment",
        label=_("Record payment"),
        permission="payments:record",
        run=_recorded,
        form_for=_payment_form,
        initial=_first_open,
        explanation=_("Money that came another way than by card, whole or in part."),
    ),
    Act(
        name="give-credit",
        label=_("Give credit"),
        permission="credits:grant",
        run=_credited,
        form_for=_credit_form,
        explanation=_(
            "Renewals use it up by themselves; the customer can pay orders and invoices with it."
        ),
    ),
    Act(
        name="pause-dunning",
        label=_("Pause dunning"),
        permission="dunning:pause",
        run=_held,
        form=HoldForm,
        explanation=_(
            "For all invoices of the customer: no charge, no mail, no suspension. What is "
            "suspended already stays so."
        ),
    ),
):
    ROW_ACTS.fill(RowAct(model="customers.customer", act=act))
