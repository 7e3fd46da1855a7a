from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.errors import DomainNotOffered, PlanNotFound, PriceNotFound
from catalog.selectors import (
    domain_plan_for,
    plan_by_code,
    plan_by_id,
    plans_for,
    plans_for_sale,
    price_for,
)
from tests.actors import portal, staff
from tests.factories.catalog import PlanFactory, PriceFactory

ON = date(2026, 3, 1)


def on_sale(tenant, customer_type="person", currency="EUR", on=ON):
    return plans_for_sale(tenant, customer_type=customer_type, currency=currency, on=on)


def test_a_price_for_the_customer_type_goes_before_one_for_everybody(tenant):
    everybody = PriceFactory()
    business = PriceFactory(plan=everybody.plan, customer_type="business", amount=Decimal("8.00"))
    ask = {"plan": everybody.plan, "currency": "EUR", "cycle": "monthly", "on": ON}
    assert price_for(customer_type="person", **ask) == everybody
    assert price_for(customer_type="business", **ask) == business


def test_a_price_holds_from_its_first_day_until_before_its_last(tenant):
    price = PriceFactory(valid_from=date(2026, 1, 1), valid_to=date(2026, 2, 1))

    def holds(on):
        try:
            return price == price_for(
                plan=price.plan, currency="EUR", cycle="monthly", customer_type="person", on=on
            )
        except PriceNotFound:
            return False

    days = [date(2025, 12, 31), date(2026, 1, 1), date(2026, 1, 31), date(2026, 2, 1)]
    assert [holds(day) for day in days] == [False, True, True, False]


def test_the_renewal_costs_the_same_unless_it_says_otherwise(tenant):
    assert PriceFactory().renews_at == Decimal("9.00")
    assert PriceFactory(renewal_amount=Decimal("14.00")).renews_at == Decimal("14.00")
    assert PriceFactory(renewal_amount=Decimal("0.00")).renews_at == Decimal("0.00")


def test_the_shop_shows_what_this_buyer_can_buy_today(tenant):
    shown = PriceFactory(plan__sort_order=1).plan
    PriceFactory(plan__is_public=False)
    PriceFactory(plan__is_active=False)
    PriceFactory(plan__customer_type="business")
    PriceFactory(customer_type="business")
    PriceFactory(currency="CHF")
    PriceFactory(valid_to=ON)
    PlanFactory()
    assert on_sale(tenant) == [shown]
    assert len(on_sale(tenant, customer_type="business")) == 3


def test_prices_come_shortest_cycle_first_in_two_queries(tenant):
    plan = PlanFactory()
    for cycle in ("yearly", "monthly", "three_yearly", "one_off"):
        PriceFactory(plan=plan, cycle=cycle)
    PriceFactory(plan=plan, cycle="yearly", customer_type="person", amount=Decimal("80.00"))
    PriceFactory()
    with CaptureQueriesContext(connection) as queries:
        first = on_sale(tenant)[0]
        cycles = [(price.cycle, price.amount) for price in first.current_prices]
    assert cycles == [
        ("one_off", Decimal("9.00")),
        ("monthly", Decimal("9.00")),
        ("yearly", Decimal("80.00")),
        ("three_yearly", Decimal("9.00")),
    ]
    assert len(queries) == 2


def test_a_name_is_sold_by_the_longest_fitting_ending(tenant):
    uk, co_uk = PlanFactory(domain=True, tld="uk"), PlanFactory(domain=True, tld="co.uk")
    PlanFactory(domain=True, tld="de", is_public=False)
    PlanFactory(domain=True, tld="xn--p1ai")
    assert domain_plan_for("shop.uk") == uk
    assert domain_plan_for("shop.co.uk") == co_uk
    assert domain_plan_for("www.shop.co.uk.") == co_uk
    assert domain_plan_for("почта.рф").tld == "xn--p1ai"
    for name in ("shop.de", "uk", "", "-x.uk", "shop.example"):
        with pytest.raises(DomainNotOffered):
            domain_plan_for(name)


def test_customers_see_the_shop_and_staff_everything(tenant):
    shown, hidden = PlanFactory(), PlanFactory(is_public=False)
    reader, buyer = staff("plans:read"), portal(shown.pk)
    assert set(plans_for(reader)) == {shown, hidden}
    assert set(plans_for(buyer)) == {shown}
    assert plan_by_id(hidden.pk, actor=reader) == plan_by_code(hidden.code, actor=reader)
    for look_up in (
        lambda: plan_by_id(hidden.pk, actor=buyer),
        lambda: plan_by_code(hidden.code, actor=buyer),
    ):
        with pytest.raises(PlanNotFound):
            look_up()
