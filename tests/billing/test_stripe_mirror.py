"""The mirror of Stripe: copied after settlement, no key kept, nobody else's shown."""

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from djstripe import models as stripe_rows

from accounts.models import User
from billing.choices import GatewayEventState, PaymentState
from billing.models import GatewayEvent, MirroredObject, Payment
from billing.selectors.mirror import at_stripe
from billing.services.methods import payment_method_add, payment_method_read
from billing.services.mirror import STRIPE_COPY
from billing.services.mirror_rows import MODEL_OF
from billing.services.payments import payment_start
from billing.services.refunds import refund_start
from ispplatform.core.clock import system_now
from ispplatform.core.models import Operation, OperationExchange, OperationState
from ispplatform.core.operations.circuit import FAILURES_UNTIL_OPEN
from ispplatform.core.operations.engine import operation_run
from ispplatform.core.operations.kinds import kinds
from ispplatform.core.tenancy.context import tenant_context
from ispplatform.core.testing import run_until_quiet
from tests.billing.gateways.fake_stripe import FakeStripe
from tests.factories.billing import SYSTEM, StripeFactory, addressed_customer, line, open_pro_forma
from tests.pages.staff import staff_client

pytestmark = pytest.mark.django_db(transaction=True)
PERSONAL = ("Anna Example", "anna@mail.example", "client_secret", "pay.stripe.com")


@pytest.fixture
def connection(tenant, fake_stripe: FakeStripe):
    return StripeFactory(api_base=fake_stripe.base)


def paid(connection, fake: FakeStripe, customer=None) -> Payment:
    """A payment of 119.00 EUR that Stripe has taken."""
    who = customer or addressed_customer()
    card = payment_method_read(connection=connection, token=fake.card(), customer=who)
    payment = payment_start(
        actor=SYSTEM,
        document=open_pro_forma(who, line("100.00")),
        payment_method=payment_method_add(
            actor=SYSTEM, customer=who, connection=connection, card=card
        ),
    )
    run_until_quiet()
    payment.refresh_from_db()
    assert payment.state == PaymentState.SETTLED
    return payment


def told(connection, fake: FakeStripe, kind: str, thing: dict[str, Any], **signing) -> int:
    """Post a notice as Stripe does, and let the workers work."""
    body, signature = fake.signed(fake.event(kind, thing), **signing)
    answer = Client().post(
        f"/api/v1/gateways/stripe/events/{connection.pk}",
        body,
        content_type="application/json",
        headers={"Stripe-Signature": signature},
    )
    run_until_quiet()
    return answer.status_code


def rows_count() -> int:
    return sum(model.objects.count() for model in (stripe_rows.Account, *MODEL_OF.values()))


def copy_operations() -> Any:
    return Operation.objects.filter(kind="billing.stripe_copy")


@pytest.fixture
def payment(connection, fake_stripe) -> Payment:
    made = paid(connection, fake_stripe)
    intent = fake_stripe.objects[made.gateway_reference]
    assert told(connection, fake_stripe, "payment_intent.succeeded", intent) == 200
    return made


def test_a_notice_copies_the_payment_with_its_charge_movement_customer_and_card(payment):
    kinds = MirroredObject.objects.values_list("kind", flat=True)
    assert sorted(kinds) == [
        "balance_transaction",
        "charge",
        "customer",
        "payment_intent",
        "payment_method",
    ]
    charge = stripe_rows.Charge.objects.get()
    assert charge.payment_intent.id == payment.gateway_reference
    assert charge.djstripe_owner_account.id == "acct_northwind"
    assert charge.balance_transaction.fee == 375
    assert copy_operations().get().state == OperationState.SUCCEEDED


def test_a_page_shows_what_stripe_says_of_a_payment(payment, fake_stripe, connection):
    shown = at_stripe(payment)
    assert (shown.amount, shown.currency, shown.status) == (Decimal("119.00"), "EUR", "succeeded")
    assert (shown.fee, shown.net, shown.payout) == (Decimal("3.75"), Decimal("115.25"), "")
    assert shown.url == (
        f"https://dashboard.stripe.com/acct_northwind/test/payments/{payment.gateway_reference}"
    )
    assert shown.read_at is not None
    assert shown.failure == ""


