"""Disputed money in the ledger and on invoices, told by the strict fake of Stripe."""

from decimal import Decimal

import pytest

from billing.choices import DisputeState, InvoiceStatus, LedgerRole, PaymentState
from billing.errors import PaymentNotRefundable
from billing.models import Dispute, DunningCase, DunningHold, Invoice, JournalEntry, Payment
from billing.selectors.dunning import cases_due, forecast_of
from billing.selectors.ledger import account_balances, ledger_differences
from billing.services.dunning_holds import dunning_hold_end
from billing.services.invoice_state import reopen
from billing.services.refunds import refund_start
from ispplatform.core.clock import system_now
from ispplatform.core.models import AttentionItem, AuditEntry, OutboxEvent
from ispplatform.core.testing import run_until_quiet
from tests.billing.test_gateway_events import connection, intent_of, pay, send, told
from tests.factories.billing import SYSTEM, transferred
from tests.sales.conftest import Shop, shop
from tests.sandbox.conftest import real_time
from tests.sandbox.test_renewing import name_only, renewals_sent

__all__ = ["connection", "pay", "real_time", "send", "shop"]

pytestmark = pytest.mark.django_db(transaction=True)
CLOSED = "charge.dispute.closed"
OPENED = "charge.dispute.created"


@pytest.fixture
def disputed(pay, send, fake_stripe):
    """A settled payment of 119.00 EUR whose money and 15.00 EUR of fee the gateway has taken."""
    payment = pay()
    thing = fake_stripe.withdraw(fake_stripe.dispute(intent_of(fake_stripe, payment)))
    assert send(fake_stripe.event(OPENED, thing)) == 200
    return thing


def balances() -> dict[str, Decimal]:
    """What the accounts come to that a dispute moves; accounts at zero are left out."""
    roles = ("gateway", "disputed", "dispute_fees", "bad_debt", "receivables", "customer_credit")
    found = account_balances(currency="EUR")
    return {role: found[role] for role in roles if found.get(role)}


def invoice_now() -> Invoice:
    return Invoice.objects.get()


def test_money_that_a_gateway_withdraws_lies_in_dispute_and_its_fee_is_an_expense(disputed):
    assert balances() == {
        "gateway": Decimal("-15.00"),
        "disputed": Decimal("119.00"),
        "dispute_fees": Decimal("15.00"),
    }
    invoice = invoice_now()
    assert (invoice.status, invoice.disputed) == (InvoiceStatus.PAID, True)
    assert list(ledger_differences()) == []


def test_a_lost_dispute_opens_its_invoice_again_and_holds_its_dunning(disputed, send, fake_stripe):
    assert send(fake_stripe.event(CLOSED, fake_stripe.decide(disputed, "lost"))) == 200

    invoice = invoice_now()
    assert (invoice.status, invoice.disputed, invoice.paid_at) == ("sent", False, None)
    assert (invoice.amount_due, invoice.amount_paid) == (Decimal("119.00"), Decimal(0))
    assert invoice.amount_charged_back == Decimal("119.00")
    assert invoice.next_action == "collect"
    assert balances() == {
        "gateway": Decimal("-15.00"),
        "dispute_fees": Decimal("15.00"),
        "receivables": Decimal("119.00"),
    }
    assert list(ledger_differences()) == []
    dispute, payment = Dispute.objects.get(), Payment.objects.get()
    assert (dispute.state, dispute.charged_back) == (DisputeState.LOST, Decimal("119.00"))
    assert payment.amount_charged_back == Decimal("119.00")
    assert payment.state == PaymentState.SETTLED
    assert DunningHold.objects.get(invoice=invoice, closed_at=None).kind == "pause"
    standstill = forecast_of(invoice).standstill
    assert standstill is not None
    assert standstill.kind == "pause"
    row = AttentionItem.objects.get(kind="billing.disputed")
    assert (row.money_at_stake, row.resolved_at) == (Decimal("119.00"), None)
    assert f"{invoice.number}: open again" in row.sentence
    assert told("invoice_reopened") == 1
    assert AuditEntry.objects.filter(act="billing.invoice_reopen").count() == 1


@pytest.mark.parametrize("fee_back", [0, 1500])
def test_a_won_dispute_books_back(disputed, send, fake_stripe, fee_back):
    won = fake_stripe.decide(disputed, "won", fee_back=fee_back)
    assert send(fake_stripe.event(CLOSED, won)) == 200

    fee = Decimal("0.00") if fee_back else Decimal("15.00")
    expected = {"gateway": Decimal("119.00") - fee, "dispute_fees": fee}
    assert balances() == {role: amount for role, amount in expected.items() if amount}
    assert (invoice_now().status, invoice_now().disputed) == (InvoiceStatus.PAID, False)
    assert Payment.objects.get().amount_charged_back == 0
    assert list(ledger_differences()) == []


@pytest.mark.parametrize("outcome", ["won", "lost"])
def test_news_that_come_five_times_book_once(disputed, send, fake_stripe, outcome):
    decided = fake_stripe.decide(disputed, outcome, fee_back=1500)
    kinds = (OPENED, "charge.dispute.funds_withdrawn", CLOSED, "charge.dispute.updated", CLOSED)
    for kind in kinds:
        assert send(fake_stripe.event(kind, decided)) == 200

    booked = JournalEntry.objects.filter(kind__startswith="dispute_")
    expected = {"dispute_withdrawn", "dispute_fee", f"dispute_{outcome}"}
    if outcome == "won":
        expected.add("dispute_fee_returned")
    assert sorted(booked.values_list("kind", flat=True)) == sorted(expected)
    assert told("dispute_closed") == 1
    assert list(ledger_differences()) == []


