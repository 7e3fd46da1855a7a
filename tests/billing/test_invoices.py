"""Issuing invoices: what is written, what is frozen, what is refused."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from billing.choices import InvoiceStatus
from billing.errors import DocumentEmpty, DocumentNegative, InvoiceNotDraft
from billing.models import (
    Document,
    DocumentLine,
    DocumentTax,
    Invoice,
    JournalEntry,
    JournalLine,
    NumberSeries,
)
from billing.selectors.ledger import ledger_differences
from billing.services.invoices import (
    invoice_draft,
    invoice_issue,
    invoice_issue_draft,
    invoice_send,
)
from customers.errors import CustomerCurrencyFixed
from ispplatform.core.clock import business_today
from ispplatform.core.errors import InvalidInput, NotPermitted
from ispplatform.core.models import AuditEntry, OutboxEvent
from tests.factories.billing import SYSTEM, addressed_customer, issued_invoice, line


def events() -> list[str]:
    return list(OutboxEvent.objects.order_by("created_at", "id").values_list("name", flat=True))


def test_an_issued_invoice_has_number_days_totals_and_parties(tenant, customer, clerk):
    invoice = invoice_issue(
        actor=clerk,
        customer=customer,
        lines=[line("10.00", quantity=Decimal(3)), line("11.90", tax_included=True)],
        notes="Thank you.",
    )
    today = business_today(tenant)
    document = invoice.document
    assert document.number == f"INV-{today.year}-00001"
    assert (document.issue_date, document.due_date, document.tax_point) == (
        today,
        today + timedelta(days=14),
        today,
    )
    assert (document.net_total, document.tax_total, document.gross_total) == (
        Decimal("40.00"),
        Decimal("7.60"),
        Decimal("47.60"),
    )
    assert document.seller["name"] == "Northwind Hosting GmbH"
    assert document.buyer["address"]["city"] == "Berlin"
    assert document.buyer["customer_number"] == customer.customer_number
    assert [(row.net, row.tax, row.gross) for row in document.lines.all()] == [
        (Decimal("30.00"), Decimal("5.70"), Decimal("35.70")),
        (Decimal("10.00"), Decimal("1.90"), Decimal("11.90")),
    ]
    (tax,) = document.taxes.all()
    assert (tax.tax_percent, tax.tax_rule, tax.net, tax.tax) == (
        Decimal(19),
        "domestic",
        Decimal("40.00"),
        Decimal("7.60"),
    )


def test_issuing_opens_books_audits_and_tells(customer, clerk):
    invoice = invoice_issue(actor=clerk, customer=customer, lines=[line("10.00")])
    invoice = Invoice.objects.get(pk=invoice.pk)
    assert (invoice.status, invoice.amount_due, invoice.next_action) == (
        InvoiceStatus.SENT,
        Decimal("11.90"),
        "collect",
    )
    booked = JournalLine.objects.values_list("account__role", "amount", "document_id")
    assert {(role, int(amount), document) for role, amount, document in booked} == {
        ("receivables", 1190, invoice.pk),
        ("revenue", -1000, None),
        ("tax_payable", -190, None),
    }
    assert AuditEntry.objects.filter(act="billing.invoice_issue").count() == 1
    event = OutboxEvent.objects.get(name="billing.invoice_issued")
    assert event.payload["amount_due"] == "11.90"
    assert event.customer_id == customer.pk
    customer.refresh_from_db()
    assert customer.currency == "EUR"
    assert ledger_differences() == []


def test_the_database_refuses_to_change_what_is_issued(customer):
    document = issued_invoice(customer).document

    def refused(change):
        with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
            change()

    refused(lambda: Document.objects.filter(pk=document.pk).update(notes="forged"))
    refused(lambda: DocumentLine.objects.filter(document=document).update(label="forged"))
    refused(lambda: DocumentTax.objects.filter(document=document).delete())
    refused(lambda: JournalLine.objects.update(amount=1))
    refused(lambda: JournalEntry.objects.update(kind="forged"))
    document.refresh_from_db()
    assert document.notes == ""


def test_an_invoice_that_costs_nothing_is_paid_at_once(customer):
    invoice = issued_invoice(customer, line("0"))
    assert (invoice.status, invoice.amount_due) == (InvoiceStatus.PAID, Decimal(0))
    assert JournalEntry.objects.count() == 0
    assert events() == ["billing.invoice_issued", "billing.invoice_paid"]


@pytest.mark.parametrize(
    ("country", "values", "percent", "rule"),
    [
        ("FR", {}, "20", "oss"),
        ("FR", {"vat_number": "FR83404833048", "business": True}, "20", "oss"),
        ("US", {}, "0", "export"),
    ],
)
def test_the_buyers_country_decides_the_tax(tenant, country, values, percent, rule):
    invoice = issued_invoice(addressed_customer(country, **values))
    (row,) = invoice.document.lines.all()
    assert (row.tax_percent, row.tax_rule) == (Decimal(percent), rule)
    assert invoice.document.tax_country == country


def test_a_confirmed_vat_number_turns_the_tax_over_to_the_buyer(tenant):
    buyer = addressed_customer("FR", business=True, vat_number="FR83404833048")
    buyer.vat_checked_at = buyer.created_at
    buyer.save()
    invoice = issued_invoice(buyer)
    (row,) = invoice.document.lines.all()
    assert (row.tax_rule, row.tax, row.gross) == ("reverse_charge", Decimal(0), Decimal("10.00"))
    assert invoice.document.buyer["vat_number"] == "FR83404833048"


def test_staff_may_give_a_line_a_rate_of_its_own(customer):
    invoice = issued_invoice(
        customer,
        line("10.00", tax_percent=Decimal(7)),
        line("10.00", tax_percent=Decimal(0)),
        line("10.00", tax_percent=Decimal(19)),
    )
    rows = [(row.tax_percent, row.tax_rule, row.tax) for row in invoice.document.lines.all()]
    assert rows == [
        (Decimal(7), "domestic", Decimal("0.70")),
        (Decimal(0), "exempt", Decimal("0.00")),
        (Decimal(19), "domestic", Decimal("1.90")),
    ]
    assert invoice.document.taxes.count() == 3


def test_amounts_have_the_decimals_of_their_currency(tenant):
    yen = issued_invoice(addressed_customer("JP"), line("999.5"), currency="JPY")
    assert (yen.gross_total, yen.document.lines.get().net) == (Decimal(1000), Decimal(1000))
    dinar = issued_invoice(addressed_customer("KW"), line("1.2345"), currency="KWD")
    assert dinar.gross_total == Decimal("1.235")
    assert ledger_differences() == []


def test_the_first_document_fixes_the_currency(customer):
    issued_invoice(customer, currency="USD")
    with pytest.raises(CustomerCurrencyFixed):
        issued_invoice(customer, currency="EUR")
    assert Invoice.objects.count() == 1
    assert NumberSeries.objects.get().last == 1


def refused(customer, error, lines, actor=SYSTEM):
    with pytest.raises(error):
        invoice_issue(actor=actor, customer=customer, lines=lines)
    assert Document.objects.count() == 0
    assert NumberSeries.objects.count() == 0
    assert AuditEntry.objects.count() == 0
    assert OutboxEvent.objects.count() == 0


def test_what_cannot_be_invoiced(customer, stranger):
    refused(customer, DocumentEmpty, [])
    refused(customer, DocumentNegative, [line("-1.00")])
    refused(customer, InvalidInput, [line("1.00", discount=Decimal("0.001"))])
    refused(customer, InvalidInput, [line("1", quantity=Decimal(10) ** 13)])
    refused(
        customer,
        InvalidInput,
        [line(period_start=date(2026, 2, 1), period_end=date(2026, 1, 1))],
    )
    refused(customer, InvalidInput, [line()] * 501)
    refused(customer, NotPermitted, [line()], actor=stranger)


def test_a_draft_has_no_number_and_is_taxed_when_it_is_issued(customer, clerk):
    invoice = invoice_draft(actor=clerk, customer=customer, lines=[line("10.00")])
    assert (invoice.status, invoice.number, invoice.gross_total) == (
        InvoiceStatus.DRAFT,
        "",
        Decimal("11.90"),
    )
    assert JournalEntry.objects.count() == 0
    assert events() == []
    customer.addresses.update(country="FR")
    issued = invoice_issue_draft(actor=clerk, invoice_id=invoice.pk)
    assert issued.pk == invoice.pk
    assert (issued.status, issued.gross_total) == (InvoiceStatus.SENT, Decimal("12.00"))
    document = Document.objects.get(pk=invoice.pk)
    assert document.number.endswith("-00001")
    assert document.buyer["address"]["country"] == "FR"
    assert ledger_differences() == []
    with pytest.raises(InvoiceNotDraft):
        invoice_issue_draft(actor=clerk, invoice_id=invoice.pk)
    assert NumberSeries.objects.get().last == 1


def test_sending_issues_a_draft_and_tells_once_each_time(customer, clerk):
    invoice = invoice_draft(actor=clerk, customer=customer, lines=[line("10.00")])
    sent = invoice_send(actor=clerk, invoice_id=invoice.pk)
    assert sent.sent_at is not None
    assert events() == ["billing.invoice_issued", "billing.invoice_sent"]
    invoice_send(actor=clerk, invoice_id=invoice.pk)
    assert events()[-1:] == ["billing.invoice_sent"]
    assert NumberSeries.objects.get().last == 1
