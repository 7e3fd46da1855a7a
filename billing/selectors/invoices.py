"""Which documents a caller sees, and what is true of one."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import Min, Sum

from billing.choices import DocumentKind, ProFormaStatus
from billing.errors import InvoiceNotFound
from billing.models import Document, DocumentLine, Invoice, InvoiceQuerySet
from billing.rules.lines import LineAmounts
from billing.selectors.pro_formas import pro_forma_amounts
from catalog.rules.cycles import months_later
from customers.models import Customer
from ispplatform.core.actors import Actor
from ispplatform.core.clock import business_today
from ispplatform.core.money import from_minor, round_amount
from ispplatform.core.tenancy.lookup import tenant_by_id


def invoices_for(actor: Actor) -> InvoiceQuerySet:
    """Return the invoices that the actor may see: staff all, a portal account its own, issued.

    Raises:
        NotPermitted: staff or a key without ``invoices:read``.
    """
    rows: InvoiceQuerySet = Invoice.objects.all()
    if actor.is_customer:
        return rows.issued().filter(customer_id=actor.customer_id)
    actor.require("invoices:read")
    return rows


def invoice_by_id(invoice_id: UUID | str, *, actor: Actor) -> Invoice:
    """Return one invoice with its document.

    Raises:
        InvoiceNotFound: no such invoice, or none that the actor may see.
        NotPermitted.
    """
    rows = invoices_for(actor).select_related("document", "customer")
    invoice: Invoice | None = rows.filter(pk=invoice_id).first()
    if invoice is None:
        raise InvoiceNotFound("There is no such invoice.")
    return invoice


def document_by_id(document_id: UUID | str, *, actor: Actor) -> Document:
    """Return one issued document of any kind, or a draft to staff.

    Raises:
        InvoiceNotFound: no such document, or none that the actor may see.
        NotPermitted.
    """
    rows = Document.objects.select_related("customer")
    if actor.is_customer:
        rows = rows.filter(customer_id=actor.customer_id, issued_at__isnull=False)
    else:
        actor.require("invoices:read")
    document = rows.filter(pk=document_id).first()
    if document is None:
        raise InvoiceNotFound("There is no such document.")
    return document


def payable_by_id(document_id: UUID | str, *, actor: Actor) -> tuple[Document, Decimal]:
    """Return a document and what is still to be paid on it; zero when nothing is.

    Raises:
        InvoiceNotFound, NotPermitted.
    """
    document = document_by_id(document_id, actor=actor)
    return document, amount_due(document)


def amount_due(document: Document) -> Decimal:
    """Return what is still to be paid on an invoice or a pro-forma, less the parts that came."""
    nothing = from_minor(0, document.currency)
    if document.kind == DocumentKind.PRO_FORMA:
        asked = pro_forma_amounts([document.pk]).get(document.pk)
        return asked.due if asked else nothing
    invoice = Invoice.objects.filter(pk=document.pk).first()
    return invoice.amount_due if invoice and invoice.is_open else nothing


def documents_to_pay(customer: Customer, *, at_most: int) -> list[tuple[Document, Decimal]]:
    """Return what a customer is asked to pay: open invoices, then open pro-formas, oldest first.

    Each comes with what is still to be paid on it. Three queries.

    Args:
        at_most: how many are read.
    """
    open_ones = Invoice.objects.open().filter(customer=customer).select_related("document")
    invoices = list(open_ones.order_by("due_date", "pk")[:at_most])
    asked = Document.objects.filter(customer=customer, pro_forma__status=ProFormaStatus.OPEN)
    pro_formas = list(asked.order_by("pk")[: at_most - len(invoices)])
    amounts = pro_forma_amounts([document.pk for document in pro_formas])
    return [
        *((row.document, row.amount_due) for row in invoices),
        *((document, amounts[document.pk].due) for document in pro_formas),
    ]


def lines_payload(document: Document) -> list[dict[str, str]]:
    """Return a document's lines as events carry them."""
    return payload_of_lines(document.lines.all())


def payload_of_lines(lines: Iterable[DocumentLine]) -> list[dict[str, str]]:
    """Return lines as events carry them."""
    return [
        {
            "line_id": str(line.pk),
            "source_line_id": str(line.source_line_id or ""),
            "subject_type": line.subject_type,
            "subject_id": str(line.subject_id or ""),
            "gross": str(line.gross),
        }
        for line in lines
    ]


def credited_of_lines(lines: Sequence[DocumentLine]) -> dict[UUID, LineAmounts]:
    """Return what issued credit notes have taken of each line so far, by the line's id."""
    taken = DocumentLine.objects.filter(
        source_line__in=lines,
        document__kind=DocumentKind.CREDIT_NOTE,
        issued_at__isnull=False,
    )
    sums = taken.values("source_line_id").annotate(n=Sum("net"), t=Sum("tax"), g=Sum("gross"))
    found = {row["source_line_id"]: (row["n"], row["t"], row["g"]) for row in sums}
    used = {}
    for line in lines:
        net, tax, gross = (from_minor(v, line.currency) for v in found.get(line.pk, (0, 0, 0)))
        used[line.pk] = LineAmounts(net=net, tax=tax, gross=gross)
    return used


def outstanding_of_customer(customer_id: UUID, currency: str) -> tuple[Decimal, date | None]:
    """Return what a customer owes in a currency, and the earliest day on which some of it is due.

    Credit that the customer has is not taken off.
    """
    rows = Invoice.objects.open().filter(customer_id=customer_id, currency=currency)
    total = rows.aggregate(due=Sum("amount_due"))["due"]
    first = rows.order_by("due_date").values_list("due_date", flat=True).first()
    return from_minor(total or 0, currency), first


def invoice_summary(customer: Customer) -> dict[str, object]:
    """Return what a customer's invoices come to, in the customer's currency.

    ``average_monthly`` is what the issued invoices of the last twelve months, or since the first
    of them, come to in a month.
    """
    tenant = tenant_by_id(customer.tenant_id)
    currency = customer.currency or tenant.currency
    due, due_on = outstanding_of_customer(customer.pk, currency)
    today = business_today(tenant)
    year = Invoice.objects.issued().filter(
        customer=customer,
        currency=currency,
        issue_date__gt=months_later(today, -12, anchor_day=today.day),
    )
    sums = year.aggregate(total=Sum("gross_total"), first=Min("issue_date"))
    months = 1
    if sums["first"]:
        first: date = sums["first"]
        months = (today.year - first.year) * 12 + today.month - first.month + 1
    average = from_minor(sums["total"] or 0, currency) / min(12, months)
    return {
        "total_outstanding": due,
        "next_due_date": due_on,
        "average_monthly": round_amount(average, currency),
        "currency": currency,
    }
