"""Stripe's notices: forged ones refused, true ones acted on once, whatever they claim."""

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client

from billing.choices import (
    DisputeState,
    GatewayEventState,
    InvoiceStatus,
    PaymentState,
    RefundState,
)
from billing.models import (
    CreditEntry,
    Dispute,
    GatewayEvent,
    Invoice,
    Payment,
    PaymentMethod,
    Refund,
)
from billing.selectors.ledger import ledger_differences
from billing.services.gateway_events import gateway_event_retry
from billing.services.methods import payment_method_add, payment_method_read
from billing.services.payments import payment_start
from billing.services.refunds import refund_start
from billing.workflows.gateway_events import gateway_events_forget_old
from billing.workflows.payment_checks import payments_check_due
from ispplatform.core.actors import Actor, ActorType
from ispplatform.core.clock import system_now
from ispplatform.core.errors import NotPermitted
from ispplatform.core.ids import uuid7
from ispplatform.core.models import AttentionItem, Operation, OutboxEvent
from ispplatform.core.testing import run_until_quiet
from tests.billing.gateways.fake_stripe import FakeStripe
from tests.factories.billing import SYSTEM, StripeFactory, line, open_pro_forma

pytestmark = pytest.mark.django_db(transaction=True)
OPERATOR = Actor(
    type=ActorType.USER,
    id="44",
    label="operator@northwind.example",
    permissions=frozenset({"operations:manage", "operations:retry"}),
)


@pytest.fixture
def connection(tenant, fake_stripe: FakeStripe):
    return StripeFactory(api_base=fake_stripe.base)


@pytest.fixture
def pay(customer, connection, fake_stripe):
    """Pay an order of 119.00 EUR with a card that behaves so."""

    def start(behavior="succeeds", **values) -> Payment:
        card = payment_method_read(
            connection=connection, token=fake_stripe.card(behavior), customer=customer
        )
        payment = payment_start(
            actor=SYSTEM,
            document=open_pro_forma(customer, line("100.00")),
            payment_method=payment_method_add(
                actor=SYSTEM, customer=customer, connection=connection, card=card
            ),
            **values,
        )
        run_until_quiet()
        payment.refresh_from_db()
        return payment

    return start


@pytest.fixture
def send(connection, fake_stripe):
    """Post a notice as Stripe does, and let the workers work; return the status of the answer."""

    def post(event: dict[str, Any], *, to=None, work=True, **signing) -> int:
        body, signature = fake_stripe.signed(event, **signing)
        answer = Client().post(
            f"/api/v1/gateways/stripe/events/{to or connection.pk}",
            body,
            content_type="application/json",
            headers={"Stripe-Signature": signature},
        )
        if work:
            run_until_quiet()
        return answer.status_code

    return post


def intent_of(fake: FakeStripe, payment: Payment) -> dict[str, Any]:
    return fake.objects[payment.gateway_reference]


def told(name: str) -> int:
    return OutboxEvent.objects.filter(name=f"billing.{name}").count()


def state_of(payment: Payment) -> str:
    payment.refresh_from_db()
    return payment.state


@pytest.mark.parametrize("times", [1, 2, 5])
def test_a_confirmed_payment_settles_once_however_often_it_is_told(
    pay, send, fake_stripe, customer, times
):
    payment = pay("authenticates")
    assert payment.state == PaymentState.REQUIRES_ACTION
    intent = fake_stripe.answer_bank(payment.gateway_reference, approved=True)
    event = fake_stripe.event("payment_intent.succeeded", intent)
    assert [send(event) for _ in range(times)] == [200] * times
    assert state_of(payment) == PaymentState.SETTLED
    assert Invoice.objects.get().status == InvoiceStatus.PAID
    assert (told("payment_received"), told("invoice_paid")) == (1, 1)
    row = GatewayEvent.objects.get()
    assert (row.state, row.sentence) == (GatewayEventState.PROCESSED, "The payment is paid.")
    assert Operation.objects.filter(kind="billing.gateway_event").count() == 1
    assert list(ledger_differences()) == []


