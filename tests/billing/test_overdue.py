"""Open invoices become overdue once, on the day after they were due, by the company's clock."""

from datetime import timedelta

import pytest

from billing.choices import InvoiceStatus
from billing.models import Invoice
from billing.tasks import mark_overdue
from billing.workflows import overdue
from billing.workflows.overdue import invoices_mark_overdue
from ispplatform.core.attention import attention_items_open
from ispplatform.core.clock import business_today
from ispplatform.core.models import AuditEntry, OutboxEvent
from ispplatform.core.tenancy.context import tenant_context
from tests.factories.billing import addressed_customer, issued_invoice, transferred


def moved(tenant, days: int):
    tenant.clock_offset_seconds = days * 86_400
    tenant.save(update_fields=["clock_offset_seconds"])
    return tenant


def told() -> int:
    return OutboxEvent.objects.filter(name="billing.invoice_overdue").count()


def test_an_invoice_is_overdue_on_the_day_after_it_was_due(tenant, customer):
    due = business_today(tenant) + timedelta(days=14)
    invoice = issued_invoice(customer)
    assert invoice.due_date == due
    assert invoices_mark_overdue(moved(tenant, 14)) == 0
    assert invoices_mark_overdue(moved(tenant, 15)) == 1
    assert invoices_mark_overdue(tenant) == 0
    invoice.refresh_from_db()
    assert invoice.status == InvoiceStatus.OVERDUE
    event = OutboxEvent.objects.get(name="billing.invoice_overdue")
    assert event.payload["due_date"] == due.isoformat()
    assert event.payload["lines"][0]["subject_type"] == "provisioning.service"
    assert AuditEntry.objects.filter(act="billing.invoice_overdue").count() == 1


def test_what_is_paid_is_never_overdue_and_what_is_overdue_can_be_paid(tenant, customer):
    paid, late = issued_invoice(customer), issued_invoice(customer)
    transferred(customer, "11.90", paid.document)
    invoices_mark_overdue(moved(tenant, 20))
    transferred(customer, "11.90", late.document)
    late.refresh_from_db()
    assert (told(), late.status) == (1, InvoiceStatus.PAID)


def test_an_invoice_that_cannot_be_marked_stops_no_other(tenant, customer, monkeypatch):
    broken = issued_invoice(customer)
    for _ in range(2):
        issued_invoice(customer)
    real = overdue.publish

    def fails(event, **about):
        if event.invoice_id == broken.pk:
            raise RuntimeError("its data are broken")
        return real(event, **about)

    with monkeypatch.context() as patch:
        patch.setattr(overdue, "publish", fails)
        assert invoices_mark_overdue(moved(tenant, 30)) == 2
    broken.refresh_from_db()
    assert (broken.status, told()) == (InvoiceStatus.SENT, 2)
    item = attention_items_open().get(kind="billing.invoice_not_marked_overdue")
    assert (item.subject_id, item.customer_id) == (broken.pk, customer.pk)
    assert (item.money_at_stake, item.currency) == (broken.amount_due, broken.currency)
    assert "RuntimeError: its data are broken" in item.sentence
    assert invoices_mark_overdue(tenant) == 1
    assert not attention_items_open().exists()


@pytest.mark.django_db(transaction=True)
def test_the_task_serves_every_company_by_its_own_clock(tenant, other_tenant):
    issued_invoice(addressed_customer())
    with tenant_context(other_tenant.pk):
        theirs = issued_invoice(addressed_customer())
    moved(tenant, 15)
    mark_overdue()
    assert Invoice.objects.get().status == InvoiceStatus.OVERDUE
    with tenant_context(other_tenant.pk):
        theirs.refresh_from_db()
        assert theirs.status == InvoiceStatus.SENT
