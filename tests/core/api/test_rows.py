"""Rows straight from columns: money, nested objects, children."""

from decimal import Decimal

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.db.models import Count, Value
from django.test.utils import CaptureQueriesContext
from rest_framework import serializers

from catalog.choices import BillingCycle
from catalog.models import Plan, Price
from ispplatform.core.api.fields import Computed, MoneyAmountField, VersionField
from ispplatform.core.api.filter_kinds import IntegerFilter, MoneyFilter
from ispplatform.core.api.json_text import encode_json
from ispplatform.core.api.rows import RowSerializer
from ispplatform.core.api.sorting import read_sort
from ispplatform.core.api.versions import version_at
from ispplatform.core.money import from_minor
from tests.factories.catalog import PlanFactory, PriceFactory


class PlanRef(RowSerializer):
    id = serializers.UUIDField()
    code = serializers.CharField()


class PriceRow(RowSerializer):
    row_order = ("-amount",)

    version = VersionField()
    amount = MoneyAmountField()
    renewal_amount = MoneyAmountField()
    currency = serializers.CharField()
    plan = PlanRef()
    plan_name = serializers.CharField(source="plan.name")
    label = Computed(
        serializers.CharField(),
        "amount",
        "currency",
        "plan.code",
        compute=lambda units, currency, code: f"{code}: {from_minor(units, currency)} {currency}",
    )


class PriceOfPlan(RowSerializer):
    row_order = ("-amount",)

    amount = MoneyAmountField()
    currency = serializers.CharField()


class PlanDetail(RowSerializer):
    code = serializers.CharField()
    prices = PriceOfPlan(many=True)
    prices_count = serializers.IntegerField()
    note = serializers.CharField()


def test_a_row_is_its_columns_in_the_order_of_declaration(tenant):
    price = PriceFactory(plan=PlanFactory(code="web-1", name="Web One"), amount=Decimal("12.50"))
    with CaptureQueriesContext(connection) as queries:
        rows = PriceRow.rows(Price.objects.all())
    assert len(queries) == 1
    assert list(rows[0]) == list(PriceRow().fields)
    assert rows == [
        {
            "version": version_at(price.updated_at),
            "amount": Decimal("12.50"),
            "renewal_amount": None,
            "currency": "EUR",
            "plan": {"id": price.plan_id, "code": "web-1"},
            "plan_name": "Web One",
            "label": "web-1: 12.50 EUR",
        }
    ]
    assert b'"amount":12.50' in encode_json(rows)


def test_amounts_have_their_currencys_decimals(tenant):
    plan = PlanFactory()
    PriceFactory(plan=plan, amount=Decimal("1200"), currency="JPY")
    PriceFactory(plan=plan, amount=Decimal("1.250"), currency="KWD")
    text = encode_json(PriceRow.rows(Price.objects.order_by("currency")))
    assert b'"amount":1200,' in text
    assert b'"amount":1.250,' in text


def test_children_cost_one_query_for_all_rows_and_annotations_are_columns(tenant):
    for code in ("a", "b", "c"):
        plan = PlanFactory(code=code)
        PriceFactory(plan=plan, amount=Decimal("1.00"))
        PriceFactory(plan=plan, amount=Decimal("2.00"), cycle=BillingCycle.YEARLY)
    PlanFactory(code="d")
    queryset = Plan.objects.annotate(prices_count=Count("prices"), note=Value("n")).order_by("code")
    with CaptureQueriesContext(connection) as queries:
        rows = PlanDetail.rows(queryset)
    assert len(queries) == 2
    assert [row["code"] for row in rows] == ["a", "b", "c", "d"]
    assert rows[0] == {
        "code": "a",
        "prices": [
            {"amount": Decimal("2.00"), "currency": "EUR"},
            {"amount": Decimal("1.00"), "currency": "EUR"},
        ],
        "prices_count": 2,
        "note": "n",
    }
    assert (rows[3]["prices"], rows[3]["prices_count"]) == ([], 0)


def test_what_needs_an_instance_is_refused_when_the_plan_is_made(tenant):
    class Wrong(RowSerializer):
        label = serializers.SerializerMethodField()

    with pytest.raises(ImproperlyConfigured, match="label"):
        Wrong.rows(Price.objects.all())
    with pytest.raises(TypeError, match="rows"):
        PriceRow(Price()).data  # noqa: B018 - reading it is the act


@pytest.mark.parametrize(
    ("op", "text", "found"),
    [
        ("eq", "10", ["10.00"]),
        ("eq", "10.005", []),
        ("gte", "10.005", ["10.01"]),
        ("gt", "10.005", ["10.01"]),
        ("gt", "10", ["10.01"]),
        ("lte", "10.005", ["9.99", "10.00"]),
        ("lt", "10.005", ["9.99", "10.00"]),
        ("lt", "10.00", ["9.99"]),
    ],
)
def test_money_is_compared_in_major_units_of_the_tenants_currency(tenant, op, text, found):
    for amount in ("9.99", "10.00", "10.01"):
        PriceFactory(amount=Decimal(amount))
    PriceFactory(amount=Decimal("10"), currency="JPY")
    kind = MoneyFilter("amount")
    queryset = kind.apply(Price.objects.all(), "total", op, kind.value(text))
    assert sorted(str(price.amount) for price in queryset) == sorted(found)


@pytest.mark.parametrize("text", ["x", "NaN", "1e99", "9" * 21, ""])
def test_amounts_and_numbers_out_of_range_are_refused(text):
    with pytest.raises(ValueError, match="amount"):
        MoneyFilter().value(text)
    with pytest.raises(ValueError, match="number"):
        IntegerFilter().value(text)


def test_empty_values_sort_last_in_both_directions(tenant):
    first = PriceFactory(renewal_amount=Decimal("5.00"))
    second = PriceFactory(renewal_amount=Decimal("7.00"))
    empty = PriceFactory(renewal_amount=None)
    orders = {"renewal": [first, second, empty], "-renewal": [second, first, empty]}
    for sort, expected in orders.items():
        keys = read_sort(sort, "", {"renewal": "renewal_amount"}, Price)
        assert [key.nullable for key in keys] == [True, False]
        ordered = Price.objects.order_by(*(key.expression for key in keys))
        assert list(ordered) == expected
