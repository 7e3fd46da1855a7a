"""Many subscriptions: they renew by themselves, run out, or end with what is paid."""

from datetime import date, timedelta

import pytest
import time_machine

from billing.choices import SubscriptionStatus
from billing.models import Subscription
from billing.services.subscriptions import subscription_create, subscription_start
from ispplatform.core.bulk.selectors import bulk_money
from ispplatform.core.bulk.services import bulk_confirm
from ispplatform.core.errors import InvalidInput
from tests.bulk import SYSTEM, done, planned, told, undone
from tests.factories.billing import price_of

RENEW = "billing.subscriptions_renew"
RUN_OUT = "billing.subscriptions_run_out"
CANCEL = "billing.subscriptions_cancel"
BEGAN = date(2026, 3, 1)


@pytest.fixture(autouse=True)
def march():
    with time_machine.travel("2026-03-02 09:00:00+00:00"):
        yield


def running(customer, **values) -> Subscription:
    row = subscription_create(
        actor=SYSTEM, customer=customer, price=price_of("9.00"), label="Web", **values
    )
    return subscription_start(actor=SYSTEM, subscription_id=row.pk, on=BEGAN)


def renewing() -> list[bool]:
    return list(Subscription.objects.order_by("pk").values_list("auto_renew", flat=True))


def test_they_run_out_with_what_is_at_stake_and_undoing_lets_them_renew(customer):
    rows = [
        running(customer, quantity=2),
        running(customer, auto_renew=False),
        running(customer),
    ]
    run = planned(RUN_OUT, rows)
    assert [sentence for _, sentence in told(run)] == ["", "It is so already.", ""]
    assert [str(one) for one in bulk_money(run)] == ["27.00 EUR"]
    assert renewing() == [True, False, True]
    done(run, "the product ends")
    assert renewing() == [False, False, False]
    undone(run)
    assert renewing() == [True, False, True]
    assert told(planned(RENEW, rows))[1] == ("planned", "")


def test_they_end_with_what_is_paid_and_who_is_bound_for_longer_is_refused(customer):
    free = running(customer)
    bound = running(customer, commitment_until=BEGAN + timedelta(days=300))
    over = running(customer)
    done(planned(CANCEL, [over]), "moved away")
    run = planned(CANCEL, [free, bound, over])
    assert told(run)[2] == ("skipped", "It was cancelled before.")
    with pytest.raises(InvalidInput):
        bulk_confirm(actor=SYSTEM, run_id=run.pk)

    done(run, "the product ends")

    assert [state for state, _ in told(run)] == ["done", "refused", "skipped"]
    for row in (free, bound):
        row.refresh_from_db()
    assert (free.status, free.ends_on) == (SubscriptionStatus.CANCELLED, free.current_period_end)
    assert free.cancel_reason == "the product ends"
    assert bound.status == SubscriptionStatus.ACTIVE
