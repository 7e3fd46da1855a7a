"""Our books held against Stripe's: each difference before a person, until it vanishes."""

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from djstripe import models as stripe_rows

from billing.models import Dispute, GatewayBooks, MirroredObject, Payment, Refund
from billing.selectors.ledger import ledger_differences
from billing.selectors.mirror import at_stripe
from billing.services.reconciliation import comparison_start, comparisons_start_nightly
from billing.services.refunds import refund_start
from billing.tasks import compare_with_stripe
from ispplatform.core.actors import Actor, ActorType
from ispplatform.core.attention import attention_items_open
from ispplatform.core.clock import system_now
from ispplatform.core.errors import InvalidInput, NotPermitted
from ispplatform.core.models import AttentionItem, AuditEntry, Operation, OperationState
from ispplatform.core.tenancy.context import tenant_context
from ispplatform.core.testing import run_until_quiet
from tests.billing.gateways.fake_stripe import FakeStripe, movements
from tests.billing.test_stripe_mirror import paid, told
from tests.factories.billing import SYSTEM, GatewayFactory, StripeFactory
from tests.pages.staff import staff_client

pytestmark = pytest.mark.django_db(transaction=True)
OPERATOR = Actor(
    type=ActorType.USER,
    id="45",
    label="operator@northwind.example",
    permissions=frozenset({"connections:manage"}),
)


@pytest.fixture
def connection(tenant, fake_stripe: FakeStripe):
    return StripeFactory(api_base=fake_stripe.base)


def compared(connection, *, after: timedelta = timedelta(hours=2)) -> list[AttentionItem]:
    """Compare when no notice can be under way any more; return what is before a person."""
    with time_machine.travel(system_now() + after):
        started = comparison_start(actor=OPERATOR, connection=connection)
        run_until_quiet()
        started.refresh_from_db()
        assert (started.state, started.error_message) == (OperationState.SUCCEEDED, "")
        return list(attention_items_open().filter(kind="billing.stripe_difference"))


def money_of(payment: Payment) -> tuple[str, Decimal, Decimal]:
    payment.refresh_from_db()
    return payment.state, payment.amount_settled, payment.amount_refunded


def test_books_that_agree_put_nothing_before_a_person(connection, fake_stripe):
    payment = paid(connection, fake_stripe)
    refund_start(actor=SYSTEM, payment=payment, amount=Decimal("19.00"), reason="late")
    run_until_quiet()
    told(
        connection,
        fake_stripe,
        "charge.dispute.created",
        fake_stripe.withdraw(fake_stripe.dispute(fake_stripe.objects[payment.gateway_reference])),
    )
    assert compared(connection) == []
    books = GatewayBooks.objects.get()
    assert (books.movements_count, books.others_count, books.differences_count) == (3, 0, 0)
    assert books.compared_at is not None
    assert stripe_rows.APIKey.objects.count() == 0


def test_a_different_amount_is_a_row_that_closes_itself_when_the_books_agree(
    connection, fake_stripe
):
    payment = paid(connection, fake_stripe)
    before = money_of(payment)
    intent = fake_stripe.objects[payment.gateway_reference]
    charge = fake_stripe.objects[intent["latest_charge"]]
    charge["amount_captured"] = 10000
    (item,) = compared(connection)
    assert (item.money_at_stake, item.currency) == (Decimal("19.00"), "EUR")
    assert item.subject_id == payment.pk
    assert item.customer_id == payment.customer_id
    assert item.sentence == (
        f"{payment.gateway_reference}: The charge is 119.00 EUR here and 100.00 EUR at Stripe."
    )
    assert [row.pk for row in compared(connection)] == [item.pk]
    assert AttentionItem.objects.filter(kind="billing.stripe_difference").count() == 1

    charge["amount_captured"] = 11900
    assert compared(connection) == []
    item.refresh_from_db()
    assert (item.resolved_by, item.resolution) == (
        "automation",
        "Both books say the same by now.",
    )
    assert money_of(payment) == before
    assert list(ledger_differences()) == []