def test_without_any_notice_the_sweep_brings_the_money(pay, fake_stripe):
    payment = pay("authenticates")
    fake_stripe.answer_bank(payment.gateway_reference, approved=True)
    with time_machine.travel(system_now() + timedelta(minutes=1)):
        assert payments_check_due() == 1
        run_until_quiet()
    assert state_of(payment) == PaymentState.SETTLED
    assert GatewayEvent.objects.count() == 0


def test_notices_in_any_order_end_where_stripe_stands(pay, send, fake_stripe):
    payment = pay("authenticates")
    waiting = json.loads(json.dumps(intent_of(fake_stripe, payment)))
    done = fake_stripe.answer_bank(payment.gateway_reference, approved=True)
    for kind, thing in (
        ("payment_intent.succeeded", done),
        ("payment_intent.processing", {**waiting, "status": "processing"}),
        ("payment_intent.requires_action", waiting),
        ("payment_intent.created", waiting),
    ):
        assert send(fake_stripe.event(kind, thing)) == 200
    assert state_of(payment) == PaymentState.SETTLED
    assert told("payment_received") == 1


def test_a_notice_that_overtakes_our_own_answer_finds_its_payment_by_our_key(
    pay, send, fake_stripe
):
    fake_stripe.trouble("lost", "/v1/payment_intents")
    payment = pay()
    assert (payment.state, payment.gateway_reference) == (PaymentState.CREATED, "")
    (intent,) = (row for row in fake_stripe.objects.values() if row["object"] == "payment_intent")
    assert send(fake_stripe.event("payment_intent.succeeded", intent)) == 200
    assert state_of(payment) == PaymentState.SETTLED
    assert payment.gateway_reference == intent["id"]


def test_what_a_notice_claims_is_not_believed(pay, send, fake_stripe):
    payment = pay("authenticates")
    intent = intent_of(fake_stripe, payment)
    for claim in (
        {"status": "succeeded"},
        {"status": "succeeded", "amount_received": 1},
        {"status": "succeeded", "currency": "usd"},
        {"status": "succeeded", "metadata": {"isp_key": str(uuid7())}},
    ):
        assert send(fake_stripe.event("payment_intent.succeeded", intent, **claim)) == 200
    assert state_of(payment) == PaymentState.REQUIRES_ACTION
    assert Invoice.objects.count() == 0


def test_less_money_than_asked_for_becomes_credit_and_a_row(pay, send, fake_stripe, customer):
    payment = pay("authenticates")
    intent = fake_stripe.answer_bank(payment.gateway_reference, approved=True)
    intent["amount_received"] = 5000
    assert send(fake_stripe.event("payment_intent.succeeded", intent)) == 200
    assert state_of(payment) == PaymentState.SETTLED
    assert payment.amount_settled == Decimal("50.00")
    assert CreditEntry.objects.get().amount == Decimal("50.00")
    assert AttentionItem.objects.filter(kind="billing.unmatched_money").count() == 1


def test_money_in_another_currency_is_put_before_a_person(pay, send, fake_stripe):
    payment = pay("authenticates")
    intent = fake_stripe.answer_bank(payment.gateway_reference, approved=True)
    intent["currency"] = "usd"
    assert send(fake_stripe.event("payment_intent.succeeded", intent)) == 200
    assert state_of(payment) == PaymentState.REQUIRES_ACTION
    assert AttentionItem.objects.filter(kind="billing.charge_mismatch").count() == 1


def test_a_second_charge_with_our_key_is_put_before_a_person(pay, send, fake_stripe):
    payment = pay()
    first = intent_of(fake_stripe, payment)
    copy = {**first, "id": "pi_copy"}
    fake_stripe.objects["pi_copy"] = copy
    assert send(fake_stripe.event("payment_intent.succeeded", copy)) == 200
    assert payment.amount_settled == Decimal("119.00")
    assert "second charge" in AttentionItem.objects.get().sentence


def test_a_charge_of_somebody_else_at_the_same_account_is_not_ours(send, fake_stripe):
    intent = fake_stripe._new(
        "pi", "payment_intent", status="succeeded", amount=100, currency="eur", metadata={}
    )
    assert send(fake_stripe.event("payment_intent.succeeded", intent)) == 200
    assert GatewayEvent.objects.get().state == GatewayEventState.IGNORED


