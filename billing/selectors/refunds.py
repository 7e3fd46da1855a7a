"""Where a payment's money lies, and how much of it can go back."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet, Sum

from billing.choices import CreditKind, PaymentState
from billing.models import CreditEntry, CreditUse, Invoice, Payment, PaymentAllocation
from ispplatform.core.money import from_minor


def invoices_paid_by(payment: Payment) -> list[UUID]:
    """Return the ids of invoices that a payment paid: first those it was for, then by credit."""
    at_once = PaymentAllocation.objects.filter(payment=payment)
    by_credit = CreditUse.objects.filter(credit__payment=payment, invoice__isnull=False)
    found: list[UUID] = []
    for rows in (at_once, by_credit):
        found += rows.order_by("pk").values_list("invoice_id", flat=True)
    return list(dict.fromkeys(found))


def payments_of(invoice: Invoice) -> list[Payment]:
    """Return the settled payments that paid an invoice, at once or as credit, and those for it.

    Money that came for its order late, twice or in excess is among them.
    """
    rows = Payment.objects.filter(
        Q(allocations__invoice=invoice)
        | Q(credit_entries__uses__invoice=invoice)
        | Q(document__in=_meant_for(invoice)),
        state=PaymentState.SETTLED,
    )
    return list(rows.distinct().order_by("pk"))


def creditable(invoice: Invoice, payment: Payment) -> Decimal:
    """Return how much of a payment lies in an invoice and can be set free by a credit note."""
    if invoice.amount_due:
        return from_minor(0, invoice.currency)
    return min(_put_in(invoice, payment), invoice.gross_total - invoice.amount_credited)


def refundable_of(invoice: Invoice, payment: Payment) -> Decimal:
    """Return how much of a payment can go back for an invoice.

    That is what lies in the invoice or was set free of it, and what came for its order and is
    credit. Credit of the payment that has nothing to do with the invoice stays.
    """
    meant = CreditEntry.objects.filter(payment=payment, document__in=_meant_for(invoice))
    freed = CreditEntry.objects.filter(
        document__corrects=invoice.document_id, kind=CreditKind.REFUND_KEPT
    )
    inside = Decimal(0) if invoice.amount_due else invoice.gross_total - invoice.amount_credited
    found = min(
        _put_in(invoice, payment), inside + _sum(freed, "remaining", invoice.currency)
    ) + _sum(meant, "remaining", payment.currency)
    return min(
        found, payment.amount_settled - payment.amount_refunded - payment.amount_charged_back
    )


def _put_in(invoice: Invoice, payment: Payment) -> Decimal:
    """Return how much of a payment an invoice got and has, less what banks took back."""
    paid = PaymentAllocation.objects.filter(invoice=invoice, payment=payment)
    used = CreditUse.objects.filter(invoice=invoice, credit__payment=payment)
    got = _sum(paid, "amount", invoice.currency) + _sum(used, "amount", invoice.currency)
    return max(Decimal(0), got - _sum(payment.disputes, "charged_back", payment.currency))


def credit_left_of(payment: Payment) -> Decimal:
    """Return how much of a payment is the customer's credit now."""
    return _sum(CreditEntry.objects.filter(payment=payment), "remaining", payment.currency)


def _meant_for(invoice: Invoice) -> list[UUID]:
    """Return the documents by which an invoice was asked for: itself, and its pro-forma."""
    made_from = invoice.document.made_from_id
    return [invoice.document_id, made_from] if made_from else [invoice.document_id]


def _sum(rows: QuerySet[Any], column: str, currency: str) -> Decimal:
    return from_minor(rows.aggregate(units=Sum(column))["units"] or 0, currency)
