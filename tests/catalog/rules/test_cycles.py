from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.rules.cycles import MONTHS, cycle_end, cycle_months, is_recurring


@pytest.mark.parametrize(
    ("start", "cycle", "anchor_day", "end"),
    [
        (date(2026, 1, 15), "monthly", 15, date(2026, 2, 15)),
        (date(2026, 12, 1), "monthly", 1, date(2027, 1, 1)),
        (date(2026, 11, 30), "quarterly", 30, date(2027, 2, 28)),
        (date(2026, 7, 1), "half_yearly", 1, date(2027, 1, 1)),
        (date(2028, 2, 29), "yearly", 29, date(2029, 2, 28)),
        (date(2026, 2, 28), "two_yearly", 29, date(2028, 2, 29)),
        (date(2025, 2, 28), "three_yearly", 29, date(2028, 2, 29)),
    ],
)
def test_a_period_ends_where_the_next_begins(start, cycle, anchor_day, end):
    assert cycle_end(start, cycle, anchor_day) == end


def test_month_ends_do_not_drift():
    day, days = date(2026, 1, 31), []
    for _ in range(4):
        day = cycle_end(day, "monthly", 31)
        days.append(day)
    assert days == [date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30), date(2026, 5, 31)]


@given(
    start=st.dates(min_value=date(2000, 1, 1), max_value=date(2090, 1, 1)),
    cycle=st.sampled_from(sorted(MONTHS)),
)
def test_six_years_of_periods_return_to_the_first_day(start, cycle):
    end = start
    for _ in range(72 // cycle_months(cycle)):
        end = cycle_end(end, cycle, start.day)
    # No year that lies six after a leap year is one.
    day = 28 if (start.month, start.day) == (2, 29) else start.day
    assert end == date(start.year + 6, start.month, day)


def test_what_is_paid_once_has_no_period():
    assert not is_recurring("one_off")
    with pytest.raises(ValueError, match="one_off"):
        cycle_end(date(2026, 1, 1), "one_off", 1)


@pytest.mark.parametrize("anchor_day", [0, 32])
def test_an_anchor_is_a_day_of_a_month(anchor_day):
    with pytest.raises(ValueError, match="no day"):
        cycle_end(date(2026, 1, 1), "monthly", anchor_day)
