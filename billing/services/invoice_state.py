"""What is owed on an invoice, and what the world hears when that changes."""

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from billing.choices import InvoiceStatus
from billing.events import InvoiceIssued, InvoicePaid
from billing.models import Document, DocumentLine, Invoice
from billing.selectors.invoices import credited_of_lines, payload_of_lines
from billing.services.refused_charges import refused_charges_settled
from ispplatform.core.clock import business_now, business_today
from ispplatform.core.events import Publication, publish_many
from ispplatform.core.models.tenants import Tenant
from ispplatform.core.subjects import subject_of

BALANCE_FIELDS = [
    "status",
    "amount_paid",
    "amount_credited",
    "amount_released",
    "amount_refunded",
    "amount_due",
    "paid_at",
    "next_action",
    "next_action_on",
    "version",
]
COLLECT = "collect"


def state_of_issued(document: Document, *, invoice: Invoice | None = None) -> Invoice:
    """Return the unsaved state of an invoice that was just issued: open, everything due.

    Args:
        invoice: the draft that it was, if it was one.
    """
    row = invoice or Invoice(id=document.pk, document=document, customer=document.customer)
    row.number = document.number
    row.status = InvoiceStatus.SENT
    row.currency = document.currency
    row.issue_date = document.issue_date
    row.due_date = document.due_date
    row.gross_total = document.gross_total
    row.amount_due = document.gross_total
    row.next_action = COLLECT
    row.next_action_on = document.due_date
    return row


def reduce_due(
    invoice: Invoice,
    *,
    tenant: Tenant,
    paid: Decimal = Decimal(0),
    credited: Decimal = Decimal(0),
    released: Decimal = Decimal(0),
) -> bool:
    """Change what is owed on a locked invoice, unsaved; tell whether that paid it off.

    Args:
        paid: money or credit that came.
        credited: what a credit note took back.
        released: paid money that the credit note set free.
    """
    invoice.amount_paid += paid
    invoice.amount_credited += credited
    invoice.amount_released += released
    invoice.amount_due += released - paid - credited
    invoice.version += 1
    if invoice.amount_due or not invoice.is_open:
        return False
    invoice.next_action = ""
    invoice.next_action_on = None
    if invoice.gross_total and invoice.amount_credited == invoice.gross_total:
        invoice.status = InvoiceStatus.CANCELLED
        invoice.voided_at = business_now(tenant)
        return False
    invoice.status = InvoiceStatus.PAID
    invoice.paid_at = business_now(tenant)
    return True


def publish_issued(invoice: Invoice) -> None:
    """Tell that an invoice was issued."""
    publish_many([issued_publication(invoice)])


def issued_publication(invoice: Invoice) -> Publication:
    """Return what tells that an invoice was issued."""
    document = invoice.document
    return Publication(
        event=InvoiceIssued(
            invoice_id=invoice.pk,
            number=invoice.number,
            customer_id=invoice.customer_id,
            gross=invoice.gross_total,
            amount_due=invoice.amount_due,
            currency=invoice.currency,
            issue_date=document.issued_on,
            due_date=document.due_on,
            subject_type=document.subject_type,
            subject_id=document.subject_id,
        ),
        subject=subject_of(invoice),
        customer_id=invoice.customer_id,
    )


def reopen(invoice: Invoice, *, tenant: Tenant, charged_back: Decimal) -> None:
    """Let a lost dispute take paid money off a locked invoice, unsaved: that is due again."""
    invoice.amount_paid -= charged_back
    invoice.amount_charged_back += charged_back
    invoice.amount_due += charged_back
    invoice.version += 1
    if invoice.status == InvoiceStatus.PAID:
        invoice.status = InvoiceStatus.SENT
        invoice.paid_at = None
        invoice.next_action = COLLECT
        invoice.next_action_on = business_today(tenant)


def publish_paid(invoice: Invoice, *, proforma_id: UUID | None = None) -> None:
    """Tell that nothing is owed on an invoice any more. Lines that were taken back are left out."""
    refused_charges_settled(invoice.document, resolution="It was paid otherwise.")
    lines = list(invoice.document.lines.all())
    if invoice.amount_credited:
        taken = credited_of_lines(lines)
        lines = [line for line in lines if not line.gross or taken[line.pk].gross != line.gross]
    publish_many([paid_publication(invoice, lines, proforma_id=proforma_id)])


def paid_publication(
    invoice: Invoice, lines: Sequence[DocumentLine], *, proforma_id: UUID | None = None
) -> Publication:
    """Return what tells that nothing is owed on an invoice any more, and for which lines."""
    document = invoice.document
    return Publication(
        event=InvoicePaid(
            invoice_id=invoice.pk,
            number=invoice.number,
            customer_id=invoice.customer_id,
            gross=invoice.gross_total,
            currency=invoice.currency,
            proforma_id=proforma_id or document.made_from_id,
            subject_type=document.subject_type,
            subject_id=document.subject_id,
            lines=payload_of_lines(lines),
            was_paid_before=bool(invoice.amount_charged_back),
        ),
        subject=subject_of(invoice),
        customer_id=invoice.customer_id,
    )