def test_an_old_difference_is_still_asked_for_when_its_days_are_over(connection, fake_stripe):
    payment = paid(connection, fake_stripe)
    charge = fake_stripe.objects[fake_stripe.objects[payment.gateway_reference]["latest_charge"]]
    charge["amount_captured"] = 10000
    (item,) = compared(connection)
    later = timedelta(days=30)
    assert [row.pk for row in compared(connection, after=later)] == [item.pk]
    charge["amount_captured"] = 11900
    assert compared(connection, after=later) == []


def test_money_that_only_one_side_knows_is_a_row(connection, fake_stripe):
    known, lost = paid(connection, fake_stripe), paid(connection, fake_stripe)
    known_id = known.gateway_reference
    # There and not here: its row here stands for nothing that Stripe knows.
    Payment.objects.filter(pk=known.pk).update(gateway_reference="pi_gone")
    del lost
    found = {item.subject_type: item for item in compared(connection)}
    here, there = found["billing.payment"], found["billing.mirroredobject"]
    assert here.sentence == "pi_gone: Here is a charge of 119.00 EUR, and Stripe has none."
    assert there.sentence == (f"{known_id}: Stripe has a charge of 119.00 EUR, and here is none.")
    assert len(found) == 2
    row = MirroredObject.objects.get(reference="pi_gone")
    assert row.failure == "Stripe does not know it."
    Payment.objects.filter(pk=known.pk).update(gateway_reference=known_id)
    assert compared(connection) == []


def test_refunds_and_disputes_that_nobody_told_us_of_are_rows(connection, fake_stripe):
    payment = paid(connection, fake_stripe)
    intent = fake_stripe.objects[payment.gateway_reference]
    refund = fake_stripe._create_refund(
        {"payment_intent": intent["id"], "amount": "500", "metadata": {}}
    )
    dispute = fake_stripe.withdraw(fake_stripe.dispute(intent))
    sentences = {item.sentence: item.money_at_stake for item in compared(connection)}
    assert sentences == {
        f"{refund['id']}: Stripe has a refund of 5.00 EUR, and here is none.": Decimal("5.00"),
        f"{dispute['id']}: Stripe has a dispute of 119.00 EUR, and here is none.": Decimal(
            "119.00"
        ),
    }
    assert (Refund.objects.count(), Dispute.objects.count()) == (0, 0)
    told(connection, fake_stripe, "charge.dispute.created", dispute)
    assert [item.sentence for item in compared(connection)] == [
        f"{refund['id']}: Stripe has a refund of 5.00 EUR, and here is none."
    ]


def test_a_dispute_lost_there_and_open_here_is_a_row(connection, fake_stripe):
    payment = paid(connection, fake_stripe)
    dispute = fake_stripe.withdraw(
        fake_stripe.dispute(fake_stripe.objects[payment.gateway_reference])
    )
    told(connection, fake_stripe, "charge.dispute.created", dispute)
    assert compared(connection) == []
    dispute["status"] = "lost"
    (item,) = compared(connection)
    assert item.subject_id == Dispute.objects.get().pk
    assert "At Stripe the lost dispute of 119.00 EUR took place" in item.sentence


def test_what_is_younger_than_an_hour_may_be_under_way(connection, fake_stripe):
    payment = paid(connection, fake_stripe)
    fake_stripe._create_refund(
        {"payment_intent": payment.gateway_reference, "amount": "500", "metadata": {}}
    )
    assert compared(connection, after=timedelta(minutes=50)) == []
    assert len(compared(connection, after=timedelta(minutes=70))) == 1


def test_another_shop_at_the_same_account_is_counted_and_not_compared(connection, fake_stripe):
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
    )
    movements.charged(fake_stripe, foreign, 500)
    assert compared(connection) == []
    books = GatewayBooks.objects.get()
    assert (books.movements_count, books.others_count) == (2, 1)
    assert not MirroredObject.objects.filter(charge_reference=foreign["id"]).exists()


def test_payments_of_another_company_at_the_same_account_are_neither_seen_nor_compared(
    connection, other_tenant, fake_stripe
):
    payment = paid(connection, fake_stripe)
    refund_start(actor=SYSTEM, payment=payment, amount=Decimal("19.00"), reason="late")
    run_until_quiet()
    with tenant_context(other_tenant.pk):
        theirs = StripeFactory(api_base=fake_stripe.base)
        paid(theirs, fake_stripe)
        assert compared(theirs) == []
        books = GatewayBooks.objects.get()
        assert (books.movements_count, books.others_count) == (3, 2)
        named = set(MirroredObject.objects.values_list("charge_reference", flat=True))
        assert payment.gateway_reference not in named
    assert compared(connection) == []