def test_no_key_is_kept_and_nothing_about_a_person(payment, connection, fake_stripe, caplog):
    assert stripe_rows.APIKey.objects.count() == 0
    kept = json.dumps(
        [
            [row.stripe_data, row.metadata]
            for model in (stripe_rows.Account, *MODEL_OF.values())
            for row in model.objects.all()
        ]
        + [operation.receipt for operation in copy_operations()]
    )
    key = connection.credentials["secret_key"]
    for secret in (*PERSONAL, key, "whsec_"):
        assert secret not in kept
        assert secret not in caplog.text
    exchanges = OperationExchange.objects.filter(operation__kind="billing.stripe_copy")
    assert exchanges.count() == 2
    assert key not in json.dumps(list(exchanges.values()), default=str)


def test_a_replayed_notice_copies_nothing_twice(payment, connection, fake_stripe):
    before = rows_count()
    event = GatewayEvent.objects.get()
    reads = len(fake_stripe.requests)
    answer = Client().post(
        f"/api/v1/gateways/stripe/events/{connection.pk}",
        event.payload,
        content_type="application/json",
        headers={"Stripe-Signature": fake_stripe.signature_of(event.payload)},
    )
    run_until_quiet()
    assert (answer.status_code, rows_count(), copy_operations().count()) == (200, before, 1)
    assert len(fake_stripe.requests) == reads


def test_a_forged_notice_leaves_no_copy(connection, fake_stripe):
    made = paid(connection, fake_stripe)
    intent = fake_stripe.objects[made.gateway_reference]
    status = told(
        connection, fake_stripe, "payment_intent.succeeded", intent, secret="whsec_forged"
    )
    assert status == 400
    assert (rows_count(), MirroredObject.objects.count(), copy_operations().count()) == (0, 0, 0)


def test_a_refund_and_a_dispute_are_copied_by_their_own_notices(payment, connection, fake_stripe):
    refund = refund_start(actor=SYSTEM, payment=payment, amount=Decimal("19.00"), reason="late")
    run_until_quiet()
    refund.refresh_from_db()
    there = fake_stripe.objects[refund.gateway_reference]
    assert told(connection, fake_stripe, "refund.updated", there) == 200
    shown = at_stripe(refund)
    assert (shown.amount, shown.status, shown.net) == (
        Decimal("19.00"),
        "succeeded",
        Decimal("-19.00"),
    )

    there = fake_stripe.withdraw(
        fake_stripe.dispute(fake_stripe.objects[payment.gateway_reference])
    )
    assert told(connection, fake_stripe, "charge.dispute.created", there) == 200
    shown = at_stripe(payment.disputes.get())
    assert (shown.amount, shown.status) == (Decimal("119.00"), "needs response")
    assert shown.fee == Decimal("15.00")


def test_a_payout_is_copied_though_no_row_of_ours_follows(payment, connection, fake_stripe):
    payout = fake_stripe.pay_out()
    assert told(connection, fake_stripe, "payout.paid", payout) == 200
    row = stripe_rows.Payout.objects.get()
    assert (row.stripe_data["amount"], row.status) == (11525, "paid")
    assert GatewayEvent.objects.get(kind="payout.paid").state == GatewayEventState.IGNORED


def test_payments_of_another_shop_at_the_same_account_are_not_copied(connection, fake_stripe):
    paid(connection, fake_stripe)
    foreign = fake_stripe._new(
        "pi",
        "payment_intent",
        status="succeeded",
        amount=500,
        currency="eur",
        customer=None,
        payment_method=None,
        metadata={},
        latest_charge=None,
    )
    assert told(connection, fake_stripe, "payment_intent.succeeded", foreign) == 200
    assert (rows_count(), copy_operations().count()) == (0, 0)


def test_a_company_sees_no_copy_of_another(payment, other_tenant, connection, fake_stripe):
    with tenant_context(other_tenant.pk):
        theirs = StripeFactory(api_base=fake_stripe.base)
        who = addressed_customer()
        row = paid(theirs, fake_stripe, who)
        Payment.objects.filter(pk=row.pk).update(gateway_reference=payment.gateway_reference)
        row.refresh_from_db()
        assert at_stripe(row).amount is None
        assert MirroredObject.objects.count() == 0