def test_a_payment_of_another_connection_is_not_moved(pay, send, fake_stripe):
    payment = pay("authenticates")
    intent = fake_stripe.answer_bank(payment.gateway_reference, approved=True)
    another = StripeFactory(api_base=fake_stripe.base)
    assert send(fake_stripe.event("payment_intent.succeeded", intent), to=another.pk) == 200
    assert state_of(payment) == PaymentState.REQUIRES_ACTION
    assert GatewayEvent.objects.get().state == GatewayEventState.IGNORED


@pytest.mark.parametrize(
    "about",
    [{"account": "acct_another"}, {"livemode": True}],
    ids=["another account", "the other mode"],
)
def test_a_notice_of_another_account_is_kept_and_not_acted_on(pay, send, fake_stripe, about):
    payment = pay("authenticates")
    intent = fake_stripe.answer_bank(payment.gateway_reference, approved=True)
    assert send({**fake_stripe.event("payment_intent.succeeded", intent), **about}) == 200
    assert GatewayEvent.objects.get().state == GatewayEventState.IGNORED
    assert state_of(payment) == PaymentState.REQUIRES_ACTION


def test_a_kind_that_concerns_nobody_is_kept_quietly(send, fake_stripe):
    assert send(fake_stripe.event("product.created", {"id": "prod_1", "object": "product"})) == 200
    assert GatewayEvent.objects.get().state == GatewayEventState.IGNORED
    assert Operation.objects.count() == 0


def test_a_forged_notice_is_refused_and_leaves_nothing(pay, send, fake_stripe, connection):
    payment = pay("authenticates")
    event = fake_stripe.event("payment_intent.succeeded", intent_of(fake_stripe, payment))
    now = int(system_now().timestamp())
    assert send(event, secret="whsec_guessed") == 400
    assert send(event, at=now - 301) == 400
    url = f"/api/v1/gateways/stripe/events/{connection.pk}"
    body, signature = fake_stripe.signed(event)
    for sent, header in (
        (body, ""),
        (body, "t=,v1="),
        (body, signature.replace("v1=", "v0=")),
        (body + " ", signature),
        (body.encode().replace(b"evt", b"ev\xff"), signature),
    ):
        answer = Client().post(
            url, sent, content_type="application/json", headers={"Stripe-Signature": header}
        )
        assert answer.status_code == 400
        assert answer.json()["error"]["code"] == "GATEWAY_NOTICE_REFUSED"
    assert GatewayEvent.objects.count() == 0


@pytest.mark.parametrize("text", ["[]", "{}", "nothing", '{"id": "evt_1", "type": "x"}'])
def test_signed_nonsense_is_refused(fake_stripe, connection, text):
    answer = Client().post(
        f"/api/v1/gateways/stripe/events/{connection.pk}",
        text,
        content_type="application/json",
        headers={"Stripe-Signature": fake_stripe.signature_of(text)},
    )
    assert answer.status_code == 400
    assert GatewayEvent.objects.count() == 0


def test_two_secrets_hold_while_one_replaces_the_other(send, fake_stripe, connection):
    connection.credentials = {**connection.credentials, "webhook_secrets": "whsec_new\nwhsec_old"}
    connection.save()
    for secret, status in (("whsec_new", 200), ("whsec_old", 200), ("whsec_northwind", 400)):
        event = fake_stripe.event("payout.paid", {"id": "po_1"})
        assert send(event, secret=secret) == status
    assert GatewayEvent.objects.count() == 2


def test_without_a_secret_nothing_is_believed(send, fake_stripe, connection):
    connection.credentials = {**connection.credentials, "webhook_secrets": ""}
    connection.save()
    assert send(fake_stripe.event("payout.paid", {"id": "po_1"}), secret="") == 400


def test_an_unknown_connection_and_one_of_another_gateway_are_not_found(send, fake_stripe, gateway):
    event = fake_stripe.event("payout.paid", {"id": "po_1"})
    assert send(event, to=uuid7()) == 404
    assert send(event, to=gateway.pk) == 404


