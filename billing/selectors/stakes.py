"""What money hangs on something that is billed, for rows of *Needs a person*."""

from decimal import Decimal
from uuid import UUID

from billing.choices import DocumentKind, SubscriptionStatus
from billing.models import DocumentLine, Invoice, Payment, Subscription
from ispplatform.core.money import Money


def stake_of_subject(subject_type: str, subject_id: UUID) -> Money | None:
    """Return what was last billed for a subject, tax included; before that, what its order asks.

    None where nothing was ever billed for it. One query.
    """
    lines = DocumentLine.objects.filter(
        subject_type=subject_type,
        subject_id=subject_id,
        issued_at__isnull=False,
        document__kind__in=[DocumentKind.INVOICE, DocumentKind.PRO_FORMA],
    )
    line = lines.order_by("-issued_at", "-pk").first()
    return Money(line.gross, line.currency) if line is not None else None


def stake_of_invoice(invoice_id: UUID) -> Money | None:
    """Return what is owed on an invoice. One query."""
    invoice = Invoice.objects.filter(pk=invoice_id).first()
    return Money(invoice.amount_due, invoice.currency) if invoice is not None else None


def stake_of_payment(payment_id: UUID) -> Money | None:
    """Return what a payment asks for. One query."""
    payment = Payment.objects.filter(pk=payment_id).first()
    return Money(payment.amount, payment.currency) if payment is not None else None


def stake_of_subscription(subscription_id: UUID) -> Money | None:
    """Return the renewal price of one period, as the catalogue names it. One query."""
    rows = Subscription.objects.filter(pk=subscription_id).select_related("price")
    row = rows.first()
    return Money(row.price.renews_at * row.quantity, row.price.currency) if row else None


def stake_of_renewals(customer_id: UUID) -> Money | None:
    """Return what one period of all that a customer has running costs at renewal. One query.

    None where nothing runs, or where it is in several currencies.
    """
    rows = Subscription.objects.filter(
        customer_id=customer_id, status=SubscriptionStatus.ACTIVE
    ).select_related("price")
    prices = [(row.price.renews_at * row.quantity, row.price.currency) for row in rows]
    if len({currency for _, currency in prices}) != 1:
        return None
    return Money(sum((amount for amount, _ in prices), Decimal(0)), prices[0][1])
