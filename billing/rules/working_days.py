"""Working days of a country, and the hours of one in which something drastic may be done."""

from collections.abc import Callable, Collection
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

ONE_DAY = timedelta(days=1)
LOOK_AHEAD_DAYS = 60  # further than any row of holidays

IsHoliday = Callable[[date], bool]


class Closed(StrEnum):
    """Why a day is no working day."""

    WEEKDAY = "weekday"
    HOLIDAY = "holiday"


@lru_cache(maxsize=1)
def _regions() -> dict[str, list[str]]:
    """Return the countries whose holidays are known, each with its parts."""
    return holidays.list_supported_countries()


@lru_cache(maxsize=64)
def _holidays_of(country: str, region: str) -> holidays.HolidayBase | None:
    """Return the calendar of a country; None for one that the package does not know."""
    if country not in _regions():
        return None
    return holidays.country_holidays(country, subdiv=region or None)


def is_holiday(day: date, *, country: str, region: str = "") -> bool:
    """Tell whether ``day`` is a public holiday.

    Args:
        country: ISO 3166-1 alpha-2; a country without a calendar has no holidays.
        region: its part as ISO 3166-2 names it (``BY``); one that is unknown counts as none.
    """
    known = region if region_is_known(country, region) else ""
    calendar = _holidays_of(country, known)
    return calendar is not None and day in calendar


def region_is_known(country: str, region: str) -> bool:
    """Tell whether the holidays of this part of the country are known."""
    return region in _regions().get(country, [])


def instant_of(day: date, hour: int, zone: ZoneInfo) -> datetime:
    """Return the instant, in UTC, at which ``day`` reaches ``hour`` o'clock in ``zone``."""
    return datetime.combine(day, time(hour), tzinfo=zone).astimezone(UTC)


def closed_because(day: date, *, never_on: Collection[int], is_free: IsHoliday) -> Closed | None:
    """Return why nothing drastic is done on ``day``; None for a working day.

    Args:
        never_on: weekdays that are no working days, 1 (Monday) to 7.
        is_free: tells whether a day is a holiday.
    """
    if day.isoweekday() in never_on:
        return Closed.WEEKDAY
    return Closed.HOLIDAY if is_free(day) else None


def next_instant_in_hours(
    not_before: datetime,
    *,
    from_hour: int,
    until_hour: int,
    never_on: Collection[int],
    is_free: IsHoliday,
    zone: ZoneInfo,
) -> datetime | None:
    """Return the first instant from ``not_before`` on that lies in the hours of a working day.

    Args:
        from_hour: o'clock, counts; ``until_hour`` does not any more.
        never_on: weekdays that are no working days, 1 (Monday) to 7.
        is_free: tells whether a day is a holiday.

    Returns:
        The instant in UTC; None when no day of the next two months is a working day.
    """
    day = not_before.astimezone(zone).date()
    for _ in range(LOOK_AHEAD_DAYS):
        if closed_because(day, never_on=never_on, is_free=is_free) is None:
            at = max(not_before, instant_of(day, from_hour, zone))
            if at < instant_of(day, until_hour, zone):
                return at
        day += ONE_DAY
    return None
