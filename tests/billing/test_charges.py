"""Cards through the engine and the sandbox gateway: every way a charge can go."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine

from billing.choices import InvoiceStatus, PaymentState, ProFormaStatus
from billing.errors import (
    InvoiceNotOpen,
    PaymentInProgress,
    PaymentMethodNotFound,
    PaymentStateWrong,
)
from billing.models import (
    Invoice,
    Payment,
    PaymentMethod,
    ProForma,
    SandboxCharge,
)
from billing.providers.payments.base import ChargeReceipt, ChargeState
from billing.selectors.ledger import account_balances, ledger_differences
from billing.services.charge_outcomes import charge_note
from billing.services.payments import (
    payment_authorize,
    payment_cancel,
    payment_capture,
    payment_start,
)
from billing.services.sandbox import sandbox_charge_answer
from billing.workflows.payment_checks import payments_check_due
from ispplatform.core.actors import Actor, ActorType
from ispplatform.core.errors import DuplicateResource, InvalidInput, NotPermitted
from ispplatform.core.models import AttentionItem, Operation, OutboxEvent
from ispplatform.core.models.sandbox import FaultMode, SandboxFault
from ispplatform.core.testing import run_until_quiet
from tests.factories.billing import (
    AUTHENTICATES,
    DECLINED,
    LATE,
    SUCCEEDS,
    SYSTEM,
    addressed_customer,
    issued_invoice,
    kept_card,
    line,
    open_pro_forma,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def document(customer):
    """An order of 119.00 EUR."""
    return open_pro_forma(customer, line("100.00"))


@pytest.fixture
def pay(document, customer, gateway):
    """Start a payment of the order with a test card and let the workers work."""

    def start(number=SUCCEEDS, *, work=True, **values):
        payment = payment_start(
            actor=SYSTEM,
            document=document,
            payment_method=kept_card(customer, gateway, number, is_saved=False),
            **values,
        )
        if work:
            run_until_quiet()
            payment.refresh_from_db()
        return payment

    return start


def later(seconds: float) -> time_machine.travel:
    return time_machine.travel(datetime.now(UTC) + timedelta(seconds=seconds))


def told(name: str) -> int:
    return OutboxEvent.objects.filter(name=f"billing.{name}").count()


def test_a_card_that_works_pays_the_order(pay):
    payment = pay()
    assert (payment.state, payment.amount_settled) == (PaymentState.SETTLED, Decimal("119.00"))
    assert Invoice.objects.get().status == InvoiceStatus.PAID
    charge = SandboxCharge.objects.get()
    assert (charge.idempotency_key, charge.reference) == (
        str(payment.pk),
        payment.gateway_reference,
    )
    assert account_balances(currency="EUR")["gateway"] == Decimal("119.00")
    assert ledger_differences() == []


def test_a_declined_card_leaves_the_order_open_for_another(pay, document):
    payment = pay(DECLINED)
    assert (payment.state, payment.failure_code, payment.failure_message) == (
        PaymentState.FAILED,
        "card_declined",
        "Your bank declined the card.",
    )
    assert (told("payment_failed"), Invoice.objects.count()) == (1, 0)
    assert AttentionItem.objects.count() == 0
    assert pay(SUCCEEDS).state == PaymentState.SETTLED
    assert ProForma.objects.get().status == ProFormaStatus.SETTLED


@pytest.mark.parametrize(
    ("approved", "state", "paid"),
    [(True, PaymentState.SETTLED, 1), (False, PaymentState.FAILED, 0)],
)
def test_a_card_may_ask_for_authentication(pay, approved, state, paid):
    payment = pay(AUTHENTICATES)
    assert payment.state == PaymentState.REQUIRES_ACTION
    assert payment.action_url == f"/sandbox/pay/{payment.gateway_reference}"
    assert told("payment_action_required") == 1
    sandbox_charge_answer(reference=payment.gateway_reference, approved=approved)
    run_until_quiet()
    payment.refresh_from_db()
    assert (payment.state, payment.action_url) == (state, "")
    assert told("invoice_paid") == paid
    sandbox_charge_answer(reference=payment.gateway_reference, approved=True)
    run_until_quiet()
    payment.refresh_from_db()
    assert payment.state == state


def test_the_bench_can_make_any_card_ask_for_authentication(pay, gateway):
    SandboxFault.objects.create(connection=gateway, mode=FaultMode.AUTHENTICATION, call="charge")
    assert pay().state == PaymentState.REQUIRES_ACTION


def test_a_late_card_settles_when_it_is_asked_again(pay):
    payment = pay(LATE)
    assert payment.state == PaymentState.PROCESSING
    assert payments_check_due() == 0
    with later(90):
        assert payments_check_due() == 1
        assert payments_check_due() == 0
        run_until_quiet()
    payment.refresh_from_db()
    assert (payment.state, payment.next_check_at) == (PaymentState.SETTLED, None)
    assert told("invoice_paid") == 1


def test_a_late_card_is_asked_again_and_again_ever_more_seldom(pay):
    payment = pay(LATE)
    SandboxCharge.objects.update(settles_at=datetime.now(UTC) + timedelta(days=3))
    waits = []
    for _ in range(3):
        before = payment.next_check_at
        with time_machine.travel(before + timedelta(seconds=1)):
            payments_check_due()
            run_until_quiet()
        payment.refresh_from_db()
        waits.append((payment.next_check_at - before).total_seconds())
    assert waits == sorted(waits)
    assert payment.state == PaymentState.PROCESSING


@pytest.mark.parametrize("mode", [FaultMode.ANSWER_LOST, FaultMode.UNAVAILABLE])
def test_a_lost_answer_charges_once(pay, gateway, mode):
    SandboxFault.objects.create(connection=gateway, mode=mode, call="charge")
    payment = pay()
    assert payment.state == PaymentState.CREATED
    with later(3600):
        run_until_quiet()
    payment.refresh_from_db()
    assert payment.state == PaymentState.SETTLED
    assert SandboxCharge.objects.count() == 1
    assert told("payment_received") == 1


def test_a_gateway_that_refuses_the_request_fails_the_payment_and_calls_a_person(pay, gateway):
    SandboxFault.objects.create(connection=gateway, mode=FaultMode.REFUSED, call="charge")
    payment = pay()
    assert (payment.state, payment.failure_code) == (PaymentState.FAILED, "refused_by_gateway")
    operation = Operation.objects.get(kind="billing.charge")
    assert AttentionItem.objects.get().subject_id == operation.pk


def test_the_same_key_is_the_same_payment(pay, customer, gateway):
    first = pay(work=False, idempotency_key="abc")
    assert pay(idempotency_key="abc").pk == first.pk
    assert SandboxCharge.objects.count() == 1
    other = open_pro_forma(customer)
    with pytest.raises(DuplicateResource):
        payment_start(
            actor=SYSTEM,
            document=other,
            payment_method=kept_card(customer, gateway),
            idempotency_key="abc",
        )
    assert Payment.objects.count() == 1


def test_a_second_payment_waits_for_the_first(pay):
    pay(work=False)
    with pytest.raises(PaymentInProgress):
        pay(work=False)
    assert Payment.objects.count() == 1


def test_another_card_replaces_one_that_waits_for_the_customer(pay):
    first = pay(AUTHENTICATES)
    second = pay(SUCCEEDS)
    first.refresh_from_db()
    assert (first.state, second.state) == (PaymentState.CANCELLED, PaymentState.SETTLED)
    charges = SandboxCharge.objects.values_list("reference", "state")
    assert dict(charges)[first.gateway_reference] == ChargeState.CANCELLED
    sandbox_charge_answer(reference=first.gateway_reference, approved=True)
    run_until_quiet()
    assert (told("payment_received"), Invoice.objects.count()) == (1, 1)


def test_a_saved_card_is_offered_again_only_when_it_was_paid_with(pay, customer):
    pay(DECLINED, save_method=True)
    assert PaymentMethod.objects.filter(is_saved=True).count() == 0
    pay(SUCCEEDS, save_method=True)
    kept = PaymentMethod.objects.get(is_saved=True)
    assert (kept.last_four, kept.is_default, kept.customer_id) == ("4242", True, customer.pk)


def test_an_open_invoice_can_be_paid_in_part_by_card(customer, gateway):
    invoice = issued_invoice(customer, line("100.00"))
    payment_start(
        actor=SYSTEM,
        document=invoice.document,
        payment_method=kept_card(customer, gateway),
        amount=Decimal("19.00"),
    )
    run_until_quiet()
    invoice.refresh_from_db()
    assert (invoice.status, invoice.amount_due) == (InvoiceStatus.SENT, Decimal("100.00"))


@pytest.mark.parametrize("amount", ["0", "-1", "0.001", "119.01", "50.00"])
def test_an_order_is_paid_in_full(pay, amount):
    with pytest.raises(InvalidInput):
        pay(work=False, amount=Decimal(amount))
    assert (Payment.objects.count(), Operation.objects.count()) == (0, 0)


def test_who_may_pay(document, customer, gateway, stranger):
    card = kept_card(customer, gateway)

    def start(actor, payment_method=card):
        return payment_start(actor=actor, document=document, payment_method=payment_method)

    somebody_else = addressed_customer()
    theirs = Actor(type=ActorType.CUSTOMER, id="1", label="x", customer_id=somebody_else.pk)
    for actor, method, error in (
        (stranger, card, NotPermitted),
        (theirs, card, NotPermitted),
        (SYSTEM, kept_card(somebody_else, gateway), PaymentMethodNotFound),
    ):
        with pytest.raises(error):
            start(actor, method)
    assert Payment.objects.count() == 0
    own = Actor(type=ActorType.CUSTOMER, id="2", label="y", customer_id=customer.pk)
    assert start(own).state == PaymentState.CREATED


def test_nothing_is_charged_for_what_is_paid(pay):
    pay()
    with pytest.raises(InvoiceNotOpen):
        pay()
    assert SandboxCharge.objects.count() == 1


def test_money_can_be_reserved_and_taken_later(pay, clerk, customer):
    payment = pay(capture_later=True)
    assert payment.state == PaymentState.CREATED
    assert SandboxCharge.objects.count() == 0
    payment_authorize(actor=clerk, payment=payment)
    run_until_quiet()
    payment.refresh_from_db()
    assert (payment.state, told("payment_received")) == (PaymentState.AUTHORIZED, 0)
    payment_capture(actor=clerk, payment=payment)
    with pytest.raises(PaymentStateWrong):
        payment_capture(actor=clerk, payment=payment)
    run_until_quiet()
    payment.refresh_from_db()
    assert (payment.state, told("invoice_paid")) == (PaymentState.SETTLED, 1)
    with pytest.raises(PaymentStateWrong):
        payment_authorize(actor=clerk, payment=payment)


def test_capturing_less_than_an_order_costs_becomes_credit(pay, clerk):
    payment = pay(capture_later=True)
    payment_authorize(actor=clerk, payment=payment)
    run_until_quiet()
    payment.refresh_from_db()
    with pytest.raises(InvalidInput):
        payment_capture(actor=clerk, payment=payment, amount=Decimal("119.01"))
    payment_capture(actor=clerk, payment=payment, amount=Decimal("100.00"))
    run_until_quiet()
    payment.refresh_from_db()
    assert (payment.state, payment.amount_settled) == (PaymentState.SETTLED, Decimal("100.00"))
    assert ProForma.objects.get().status == ProFormaStatus.OPEN
    assert ledger_differences() == []


def test_a_lost_answer_captures_once(pay, clerk, gateway):
    payment = pay(capture_later=True)
    payment_authorize(actor=clerk, payment=payment)
    run_until_quiet()
    SandboxFault.objects.create(connection=gateway, mode=FaultMode.ANSWER_LOST, call="capture")
    payment.refresh_from_db()
    payment_capture(actor=clerk, payment=payment)
    run_until_quiet()
    with later(3600):
        run_until_quiet()
    payment.refresh_from_db()
    assert (payment.state, told("payment_received")) == (PaymentState.SETTLED, 1)


def test_a_payment_given_up_takes_no_money(pay, clerk):
    payment = pay(AUTHENTICATES)
    payment_cancel(actor=clerk, payment=payment, reason="Customer called")
    run_until_quiet()
    assert SandboxCharge.objects.get().state == ChargeState.CANCELLED
    with pytest.raises(PaymentStateWrong):
        payment_cancel(actor=clerk, payment=payment, reason="Again")
    payment.refresh_from_db()
    assert payment.state == PaymentState.CANCELLED


def test_an_answer_in_another_currency_moves_no_money(pay):
    payment = pay(work=False)
    receipt = ChargeReceipt(
        reference="ch_forged",
        state=ChargeState.SETTLED,
        amount=Decimal("119.00"),
        currency="USD",
    )
    charge_note(actor=SYSTEM, payment=payment, receipt=receipt)
    payment.refresh_from_db()
    assert (payment.state, payment.gateway_reference) == (PaymentState.CREATED, "")
    assert AttentionItem.objects.get().kind == "billing.charge_mismatch"
    assert told("payment_received") == 0


def test_an_answer_over_less_than_was_asked_pays_no_order(pay):
    payment = pay(work=False)
    receipt = ChargeReceipt(
        reference="ch_small", state=ChargeState.SETTLED, amount=Decimal("1.00"), currency="EUR"
    )
    charge_note(actor=SYSTEM, payment=payment, receipt=receipt)
    assert ProForma.objects.get().status == ProFormaStatus.OPEN
    assert AttentionItem.objects.get().kind == "billing.unmatched_money"
    assert ledger_differences() == []
