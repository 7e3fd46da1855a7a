"""Money that came: in time, late, in part, too much, twice, for nothing."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from billing.choices import DocumentKind, InvoiceStatus, PaymentState, ProFormaStatus
from billing.errors import ProFormaNotOpen
from billing.models import CreditEntry, Document, Invoice, Payment, PaymentAllocation, ProForma
from billing.selectors.ledger import account_balances, ledger_differences
from billing.services.payments import payment_record
from billing.services.pro_formas import proforma_cancel
from billing.services.settlement import payment_fail, payment_settle
from ispplatform.core.clock import business_today
from ispplatform.core.errors import InvalidInput, NotPermitted
from ispplatform.core.models import AttentionItem, OutboxEvent
from tests.factories.billing import (
    SYSTEM,
    addressed_customer,
    issued_invoice,
    line,
    open_pro_forma,
    transferred,
)


def told() -> list[str]:
    return [
        name.removeprefix("billing.")
        for name in OutboxEvent.objects.order_by("id").values_list("name", flat=True)
    ]


def attention() -> list[str]:
    rows = AttentionItem.objects.filter(resolved_at=None).order_by("id")
    return list(rows.values_list("sentence", flat=True))


def test_a_paid_pro_forma_is_an_invoice_in_the_same_transaction(tenant, customer):
    document = open_pro_forma(customer, line("100.00"))
    assert Invoice.objects.count() == 0
    payment = transferred(customer, "119.00", document)
    state = ProForma.objects.get()
    invoice = state.invoice
    assert (state.status, payment.state) == (ProFormaStatus.SETTLED, PaymentState.SETTLED)
    assert (invoice.status, invoice.amount_paid, invoice.amount_due) == (
        InvoiceStatus.PAID,
        Decimal("119.00"),
        Decimal(0),
    )
    issued = invoice.document
    assert (issued.made_from_id, issued.subject_id) == (document.pk, document.subject_id)
    assert issued.due_date == business_today(tenant)
    (new,), (old,) = issued.lines.all(), document.lines.all()
    assert (new.source_line_id, new.subject_id, new.gross) == (old.pk, old.subject_id, old.gross)
    assert told() == [
        "proforma_created",
        "invoice_issued",
        "payment_received",
        "invoice_paid",
    ]
    paid = OutboxEvent.objects.get(name="billing.invoice_paid")
    assert paid.payload["proforma_id"] == str(document.pk)
    assert paid.payload["lines"] == [
        {
            "line_id": str(new.pk),
            "source_line_id": str(old.pk),
            "subject_type": "provisioning.service",
            "subject_id": str(old.subject_id),
            "gross": "119.00",
        }
    ]
    assert attention() == []
    assert account_balances(currency="EUR") == {
        "bank": Decimal("119.00"),
        "receivables": Decimal(0),
        "revenue": Decimal("-100.00"),
        "tax_payable": Decimal("-19.00"),
    }


def test_where_the_tax_changed_meanwhile_the_price_that_was_told_stays(customer):
    document = open_pro_forma(customer, line("100.00"))
    payment = Payment.objects.create(
        customer=customer,
        document=document,
        currency="EUR",
        amount=Decimal("119.00"),
        method="bank_transfer",
        idempotency_key="k",
    )
    payment_settle(actor=SYSTEM, payment=payment, settled_on=date(2020, 8, 1))  # 16 % then
    issued = Invoice.objects.get().document
    (row,) = issued.lines.all()
    assert (row.tax_percent, row.net, row.tax, row.gross) == (
        Decimal(16),
        Decimal("102.59"),
        Decimal("16.41"),
        Decimal("119.00"),
    )
    assert ledger_differences() == []


def test_an_open_invoice_is_paid_in_parts(customer):
    invoice = issued_invoice(customer, line("100.00"))
    transferred(customer, "20.00", invoice.document)
    invoice.refresh_from_db()
    assert (invoice.status, invoice.amount_due) == (InvoiceStatus.SENT, Decimal("99.00"))
    transferred(customer, "99.00", invoice.document)
    invoice.refresh_from_db()
    assert (invoice.status, invoice.amount_due) == (InvoiceStatus.PAID, Decimal(0))
    assert invoice.paid_at is not None
    assert (attention(), told().count("invoice_paid")) == ([], 1)
    assert PaymentAllocation.objects.count() == 2
    assert ledger_differences() == []


def test_too_much_money_becomes_credit_and_a_persons_business(customer):
    invoice = issued_invoice(customer)
    transferred(customer, "20.00", invoice.document)
    entry = CreditEntry.objects.get()
    assert (entry.kind, entry.remaining) == ("overpayment", Decimal("8.10"))
    assert attention() == [f"8.10 more came than {invoice.number} asked for."]
    assert AttentionItem.objects.get().money_at_stake == Decimal("8.10")
    assert ledger_differences() == []


def test_part_of_an_order_becomes_credit_until_the_rest_comes(customer):
    document = open_pro_forma(customer, line("100.00"))
    transferred(customer, "100.00", document)
    assert ProForma.objects.get().status == ProFormaStatus.OPEN
    assert CreditEntry.objects.get().remaining == Decimal("100.00")
    assert attention() == [f"{document.number} was paid in part; 19.00 EUR is missing."]
    assert ledger_differences() == []
    transferred(customer, "19.00", document)
    invoice = Invoice.objects.get()
    assert (invoice.status, invoice.amount_paid) == (InvoiceStatus.PAID, Decimal("119.00"))
    assert CreditEntry.objects.get().remaining == 0
    assert attention() == []
    assert told().count("invoice_paid") == 1
    assert ledger_differences() == []


def test_money_that_comes_late_becomes_credit_and_a_persons_business(customer):
    document = open_pro_forma(customer)
    proforma_cancel(actor=SYSTEM, document_id=document.pk, reason="Expired")
    transferred(customer, "11.90", document)
    assert Invoice.objects.count() == 0
    assert CreditEntry.objects.get().remaining == Decimal("11.90")
    assert attention() == [f"Money came for {document.number}, which is cancelled."]
    assert ledger_differences() == []


def test_money_that_comes_twice_becomes_credit(customer):
    document = open_pro_forma(customer)
    transferred(customer, "11.90", document)
    transferred(customer, "11.90", document)
    assert Invoice.objects.count() == 1
    assert CreditEntry.objects.get().remaining == Decimal("11.90")
    assert attention() == [f"Money came for {document.number}, which is paid."]
    assert ledger_differences() == []


def test_money_without_a_document_becomes_credit(customer):
    payment = transferred(customer, "7.00")
    assert CreditEntry.objects.get().payment_id == payment.pk
    assert attention() == ["A payment came without a document."]
    assert ledger_differences() == []


def test_money_in_another_currency_pays_nothing(customer):
    document = open_pro_forma(customer)
    payment = Payment.objects.create(
        customer=customer,
        document=document,
        currency="USD",
        amount=Decimal("11.90"),
        method="bank_transfer",
        idempotency_key="k",
    )
    payment_settle(actor=SYSTEM, payment=payment)
    assert ProForma.objects.get().status == ProFormaStatus.OPEN
    assert CreditEntry.objects.get().currency == "USD"
    assert attention() == [f"A payment in USD came for {document.number}."]
    assert ledger_differences() == []


def test_settling_twice_does_nothing(customer):
    payment = transferred(customer, "11.90", open_pro_forma(customer))
    before = told()
    again = payment_settle(actor=SYSTEM, payment=payment, amount=Decimal("99.00"))
    assert again.amount_settled == Decimal("11.90")
    assert told() == before
    assert (Invoice.objects.count(), CreditEntry.objects.count()) == (1, 0)


def test_money_settles_a_payment_that_was_thought_to_have_failed(customer):
    document = open_pro_forma(customer)
    payment = Payment.objects.create(
        customer=customer,
        document=document,
        currency="EUR",
        amount=Decimal("11.90"),
        method="card",
        idempotency_key="k",
    )
    payment_fail(actor=SYSTEM, payment=payment, code="timeout", message="No answer")
    payment_settle(actor=SYSTEM, payment=payment, gateway_reference="ch_1")
    payment.refresh_from_db()
    assert (payment.state, payment.failure_code) == (PaymentState.SETTLED, "")
    assert ProForma.objects.get().status == ProFormaStatus.SETTLED
    after_all = payment_fail(actor=SYSTEM, payment=payment, code="late", message="")
    assert after_all.state == PaymentState.SETTLED
    assert told().count("payment_failed") == 1


def test_a_recorded_payment_is_known_by_its_key(customer, clerk):
    invoice = issued_invoice(customer)

    def record():
        return payment_record(
            actor=clerk,
            customer=customer,
            amount=Decimal("11.90"),
            reference="INV",
            document=invoice.document,
            idempotency_key="statement 7 line 3",
        )

    assert record().pk == record().pk
    assert Payment.objects.count() == 1
    assert Payment.objects.get().reference == "INV"


def test_what_cannot_be_recorded(tenant, customer, clerk, stranger):
    other = issued_invoice(addressed_customer()).document
    tomorrow = business_today(tenant) + timedelta(days=1)

    def refused(error, actor=clerk, **values):
        given = {"amount": Decimal("5.00"), "reference": "x", **values}
        with pytest.raises(error):
            payment_record(actor=actor, customer=customer, **given)

    refused(NotPermitted, actor=stranger)
    refused(InvalidInput, amount=Decimal(0))
    refused(InvalidInput, amount=Decimal("0.001"))
    refused(InvalidInput, amount=Decimal(10) ** 10)
    refused(InvalidInput, received_on=tomorrow)
    refused(InvalidInput, document=other)
    refused(InvalidInput, method="card")
    assert (Payment.objects.count(), CreditEntry.objects.count()) == (0, 0)


def test_a_pro_forma_is_cancelled_once(customer):
    document = open_pro_forma(customer)
    proforma_cancel(actor=SYSTEM, document_id=document.pk, reason="Expired")
    with pytest.raises(ProFormaNotOpen):
        proforma_cancel(actor=SYSTEM, document_id=document.pk, reason="Expired")
    assert told().count("proforma_cancelled") == 1
    assert Document.objects.get().kind == DocumentKind.PRO_FORMA
