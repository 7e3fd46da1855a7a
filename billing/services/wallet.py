"""Paying a document with the customer's credit, and orders that cost nothing."""

from decimal import Decimal

from django.db import transaction

from billing.choices import ProFormaStatus
from billing.errors import CreditNotEnough, ProFormaNotOpen
from billing.models import Document, Invoice, ProForma
from billing.selectors.parties import present_tenant
from billing.services.attention import unmatched_money_settled
from billing.services.credit import credit_pay, credit_take, invoice_pay_with_credit
from billing.services.invoice_state import publish_issued, publish_paid
from billing.services.locks import locked_claim, locked_credit
from billing.services.settlement import pro_forma_invoiced
from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.clock import business_today
from ispplatform.core.errors import NotPermitted
from ispplatform.core.subjects import subject_of


def pay_with_credit(*, actor: Actor, document: Document) -> Invoice:
    """Pay an invoice as far as the credit reaches, or an order when the credit covers it.

    An order that costs nothing needs no credit.

    Returns:
        The invoice; an order's is issued and paid in this transaction.

    Raises:
        NotPermitted: a customer pays for another one, or staff lack ``credits:apply``.
        InvoiceNotOpen, ProFormaNotOpen: nothing is owed.
        CreditNotEnough: there is no credit, or too little for an order.
    """
    if actor.is_customer:
        if actor.customer_id != document.customer_id:
            raise NotPermitted("This is not yours.")
    else:
        actor.require("credits:apply")
    with transaction.atomic():
        claim = locked_claim(document)
        if isinstance(claim, ProForma):
            return _order_paid(actor, claim)
        if not isinstance(claim, Invoice):
            raise TypeError("A document is an invoice or a pro-forma here.")
        return invoice_pay_with_credit(actor=actor, invoice=claim)


def _order_paid(actor: Actor, proforma: ProForma) -> Invoice:
    document = proforma.document
    if proforma.status != ProFormaStatus.OPEN:
        raise ProFormaNotOpen(f"{proforma} is {proforma.get_status_display()}.")
    entries = locked_credit(document.customer, document.currency)
    entries.sort(key=lambda entry: entry.document_id != document.pk)  # its own parts first
    available = sum((entry.remaining for entry in entries), Decimal(0))
    if available < document.gross_total:
        raise CreditNotEnough(f"You have {available} {document.currency} of credit.")
    parts = credit_take(entries, document.gross_total)
    today = business_today(present_tenant())
    invoice = pro_forma_invoiced(actor=actor, proforma=proforma, paid_on=today)
    credit_pay(parts, invoice=invoice)
    unmatched_money_settled(part.entry.payment for part in parts if not part.entry.remaining)
    audit(
        "billing.credit_apply",
        actor=actor,
        subject=subject_of(invoice),
        after={"amount": document.gross_total, "amount_due": invoice.amount_due},
        customer_id=invoice.customer_id,
    )
    publish_issued(invoice)
    publish_paid(invoice)
    return invoice
