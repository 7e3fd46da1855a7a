"""Taking back what was invoiced: credit notes, and making an invoice void."""

from collections.abc import Mapping
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from billing.choices import CreditKind, DocumentKind, InvoiceStatus, LedgerRole
from billing.errors import CreditExceedsInvoice, InvoiceNotVoidable
from billing.events import CreditNoteIssued, InvoiceCancelled
from billing.models import Document, DocumentLine, Invoice
from billing.rules.discounts import spread
from billing.rules.lines import LineAmounts, share_of_line
from billing.rules.tax import TaxDecision, TaxRule
from billing.selectors.invoices import credited_of_lines, lines_payload
from billing.selectors.parties import present_tenant
from billing.services.credit import credit_add
from billing.services.documents import document_issue, document_new
from billing.services.invoice_state import BALANCE_FIELDS, publish_paid, reduce_due
from billing.services.journal import Booking, journal_post
from billing.services.locks import locked_invoice
from billing.services.refused_charges import refused_charges_settled
from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.clock import business_now, business_today
from ispplatform.core.errors import InvalidInput
from ispplatform.core.events import publish
from ispplatform.core.models.tenants import Tenant
from ispplatform.core.money import is_exact
from ispplatform.core.subjects import subject_of


def invoice_credit(
    *,
    actor: Actor,
    invoice_id: UUID,
    reason: str,
    amount: Decimal | None = None,
    lines: Mapping[UUID, Decimal] | None = None,
) -> Document:
    """Issue a credit note over part or all of an invoice.

    What is still owed is reduced first; money that was paid already becomes the customer's credit.

    Args:
        amount: gross, spread over the lines by what is left of each; None: everything that is left.
        lines: instead of ``amount``: gross to take back by line id.

    Returns:
        The credit note; ``corrects`` is the invoice's document.

    Raises:
        NotPermitted, InvoiceNotFound.
        InvalidInput: no reason, or an amount is not positive, not exact or of no line.
        CreditExceedsInvoice: more than is left.
        InvoiceNotVoidable: a draft or a cancelled invoice has nothing to credit.
    """
    actor.require("credit_notes:create")
    with transaction.atomic():
        invoice = locked_invoice(invoice_id)
        return credit_note_issue(invoice, actor=actor, reason=reason, amount=amount, lines=lines)


def invoice_void(*, actor: Actor, invoice_id: UUID, reason: str) -> Invoice:
    """Make an unpaid invoice void: a draft is dropped, an issued one fully credited.

    Raises:
        NotPermitted, InvoiceNotFound.
        InvalidInput: no reason.
        InvoiceNotVoidable: it is paid or cancelled.
    """
    actor.require("invoices:void")
    _require_reason(reason)
    tenant = present_tenant()
    with transaction.atomic():
        invoice = locked_invoice(invoice_id)
        if invoice.status == InvoiceStatus.DRAFT:
            invoice.status = InvoiceStatus.CANCELLED
            invoice.voided_at = business_now(tenant)
            invoice.amount_due = Decimal(0)
        elif invoice.is_open:
            credit_note_issue(invoice, actor=actor, reason=reason)
        else:
            raise InvoiceNotVoidable("Only an unpaid invoice can be made void.")
        invoice.void_reason = reason[:500]
        invoice.version += 1
        invoice.save()
        audit(
            "billing.invoice_void",
            actor=actor,
            subject=subject_of(invoice),
            reason=reason,
            after={"status": invoice.status},
            customer_id=invoice.customer_id,
        )
    return invoice


def credit_note_issue(
    invoice: Invoice,
    *,
    actor: Actor,
    reason: str,
    amount: Decimal | None = None,
    lines: Mapping[UUID, Decimal] | None = None,
) -> Document:
    """Issue a credit note over a locked invoice, inside the caller's transaction.

    Raises:
        As ``invoice_credit``, without NotPermitted.
    """
    _require_reason(reason)
    if invoice.status in {InvoiceStatus.DRAFT, InvoiceStatus.CANCELLED}:
        raise InvoiceNotVoidable("There is nothing to credit on this invoice.")
    tenant = present_tenant()
    original = invoice.document
    taken = _parts(original, amount=amount, lines=lines)
    document = document_new(
        kind=DocumentKind.CREDIT_NOTE,
        customer=original.customer,
        tenant=tenant,
        currency=original.currency,
        decision=_same_tax(original, tenant),
        buyer=original.buyer,  # a correction names the party that the invoice named
        due_on=business_today(tenant),
        reason=reason[:500],
        corrects=original,
    )
    credited = sum((line.gross for line in taken), Decimal(0))
    released = max(Decimal(0), credited - invoice.amount_due)
    was_open = invoice.is_open
    paid_off = reduce_due(invoice, tenant=tenant, credited=credited, released=released)
    invoice.save(update_fields=[*BALANCE_FIELDS, "voided_at"])
    document_issue(document, taken, actor=actor, tenant=tenant, wanted_on=business_today(tenant))
    _book(document, original, released=released)
    _tell(document, invoice, actor=actor)
    if released:
        credit_add(
            customer=original.customer,
            kind=CreditKind.REFUND_KEPT,
            amount=released,
            currency=original.currency,
            reason=f"{document.number}: {reason}",
            document=document,
        )
    if paid_off:
        publish_paid(invoice)
    elif was_open and invoice.status == InvoiceStatus.CANCELLED:
        _publish_cancelled(invoice, reason)
    return document


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise InvalidInput("Say why.", field="reason")


