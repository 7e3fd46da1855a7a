"""Writing documents: the one place where a document gets its number and becomes frozen."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from billing.choices import DocumentKind, LedgerRole
from billing.models import Document, DocumentLine, DocumentTax
from billing.preferences import DUE_DAYS
from billing.rules.tax import TaxDecision
from billing.rules.totals import Totals, total_of
from billing.selectors.parties import seller_snapshot
from billing.services.journal import Booking
from billing.services.numbers import number_take
from customers.models import Customer
from customers.services.customers import customer_currency_fix
from ispplatform.core.actors import Actor
from ispplatform.core.clock import business_now
from ispplatform.core.models.tenants import Tenant
from ispplatform.core.subjects import Subject


def currency_for(customer: Customer, tenant: Tenant, wanted: str = "") -> str:
    """Return the currency of a new document: the customer's, the wanted one, or the tenant's."""
    return wanted or customer.currency or tenant.currency


def document_new(
    *,
    kind: DocumentKind,
    customer: Customer,
    tenant: Tenant,
    currency: str,
    decision: TaxDecision,
    buyer: dict[str, Any],
    subject: Subject | None = None,
    due_on: date | None = None,
    notes: str = "",
    reason: str = "",
    corrects: Document | None = None,
    made_from: Document | None = None,
) -> Document:
    """Return an unsaved document with the seller as it is now, without number and totals."""
    return Document(
        kind=kind,
        customer=customer,
        currency=currency,
        language=customer.language or tenant.language,
        due_date=due_on,
        tax_point=decision.decided_on,
        tax_country=decision.country,
        seller=seller_snapshot(tenant),
        buyer=buyer,
        notes=notes,
        reason=reason,
        corrects=corrects,
        made_from=made_from,
        subject_type=subject.type if subject else "",
        subject_id=subject.id if subject else None,
        subject_label=subject.label[:200] if subject else "",
    )


def document_total(document: Document, lines: Sequence[DocumentLine]) -> Totals:
    """Set the header of a document to the sums of its lines, and return them."""
    totals = total_of(lines)
    document.net_total = totals.net
    document.tax_total = totals.tax
    document.gross_total = totals.gross
    return totals


def document_issue(
    document: Document,
    lines: Sequence[DocumentLine],
    *,
    actor: Actor,
    tenant: Tenant,
    wanted_on: date,
) -> Document:
    """Number, date and write a document and its unsaved lines; from then on they are frozen.

    Takes the number, so every row lock that the transaction needs is taken before.
    """
    currency_fix(document.customer, document.currency, actor=actor)
    totals = document_total(document, lines)
    number, day = number_take(kind=document.kind, wanted_on=wanted_on, tenant=tenant)
    document_date(document, number=number, day=day, tenant=tenant)
    document.save()
    rows_write(document, lines, totals)
    return document


def currency_fix(customer: Customer, currency: str, *, actor: Actor) -> None:
    """Fix a customer's currency by its first document.

    Raises:
        CustomerCurrencyFixed: an earlier document fixed another one.
    """
    if customer.currency != currency:
        customer_currency_fix(customer=customer, currency=currency, actor=actor)


def document_date(document: Document, *, number: str, day: date, tenant: Tenant) -> None:
    """Give an unsaved document its number and its days: once it is written, it is frozen."""
    document.number = number
    document.issue_date = day
    if document.due_date is None:
        document.due_date = day + timedelta(days=DUE_DAYS.of(tenant))
    document.due_date = max(document.due_date, day)
    document.issued_at = business_now(tenant)


def rows_write(document: Document, lines: Sequence[DocumentLine], totals: Totals) -> None:
    """Insert the lines of a document in their order, and its tax sums; they freeze with it."""
    taxes = rows_complete(document, lines, totals)
    DocumentLine.objects.bulk_create(lines)
    DocumentTax.objects.bulk_create(taxes)


def rows_complete(
    document: Document, lines: Sequence[DocumentLine], totals: Totals
) -> list[DocumentTax]:
    """Join unsaved lines to their document in their order, and return its unsaved tax sums."""
    for place, line in enumerate(lines, start=1):
        line.document = document
        line.position = place
        line.issued_at = document.issued_at
    return [
        DocumentTax(
            document=document,
            position=place,
            currency=document.currency,
            tax_rule=row.tax_rule,
            tax_percent=row.tax_percent,
            net=row.net,
            tax=row.tax,
            gross=row.gross,
            issued_at=document.issued_at,
        )
        for place, row in enumerate(totals.by_rate, start=1)
    ]


def rows_drop(document: Document) -> None:
    """Delete the lines and tax sums of a draft, to write them anew."""
    DocumentLine.objects.filter(document=document).delete()
    DocumentTax.objects.filter(document=document).delete()


def sale_bookings(document: Document) -> list[Booking]:
    """Return what issuing an invoice books."""
    return [
        Booking(LedgerRole.RECEIVABLES, document.gross_total, document),
        Booking(LedgerRole.REVENUE, -document.net_total),
        Booking(LedgerRole.TAX_PAYABLE, -document.tax_total),
    ]
