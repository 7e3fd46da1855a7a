"""Row locks in one order for all: subscription, claim, dunning, payment, refund, credit, numbers.

A *claim* is what asks for money: an open invoice or a pro-forma. Nothing waits for a lock after a
number was taken, so numbers are held as short as can be.
"""

from uuid import UUID

from billing.choices import DocumentKind
from billing.errors import (
    DunningCaseNotFound,
    InvoiceNotFound,
    PaymentNotFound,
    SubscriptionNotFound,
)
from billing.models import (
    CreditEntry,
    Document,
    DunningCase,
    Invoice,
    Payment,
    ProForma,
    Refund,
    Subscription,
)
from customers.models import Customer
from ispplatform.core.errors import NotFound


def locked_subscription(subscription_id: UUID) -> Subscription:
    """Return the subscription, locked until the transaction ends.

    Raises:
        SubscriptionNotFound: there is none in this tenant.
    """
    row = Subscription.objects.select_for_update().filter(pk=subscription_id).first()
    if row is None:
        raise SubscriptionNotFound("There is no such subscription.")
    return row


def locked_invoice(invoice_id: UUID) -> Invoice:
    """Return the invoice's state, locked until the transaction ends.

    Raises:
        InvoiceNotFound: there is none in this tenant.
    """
    row: Invoice | None = Invoice.objects.select_for_update().filter(pk=invoice_id).first()
    if row is None:
        raise InvoiceNotFound("There is no such invoice.")
    return row


def locked_pro_forma(document_id: UUID) -> ProForma:
    """Return the pro-forma's state, locked until the transaction ends.

    Raises:
        InvoiceNotFound: there is none in this tenant.
    """
    row = ProForma.objects.select_for_update().filter(pk=document_id).first()
    if row is None:
        raise InvoiceNotFound("There is no such pro-forma.")
    return row


def locked_claim(document: Document | None) -> Invoice | ProForma | None:
    """Return the state row of what a payment is for, locked; None for money without a document.

    A pro-forma that was invoiced before its money came asks through its invoice.
    """
    if document is None:
        return None
    if document.kind == DocumentKind.PRO_FORMA:
        proforma = locked_pro_forma(document.pk)
        if proforma.invoice_id is None:
            return proforma
        invoice = locked_invoice(proforma.invoice_id)
        return invoice if invoice.is_open else proforma
    return locked_invoice(document.pk)


def locked_dunning(case_id: UUID) -> tuple[DunningCase, Invoice]:
    """Return the dunning of an invoice and the invoice, both locked until the transaction ends.

    Raises:
        DunningCaseNotFound: there is none in this tenant.
    """
    known = DunningCase.objects.filter(pk=case_id).values_list("invoice_id", flat=True).first()
    if known is None:
        raise DunningCaseNotFound("There is no such dunning.")
    invoice = locked_invoice(known)
    case = DunningCase.objects.select_for_update().get(pk=case_id)
    case.invoice = invoice
    return case, invoice


def locked_payment(payment_id: UUID) -> Payment:
    """Return the payment, locked until the transaction ends; lock its claim before.

    Raises:
        PaymentNotFound: there is none in this tenant.
    """
    row = Payment.objects.select_for_update().filter(pk=payment_id).first()
    if row is None:
        raise PaymentNotFound("There is no such payment.")
    return row


def locked_refund(refund_id: UUID) -> Refund:
    """Return the refund, locked until the transaction ends.

    Raises:
        PaymentNotFound: there is none in this tenant.
    """
    row = Refund.objects.select_for_update().filter(pk=refund_id).first()
    if row is None:
        raise PaymentNotFound("There is no such refund.")
    return row


def locked_credit_entry(credit_id: UUID) -> CreditEntry:
    """Return one amount of credit, locked until the transaction ends.

    Raises:
        NotFound: there is none in this tenant.
    """
    row = CreditEntry.objects.select_for_update().filter(pk=credit_id).first()
    if row is None:
        raise NotFound("There is no such credit.")
    return row


def locked_credit(customer: Customer, currency: str) -> list[CreditEntry]:
    """Return the customer's credit that is left, oldest first, locked."""
    rows = CreditEntry.objects.select_for_update().filter(
        customer=customer, currency=currency, remaining__gt=0
    )
    return list(rows.order_by("pk"))
