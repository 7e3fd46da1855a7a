"""Daily traffic out of counters that run from the first of the month."""

from collections.abc import Iterable
from datetime import date


def daily_traffic(readings: Iterable[tuple[date, int]]) -> dict[date, int]:
    """Return each day's traffic in bytes.

    A counter that is lower than before, or of another month, began anew: all of it is new. Traffic
    of days without a reading counts on the next day that has one.

    Args:
        readings: (day, bytes since the first of its month), by day.
    """
    traffic: dict[date, int] = {}
    before: tuple[date, int] | None = None
    for day, counter in readings:
        same_month = before is not None and (before[0].year, before[0].month) == (
            day.year,
            day.month,
        )
        base = before[1] if before is not None and same_month and before[1] <= counter else 0
        traffic[day] = counter - base
        before = (day, counter)
    return traffic
