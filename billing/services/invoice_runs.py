"""Issuing many invoices in one transaction: the same rows as one by one, in few statements."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from uuid import UUID

from billing.choices import DocumentKind
from billing.models import CreditEntry, Document, DocumentLine, DocumentTax, Invoice
from billing.rules.totals import Totals
from billing.selectors.parties import buyers_of, present_tenant
from billing.services.credit import CreditPart, credit_pay, credit_take
from billing.services.documents import (
    currency_fix,
    document_date,
    document_new,
    document_total,
    rows_complete,
    sale_bookings,
)
from billing.services.invoice_state import (
    issued_publication,
    paid_publication,
    reduce_due,
    state_of_issued,
)
from billing.services.journal import Posting, journal_post_many
from billing.services.lines import LineInput, lines_prepare
from billing.services.numbers import numbers_take
from customers.models import Customer
from ispplatform.core.actors import Actor
from ispplatform.core.audit import AuditRecord, audit_many
from ispplatform.core.events import Publication, publish_many
from ispplatform.core.models.tenants import Tenant
from ispplatform.core.subjects import subject_of


@dataclass(frozen=True, kw_only=True, slots=True)
class InvoiceWish:
    """An invoice that is to be issued.

    Args:
        due_on: its due day; the day of issue where that is later.
        tax_point: the day whose tax law counts.
    """

    customer: Customer
    currency: str
    lines: Sequence[LineInput]
    due_on: date
    tax_point: date


@dataclass(kw_only=True, slots=True)
class _Draft:
    document: Document
    lines: list[DocumentLine]
    totals: Totals
    credit: list[CreditPart] = field(default_factory=list)

    @property
    def credited(self) -> Decimal:
        return sum((part.amount for part in self.credit), Decimal(0))


@dataclass(frozen=True, slots=True)
class IssuedInvoice:
    """An invoice with its lines, in the order of its wish."""

    invoice: Invoice
    lines: Sequence[DocumentLine]
    is_paid: bool


def invoices_issue(
    *, actor: Actor, wishes: Sequence[InvoiceWish], wanted_on: date
) -> list[IssuedInvoice]:
    """Issue invoices in the caller's transaction; credit that customers have pays them first.

    The number of statements does not grow with the invoices, up to what one statement can carry;
    credit that is used costs a few for each invoice that it pays.

    Args:
        wanted_on: the day that they should bear; moved forward where its books are closed.

    Returns:
        The invoices in the order of the wishes.

    Raises:
        NotPermitted.
        DocumentEmpty, DocumentNegative, InvalidInput: about the lines.
        CustomerCurrencyFixed: a customer's documents are in another currency.
    """
    actor.require("invoices:create")
    if not wishes:
        return []
    tenant = present_tenant()
    drafts = _drafted(wishes, tenant=tenant, actor=actor)
    _credit_set_aside(drafts)
    numbers, day = numbers_take(
        kind=DocumentKind.INVOICE, wanted_on=wanted_on, tenant=tenant, count=len(drafts)
    )
    for draft, number in zip(drafts, numbers, strict=True):
        document_date(draft.document, number=number, day=day, tenant=tenant)
    issued = _written(drafts, tenant=tenant)
    _booked(drafts, issued, actor=actor)
    return issued


def _drafted(wishes: Sequence[InvoiceWish], *, tenant: Tenant, actor: Actor) -> list[_Draft]:
    buyers = buyers_of([(wish.customer, wish.tax_point) for wish in wishes])
    drafts = []
    for wish, buyer in zip(wishes, buyers, strict=True):
        currency_fix(wish.customer, wish.currency, actor=actor)
        document = document_new(
            kind=DocumentKind.INVOICE,
            customer=wish.customer,
            tenant=tenant,
            currency=wish.currency,
            decision=buyer.tax,
            buyer=buyer.snapshot,
            due_on=wish.due_on,
        )
        lines = lines_prepare(wish.lines, decision=buyer.tax, currency=wish.currency)
        drafts.append(
            _Draft(document=document, lines=lines, totals=document_total(document, lines))
        )
    return drafts


def _credit_set_aside(drafts: Sequence[_Draft]) -> None:
    """Take what credit the customers have off their entries, oldest first, invoice by invoice."""
    customers = {draft.document.customer_id for draft in drafts}
    rows = CreditEntry.objects.select_for_update().filter(
        customer_id__in=customers, remaining__gt=0
    )
    left: dict[tuple[UUID, str], list[CreditEntry]] = defaultdict(list)
    for entry in rows.order_by("pk"):
        left[entry.customer_id, entry.currency].append(entry)
    for draft in drafts:
        document = draft.document
        entries = left.get((document.customer_id, document.currency), [])
        available = sum((entry.remaining for entry in entries), Decimal(0))
        draft.credit = credit_take(entries, min(available, document.gross_total))


def _written(drafts: Sequence[_Draft], *, tenant: Tenant) -> list[IssuedInvoice]:
    taxes = [
        tax for draft in drafts for tax in rows_complete(draft.document, draft.lines, draft.totals)
    ]
    issued = []
    for draft in drafts:
        invoice = state_of_issued(draft.document)
        is_paid = reduce_due(invoice, tenant=tenant, paid=draft.credited)
        issued.append(IssuedInvoice(invoice, draft.lines, is_paid))
    Document.objects.bulk_create([draft.document for draft in drafts])
    DocumentLine.objects.bulk_create([line for draft in drafts for line in draft.lines])
    DocumentTax.objects.bulk_create(taxes)
    Invoice.objects.bulk_create([one.invoice for one in issued])
    return issued


def _booked(drafts: Sequence[_Draft], issued: Sequence[IssuedInvoice], *, actor: Actor) -> None:
    journal_post_many([_posting(draft.document) for draft in drafts])
    for draft, one in zip(drafts, issued, strict=True):
        if draft.credit:
            credit_pay(draft.credit, invoice=one.invoice)
    audit_many(
        [
            record
            for draft, one in zip(drafts, issued, strict=True)
            for record in _records(draft, one.invoice, actor=actor)
        ]
    )
    publish_many([publication for one in issued for publication in _publications(one)])


def _posting(document: Document) -> Posting:
    return Posting(
        kind="invoice_issued",
        subject=subject_of(document),
        customer=document.customer,
        currency=document.currency,
        booked_on=document.issued_on,
        bookings=sale_bookings(document),
    )


def _records(draft: _Draft, invoice: Invoice, *, actor: Actor) -> list[AuditRecord]:
    document = draft.document
    records = [
        AuditRecord(
            act="billing.invoice_issue",
            actor=actor,
            subject=subject_of(document),
            after={
                "number": document.number,
                "gross": document.gross_total,
                "currency": document.currency,
            },
            customer_id=document.customer_id,
        )
    ]
    if draft.credit:
        records.append(
            AuditRecord(
                act="billing.credit_apply",
                actor=actor,
                subject=subject_of(invoice),
                after={"amount": draft.credited, "amount_due": invoice.amount_due},
                customer_id=document.customer_id,
            )
        )
    return records


def _publications(one: IssuedInvoice) -> list[Publication]:
    told = [issued_publication(one.invoice)]
    if one.is_paid:
        told.append(paid_publication(one.invoice, one.lines))
    return told
