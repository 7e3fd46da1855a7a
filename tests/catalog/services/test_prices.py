"""Versions of a price never overlap, whatever is set in whatever order."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
import time_machine
from django.db.models import F

from catalog.errors import PriceInThePast, PriceNotFound
from catalog.models import Price
from catalog.services import PriceData, price_end, price_set
from ispplatform.core.errors import InvalidInput, NotPermitted
from ispplatform.core.models import AuditEntry, OutboxEvent
from tests.actors import staff
from tests.factories.catalog import PlanFactory, PriceFactory

EDITOR = staff("plans:*")
TODAY = date(2026, 3, 1)

pytestmark = pytest.mark.usefixtures("today")


@pytest.fixture
def today():
    with time_machine.travel("2026-03-01 09:00:00+00:00", tick=False):
        yield TODAY


def nine(amount="9.00", **fields):
    return PriceData(**{"currency": "EUR", "cycle": "monthly", "amount": Decimal(amount), **fields})


def spans(plan):
    last = F("valid_to").asc(nulls_last=True)
    rows = Price.objects.filter(plan=plan).order_by("valid_from", last, "created_at")
    return [(row.amount, row.valid_from, row.valid_to) for row in rows]


def test_the_first_price_holds_from_today_without_an_end(tenant):
    plan = PlanFactory()
    price = price_set(actor=EDITOR, plan=plan, price=nine())
    assert spans(plan) == [(Decimal("9.00"), TODAY, None)]
    assert OutboxEvent.objects.get().payload["price_id"] == str(price.pk)
    assert AuditEntry.objects.get().act == "catalog.price_set"


def test_a_new_price_ends_the_one_before_it(tenant):
    old = PriceFactory(amount=Decimal("8.00"))
    price_set(actor=EDITOR, plan=old.plan, price=nine(), valid_from=date(2026, 4, 1))
    assert spans(old.plan) == [
        (Decimal("8.00"), date(2020, 1, 1), date(2026, 4, 1)),
        (Decimal("9.00"), date(2026, 4, 1), None),
    ]


def test_a_price_replaced_on_its_first_day_holds_on_none_but_stays(tenant):
    plan = PlanFactory()
    for amount in ("8.00", "9.00", "10.00"):
        price_set(actor=EDITOR, plan=plan, price=nine(amount))
    assert spans(plan) == [
        (Decimal("8.00"), TODAY, TODAY),
        (Decimal("9.00"), TODAY, TODAY),
        (Decimal("10.00"), TODAY, None),
    ]


def test_versions_set_in_any_order_never_overlap(tenant):
    plan = PlanFactory()
    for number, days in enumerate([30, 10, 20, 10, 0, 30, 5]):
        start = TODAY + timedelta(days=days)
        price_set(actor=EDITOR, plan=plan, price=nine(str(number)), valid_from=start)
    in_force = [span for span in spans(plan) if span[1] != span[2]]
    assert [span[0] for span in in_force] == [4, 6, 3, 2, 5]
    assert all(one[2] == other[1] for one, other in pairwise(in_force))
    assert in_force[-1][2] is None


def test_an_earlier_price_holds_until_the_one_that_is_set_already(tenant):
    later = PriceFactory(valid_from=date(2026, 6, 1))
    price_set(actor=EDITOR, plan=later.plan, price=nine("7.00"))
    assert spans(later.plan)[0] == (Decimal("7.00"), TODAY, date(2026, 6, 1))


def test_cycles_currencies_and_customer_types_have_versions_of_their_own(tenant):
    plan = PlanFactory()
    for price in (
        nine(),
        nine(cycle="yearly"),
        nine(currency="CHF"),
        nine(customer_type="business"),
    ):
        price_set(actor=EDITOR, plan=plan, price=price)
    assert [span[2] for span in spans(plan)] == [None, None, None, None]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"currency": "euro"}, "currency"),
        ({"cycle": "weekly"}, "cycle"),
        ({"customer_type": "robot"}, "customer_type"),
        ({"amount": Decimal("-1")}, "amount"),
        ({"amount": Decimal("NaN")}, "amount"),
        ({"amount": Decimal("9.001")}, "amount"),
        ({"amount": Decimal("9.5"), "currency": "JPY"}, "amount"),
        ({"amount": Decimal("1e12")}, "amount"),
        ({"renewal_amount": Decimal("-1")}, "renewal_amount"),
        ({"setup_amount": Decimal("0.001")}, "setup_amount"),
        ({"cycle": "one_off", "renewal_amount": Decimal("1")}, "renewal_amount"),
    ],
)
def test_what_is_no_price_is_refused_by_name(tenant, change, field):
    with pytest.raises(InvalidInput) as refusal:
        price_set(actor=EDITOR, plan=PlanFactory(), price=nine(**change))
    assert refusal.value.params["field"] == field
    assert not Price.objects.exists()


def test_days_that_are_over_keep_their_price(tenant):
    price = PriceFactory()
    with pytest.raises(PriceInThePast):
        price_set(actor=EDITOR, plan=price.plan, price=nine(), valid_from=date(2026, 2, 28))
    with pytest.raises(PriceInThePast):
        price_end(actor=EDITOR, price=price, valid_to=date(2026, 2, 28))
    assert spans(price.plan) == [(Decimal("9.00"), date(2020, 1, 1), None)]


def test_a_price_ends_without_a_successor(tenant):
    price = PriceFactory()
    ended = price_end(actor=EDITOR, price=price)
    assert ended.valid_to == TODAY
    with pytest.raises(PriceInThePast):
        price_end(actor=EDITOR, price=price, valid_to=date(2026, 5, 1))
    later = PriceFactory(valid_from=date(2026, 6, 1))
    with pytest.raises(PriceNotFound):
        price_end(actor=EDITOR, price=later)
    later.refresh_from_db()
    assert later.valid_to is None


def test_prices_need_the_permission(tenant):
    price = PriceFactory()
    reader = staff("plans:read")
    with pytest.raises(NotPermitted):
        price_set(actor=reader, plan=price.plan, price=nine())
    with pytest.raises(NotPermitted):
        price_end(actor=reader, price=price)
    assert spans(price.plan) == [(Decimal("9.00"), date(2020, 1, 1), None)]
