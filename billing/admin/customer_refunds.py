"""Refunding from the page of a customer: which payment, how much, why."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import F
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from billing.admin.forms import RefundForm
from billing.choices import PaymentState
from billing.models import Payment
from billing.selectors.refunds import left_of
from billing.services.refunds import refund_start
from customers.models import Customer
from ispplatform.core.actors import Actor
from ispplatform.core.admin.acts import ROW_ACTS, Act, RowAct
from ispplatform.core.errors import NotFound
from ispplatform.core.pages.formats import date_text, format_locale, money_text

MOST_PAYMENTS = 20


def _refundable(customer: Customer) -> Any:
    rows = Payment.objects.filter(customer=customer, state=PaymentState.SETTLED)
    return rows.filter(amount_settled__gt=F("amount_refunded") + F("amount_charged_back"))


def _explained(customer: Customer) -> str:
    if not _refundable(customer).exists():
        return gettext("Nothing can go back: of no payment of this customer is anything left.")
    return gettext("What the payment paid is credited; the money goes back.")


def _words(payment: Payment) -> str:
    locale = format_locale(get_language() or "en")
    day = payment.received_on
    return gettext("%(payment)s, %(day)s: %(left)s of %(sum)s are left") % {
        "payment": payment.document or payment,
        "day": date_text(day, locale) if day else "–",
        "left": money_text(left_of(payment), payment.currency, locale),
        "sum": money_text(payment.amount_settled, payment.currency, locale),
    }


def _form(customer: Customer) -> type[forms.Form]:
    rows = _refundable(customer).select_related("document").order_by("-pk")[:MOST_PAYMENTS]
    choices = [(str(row.pk), _words(row)) for row in rows]

    class CustomerRefundForm(RefundForm):
        """Asks which payment goes back, how much of it, and why."""

        payment = forms.ChoiceField(label=_("Payment"), choices=choices, widget=forms.RadioSelect)
        field_order = ("payment", "amount", "method", "reason")

    return CustomerRefundForm


def _refund(actor: Actor, row: Customer, values: Mapping[str, Any]) -> str:
    given = dict(values)
    payment = _refundable(row).filter(pk=given.pop("payment")).first()
    if payment is None:
        raise NotFound("Nothing of this payment is left.")
    refund = refund_start(actor=actor, payment=payment, **given)
    return gettext("%(sum)s are on their way back.") % {
        "sum": money_text(refund.amount, refund.currency, format_locale(get_language() or "en"))
    }


ROW_ACTS.fill(
    RowAct(
        model="customers.customer",
        act=Act(
            name="refund",
            label=_("Refund"),
            permission="payments:refund",
            run=_refund,
            form_for=_form,
            explanation_for=_explained,
        ),
    )
)
