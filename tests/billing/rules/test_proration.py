"""Shares of periods, held against amounts that other billing engines published."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.rules.proration import Period, prorate, share


def period(start: str, end: str) -> Period:
    return Period(date.fromisoformat(start), date.fromisoformat(end))


# Worked amounts; the case numbers are those of the list of published amounts.
PUBLISHED = [
    pytest.param("50", "2023-08-10", "2023-09-01", "2023-08-01", "2023-09-01", "35.48", id="1"),
    pytest.param("100", "2023-01-01", "2023-01-15", "2023-01-01", "2023-02-01", "45.16", id="2a"),
    pytest.param("200", "2023-01-15", "2023-02-01", "2023-01-01", "2023-02-01", "109.68", id="2b"),
    pytest.param("29", "2024-02-12", "2024-03-01", "2024-02-01", "2024-03-01", "18.00", id="3a"),
    pytest.param("290", "2024-02-12", "2024-03-01", "2024-02-01", "2024-03-01", "180.00", id="3b"),
    pytest.param("5", "2024-02-01", "2024-02-12", "2024-02-01", "2024-03-01", "1.90", id="3c"),
    pytest.param("29", "2024-02-13", "2024-03-01", "2024-02-01", "2024-03-01", "17.00", id="5"),
    pytest.param("10", "2023-09-28", "2023-09-29", "2023-08-29", "2023-09-29", "0.32", id="7a"),
    pytest.param("120", "2023-09-28", "2024-06-29", "2023-06-29", "2024-06-29", "90.16", id="7b"),
    pytest.param("200", "2024-04-02", "2024-05-01", "2024-04-01", "2024-05-01", "193.33", id="10"),
    pytest.param("20", "2013-04-26", "2013-05-11", "2013-04-11", "2013-05-11", "10.00", id="13"),
    pytest.param("100", "2020-01-01", "2020-01-15", "2020-01-01", "2020-02-01", "45.16", id="22a"),
    pytest.param("100", "2020-01-20", "2020-02-01", "2020-01-01", "2020-02-01", "38.71", id="22b"),
    pytest.param(
        "599.95", "2012-03-02", "2012-03-31", "2012-02-29", "2012-03-31", "561.24", id="25"
    ),
]


@pytest.mark.parametrize(("amount", "start", "end", "whole_start", "whole_end", "due"), PUBLISHED)
def test_published_amounts_come_out_to_the_cent(amount, start, end, whole_start, whole_end, due):
    part, whole = period(start, end), period(whole_start, whole_end)
    assert prorate(Decimal(amount), part=part, whole=whole, currency="EUR") == Decimal(due)


@pytest.mark.parametrize(
    ("start", "end", "whole_start", "whole_end", "fraction"),
    [
        ("2011-02-01", "2011-02-14", "2011-02-01", "2011-03-01", Fraction(13, 28)),
        ("2012-02-01", "2012-02-15", "2012-02-01", "2012-03-01", Fraction(14, 29)),
        ("2011-01-31", "2011-02-07", "2011-01-07", "2011-02-07", Fraction(7, 31)),
        ("2011-03-07", "2011-03-10", "2011-03-07", "2011-04-07", Fraction(3, 31)),
        ("2012-03-15", "2012-03-17", "2012-03-15", "2012-04-15", Fraction(2, 31)),
    ],
)
def test_published_fractions(start, end, whole_start, whole_end, fraction):
    assert share(period(start, end), period(whole_start, whole_end)) == fraction


def test_amounts_that_were_published_wrong_are_not_ours():
    # Dynamics prints 1816.84 and UniBee 24.15: both rounded the daily rate first.
    year = period("2024-01-01", "2025-01-01")
    part = period("2024-01-01", "2024-05-13")
    assert part.days == 133
    assert prorate(Decimal(5000), part=part, whole=year, currency="EUR") == Decimal("1816.94")
    # Lago's page of 2023 gives 7.10 for an upgrade from $20 to $40 on 11 May; unused days count.
    may = period("2023-05-01", "2023-06-01")
    rest = period("2023-05-11", "2023-06-01")
    new = prorate(Decimal(40), part=rest, whole=may, currency="USD")
    old = prorate(Decimal(20), part=rest, whole=may, currency="USD")
    assert new - old == Decimal("13.55")


@given(st.dates(date(2000, 1, 1), date(2050, 1, 1)), st.integers(1, 400), st.integers(0, 400))
def test_two_parts_of_a_period_are_the_whole(start, days, cut):
    whole = Period(start, date.fromordinal(start.toordinal() + days))
    middle = date.fromordinal(start.toordinal() + min(cut, days))
    assert share(Period(start, middle), whole) + share(Period(middle, whole.end), whole) == 1


def test_days_outside_the_period_do_not_count():
    june = period("2024-06-01", "2024-07-01")
    assert share(period("2024-05-20", "2024-06-04"), june) == Fraction(3, 30)
    assert share(period("2024-08-01", "2024-09-01"), june) == 0
    assert share(period("2024-04-01", "2024-05-01"), june) == 0


def test_a_period_does_not_end_before_it_starts():
    with pytest.raises(ValueError, match="cannot end"):
        period("2024-02-01", "2024-01-31")
    with pytest.raises(ValueError, match="empty period"):
        share(period("2024-01-01", "2024-01-02"), period("2024-01-01", "2024-01-01"))
