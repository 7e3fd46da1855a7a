"""Open invoices whose due day has passed."""

from datetime import date
from functools import partial
from uuid import UUID

from django.db import transaction

from billing.choices import InvoiceStatus
from billing.events import InvoiceOverdue
from billing.models import Invoice
from billing.selectors.invoices import lines_payload
from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.borders import Stake, each
from ispplatform.core.clock import business_today
from ispplatform.core.events import publish
from ispplatform.core.models.tenants import Tenant
from ispplatform.core.money import Money
from ispplatform.core.subjects import subject_of
from ispplatform.core.tenancy.context import tenant_context

NOT_MARKED = "billing.invoice_not_marked_overdue"
CALENDAR = Actor.system("calendar")


def invoices_mark_overdue(tenant: Tenant) -> int:
    """Mark the tenant's invoices that were due before today as overdue; return how many.

    Safe to repeat: an invoice becomes overdue once. One that fails stops no other and stands
    before a person.
    """
    with tenant_context(tenant.pk):
        today = business_today(tenant)
        rows = Invoice.objects.past_due(on=today).order_by("due_date", "pk")
        ids: list[UUID] = list(rows.values_list("pk", flat=True))
        return each(ids, partial(_mark_one, today), kind=NOT_MARKED, stake=_stake)


def _stake(invoice_id: UUID) -> Stake:
    invoice = Invoice.objects.get(pk=invoice_id)
    return Stake(
        subject=subject_of(invoice),
        money=Money(invoice.amount_due, invoice.currency),
        customer_id=invoice.customer_id,
    )


def _mark_one(today: date, invoice_id: UUID) -> None:
    with transaction.atomic():
        due = Invoice.objects.past_due(on=today).select_for_update().filter(pk=invoice_id)
        for invoice in due:
            _mark(invoice)


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