def _same_tax(original: Document, tenant: Tenant) -> TaxDecision:
    """A correction is taxed as what it corrects; its lines carry their own rates."""
    return TaxDecision(
        percent=Decimal(0),
        rule=TaxRule.DOMESTIC,
        country=original.tax_country,
        decided_on=original.tax_point or business_today(tenant),
    )


def _parts(
    original: Document, *, amount: Decimal | None, lines: Mapping[UUID, Decimal] | None
) -> list[DocumentLine]:
    rows = list(original.lines.all())
    used = credited_of_lines(rows)
    left = {row.pk: row.gross - used[row.pk].gross for row in rows}
    wanted = _wanted(original, left, amount=amount, lines=lines)
    parts = [
        _credit_line(row, used=used[row.pk], gross=wanted[row.pk])
        for row in rows
        if wanted.get(row.pk)
    ]
    if not parts:
        raise CreditExceedsInvoice("Nothing is left to credit.", field="amount")
    return parts


def _wanted(
    original: Document,
    left: Mapping[UUID, Decimal],
    *,
    amount: Decimal | None,
    lines: Mapping[UUID, Decimal] | None,
) -> dict[UUID, Decimal]:
    currency = original.currency
    if lines is not None:
        for line_id, gross in lines.items():
            _check_part(gross, left.get(line_id), currency)
        return dict(lines)
    if amount is None or amount == sum(left.values()):
        return dict(left)
    _check_part(amount, sum(left.values(), Decimal(0)), currency)
    positive = {line_id: gross for line_id, gross in left.items() if gross > 0}
    shares = spread(amount, over=list(positive.values()), currency=currency)
    return dict(zip(positive, shares, strict=True))


def _check_part(gross: Decimal, left: Decimal | None, currency: str) -> None:
    if left is None:
        raise InvalidInput("This line is not on the invoice.", field="lines")
    if gross <= 0 or not is_exact(gross, currency):
        raise InvalidInput(f"Use a positive amount of {currency}.", field="amount")
    if gross > left:
        raise CreditExceedsInvoice(f"Only {left} {currency} are left.", field="amount")


def _credit_line(row: DocumentLine, *, used: LineAmounts, gross: Decimal) -> DocumentLine:
    line = LineAmounts(net=row.net, tax=row.tax, gross=row.gross)
    part = share_of_line(line=line, used=used, gross=gross, currency=row.currency)
    whole = part == line
    return DocumentLine(
        label=row.label,
        details=row.details,
        currency=row.currency,
        quantity=row.quantity if whole else Decimal(1),
        unit_price=row.unit_price if whole else (part.gross if row.tax_included else part.net),
        tax_included=row.tax_included,
        discount=row.discount if whole else Decimal(0),
        net=part.net,
        tax_percent=row.tax_percent,
        tax_rule=row.tax_rule,
        tax_is_fixed=row.tax_is_fixed,
        tax=part.tax,
        gross=part.gross,
        period_start=row.period_start,
        period_end=row.period_end,
        subject_type=row.subject_type,
        subject_id=row.subject_id,
        subject_label=row.subject_label,
        subscription_id=row.subscription_id,
        source_line=row,
    )


def _book(document: Document, original: Document, *, released: Decimal) -> None:
    journal_post(
        kind="credit_note_issued",
        subject=subject_of(document),
        customer=document.customer,
        currency=document.currency,
        booked_on=document.issued_on,
        bookings=[
            Booking(LedgerRole.REVENUE, document.net_total),
            Booking(LedgerRole.TAX_PAYABLE, document.tax_total),
            Booking(LedgerRole.RECEIVABLES, released - document.gross_total, original),
            Booking(LedgerRole.CUSTOMER_CREDIT, -released),
        ],
    )


def _tell(document: Document, invoice: Invoice, *, actor: Actor) -> None:
    audit(
        "billing.invoice_credit",
        actor=actor,
        subject=subject_of(invoice),
        reason=document.reason,
        after={
            "credit_note": document.number,
            "gross": document.gross_total,
            "amount_due": invoice.amount_due,
        },
        customer_id=invoice.customer_id,
    )
    publish(
        CreditNoteIssued(
            document_id=document.pk,
            number=document.number,
            invoice_id=invoice.pk,
            customer_id=invoice.customer_id,
            gross=document.gross_total,
            currency=document.currency,
            reason=document.reason,
        ),
        subject=subject_of(document),
        customer_id=invoice.customer_id,
    )


def _publish_cancelled(invoice: Invoice, reason: str) -> None:
    refused_charges_settled(invoice.document, resolution="The invoice was cancelled.")
    publish(
        InvoiceCancelled(
            invoice_id=invoice.pk,
            number=invoice.number,
            customer_id=invoice.customer_id,
            reason=reason,
            lines=lines_payload(invoice.document),
        ),
        subject=subject_of(invoice),
        customer_id=invoice.customer_id,
    )
