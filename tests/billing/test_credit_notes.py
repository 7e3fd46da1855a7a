"""Taking back what was invoiced."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.choices import DocumentKind, InvoiceStatus
from billing.errors import CreditExceedsInvoice, InvoiceNotVoidable
from billing.models import CreditEntry, Document, Invoice, NumberSeries
from billing.selectors.ledger import account_balances, ledger_differences
from billing.services.credit_notes import invoice_credit, invoice_void
from billing.services.invoices import invoice_draft
from ispplatform.core.errors import InvalidInput, NotPermitted
from ispplatform.core.ids import uuid7
from ispplatform.core.models import AuditEntry, OutboxEvent
from tests.factories.billing import SYSTEM, issued_invoice, line, transferred


def notes() -> int:
    return Document.objects.filter(kind=DocumentKind.CREDIT_NOTE).count()


def told(name: str) -> int:
    return OutboxEvent.objects.filter(name=name).count()


def test_an_open_invoice_is_reduced(customer, clerk):
    invoice = issued_invoice(customer, line("100.00"))
    note = invoice_credit(
        actor=clerk, invoice_id=invoice.pk, reason="Too slow", amount=Decimal("19.00")
    )
    invoice.refresh_from_db()
    assert (note.number[:3], note.corrects_id, note.reason) == ("CN-", invoice.pk, "Too slow")
    assert (note.net_total, note.tax_total) == (Decimal("15.97"), Decimal("3.03"))
    assert (invoice.status, invoice.amount_credited, invoice.amount_due) == (
        InvoiceStatus.SENT,
        Decimal("19.00"),
        Decimal("100.00"),
    )
    assert CreditEntry.objects.count() == 0
    assert ledger_differences() == []


def test_crediting_all_of_an_unpaid_invoice_cancels_it(customer, clerk):
    invoice = issued_invoice(customer, line("100.00"), line("-20.00"))
    invoice_credit(actor=clerk, invoice_id=invoice.pk, reason="Wrong customer")
    invoice.refresh_from_db()
    assert (invoice.status, invoice.amount_due) == (InvoiceStatus.CANCELLED, Decimal(0))
    assert (told("billing.invoice_cancelled"), told("billing.invoice_paid")) == (1, 0)
    assert account_balances(currency="EUR") == {
        "receivables": Decimal(0),
        "revenue": Decimal(0),
        "tax_payable": Decimal(0),
    }


def test_crediting_the_open_rest_pays_a_part_paid_invoice_off(customer, clerk):
    invoice = issued_invoice(customer, line("100.00"))
    transferred(customer, "100.00", invoice.document)
    invoice_credit(actor=clerk, invoice_id=invoice.pk, reason="Discount", amount=Decimal("19.00"))
    invoice.refresh_from_db()
    assert (invoice.status, invoice.amount_due) == (InvoiceStatus.PAID, Decimal(0))
    assert told("billing.invoice_paid") == 1
    assert ledger_differences() == []


def test_paid_money_that_is_credited_becomes_the_customers_credit(customer, clerk):
    invoice = issued_invoice(customer, line("100.00"))
    transferred(customer, "119.00", invoice.document)
    invoice_credit(actor=clerk, invoice_id=invoice.pk, reason="Outage", amount=Decimal("11.90"))
    invoice.refresh_from_db()
    assert (invoice.status, invoice.amount_due, invoice.amount_released) == (
        InvoiceStatus.PAID,
        Decimal(0),
        Decimal("11.90"),
    )
    entry = CreditEntry.objects.get()
    assert (entry.kind, entry.remaining) == ("refund_kept", Decimal("11.90"))
    assert told("billing.invoice_paid") == 1
    assert ledger_differences() == []


def test_single_lines_can_be_credited(customer, clerk):
    invoice = issued_invoice(customer, line("10.00"), line("20.00"))
    second = invoice.document.lines.get(position=2)
    note = invoice_credit(
        actor=clerk, invoice_id=invoice.pk, reason="Refused", lines={second.pk: second.gross}
    )
    (row,) = note.lines.all()
    assert (row.source_line_id, row.gross, row.subject_id) == (
        second.pk,
        Decimal("23.80"),
        second.subject_id,
    )
    with pytest.raises(CreditExceedsInvoice):
        invoice_credit(
            actor=clerk, invoice_id=invoice.pk, reason="Again", lines={second.pk: Decimal("0.01")}
        )
    assert notes() == 1


@settings(max_examples=15)
@given(
    st.lists(st.integers(1, 20_000), min_size=1, max_size=4),
    st.lists(st.integers(1, 9_000), max_size=4),
)
def test_credit_notes_of_an_invoice_add_up_to_it(customer, prices, cuts):
    invoice = issued_invoice(customer, *(line(str(Decimal(price) / 100)) for price in prices))
    for cut in cuts:
        invoice.refresh_from_db()
        amount = min(Decimal(cut) / 100, invoice.amount_due)
        if amount == invoice.amount_due:
            break
        invoice_credit(actor=SYSTEM, invoice_id=invoice.pk, reason="Part", amount=amount)
    invoice_credit(actor=SYSTEM, invoice_id=invoice.pk, reason="Rest")
    credited = Document.objects.filter(corrects_id=invoice.pk)
    for name in ("net_total", "tax_total", "gross_total"):
        assert sum(getattr(note, name) for note in credited) == getattr(invoice.document, name)
    assert Invoice.objects.get(pk=invoice.pk).amount_due == 0
    assert ledger_differences() == []


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"reason": " "}, InvalidInput),
        ({"amount": Decimal(0)}, InvalidInput),
        ({"amount": Decimal("-1")}, InvalidInput),
        ({"amount": Decimal("0.001")}, InvalidInput),
        ({"amount": Decimal("11.91")}, CreditExceedsInvoice),
        ({"lines": {uuid7(): Decimal(1)}}, InvalidInput),
        ({"lines": {}}, CreditExceedsInvoice),
    ],
)
def test_what_cannot_be_credited(customer, clerk, values, error):
    invoice = issued_invoice(customer)
    before = AuditEntry.objects.count()
    with pytest.raises(error):
        invoice_credit(actor=clerk, invoice_id=invoice.pk, **{"reason": "x", **values})
    invoice.refresh_from_db()
    assert (notes(), invoice.amount_credited, AuditEntry.objects.count()) == (0, 0, before)


def test_crediting_and_voiding_take_permissions(customer, stranger):
    invoice = issued_invoice(customer)
    with pytest.raises(NotPermitted):
        invoice_credit(actor=stranger, invoice_id=invoice.pk, reason="x")
    with pytest.raises(NotPermitted):
        invoice_void(actor=stranger, invoice_id=invoice.pk, reason="x")
    invoice.refresh_from_db()
    assert (notes(), invoice.status) == (0, InvoiceStatus.SENT)


def test_a_void_invoice_is_credited_and_nothing_is_owed(customer, clerk):
    invoice = issued_invoice(customer)
    invoice_void(actor=clerk, invoice_id=invoice.pk, reason="Entered twice")
    invoice.refresh_from_db()
    assert (invoice.status, invoice.void_reason, invoice.amount_due) == (
        InvoiceStatus.CANCELLED,
        "Entered twice",
        Decimal(0),
    )
    assert invoice.voided_at is not None
    assert (notes(), told("billing.invoice_cancelled")) == (1, 1)
    with pytest.raises(InvoiceNotVoidable):
        invoice_void(actor=clerk, invoice_id=invoice.pk, reason="Again")
    with pytest.raises(InvoiceNotVoidable):
        invoice_credit(actor=clerk, invoice_id=invoice.pk, reason="Again")
    assert notes() == 1


def test_voiding_gives_what_was_paid_in_part_back_as_credit(customer, clerk):
    invoice = issued_invoice(customer)
    transferred(customer, "5.00", invoice.document)
    invoice_void(actor=clerk, invoice_id=invoice.pk, reason="Entered twice")
    invoice.refresh_from_db()
    assert (invoice.status, invoice.amount_released) == (InvoiceStatus.CANCELLED, Decimal("5.00"))
    assert CreditEntry.objects.get().remaining == Decimal("5.00")
    assert ledger_differences() == []


def test_a_paid_invoice_is_not_made_void(customer, clerk):
    invoice = issued_invoice(customer)
    transferred(customer, "11.90", invoice.document)
    with pytest.raises(InvoiceNotVoidable):
        invoice_void(actor=clerk, invoice_id=invoice.pk, reason="x")
    invoice.refresh_from_db()
    assert (notes(), invoice.status) == (0, InvoiceStatus.PAID)


def test_a_dropped_draft_takes_no_number(customer, clerk):
    invoice = invoice_draft(actor=clerk, customer=customer, lines=[line()])
    invoice_void(actor=clerk, invoice_id=invoice.pk, reason="Mistake")
    invoice.refresh_from_db()
    assert (invoice.status, invoice.number) == (InvoiceStatus.CANCELLED, "")
    assert (NumberSeries.objects.count(), OutboxEvent.objects.count()) == (0, 0)
