"""Invoices: drafting, issuing, sending, making void."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.db import transaction

from billing.choices import DocumentKind, InvoiceStatus
from billing.errors import InvoiceNotDraft
from billing.events import InvoiceSent
from billing.models import Document, DocumentLine, Invoice, ProForma
from billing.selectors.parties import buyer_of, present_tenant
from billing.services.documents import (
    currency_for,
    document_issue,
    document_new,
    document_total,
    rows_drop,
    rows_write,
    sale_bookings,
)
from billing.services.invoice_state import (
    publish_issued,
    publish_paid,
    reduce_due,
    state_of_issued,
)
from billing.services.journal import journal_post
from billing.services.lines import LineInput, inputs_of, lines_copied, lines_prepare
from billing.services.locks import locked_invoice
from customers.models import Customer
from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.clock import business_now, business_today
from ispplatform.core.events import publish
from ispplatform.core.models.tenants import Tenant
from ispplatform.core.subjects import Subject, subject_of


def invoice_draft(
    *,
    actor: Actor,
    customer: Customer,
    lines: Sequence[LineInput],
    currency: str = "",
    due_on: date | None = None,
    notes: str = "",
    subject: Subject | None = None,
) -> Invoice:
    """Write an invoice that nobody outside sees yet; its taxes are those of today until issued.

    Raises:
        NotPermitted.
        DocumentEmpty, DocumentNegative, InvalidInput: about the lines.
    """
    actor.require("invoices:create")
    tenant = present_tenant()
    currency = currency_for(customer, tenant, currency)
    buyer = buyer_of(customer, on=business_today(tenant))
    prepared = lines_prepare(lines, decision=buyer.tax, currency=currency)
    with transaction.atomic():
        document = document_new(
            kind=DocumentKind.INVOICE,
            customer=customer,
            tenant=tenant,
            currency=currency,
            decision=buyer.tax,
            buyer=buyer.snapshot,
            subject=subject,
            due_on=due_on,
            notes=notes,
        )
        totals = document_total(document, prepared)
        document.save()
        rows_write(document, prepared, totals)
        invoice = Invoice.objects.create(
            id=document.pk,
            document=document,
            customer=customer,
            currency=currency,
            due_date=due_on,
            gross_total=document.gross_total,
            amount_due=document.gross_total,
        )
        _audited("billing.invoice_draft", invoice, actor=actor)
    return invoice


def invoice_issue(
    *,
    actor: Actor,
    customer: Customer,
    lines: Sequence[LineInput],
    currency: str = "",
    issue_on: date | None = None,
    due_on: date | None = None,
    tax_point: date | None = None,
    notes: str = "",
    subject: Subject | None = None,
) -> Invoice:
    """Issue an invoice: numbered, booked and frozen. One that costs nothing is paid at once.

    Args:
        issue_on: the day that it should bear; moved forward where that day's books are closed.
            None: today.
        due_on: None: the tenant's number of days after issue.
        tax_point: the day whose tax law counts; None: ``issue_on``.

    Raises:
        NotPermitted.
        DocumentEmpty, DocumentNegative, InvalidInput: about the lines.
        CustomerCurrencyFixed: the customer's documents are in another currency.
    """
    actor.require("invoices:create")
    tenant = present_tenant()
    wanted_on = issue_on or business_today(tenant)
    currency = currency_for(customer, tenant, currency)
    buyer = buyer_of(customer, on=tax_point or wanted_on)
    prepared = lines_prepare(lines, decision=buyer.tax, currency=currency)
    with transaction.atomic():
        document = document_new(
            kind=DocumentKind.INVOICE,
            customer=customer,
            tenant=tenant,
            currency=currency,
            decision=buyer.tax,
            buyer=buyer.snapshot,
            subject=subject,
            due_on=due_on,
            notes=notes,
        )
        return _issued(document, prepared, actor=actor, tenant=tenant, wanted_on=wanted_on)


def invoice_issue_draft(*, actor: Actor, invoice_id: UUID) -> Invoice:
    """Issue a draft with today's parties and tax.

    Raises:
        NotPermitted, InvoiceNotFound.
        InvoiceNotDraft: it was issued or dropped before.
    """
    actor.require("invoices:create")
    tenant = present_tenant()
    with transaction.atomic():
        invoice = locked_invoice(invoice_id)
        if invoice.status != InvoiceStatus.DRAFT:
            raise InvoiceNotDraft("This invoice is no draft any more.")
        return _draft_issued(invoice, actor=actor, tenant=tenant)


def _draft_issued(invoice: Invoice, *, actor: Actor, tenant: Tenant) -> Invoice:
    draft = invoice.document
    today = business_today(tenant)
    old_lines = list(draft.lines.all())
    buyer = buyer_of(draft.customer, on=today)
    prepared = lines_prepare(inputs_of(old_lines), decision=buyer.tax, currency=draft.currency)
    rows_drop(draft)
    fresh = document_new(
        kind=DocumentKind.INVOICE,
        customer=draft.customer,
        tenant=tenant,
        currency=draft.currency,
        decision=buyer.tax,
        buyer=buyer.snapshot,
    )
    for field in ("seller", "buyer", "language", "tax_point", "tax_country"):
        setattr(draft, field, getattr(fresh, field))
    return _issued(draft, prepared, actor=actor, tenant=tenant, wanted_on=today, invoice=invoice)


def _issued(
    document: Document,
    lines: Sequence[DocumentLine],
    *,
    actor: Actor,
    tenant: Tenant,
    wanted_on: date,
    invoice: Invoice | None = None,
) -> Invoice:
    document_issue(document, lines, actor=actor, tenant=tenant, wanted_on=wanted_on)
    invoice = state_of_issued(document, invoice=invoice)
    paid = reduce_due(invoice, tenant=tenant)
    invoice.save()
    _booked(document, actor=actor)
    publish_issued(invoice)
    if paid:
        publish_paid(invoice)
    return invoice


def _booked(document: Document, *, actor: Actor) -> None:
    subject = subject_of(document)
    journal_post(
        kind="invoice_issued",
        subject=subject,
        customer=document.customer,
        currency=document.currency,
        booked_on=document.issued_on,
        bookings=sale_bookings(document),
    )
    audit(
        "billing.invoice_issue",
        actor=actor,
        subject=subject,
        after={
            "number": document.number,
            "gross": document.gross_total,
            "currency": document.currency,
        },
        customer_id=document.customer_id,
    )


def invoice_issue_from_proforma(
    *, actor: Actor, proforma: ProForma, paid_on: date | None
) -> Invoice:
    """Issue the invoice of a locked, open pro-forma, unsaved state and no event of payment.

    Part of the transaction that settles the payment: the caller pays the invoice off and saves it.
    The amounts are the pro-forma's; where the tax law has changed until ``paid_on`` the gross
    stays and is split anew.

    Args:
        paid_on: the day of the money; None: it is still to come, within the tenant's days.
    """
    tenant = present_tenant()
    source = proforma.document
    buyer = buyer_of(source.customer, on=paid_on or business_today(tenant))
    document = document_new(
        kind=DocumentKind.INVOICE,
        customer=source.customer,
        tenant=tenant,
        currency=source.currency,
        decision=buyer.tax,
        buyer=buyer.snapshot,
        subject=_subject_of_document(source),
        due_on=paid_on,
        notes=source.notes,
        made_from=source,
    )
    if paid_on is not None:
        document.due_date = paid_on
    lines = lines_copied(list(source.lines.all()), decision=buyer.tax)
    document_issue(document, lines, actor=actor, tenant=tenant, wanted_on=business_today(tenant))
    invoice = state_of_issued(document)
    _booked(document, actor=actor)
    return invoice


def _subject_of_document(document: Document) -> Subject | None:
    if document.subject_id is None:
        return None
    return Subject(type=document.subject_type, id=document.subject_id, label=document.subject_label)


def invoice_send(*, actor: Actor, invoice_id: UUID) -> Invoice:
    """Have the invoice mailed to the customer's billing contacts; a draft is issued first.

    Raises:
        NotPermitted, InvoiceNotFound.
        InvoiceNotDraft: it was cancelled.
    """
    actor.require("invoices:send")
    tenant = present_tenant()
    with transaction.atomic():
        invoice = locked_invoice(invoice_id)
        if invoice.status == InvoiceStatus.CANCELLED:
            raise InvoiceNotDraft("A cancelled invoice is not sent.")
        if invoice.status == InvoiceStatus.DRAFT:
            invoice = _draft_issued(invoice, actor=actor, tenant=tenant)
        invoice.sent_at = business_now(tenant)
        invoice.version += 1
        invoice.save(update_fields=["sent_at", "version"])
        _audited("billing.invoice_send", invoice, actor=actor)
        publish(
            InvoiceSent(
                invoice_id=invoice.pk, number=invoice.number, customer_id=invoice.customer_id
            ),
            subject=subject_of(invoice),
            customer_id=invoice.customer_id,
        )
    return invoice


def _audited(act: str, invoice: Invoice, *, actor: Actor) -> None:
    audit(
        act,
        actor=actor,
        subject=subject_of(invoice),
        after={
            "status": invoice.status,
            "gross": invoice.gross_total,
            "currency": invoice.currency,
        },
        customer_id=invoice.customer_id,
    )