def test_a_declined_payment_may_be_told_and_fails_once(pay, send, fake_stripe):
    payment = pay("authenticates")
    intent = fake_stripe.answer_bank(payment.gateway_reference, approved=False)
    for _ in range(2):
        assert send(fake_stripe.event("payment_intent.payment_failed", intent)) == 200
    assert state_of(payment) == PaymentState.FAILED
    assert payment.failure_code == "authentication_failed"
    assert told("payment_failed") == 1


def refunded(clerk, payment: Payment) -> Refund:
    refund = refund_start(actor=clerk, payment=payment, reason="Not wanted")
    run_until_quiet()
    refund.refresh_from_db()
    return refund


def test_a_refund_on_its_way_is_settled_by_its_notice(pay, send, fake_stripe, clerk):
    refund = refunded(clerk, pay("refunds_late"))
    assert refund.state == RefundState.PROCESSING
    thing = fake_stripe.objects[refund.gateway_reference]
    thing["status"] = "succeeded"
    for kind in ("refund.updated", "charge.refund.updated", "refund.updated"):
        assert send(fake_stripe.event(kind, thing)) == 200
    refund.refresh_from_db()
    assert refund.state == RefundState.SETTLED
    assert told("refund_settled") == 1
    assert list(ledger_differences()) == []


def test_a_settled_refund_that_comes_back_is_credit_and_a_row(pay, send, fake_stripe, clerk):
    payment = pay()
    refund = refunded(clerk, payment)
    assert refund.state == RefundState.SETTLED
    thing = fake_stripe.fail_refund(refund.gateway_reference)
    for _ in range(2):
        assert send(fake_stripe.event("refund.failed", thing)) == 200
    refund.refresh_from_db()
    payment.refresh_from_db()
    assert (refund.state, refund.failure_code) == (RefundState.FAILED, "expired_or_canceled_card")
    assert payment.amount_refunded == 0
    assert Invoice.objects.get().amount_refunded == 0
    assert sum(entry.remaining for entry in CreditEntry.objects.all()) == Decimal("119.00")
    assert told("refund_returned") == 1
    assert AttentionItem.objects.filter(kind="billing.refund_failed").count() == 1
    assert list(ledger_differences()) == []
    thing["status"] = "succeeded"  # a reading that is older than what is known
    assert send(fake_stripe.event("refund.updated", thing)) == 200
    refund.refresh_from_db()
    assert refund.state == RefundState.FAILED


def test_a_refund_made_at_stripe_is_put_before_a_person(pay, send, fake_stripe):
    payment = pay()
    thing = fake_stripe._create_refund(
        {"payment_intent": payment.gateway_reference, "amount": "1000", "metadata": {}}
    )
    assert send(fake_stripe.event("refund.created", thing)) == 200
    assert "refunded at the gateway and not here" in AttentionItem.objects.get().sentence
    payment.refresh_from_db()
    assert payment.amount_refunded == 0


def test_a_refund_of_another_amount_changes_nothing(pay, send, fake_stripe, clerk):
    refund = refunded(clerk, pay("refunds_late"))
    thing = fake_stripe.objects[refund.gateway_reference]
    thing.update(status="succeeded", amount=100)
    assert send(fake_stripe.event("refund.updated", thing)) == 200
    refund.refresh_from_db()
    assert refund.state == RefundState.PROCESSING
    assert AttentionItem.objects.filter(kind="billing.charge_mismatch").count() == 1


def test_a_dispute_is_put_before_a_person_and_told_once(pay, send, fake_stripe):
    payment = pay()
    thing = fake_stripe.dispute(intent_of(fake_stripe, payment))
    for kind in ("charge.dispute.created", "charge.dispute.funds_withdrawn"):
        assert send(fake_stripe.event(kind, thing)) == 200
    dispute = Dispute.objects.get()
    assert (dispute.payment_id, dispute.amount, dispute.reason) == (
        payment.pk,
        Decimal("119.00"),
        "fraudulent",
    )
    assert dispute.respond_by is not None
    assert Invoice.objects.get().disputed
    assert told("payment_disputed") == 1
    row = AttentionItem.objects.get(kind="billing.disputed")
    assert row.money_at_stake == Decimal("119.00")
    thing["status"] = "won"
    assert send(fake_stripe.event("charge.dispute.closed", thing)) == 200
    dispute.refresh_from_db()
    row.refresh_from_db()
    assert dispute.state == DisputeState.WON
    assert row.resolved_at is not None
    assert not Invoice.objects.get().disputed
    thing["status"] = "needs_response"  # an older reading
    assert send(fake_stripe.event("charge.dispute.updated", thing)) == 200
    dispute.refresh_from_db()
    assert dispute.state == DisputeState.WON
    assert told("dispute_closed") == 1


