"""Payments that were given up while their charge went on, and money that nobody takes."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine

from billing.choices import PaymentState, ProFormaStatus
from billing.models import CreditEntry, Payment, ProForma, SandboxCharge
from billing.providers.payments.base import ChargeReceipt, ChargeState
from billing.selectors.ledger import ledger_differences
from billing.services.charge_outcomes import charge_note
from billing.services.payments import (
    payment_authorize,
    payment_cancel,
    payment_capture,
    payment_start,
)
from billing.services.pro_formas import proforma_cancel
from billing.services.sandbox import sandbox_charge_answer
from billing.workflows.payment_checks import payments_check_due
from ispplatform.core.models import AttentionItem, AuditEntry, Operation, OperationState
from ispplatform.core.models.sandbox import FaultMode, SandboxFault
from ispplatform.core.operations import failpoints
from ispplatform.core.testing import run_until_quiet
from tests.factories.billing import (
    AUTHENTICATES,
    LATE,
    SUCCEEDS,
    SYSTEM,
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
def begin(document, customer, gateway):
    """Start a payment of the order with a test card; no worker has seen it yet."""

    def start(number=SUCCEEDS, **values) -> Payment:
        return payment_start(
            actor=SYSTEM,
            document=document,
            payment_method=kept_card(customer, gateway, number, is_saved=False),
            **values,
        )

    return start


def later(**by: float) -> time_machine.travel:
    return time_machine.travel(datetime.now(UTC) + timedelta(**by))


def work_with(at: str, act: Callable[[], object]) -> None:
    """Let the workers work; ``act`` happens once, when one of them is at the point."""
    left = [act]

    def hook(point: str) -> None:
        if point == at and left:
            left.pop()()

    with failpoints.installed(hook):
        run_until_quiet()
    assert left == []


def give_up(payment: Payment) -> None:
    payment_cancel(actor=SYSTEM, payment=payment, reason="Customer called")


@pytest.fixture(params=[LATE, AUTHENTICATES, "reserves"])
def underway(request, begin, clerk) -> Payment:
    """A payment whose charge the gateway will not decide at once."""
    if request.param != "reserves":
        return begin(request.param)
    payment = begin(capture_later=True)
    return payment_authorize(actor=clerk, payment=payment)


def test_a_charge_that_outlives_its_payment_is_cancelled_at_the_gateway(underway):
    work_with("sent_marked", lambda: give_up(underway))
    charge = SandboxCharge.objects.get()
    underway.refresh_from_db()
    assert (underway.state, underway.gateway_reference) == (
        PaymentState.CANCELLED,
        charge.reference,
    )
    assert (charge.state, underway.next_check_at) == (ChargeState.CANCELLED, None)
    assert AuditEntry.objects.filter(act="billing.charge_outlives").count() == 1


def test_the_same_when_only_a_look_up_finds_the_charge(begin, gateway):
    payment = begin(LATE)
    SandboxFault.objects.create(connection=gateway, mode=FaultMode.ANSWER_LOST, call="charge")
    run_until_quiet()
    give_up(payment)
    with later(hours=1):
        SandboxCharge.objects.update(settles_at=datetime.now(UTC) + timedelta(days=1))
        run_until_quiet()
    charge = SandboxCharge.objects.get()
    payment.refresh_from_db()
    assert (payment.state, charge.state) == (PaymentState.CANCELLED, ChargeState.CANCELLED)
    assert (payment.gateway_reference, payment.next_check_at) == (charge.reference, None)


def test_a_charge_that_never_reached_the_gateway_is_not_sent_after_it_was_given_up(begin):
    payment = begin()
    with pytest.raises(KeyboardInterrupt), failpoints.installed(_dies_at("sent_marked")):
        run_until_quiet()
    give_up(payment)
    with later(hours=1):
        run_until_quiet()
    assert SandboxCharge.objects.count() == 0
    assert Operation.objects.get(kind="billing.charge").state == OperationState.CANCELLED


def _dies_at(point: str) -> Callable[[str], None]:
    def hook(at: str) -> None:
        if at == point:
            raise KeyboardInterrupt

    return hook


def test_a_gateway_that_is_down_is_asked_until_the_charge_is_over(begin, gateway):
    payment = begin(AUTHENTICATES)
    SandboxFault.objects.create(
        connection=gateway, mode=FaultMode.REFUSED, call="cancel_charge", remaining=3
    )
    work_with("sent_marked", lambda: give_up(payment))
    payment.refresh_from_db()
    assert payment.next_check_at is not None
    for _ in range(4):
        payment.refresh_from_db()
        if payment.next_check_at is None:
            break
        with time_machine.travel(payment.next_check_at + timedelta(seconds=1)):
            assert payments_check_due() == 1
            run_until_quiet()
    assert SandboxCharge.objects.get().state == ChargeState.CANCELLED
    payment.refresh_from_db()
    assert payment.next_check_at is None


@pytest.mark.parametrize("order_is_open", [True, False])
def test_money_that_comes_although_it_was_given_up_is_taken_in(begin, document, order_is_open):
    payment = begin(AUTHENTICATES)

    def give_up_while_the_customer_confirms() -> None:
        give_up(payment)
        if not order_is_open:
            proforma_cancel(actor=SYSTEM, document_id=document.pk, reason="Withdrawn")

    def customer_is_faster(point: str) -> None:
        charge = SandboxCharge.objects.filter(state=ChargeState.REQUIRES_ACTION).first()
        if point == "settled" and charge is not None:
            sandbox_charge_answer(reference=charge.reference, approved=True)

    done: list[str] = []

    def hook(point: str) -> None:
        if point == "sent_marked" and not done:
            done.append(point)
            give_up_while_the_customer_confirms()
        customer_is_faster(point)

    with failpoints.installed(hook):
        run_until_quiet()
    payment.refresh_from_db()
    assert (payment.state, payment.amount_settled) == (PaymentState.SETTLED, Decimal("119.00"))
    rows = AttentionItem.objects.filter(kind="billing.unmatched_money", resolved_at=None)
    if order_is_open:
        assert ProForma.objects.get().status == ProFormaStatus.SETTLED
        assert rows.count() == 0
    else:
        assert CreditEntry.objects.get().remaining == Decimal("119.00")
        assert rows.count() == 1
    assert ledger_differences() == []


def test_a_payment_that_nobody_authorizes_ends_and_frees_its_order(begin):
    payment = begin(capture_later=True)
    with later(days=6, hours=23):
        assert payments_check_due() == 0
    with later(days=7, hours=1):
        assert payments_check_due() == 1
        assert payments_check_due() == 0
        run_until_quiet()
        payment.refresh_from_db()
        assert payment.state == PaymentState.CANCELLED
        begin()
        run_until_quiet()
    assert SandboxCharge.objects.count() == 1
    assert ProForma.objects.get().status == ProFormaStatus.SETTLED


@pytest.fixture
def reserved(begin, clerk) -> Payment:
    """119.00 EUR that are only reserved."""
    payment = payment_authorize(actor=clerk, payment=begin(capture_later=True))
    run_until_quiet()
    payment.refresh_from_db()
    assert payment.state == PaymentState.AUTHORIZED
    return payment


def reservation_rows() -> list[tuple[str, bool]]:
    rows = AttentionItem.objects.filter(kind="billing.reservation_ends").order_by("id")
    return [(row.sentence, row.resolved_at is None) for row in rows]


def test_reserved_money_is_asked_for_and_then_set_free_before_it_lapses(reserved, customer):
    with later(days=2, hours=23):
        assert payments_check_due() == 0
    with later(days=3, hours=1):
        assert payments_check_due() == 1
        run_until_quiet()
    assert reservation_rows() == [
        (
            f"119.00 EUR of {customer} are only reserved. "
            "Take them within 24 hours, or they are set free.",
            True,
        )
    ]
    assert SandboxCharge.objects.get().state == ChargeState.AUTHORIZED
    with later(days=4, hours=2):
        assert payments_check_due() == 1
        run_until_quiet()
    reserved.refresh_from_db()
    assert (reserved.state, reserved.next_check_at) == (PaymentState.CANCELLED, None)
    assert SandboxCharge.objects.get().state == ChargeState.CANCELLED
    assert [(row[0].partition(" were ")[2], row[1]) for row in reservation_rows()][-1] == (
        "reserved and never taken; they are free again. Ask for the money anew if it is owed.",
        True,
    )


def test_reserved_money_that_is_taken_leaves_no_row(reserved, clerk):
    with later(days=3, hours=1):
        payments_check_due()
        payment_capture(actor=clerk, payment=reserved)
        run_until_quiet()
        reserved.refresh_from_db()
        assert reserved.state == PaymentState.SETTLED
        assert [is_open for _, is_open in reservation_rows()] == [False]
    with later(days=9):
        assert payments_check_due() == 0


def test_a_reservation_that_ends_at_the_gateway_is_told(reserved):
    receipt = ChargeReceipt(
        reference=reserved.gateway_reference,
        state=ChargeState.CANCELLED,
        amount=reserved.amount,
        currency="EUR",
    )
    charge_note(actor=SYSTEM, payment=reserved, receipt=receipt)
    reserved.refresh_from_db()
    assert (reserved.state, reserved.next_check_at) == (PaymentState.CANCELLED, None)
    assert [is_open for _, is_open in reservation_rows()] == [True]


def test_what_was_given_up_is_not_taken(reserved, clerk, gateway):
    payment_capture(actor=clerk, payment=reserved)
    give_up(reserved)
    run_until_quiet()
    reserved.refresh_from_db()
    assert reserved.state == PaymentState.CANCELLED
    assert SandboxCharge.objects.get().state == ChargeState.CANCELLED
    assert Operation.objects.get(kind="billing.capture").state == OperationState.CANCELLED