def test_a_copy_of_another_account_is_neither_overwritten_nor_shown(
    payment, other_tenant, fake_stripe
):
    owner = stripe_rows.Account.objects.create(id="acct_other")
    rows = stripe_rows.PaymentIntent.objects.filter(id=payment.gateway_reference)
    rows.update(djstripe_owner_account=owner)
    stripe_rows.Charge.objects.update(djstripe_owner_account=owner)
    assert at_stripe(payment).amount is None
    intent = fake_stripe.objects[payment.gateway_reference]
    assert told(payment.connection, fake_stripe, "payment_intent.succeeded", intent) == 200
    row = MirroredObject.objects.get(reference=payment.gateway_reference)
    assert row.failure == "The mirror has it as another account's."
    assert rows.get().djstripe_owner_account_id == "acct_other"


def test_a_key_that_may_not_read_holds_no_money_up(connection, fake_stripe):
    made = paid(connection, fake_stripe)
    fake_stripe.trouble("forbidden", "/v1/account", method="GET", times=9)
    intent = fake_stripe.objects[made.gateway_reference]
    for _ in range(6):
        assert told(connection, fake_stripe, "payment_intent.succeeded", intent) == 200
    events = GatewayEvent.objects.values_list("state", flat=True)
    assert set(events) == {GatewayEventState.PROCESSED}
    assert set(copy_operations().values_list("state", flat=True)) == {OperationState.REJECTED}
    row = MirroredObject.objects.get()
    assert "may not" in row.failure
    assert rows_count() == 0
    assert paid(connection, fake_stripe).state == PaymentState.SETTLED


def test_a_stripe_that_gives_no_answer_to_the_mirror_leaves_the_circuit_closed(
    connection, fake_stripe
):
    made = paid(connection, fake_stripe)
    fake_stripe.trouble("before", "/v1/account", method="GET", times=9)
    intent = fake_stripe.objects[made.gateway_reference]
    assert told(connection, fake_stripe, "payment_intent.succeeded", intent) == 200
    for day in range(1, 7):
        with time_machine.travel(system_now() + timedelta(days=day)):
            operation_run(copy_operations().get().pk)
    assert copy_operations().get().attempt > FAILURES_UNTIL_OPEN
    connection.refresh_from_db()
    assert (connection.circuit_failures, connection.circuit_open_until) == (0, None)
    assert GatewayEvent.objects.get().state == GatewayEventState.PROCESSED


def test_money_is_settled_though_its_copy_cannot_be_asked_for(
    connection, fake_stripe, caplog, monkeypatch
):
    made = paid(connection, fake_stripe)
    monkeypatch.delitem(kinds._kinds, STRIPE_COPY)
    intent = fake_stripe.objects[made.gateway_reference]
    assert told(connection, fake_stripe, "payment_intent.succeeded", intent) == 200
    assert told(connection, fake_stripe, "payout.paid", fake_stripe.pay_out()) == 200
    states = GatewayEvent.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == [GatewayEventState.PROCESSED, GatewayEventState.IGNORED]
    assert (MirroredObject.objects.count(), copy_operations().count()) == (0, 0)
    assert "One failed and the others go on" in caplog.text


def test_links_of_copies_are_stripes_own_ids():
    assert settings.DJSTRIPE_FOREIGN_KEY_TO_FIELD == "id"
    owner = stripe_rows.Charge._meta.get_field("djstripe_owner_account")
    assert owner.target_field.name == "id"


def test_the_copies_themselves_are_the_operators_alone(payment, tenant):
    staff = staff_client(tenant, "admin")
    row = stripe_rows.Charge.objects.get()
    for page in ("", f"{row.pk}/change/"):
        assert staff.get(f"/admin/djstripe/charge/{page}").status_code == 403
    assert staff.get("/admin/billing/mirroredobject/").status_code == 200
    User.objects.update(is_superuser=True)
    cache.clear()
    shown = staff.get(f"/admin/djstripe/charge/{row.pk}/change/")
    assert shown.status_code == 200
    assert row.id in shown.content.decode()
