"""What of a paid line can still be given back."""

from decimal import Decimal
from uuid import UUID

from billing.models import DocumentLine, Invoice
from billing.selectors.invoices import credited_of_lines
from provisioning.models import Service
from sales.models import Order, OrderLine


def invoice_of_order(order: Order) -> Invoice | None:
    """Return the invoice that the order's payment issued."""
    if order.proforma_id is None:
        return None
    return Invoice.objects.filter(document__made_from_id=order.proforma_id).first()


def left_of_line(invoice: Invoice, line: OrderLine) -> dict[UUID, Decimal]:
    """Return what no credit note has taken back yet, by document line of the line's service."""
    billed = list(
        DocumentLine.objects.filter(document_id=invoice.document_id, subject_id=line.service_id)
    )
    credited = credited_of_lines(billed)
    left = {
        row.pk: row.gross - (credited[row.pk].gross if row.pk in credited else Decimal(0))
        for row in billed
    }
    return {pk: amount for pk, amount in left.items() if amount > 0}


def line_of_service(service: Service) -> OrderLine | None:
    """Return the line with which a service was ordered, unless it was taken back."""
    rows = OrderLine.objects.filter(service=service, refunded_at=None).select_related("order")
    return rows.order_by("pk").first()


def returnable_of_service(service: Service) -> Decimal:
    """Return what would go back for the line that ordered a service; 0 where nothing is paid."""
    line = line_of_service(service)
    invoice = invoice_of_order(line.order) if line is not None else None
    if line is None or invoice is None:
        return Decimal(0)
    return sum(left_of_line(invoice, line).values(), Decimal(0))
