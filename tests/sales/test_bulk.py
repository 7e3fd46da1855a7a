"""Many orders: held ones are accepted, unpaid ones withdrawn."""

import pytest

from ispplatform.core.bulk.selectors import bulk_money
from ispplatform.core.bulk.services import bulk_confirm
from ispplatform.core.errors import InvalidInput
from ispplatform.core.testing import run_until_quiet
from sales.choices import OrderStatus
from tests.bulk import SYSTEM, done, planned, told

ACCEPT, WITHDRAW = "sales.orders_accept", "sales.orders_cancel"


@pytest.fixture
def orders(shop):
    """One that is held, and one that is not paid."""
    shop.tenant.settings["sales.hold_every_order"] = True
    shop.tenant.save()
    held = shop.ordered()
    shop.pay(held)
    unpaid = shop.ordered(shop.full_cart("speicher.example"))
    assert (held.status, unpaid.status) == (OrderStatus.ON_HOLD, OrderStatus.AWAITING_PAYMENT)
    return held, unpaid


def statuses(*orders) -> list[str]:
    for order in orders:
        order.refresh_from_db()
    return [order.status for order in orders]


def test_held_orders_are_accepted_and_set_up(orders):
    held, unpaid = orders
    run = planned(ACCEPT, orders)
    assert told(run) == [("planned", ""), ("skipped", "It waits for no decision.")]
    assert [str(one) for one in bulk_money(run)] == [f"{held.gross} EUR"]
    assert statuses(held) == [OrderStatus.ON_HOLD]
    done(run, "customers we know")
    run_until_quiet()
    assert statuses(held, unpaid) == [OrderStatus.COMPLETED, OrderStatus.AWAITING_PAYMENT]
    assert held.holds.get().decided_by == SYSTEM.label


def test_unpaid_orders_are_withdrawn_with_a_reason(orders):
    held, unpaid = orders
    run = planned(WITHDRAW, orders)
    assert told(run) == [
        ("skipped", "Only an order that is not paid can be withdrawn."),
        ("planned", ""),
    ]
    with pytest.raises(InvalidInput):
        bulk_confirm(actor=SYSTEM, run_id=run.pk)
    done(run, "the fair is over")
    assert statuses(held, unpaid) == [OrderStatus.ON_HOLD, OrderStatus.CANCELLED]