def test_a_dispute_of_which_only_the_end_is_told_books_the_same(pay, send, fake_stripe):
    thing = fake_stripe.withdraw(fake_stripe.dispute(intent_of(fake_stripe, pay())))

    assert send(fake_stripe.event(CLOSED, fake_stripe.decide(thing, "lost"))) == 200

    assert balances() == {
        "gateway": Decimal("-15.00"),
        "dispute_fees": Decimal("15.00"),
        "receivables": Decimal("119.00"),
    }
    assert list(ledger_differences()) == []


def test_a_question_of_the_bank_takes_no_money(pay, send, fake_stripe):
    thing = fake_stripe.dispute(intent_of(fake_stripe, pay()))
    thing["status"] = "warning_needs_response"
    assert send(fake_stripe.event(OPENED, thing)) == 200
    thing["status"] = "warning_closed"
    assert send(fake_stripe.event(CLOSED, thing)) == 200

    assert balances() == {"gateway": Decimal("119.00")}
    assert not JournalEntry.objects.filter(kind__startswith="dispute_").exists()


def test_a_fee_in_the_currency_of_the_payout_is_booked_in_that(pay, send, fake_stripe):
    thing = fake_stripe.withdraw(fake_stripe.dispute(intent_of(fake_stripe, pay())), fee=2000)
    thing["balance_transactions"][0]["currency"] = "usd"

    assert send(fake_stripe.event(OPENED, thing)) == 200

    assert account_balances(currency="USD")[LedgerRole.DISPUTE_FEES] == Decimal("20.00")
    assert balances() == {"disputed": Decimal("119.00")}
    assert list(ledger_differences()) == []


def test_what_was_credited_before_is_bad_debt_and_not_asked_for_again(
    pay, send, fake_stripe, customer
):
    payment = pay()
    refund_start(actor=SYSTEM, payment=payment, reason="Half.", amount=Decimal("60.00"))
    run_until_quiet()
    thing = fake_stripe.withdraw(fake_stripe.dispute(intent_of(fake_stripe, payment)))

    assert send(fake_stripe.event(CLOSED, fake_stripe.decide(thing, "lost"))) == 200

    assert invoice_now().amount_due == Decimal("59.00")
    assert balances()["bad_debt"] == Decimal("60.00")
    assert (
        "60.00 EUR stood for nothing" in AttentionItem.objects.get(kind="billing.disputed").sentence
    )
    assert list(ledger_differences()) == []


def test_what_is_disputed_or_charged_back_is_not_refunded(disputed, send, fake_stripe):
    payment = Payment.objects.get()
    with pytest.raises(PaymentNotRefundable, match="bank decides"):
        refund_start(actor=SYSTEM, payment=payment, reason="They asked.")

    send(fake_stripe.event(CLOSED, fake_stripe.decide(disputed, "lost")))
    with pytest.raises(PaymentNotRefundable, match="No money"):
        refund_start(actor=SYSTEM, payment=payment, reason="They asked.")

    assert list(ledger_differences()) == []


def test_an_invoice_that_is_open_again_can_be_paid_another_way(
    disputed, send, fake_stripe, customer
):
    send(fake_stripe.event(CLOSED, fake_stripe.decide(disputed, "lost")))

    transferred(customer, "119.00", invoice_now().document)

    assert (invoice_now().status, invoice_now().amount_due) == (InvoiceStatus.PAID, Decimal(0))
    events = OutboxEvent.objects.filter(name="billing.invoice_paid").order_by("pk")
    assert [event.payload["was_paid_before"] for event in events] == [False, True]
    assert list(ledger_differences()) == []


def test_dunning_that_had_ended_goes_on_where_it_was_once_the_pause_is_over(
    disputed, send, fake_stripe
):
    invoice = invoice_now()
    case = DunningCase.objects.create(
        invoice=invoice,
        customer=invoice.customer,
        due_on=invoice.due_date,
        closed_at=system_now(),
        outcome="paid",
    )

    send(fake_stripe.event(CLOSED, fake_stripe.decide(disputed, "lost")))

    case.refresh_from_db()
    assert case.closed_at is None
    assert case.next_at is not None
    assert not cases_due(case.next_at).exists()
    hold = DunningHold.objects.get(invoice=invoice)
    dunning_hold_end(actor=SYSTEM, hold_id=hold.pk)
    assert cases_due(case.next_at).get() == case


@pytest.mark.usefixtures("real_time")
def test_a_name_whose_invoice_is_paid_a_second_time_is_not_renewed(shop: Shop):
    domain = name_only(shop)
    invoice = Invoice.objects.get(document__lines__subject_id=domain.service_id)
    reopen(invoice, tenant=shop.tenant, charged_back=invoice.gross_total)
    invoice.save()

    transferred(shop.customer, str(invoice.gross_total), invoice.document)
    run_until_quiet()

    assert renewals_sent() == 0
