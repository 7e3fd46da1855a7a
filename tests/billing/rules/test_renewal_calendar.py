"""When the next period is invoiced, and which days it has."""

from datetime import date, timedelta

import pytest

from billing.rules.proration import Period
from billing.rules.renewal_calendar import LeadDays, anchored_period, invoice_day, period_from
from catalog.rules.cycles import MONTHS

LEAD = LeadDays(monthly=7, longer=14)


@pytest.mark.parametrize("cycle", sorted(MONTHS))
def test_every_cycle_but_the_monthly_has_the_longer_lead(cycle):
    assert LEAD.of(cycle) == (7 if cycle == "monthly" else 14)
    assert LEAD.longest == 14


@pytest.mark.parametrize(
    ("begins", "lead", "day"),
    [
        ("2026-03-31", 7, "2026-03-24"),
        ("2026-03-01", 7, "2026-02-22"),
        ("2028-03-01", 7, "2028-02-23"),  # a leap year
        ("2027-01-05", 14, "2026-12-22"),
        ("2026-05-01", 0, "2026-05-01"),
    ],
)
def test_the_invoice_comes_the_lead_days_before(begins, lead, day):
    assert invoice_day(date.fromisoformat(begins), lead) == date.fromisoformat(day)


@pytest.mark.parametrize("cycle", sorted(MONTHS))
@pytest.mark.parametrize("first", ["2026-01-31", "2024-02-29", "2026-08-30", "2026-12-01"])
def test_ten_years_of_periods_join_and_never_drift(cycle, first):
    begins = date.fromisoformat(first)
    anchor_day, day = begins.day, begins
    while day < date(begins.year + 10, 1, 1):
        period = period_from(day, cycle, anchor_day)
        month_is_short = (period.end + timedelta(days=1)).day == 1
        assert period.end.day == anchor_day or (month_is_short and period.end.day < anchor_day)
        assert (period.end.year - day.year) * 12 + period.end.month - day.month == MONTHS[cycle]
        day = period.end


def test_a_name_is_invoiced_from_its_expiry():
    assert anchored_period(date(2027, 5, 4), cycle="yearly", invoiced=None) == Period(
        date(2027, 5, 4), date(2028, 5, 4)
    )
    assert anchored_period(date(2028, 2, 29), cycle="yearly", invoiced=None) == Period(
        date(2028, 2, 29), date(2029, 2, 28)
    )


@pytest.mark.parametrize("days", [-40, -1, 0, 1, 40, 181])
def test_an_expiry_seen_a_little_later_is_not_invoiced_again(days):
    invoiced = Period(date(2027, 5, 4), date(2028, 5, 4))
    on = invoiced.start + timedelta(days=days)
    assert anchored_period(on, cycle="yearly", invoiced=invoiced) is None


@pytest.mark.parametrize("days", [365, 366, 367, 400])
def test_a_renewed_name_is_invoiced_from_its_new_expiry(days):
    invoiced = Period(date(2027, 5, 4), date(2028, 5, 4))
    on = invoiced.start + timedelta(days=days)
    period = anchored_period(on, cycle="yearly", invoiced=invoiced)
    assert period is not None
    assert period.start == on
