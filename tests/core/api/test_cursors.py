"""Cursors over columns of every kind, empty ones included."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.http import QueryDict

from catalog.models import Price
from ispplatform.core.api.paging import PageLinks, PageRequest, read_page
from ispplatform.core.api.sorting import read_sort
from tests.factories.catalog import PlanFactory, PriceFactory

SORTS = {
    "renewal": "renewal_amount",
    "amount": "amount",
    "from": "valid_from",
    "plan": "plan__name",
    "plan_id": "plan_id",
    "created": "created_at",
}


@pytest.fixture
def prices(tenant):
    return [
        PriceFactory(
            plan=PlanFactory(name="ba"[number % 2]),
            amount=Decimal(number // 3),
            renewal_amount=None if number % 3 == 0 else Decimal(number % 5),
            valid_from=date(2020, 1, 1) + timedelta(days=number),
        )
        for number in range(13)
    ]


def read(text: str, cursor: str | None):
    keys = read_sort(text, "", SORTS, Price)
    asked = PageRequest(limit=3, offset=0, cursor=cursor)

    def rows(queryset, columns):
        marks = list(queryset.values_list(*columns))
        return [mark[-1] for mark in marks], marks

    links = PageLinks("/prices", QueryDict(), by_page=False)
    return read_page(Price.objects.all(), asked, keys, "mark", rows, links)


@pytest.mark.parametrize(
    "sort",
    ["renewal", "-renewal", "amount,-renewal", "-amount,renewal", "from", "-plan,amount",
     "plan,-renewal,from", "plan_id", "-created"],
)  # fmt: skip
def test_following_the_cursor_reads_each_row_once_in_order(prices, sort):
    keys = read_sort(sort, "", SORTS, Price)
    whole = list(
        Price.objects.order_by(*(key.expression for key in keys)).values_list("pk", flat=True)
    )
    read_so_far, cursor = [], ""
    for _ in range(5):
        page = read(sort, cursor)
        read_so_far += page.rows
        cursor = page.pagination["next_cursor"]
        assert page.pagination["total"] == 13
    assert cursor is None
    assert read_so_far == whole
