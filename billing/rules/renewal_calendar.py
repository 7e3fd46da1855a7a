"""When the next period of a subscription is invoiced, and which days it has."""

from dataclasses import dataclass
from datetime import date, timedelta

from billing.rules.proration import Period
from catalog.choices import BillingCycle
from catalog.rules.cycles import cycle_end

ROUNDING = timedelta(days=31)
RUN_HOUR = 9  # o'clock in the tenant's zone: renewals are invoiced, periods end and begin


@dataclass(frozen=True, kw_only=True, slots=True)
class LeadDays:
    """How many days before a period begins its invoice is issued.

    Args:
        monthly: for the monthly cycle.
        longer: for every longer one.
    """

    monthly: int
    longer: int

    def of(self, cycle: str) -> int:
        """Return the days for a cycle."""
        return self.monthly if cycle == BillingCycle.MONTHLY else self.longer

    @property
    def longest(self) -> int:
        """The most days that any cycle has."""
        return max(self.monthly, self.longer)


def invoice_day(begins_on: date, lead_days: int) -> date:
    """Return the day on which a period is invoiced that begins on ``begins_on`` (day 0)."""
    return begins_on - timedelta(days=lead_days)


def period_from(begins_on: date, cycle: str, anchor_day: int) -> Period:
    """Return the period that begins on a day; month ends do not drift.

    Args:
        anchor_day: day of the month on which the first period began, 1 to 31.
    """
    return Period(begins_on, cycle_end(begins_on, cycle, anchor_day))


def anchored_period(on: date, *, cycle: str, invoiced: Period | None) -> Period | None:
    """Return the period that is to be invoiced next when it begins on a day that somebody sets.

    A day within the first half of the last invoiced period is that period's own beginning, seen a
    little later than it was announced (registries round expiries differently): it is not invoiced
    again. Until what was paid for has moved the day by a period, nothing is due.

    Args:
        on: the day on which what is paid for runs out.
        invoiced: the last period that was invoiced; None when none was since the first.
    """
    if invoiced is not None and not was_renewed(on, invoiced=invoiced):
        return None
    return period_from(on, cycle, on.day)


def skipped_days(billed_until: date | None, next_on: date | None) -> Period | None:
    """Return the days that no invoice stands for when the next one begins later than expected.

    Registries round expiries by days; whatever is more than a month was renewed by somebody.

    Args:
        billed_until: the first day that no invoice covered until now.
        next_on: the first day of the period that is invoiced next.
    """
    if billed_until is None or next_on is None or next_on <= billed_until + ROUNDING:
        return None
    return Period(billed_until, next_on)


def was_renewed(on: date, *, invoiced: Period) -> bool:
    """Tell whether a renewal for an invoiced period came about, from the day that somebody sets.

    Args:
        on: the day on which what is paid for runs out, or ran out.
    """
    return on >= invoiced.start + timedelta(days=invoiced.days // 2)
