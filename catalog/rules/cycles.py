"""Billing cycles: how long they are, and where one ends without month ends drifting."""

from calendar import monthrange
from datetime import date

from catalog.choices import BillingCycle

MONTHS: dict[str, int] = {
    BillingCycle.MONTHLY: 1,
    BillingCycle.QUARTERLY: 3,
    BillingCycle.HALF_YEARLY: 6,
    BillingCycle.YEARLY: 12,
    BillingCycle.TWO_YEARLY: 24,
    BillingCycle.THREE_YEARLY: 36,
}


def is_recurring(cycle: str) -> bool:
    """Tell whether a price of this cycle is due again."""
    return cycle in MONTHS


def cycle_months(cycle: str) -> int:
    """Return how many months a period has.

    Raises:
        ValueError: the cycle is ``one_off`` or unknown.
    """
    try:
        return MONTHS[cycle]
    except KeyError:
        raise ValueError(f"{cycle!r} has no period.") from None


def cycle_end(start: date, cycle: str, anchor_day: int) -> date:
    """Return the day on which the next period begins: periods are ``[start, end)``.

    Args:
        start: first day of the period.
        cycle: a recurring ``BillingCycle``.
        anchor_day: day of the month on which the first period began, 1 to 31; a shorter month
            ends it on its last day, and the next longer one returns to it (31 Jan, 28 Feb,
            31 Mar).

    Raises:
        ValueError: the cycle is ``one_off``, or the anchor is no day of a month.
    """
    return months_later(start, cycle_months(cycle), anchor_day=anchor_day)


def months_later(start: date, months: int, *, anchor_day: int) -> date:
    """Return the anchor day in the month that lies ``months`` after ``start``'s.

    Raises:
        ValueError: the anchor is no day of a month.
    """
    if not 1 <= anchor_day <= 31:
        raise ValueError(f"{anchor_day} is no day of a month.")
    years, month_index = divmod(start.month - 1 + months, 12)
    year, month = start.year + years, month_index + 1
    return date(year, month, min(anchor_day, monthrange(year, month)[1]))
