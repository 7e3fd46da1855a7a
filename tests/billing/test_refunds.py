"""Sending money back: once, never more than came, with documents and ledger in step."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine

from billing.choices import DocumentKind, InvoiceStatus, RefundMethod, RefundState
from billing.errors import PaymentNotRefundable, PaymentStateWrong, RefundExceedsPayment
from billing.models import CreditEntry, Document, Invoice, Payment, Refund, SandboxRefund
from billing.selectors.ledger import account_balances, ledger_differences
from billing.services.credit_notes import invoice_credit
from billing.services.payments import payment_start
from billing.services.refunds import refund_confirm, refund_start
from ispplatform.core.errors import InvalidInput, NotPermitted
from ispplatform.core.models import AttentionItem, OutboxEvent
from ispplatform.core.models.sandbox import FaultMode, SandboxFault
from ispplatform.core.testing import run_until_quiet
from tests.factories.billing import (
    REFUND_FAILS,
    SUCCEEDS,
    SYSTEM,
    issued_invoice,
    kept_card,
    line,
    open_pro_forma,
    transferred,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def paid(customer, gateway):
    """Pay an order of 119.00 EUR by a test card; returns the payment."""

    def pay(number=SUCCEEDS) -> Payment:
        payment = payment_start(
            actor=SYSTEM,
            document=open_pro_forma(customer, line("60.00"), line("40.00")),
            payment_method=kept_card(customer, gateway, number),
        )
        run_until_quiet()
        payment.refresh_from_db()
        return payment

    return pay


def refund(clerk, payment, **values) -> Refund:
    row = refund_start(actor=clerk, payment=payment, reason="Not wanted", **values)
    run_until_quiet()
    row.refresh_from_db()
    payment.refresh_from_db()
    return row


def told(name: str) -> int:
    return OutboxEvent.objects.filter(name=f"billing.{name}").count()


def test_a_whole_payment_goes_back_and_its_invoice_is_credited(paid, clerk):
    payment = paid()
    row = refund(clerk, payment)
    invoice = Invoice.objects.get()
    assert (row.state, row.amount, row.credit_note.kind) == (
        RefundState.SETTLED,
        Decimal("119.00"),
        DocumentKind.CREDIT_NOTE,
    )
    assert (invoice.amount_credited, invoice.amount_released, invoice.amount_refunded) == (
        Decimal("119.00"),
        Decimal("119.00"),
        Decimal("119.00"),
    )
    assert (invoice.status, invoice.amount_due) == (InvoiceStatus.PAID, Decimal(0))
    assert payment.amount_refunded == Decimal("119.00")
    assert set(account_balances(currency="EUR").values()) == {Decimal(0)}
    assert (told("refund_settled"), ledger_differences()) == (1, [])


def test_parts_go_back_until_nothing_is_left(paid, clerk):
    payment = paid()
    refund(clerk, payment, amount=Decimal("19.00"))
    refund(clerk, payment, amount=Decimal("50.00"))
    with pytest.raises(RefundExceedsPayment):
        refund(clerk, payment, amount=Decimal("50.01"))
    refund(clerk, payment)
    with pytest.raises(PaymentNotRefundable):
        refund(clerk, payment)
    notes = Document.objects.filter(kind=DocumentKind.CREDIT_NOTE)
    assert sum(note.gross_total for note in notes) == Decimal("119.00")
    assert SandboxRefund.objects.count() == 3
    assert ledger_differences() == []


def test_money_that_was_credited_before_needs_no_second_credit_note(paid, clerk):
    payment = paid()
    invoice_credit(
        actor=clerk,
        invoice_id=Invoice.objects.get().pk,
        reason="Refused line",
        amount=Decimal("47.60"),
    )
    row = refund(clerk, payment, amount=Decimal("47.60"))
    assert (row.state, row.credit_note) == (RefundState.SETTLED, None)
    assert Document.objects.filter(kind=DocumentKind.CREDIT_NOTE).count() == 1
    assert CreditEntry.objects.get().remaining == 0
    assert Invoice.objects.get().amount_refunded == Decimal("47.60")
    assert ledger_differences() == []


def test_an_overpayment_goes_back_without_a_credit_note(customer, clerk):
    payment = transferred(customer, "20.00", issued_invoice(customer).document)
    row = refund_start(actor=clerk, payment=payment, reason="Too much", amount=Decimal("8.10"))
    assert (row.credit_note, row.method) == (None, RefundMethod.BANK_TRANSFER)
    assert Document.objects.filter(kind=DocumentKind.CREDIT_NOTE).count() == 0
    assert ledger_differences() == []


def test_a_refund_that_fails_gives_the_money_back_as_credit(paid, clerk):
    payment = paid(REFUND_FAILS)
    row = refund(clerk, payment, amount=Decimal("19.00"))
    assert (row.state, row.failure_message) == (
        RefundState.FAILED,
        "The card's bank refused the refund.",
    )
    assert payment.amount_refunded == 0
    assert CreditEntry.objects.get().remaining == Decimal("19.00")
    assert AttentionItem.objects.get().kind == "billing.refund_failed"
    assert (told("refund_failed"), told("refund_settled")) == (1, 0)
    assert Invoice.objects.get().amount_refunded == 0
    assert ledger_differences() == []


@pytest.mark.parametrize("mode", [FaultMode.ANSWER_LOST, FaultMode.UNAVAILABLE])
def test_a_lost_answer_refunds_once(paid, clerk, gateway, mode):
    payment = paid()
    SandboxFault.objects.create(connection=gateway, mode=mode, call="refund")
    row = refund(clerk, payment)
    assert row.state == RefundState.CREATED
    assert ledger_differences() == []
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=1)):
        run_until_quiet()
    row.refresh_from_db()
    assert (row.state, SandboxRefund.objects.count()) == (RefundState.SETTLED, 1)
    assert (told("refund_settled"), ledger_differences()) == (1, [])


def test_a_gateway_that_refuses_keeps_the_money_as_credit(paid, clerk, gateway):
    payment = paid()
    SandboxFault.objects.create(connection=gateway, mode=FaultMode.REFUSED, call="refund")
    row = refund(clerk, payment)
    assert row.state == RefundState.FAILED
    assert CreditEntry.objects.get().remaining == Decimal("119.00")
    assert ledger_differences() == []


def test_a_bank_transfer_is_sent_back_by_a_person(customer, clerk):
    payment = transferred(customer, "11.90", issued_invoice(customer).document)
    row = refund(clerk, payment)
    assert (row.state, row.method) == (RefundState.CREATED, RefundMethod.BANK_TRANSFER)
    item = AttentionItem.objects.get(kind="billing.refund_by_hand")
    assert item.money_at_stake == Decimal("11.90")
    refund_confirm(actor=clerk, refund_id=row.pk, sent=True, note="SEPA 7")
    with pytest.raises(PaymentStateWrong):
        refund_confirm(actor=clerk, refund_id=row.pk, sent=True)
    row.refresh_from_db()
    item.refresh_from_db()
    assert (row.state, row.gateway_reference) == (RefundState.SETTLED, "SEPA 7")
    assert item.resolved_at is not None
    assert account_balances(currency="EUR")["bank"] == 0
    assert ledger_differences() == []


def test_a_refund_by_hand_can_be_given_up(customer, clerk):
    payment = transferred(customer, "11.90", issued_invoice(customer).document)
    row = refund(clerk, payment)
    refund_confirm(actor=clerk, refund_id=row.pk, sent=False, note="Keeps it")
    row.refresh_from_db()
    assert (row.state, row.failure_message) == (RefundState.FAILED, "Keeps it")
    assert CreditEntry.objects.get().remaining == Decimal("11.90")
    assert ledger_differences() == []


def test_credit_that_was_spent_since_does_not_go_back(customer, clerk):
    payment = transferred(customer, "11.90")
    CreditEntry.objects.update(remaining=0)
    with pytest.raises(PaymentNotRefundable):
        refund_start(actor=clerk, payment=payment, reason="x")
    payment.refresh_from_db()
    assert (Refund.objects.count(), payment.amount_refunded) == (0, 0)


def test_money_in_a_part_paid_invoice_does_not_go_back(customer, clerk):
    payment = transferred(customer, "5.00", issued_invoice(customer).document)
    with pytest.raises(PaymentNotRefundable):
        refund_start(actor=clerk, payment=payment, reason="x")
    assert Refund.objects.count() == 0


def test_what_cannot_be_refunded(customer, clerk, stranger):
    payment = transferred(customer, "11.90", issued_invoice(customer).document)

    def refused(error, actor=clerk, **values):
        with pytest.raises(error):
            refund_start(actor=actor, payment=payment, **{"reason": "x", **values})

    refused(NotPermitted, actor=stranger)
    refused(InvalidInput, reason=" ")
    refused(InvalidInput, amount=Decimal(0))
    refused(InvalidInput, amount=Decimal("-1"))
    refused(InvalidInput, amount=Decimal("0.001"))
    refused(RefundExceedsPayment, amount=Decimal("11.91"))
    payment.refresh_from_db()
    assert (Refund.objects.count(), payment.amount_refunded) == (0, 0)
    assert Document.objects.filter(kind=DocumentKind.CREDIT_NOTE).count() == 0
