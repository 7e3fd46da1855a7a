"""Open invoices whose due day has passed."""

from django.db import transaction

from billing.choices import InvoiceStatus
from billing.events import InvoiceOverdue
from billing.models import Invoice
from billing.selectors.invoices import lines_payload
from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.clock import business_today
from ispplatform.core.events import publish
from ispplatform.core.models.tenants import Tenant
from ispplatform.core.subjects import subject_of
from ispplatform.core.tenancy.context import tenant_context

CHUNK = 50  # invoices in one transaction: well under 50 ms
CALENDAR = Actor.system("calendar")


def invoices_mark_overdue(tenant: Tenant) -> int:
    """Mark the tenant's invoices that were due before today as overdue; return how many.

    Safe to repeat: an invoice becomes overdue once.
    """
    marked = 0
    with tenant_context(tenant.pk):
        today = business_today(tenant)
        while True:
            with transaction.atomic():
                rows = Invoice.objects.past_due(on=today).select_for_update()
                chunk = list(rows.order_by("due_date", "pk")[:CHUNK])
                for invoice in chunk:
                    _mark(invoice)
            marked += len(chunk)
            if len(chunk) < CHUNK:
                return marked


def _mark(invoice: Invoice) -> None:
    invoice.status = InvoiceStatus.OVERDUE
    invoice.version += 1
    invoice.save(update_fields=["status", "version"])
    audit(
        "billing.invoice_overdue",
        actor=CALENDAR,
        subject=subject_of(invoice),
        before={"status": InvoiceStatus.SENT},
        after={"status": invoice.status},
        customer_id=invoice.customer_id,
    )
    publish(
        InvoiceOverdue(
            invoice_id=invoice.pk,
            number=invoice.number,
            customer_id=invoice.customer_id,
            amount_due=invoice.amount_due,
            currency=invoice.currency,
            due_date=invoice.document.due_on,
            lines=lines_payload(invoice.document),
        ),
        subject=subject_of(invoice),
        customer_id=invoice.customer_id,
    )
