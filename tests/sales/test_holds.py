"""Paid orders that wait for a person."""

from decimal import Decimal

import pytest

from billing.models import Refund
from ispplatform.core.actors import Actor
from ispplatform.core.errors import InvalidInput, NotPermitted
from ispplatform.core.models import AttentionItem, Operation
from ispplatform.core.tenancy.services import tenant_settings_change
from ispplatform.core.testing import run_until_quiet
from provisioning.models import Service
from sales.choices import OrderStatus
from sales.errors import OrderNotHeld
from sales.services.carts import cart_line_add, cart_open
from sales.services.decisions import order_accept, order_refuse
from sales.services.returns import order_line_return
from tests.factories.catalog import PriceFactory
from tests.sales.conftest import STAFF


@pytest.fixture
def held(shop):
    shop.tenant.settings["sales.hold_every_order"] = True
    shop.tenant.save()
    order = shop.ordered()
    shop.pay(order)
    return order


def provider_operations() -> list[str]:
    kinds = Operation.objects.values_list("kind", flat=True)
    return sorted(kind for kind in kinds if kind.startswith(("domains.", "hosting.", "dns.")))


def test_a_held_order_is_paid_and_nothing_is_sent(held):
    assert held.status == OrderStatus.ON_HOLD
    assert provider_operations() == []
    assert {service.is_held for service in Service.objects.all()} == {True}
    item = AttentionItem.objects.get()
    assert (item.kind, item.sentence) == ("sales.order_held", "Every order is checked.")


def test_an_accepted_order_goes_on_to_its_end(held):
    order_accept(actor=STAFF, order_id=held.pk, reason="known")
    run_until_quiet()
    held.refresh_from_db()
    assert held.status == OrderStatus.COMPLETED
    hold = held.holds.get()
    assert (hold.decision, hold.decided_by) == ("accepted", STAFF.label)
    assert AttentionItem.objects.filter(kind="sales.order_held", resolved_at=None).count() == 0


def test_a_refused_order_gives_all_money_back(held, shop):
    order_refuse(actor=STAFF, order_id=held.pk, reason="The card is not the customer's.")
    run_until_quiet()
    held.refresh_from_db()
    assert held.status == OrderStatus.REFUSED
    assert provider_operations() == []
    refund = Refund.objects.get()
    assert (refund.amount, refund.state) == (held.gross, "settled")
    invoice = shop.invoice(held)
    assert invoice.amount_credited == held.gross
    assert set(Service.objects.values_list("status", flat=True)) == {"terminated"}


def test_refusing_needs_a_reason(held):
    with pytest.raises(InvalidInput):
        order_refuse(actor=STAFF, order_id=held.pk, reason=" ")
    held.refresh_from_db()
    assert held.status == OrderStatus.ON_HOLD


def test_a_decision_is_made_once(held):
    order_accept(actor=STAFF, order_id=held.pk)
    with pytest.raises(OrderNotHeld):
        order_refuse(actor=STAFF, order_id=held.pk, reason="late")
    assert Refund.objects.count() == 0


def test_the_customer_decides_nothing(held, shop):
    with pytest.raises(NotPermitted):
        order_accept(actor=shop.buyer, order_id=held.pk)
    assert held.holds.get().decision == ""


def test_an_ordinary_order_is_not_held(shop):
    order = shop.ordered()
    shop.pay(order)
    assert order.holds.count() == 0
    assert order.status == OrderStatus.COMPLETED


def test_a_large_order_is_held_by_its_total(shop):
    shop.tenant.settings["sales.hold_totals_above"] = {"EUR": "10"}
    shop.tenant.save()
    order = shop.ordered()
    shop.pay(order)
    hold = order.holds.get()
    assert hold.rule == "total"
    assert hold.sentence == f"The total of {order.gross} EUR is above the limit."


def test_a_total_is_held_against_the_limit_of_its_own_currency(shop):
    PriceFactory(plan=shop.hosting_plan, cycle="monthly", currency="JPY", amount=Decimal(2224))
    cart = cart_open(customer=shop.customer, currency="JPY")
    cart_line_add(cart=cart, plan=shop.hosting_plan, cycle="monthly", domain_mode="later")
    order = shop.ordered(cart)
    shop.pay(order)
    assert (order.currency, order.gross > 500) == ("JPY", True)
    assert order.holds.count() == 0


def test_an_order_in_a_currency_without_a_limit_is_held_and_says_so(shop):
    shop.tenant.settings["sales.hold_totals_above"] = {"CHF": "500"}
    shop.tenant.save()
    order = shop.ordered()
    shop.pay(order)
    hold = order.holds.get()
    assert (hold.rule, hold.sentence) == ("currency", "No limit is set for totals in EUR.")


@pytest.mark.parametrize("totals", [{"euro": "500"}, {"EUR": "a lot"}, {"EUR": "-1"}, {"EUR": ""}])
def test_a_table_of_limits_with_a_slip_is_refused(shop, totals):
    with pytest.raises(InvalidInput):
        tenant_settings_change(
            actor=Actor.system("tests"),
            tenant_id=shop.tenant.pk,
            values={"sales.hold_totals_above": totals},
        )


def test_one_line_is_taken_back_and_the_others_stay(shop):
    order = shop.ordered()
    shop.pay(order)
    line = order.lines.get(plan=shop.email_plan)
    order_line_return(actor=STAFF, order_id=order.pk, line_id=line.pk, reason="Not possible")
    run_until_quiet()
    refund = Refund.objects.get()
    assert (refund.amount, refund.state) == (Decimal("1.19"), "settled")
    order.refresh_from_db()
    assert order.status == OrderStatus.COMPLETED
    assert order.lines.get(plan=shop.hosting_plan).service.status == "active"