def test_a_new_connection_to_the_same_account_does_not_take_the_old_ones_payments(
    connection, fake_stripe
):
    paid(connection, fake_stripe)
    assert compared(StripeFactory(api_base=fake_stripe.base, name="new")) == []


def test_of_comparisons_that_are_refused_night_by_night_the_newest_stands_before_a_person(
    connection, fake_stripe
):
    for _ in range(2):
        fake_stripe.trouble("forbidden", "/v1/balance_transactions", method="GET")
        refused = comparison_start(actor=OPERATOR, connection=connection)
        run_until_quiet()
        assert [item.subject_id for item in attention_items_open()] == [refused.pk]
    assert compared(connection) == []
    assert list(attention_items_open()) == []


def test_a_comparison_tells_with_which_payout_the_money_came(connection, fake_stripe):
    payment = paid(connection, fake_stripe)
    payout = fake_stripe.pay_out()
    assert compared(connection) == []
    shown = at_stripe(payment)
    assert (shown.payout, shown.payout_status) == (payout["id"], "paid")
    assert f"{shown.payout_at:%Y-%m-%d}" == "2026-01-01"


def test_more_than_one_page_of_movements_is_read(connection, fake_stripe):
    payment = paid(connection, fake_stripe)
    intent = fake_stripe.objects[payment.gateway_reference]
    charge = fake_stripe.objects[intent["latest_charge"]]
    for _ in range(120):
        movements.moved(fake_stripe, {**charge, "id": "fee_1"}, "stripe_fee", -1)
    assert compared(connection) == []
    assert GatewayBooks.objects.get().movements_count == 121
    assert fake_stripe.calls("/v1/balance_transactions", "GET") == 2


@pytest.mark.parametrize(("hour", "count"), [(2, 0), (3, 1), (23, 1)])
def test_every_night_compares_once(connection, fake_stripe, tenant, hour, count):
    tenant.time_zone = "UTC"
    tenant.save(update_fields=["time_zone"])
    night = (system_now() + timedelta(days=2)).replace(hour=hour, minute=5)
    GatewayFactory()
    with time_machine.travel(night):
        for _ in range(3):
            assert comparisons_start_nightly(tenant) == count
            compare_with_stripe()
        run_until_quiet()
    assert Operation.objects.filter(kind="billing.stripe_compare").count() == count
    assert GatewayBooks.objects.exclude(compared_at=None).count() == count


def test_only_who_may_starts_a_comparison_and_only_with_stripe(connection, stranger):
    with pytest.raises(NotPermitted):
        comparison_start(actor=stranger, connection=connection)
    with pytest.raises(InvalidInput):
        comparison_start(actor=OPERATOR, connection=GatewayFactory())
    assert Operation.objects.count() == 0
    assert AuditEntry.objects.filter(act="billing.stripe_compare").count() == 0


def test_the_button_on_the_connections_page_compares_and_the_pages_tell(
    tenant, connection, fake_stripe
):
    payment = paid(connection, fake_stripe)
    intent = fake_stripe.objects[payment.gateway_reference]
    fake_stripe.objects[intent["latest_charge"]]["amount_captured"] = 10000
    page = f"/admin/core/providerconnection/{connection.pk}/change/"
    staff = staff_client(tenant, "admin")
    assert "Not compared yet" in staff.get(page).content.decode()
    with time_machine.travel(system_now() + timedelta(hours=2)):
        staff.post(page.replace("change/", "act/compare/"))
        run_until_quiet()
    shown = staff.get(page).content.decode()
    assert "The charge is 119.00 EUR here and 100.00 EUR at Stripe." in shown
    shown = staff.get(f"/admin/billing/payment/{payment.pk}/change/").content.decode()
    assert "At Stripe" in shown
    assert f"acct_northwind/test/payments/{intent['latest_charge']}" in shown
    assert AuditEntry.objects.filter(act="billing.stripe_compare").count() == 1
