"""Each rule that holds a paid order: its default, its setting, and the side on which it trips."""

from decimal import Decimal

import pytest

from catalog.models import Price
from ispplatform.core.tenancy.services import tenant_settings_change
from sales.choices import HoldRule, OrderStatus
from sales.models import Order
from sales.rules.disposable import DISPOSABLE_DOMAINS
from sales.services.carts import cart_line_add, cart_open
from sales.settings import (
    HOLD_CARD_COUNTRY,
    HOLD_DISPOSABLE_MAIL,
    HOLD_DOMAINS_ABOVE,
    HOLD_EVERY_ORDER,
    HOLD_FIRST_ORDER,
    HOLD_TOTALS_ABOVE,
)
from tests.factories.billing import SUCCEEDS, SYSTEM
from tests.factories.catalog import PriceFactory
from tests.sales.conftest import Shop

BRAZIL, GERMANY = "4000000760000002", "4000002760000016"


def choose(shop: Shop, **values: object) -> None:
    named = {f"sales.{name}": value for name, value in values.items()}
    tenant_settings_change(actor=SYSTEM, tenant_id=shop.tenant.pk, values=named)


def worth(shop: Shop, gross: str) -> None:
    """Let the hosting with which orders here are filled cost so much with its tax of 19 %."""
    net = (Decimal(gross) / Decimal("1.19")).quantize(Decimal("0.01"))
    Price.objects.filter(plan=shop.hosting_plan).delete()
    PriceFactory(plan=shop.hosting_plan, cycle="monthly", amount=net)


def hosting(shop: Shop) -> Order:
    cart = cart_open(customer=shop.customer)
    cart_line_add(cart=cart, plan=shop.hosting_plan, cycle="monthly", domain_mode="later")
    return shop.ordered(cart)


def names(shop: Shop, count: int, word: str = "kontor") -> Order:
    cart = cart_open(customer=shop.customer)
    for number in range(count):
        cart_line_add(
            cart=cart,
            plan=shop.domain_plan,
            cycle="yearly",
            domain_mode="register",
            domain_name=f"{word}-{number}.example",
        )
    return shop.ordered(cart)


def held(shop: Shop, order: Order, card: str = SUCCEEDS) -> list[str]:
    """Pay the order, and return by which rules it is held."""
    shop.pay(order, card)
    rules = list(order.holds.order_by("id").values_list("rule", flat=True))
    assert (order.status == OrderStatus.ON_HOLD) is bool(rules)
    return rules


def test_the_defaults_are_those_of_the_contract(shop):
    assert HOLD_TOTALS_ABOVE.of(shop.tenant)["EUR"] == "500"
    assert HOLD_DOMAINS_ABOVE.of(shop.tenant) == 5
    assert HOLD_CARD_COUNTRY.of(shop.tenant) is True
    assert HOLD_DISPOSABLE_MAIL.of(shop.tenant) is True
    assert HOLD_FIRST_ORDER.of(shop.tenant) is False
    assert HOLD_EVERY_ORDER.of(shop.tenant) is False


@pytest.mark.parametrize(("gross", "rules"), [("500.00", []), ("500.01", [HoldRule.TOTAL])])
def test_a_total_above_500_is_held(shop, gross, rules):
    worth(shop, gross)
    order = hosting(shop)
    assert order.gross == Decimal(gross)
    assert held(shop, order) == rules


@pytest.mark.parametrize(("count", "rules"), [(5, []), (6, [HoldRule.MANY_DOMAINS])])
def test_more_than_five_names_in_a_day_are_held(shop, count, rules):
    assert held(shop, names(shop, count)) == rules


def test_names_of_several_orders_of_a_day_count_together_and_the_number_is_a_setting(shop):
    choose(shop, hold_domains_above=3)
    assert held(shop, names(shop, 2, "first")) == []
    assert held(shop, names(shop, 2, "second")) == [HoldRule.MANY_DOMAINS]


@pytest.mark.parametrize(
    ("card", "rules"), [(BRAZIL, [HoldRule.CARD_COUNTRY]), (GERMANY, []), (SUCCEEDS, [])]
)
def test_a_card_from_another_country_than_the_address_is_held(shop, card, rules):
    order = hosting(shop)
    assert held(shop, order, card) == rules
    if rules:
        assert order.holds.get().sentence == "The card is from BR, the address is in DE."


def test_a_card_that_was_declined_before_says_nothing(shop):
    order = hosting(shop)
    shop.pay(order, "4000000000000002")
    assert held(shop, order, BRAZIL) == [HoldRule.CARD_COUNTRY]


def test_the_country_of_the_card_can_be_left_unasked(shop):
    choose(shop, hold_card_country=False)
    assert held(shop, hosting(shop), BRAZIL) == []


@pytest.mark.parametrize(("is_on", "rules"), [(True, [HoldRule.DISPOSABLE_MAIL]), (False, [])])
def test_a_disposable_address_is_held_unless_that_is_switched_off(shop, is_on, rules):
    choose(shop, hold_disposable_mail=is_on)
    shop.customer.email = f"ada@{sorted(DISPOSABLE_DOMAINS)[0]}"
    shop.customer.save()
    assert held(shop, hosting(shop)) == rules


def test_a_first_order_is_held_where_that_is_wished_and_a_second_is_not(shop):
    choose(shop, hold_first_order=True)
    assert held(shop, hosting(shop)) == [HoldRule.FIRST_ORDER]
    assert held(shop, names(shop, 1)) == []


def test_every_order_is_held_where_that_is_wished(shop):
    choose(shop, hold_every_order=True)
    assert held(shop, hosting(shop)) == [HoldRule.EVERY_ORDER]
    assert held(shop, names(shop, 1)) == [HoldRule.EVERY_ORDER]


def test_what_trips_several_rules_says_all_of_them(shop):
    choose(shop, hold_first_order=True)
    worth(shop, "900.00")
    order = hosting(shop)
    assert held(shop, order, BRAZIL) == [
        HoldRule.TOTAL,
        HoldRule.CARD_COUNTRY,
        HoldRule.FIRST_ORDER,
    ]