def test_a_lost_dispute_stays_with_a_person(pay, send, fake_stripe):
    thing = fake_stripe.dispute(intent_of(fake_stripe, pay()))
    thing["status"] = "lost"
    assert send(fake_stripe.event("charge.dispute.closed", thing)) == 200
    assert Dispute.objects.get().state == DisputeState.LOST
    assert "is lost" in AttentionItem.objects.get(kind="billing.disputed").sentence


def test_a_card_that_the_bank_renewed_shows_its_new_end(pay, send, fake_stripe):
    pay()
    method = PaymentMethod.objects.get()
    thing = fake_stripe.objects[method.gateway_reference]
    thing["card"] = {**thing["card"], "last4": "0077", "exp_year": 2033}
    assert send(fake_stripe.event("payment_method.automatically_updated", thing)) == 200
    method.refresh_from_db()
    assert (method.last_four, method.expires) == ("0077", "12/33")


def test_a_card_that_was_taken_away_at_stripe_leaves_every_list(pay, send, fake_stripe):
    pay()
    method = PaymentMethod.objects.get()
    thing = fake_stripe._detach_payment_method({"id": method.gateway_reference})
    assert send(fake_stripe.event("payment_method.detached", thing)) == 200
    method.refresh_from_db()
    assert method.removed_at is not None
    assert not method.is_default


def test_a_notice_that_cannot_be_read_fails_and_is_tried_again_by_a_person(
    pay, send, fake_stripe, stranger
):
    payment = pay("authenticates")
    intent = fake_stripe.answer_bank(payment.gateway_reference, approved=True)
    hidden = fake_stripe.objects.pop(intent["id"])
    assert send(fake_stripe.event("payment_intent.succeeded", intent)) == 200
    row = GatewayEvent.objects.get()
    assert row.state == GatewayEventState.FAILED
    assert "No such payment_intent" in row.sentence
    fake_stripe.objects[intent["id"]] = hidden
    with pytest.raises(NotPermitted):
        gateway_event_retry(actor=stranger, event_id=row.pk)
    gateway_event_retry(actor=OPERATOR, event_id=row.pk)
    run_until_quiet()
    row.refresh_from_db()
    assert row.state == GatewayEventState.PROCESSED
    assert state_of(payment) == PaymentState.SETTLED


def test_a_notice_waits_while_stripe_cannot_be_asked(pay, send, fake_stripe):
    payment = pay("authenticates")
    intent = fake_stripe.answer_bank(payment.gateway_reference, approved=True)
    fake_stripe.trouble("before", f"/{intent['id']}", method="GET")
    assert send(fake_stripe.event("payment_intent.succeeded", intent)) == 200
    assert GatewayEvent.objects.get().state == GatewayEventState.RECEIVED
    with time_machine.travel(system_now() + timedelta(minutes=5)):
        run_until_quiet()
    assert state_of(payment) == PaymentState.SETTLED
    assert GatewayEvent.objects.get().state == GatewayEventState.PROCESSED


def test_old_notices_are_forgotten_and_open_ones_stay(send, fake_stripe):
    for number in range(3):
        send(fake_stripe.event("payout.paid", {"id": f"po_{number}"}))
    rows = list(GatewayEvent.objects.order_by("pk"))
    GatewayEvent.objects.filter(pk__in=[rows[0].pk, rows[1].pk]).update(
        received_at=system_now() - timedelta(days=91)
    )
    GatewayEvent.objects.filter(pk=rows[1].pk).update(state=GatewayEventState.FAILED)
    assert gateway_events_forget_old() == 1
    assert set(GatewayEvent.objects.values_list("pk", flat=True)) == {rows[1].pk, rows[2].pk}
