"""What is billed again and again."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from billing.choices import SubscriptionStatus
from billing.errors import CommitmentRuns, SubscriptionStateWrong
from billing.models import Subscription
from billing.services.subscriptions import (
    subscription_cancel,
    subscription_change,
    subscription_create,
    subscription_start,
)
from customers.selectors import customer_today
from ispplatform.core.actors import Actor, ActorType
from ispplatform.core.errors import InvalidInput, NotPermitted
from ispplatform.core.ids import uuid7
from ispplatform.core.models import AuditEntry, OutboxEvent
from ispplatform.core.subjects import Subject
from tests.factories.billing import SYSTEM, addressed_customer, price_of


@pytest.fixture
def subscription(customer) -> Subscription:
    return subscription_create(
        actor=SYSTEM,
        customer=customer,
        price=price_of(),
        label="Hosting",
        subject=Subject(type="provisioning.service", id=uuid7(), label="example.org"),
    )


def started(subscription, on: date) -> Subscription:
    return subscription_start(actor=SYSTEM, subscription_id=subscription.pk, on=on)


def told(name: str) -> int:
    return OutboxEvent.objects.filter(name=f"billing.{name}").count()


def test_it_waits_until_it_is_started(subscription):
    assert (subscription.status, subscription.next_billing_on) == (
        SubscriptionStatus.PENDING,
        None,
    )


def test_the_first_period_ends_where_the_next_begins(subscription):
    row = started(subscription, date(2026, 1, 31))
    assert (row.current_period_start, row.current_period_end, row.next_billing_on) == (
        date(2026, 1, 31),
        date(2026, 2, 28),
        date(2026, 2, 28),
    )
    assert row.anchor_day == 31
    again = started(subscription, date(2026, 5, 1))
    assert again.started_on == date(2026, 1, 31)
    assert told("subscription_started") == 1


def test_a_price_that_is_due_once_makes_no_subscription(customer):
    with pytest.raises(InvalidInput):
        subscription_create(
            actor=SYSTEM, customer=customer, price=price_of(cycle="one_off"), label="x"
        )
    with pytest.raises(InvalidInput):
        subscription_create(
            actor=SYSTEM, customer=customer, price=price_of(), label="x", quantity=0
        )
    assert Subscription.objects.count() == 0


def test_cancelling_keeps_what_is_paid_for(subscription, clerk):
    started(subscription, date(2026, 1, 15))
    row = subscription_cancel(actor=clerk, subscription_id=subscription.pk, reason="Moved")
    assert (row.status, row.ends_on, row.next_billing_on) == (
        SubscriptionStatus.CANCELLED,
        date(2026, 2, 15),
        None,
    )
    with pytest.raises(SubscriptionStateWrong):
        subscription_cancel(actor=clerk, subscription_id=subscription.pk)
    assert told("subscription_cancelled") == 1


def test_cancelling_at_once_ends_it_today(subscription, customer, clerk):
    started(subscription, date(2026, 1, 15))
    row = subscription_cancel(actor=clerk, subscription_id=subscription.pk, immediately=True)
    assert (row.status, row.ends_on) == (SubscriptionStatus.ENDED, customer_today(customer))


def test_one_that_never_began_ends_and_cannot_begin(subscription, clerk):
    subscription_cancel(actor=clerk, subscription_id=subscription.pk)
    with pytest.raises(SubscriptionStateWrong):
        started(subscription, date(2026, 1, 15))
    subscription.refresh_from_db()
    assert subscription.status == SubscriptionStatus.ENDED
    assert subscription.current_period_start is None


def test_a_commitment_binds_customers_and_staff_may_let_go(subscription, customer, clerk):
    started(subscription, date(2026, 1, 15))
    subscription.commitment_until = customer_today(customer) + timedelta(days=1)
    subscription.save(update_fields=["commitment_until"])
    own = Actor(type=ActorType.CUSTOMER, id="1", label="x", customer_id=customer.pk)
    for actor, early in ((own, False), (own, True), (clerk, False)):
        with pytest.raises(CommitmentRuns):
            subscription_cancel(
                actor=actor, subscription_id=subscription.pk, despite_commitment=early
            )
    assert told("subscription_cancelled") == 0
    subscription_cancel(actor=clerk, subscription_id=subscription.pk, despite_commitment=True)
    assert told("subscription_cancelled") == 1


def test_quantity_and_renewal_can_be_changed_by_their_owner_and_by_staff(
    subscription, customer, clerk, stranger
):
    own = Actor(type=ActorType.CUSTOMER, id="1", label="x", customer_id=customer.pk)
    other = Actor(type=ActorType.CUSTOMER, id="2", label="y", customer_id=addressed_customer().pk)
    subscription_change(actor=own, subscription_id=subscription.pk, auto_renew=False)
    subscription_change(actor=clerk, subscription_id=subscription.pk, quantity=3)
    for actor in (other, stranger):
        with pytest.raises(NotPermitted):
            subscription_change(actor=actor, subscription_id=subscription.pk, quantity=9)
    with pytest.raises(InvalidInput):
        subscription_change(actor=clerk, subscription_id=subscription.pk, quantity=0)
    subscription.refresh_from_db()
    assert (subscription.quantity, subscription.auto_renew) == (3, False)
    assert AuditEntry.objects.filter(act="billing.subscription_change").count() == 2
    subscription_cancel(actor=clerk, subscription_id=subscription.pk)
    with pytest.raises(SubscriptionStateWrong):
        subscription_change(actor=clerk, subscription_id=subscription.pk, quantity=1)


def test_the_version_of_the_price_stays(subscription):
    assert subscription.price.amount == Decimal("9.00")
    assert str(subscription) == "Hosting"
