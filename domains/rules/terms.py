"""How long a name runs."""

from datetime import date, datetime

MAX_YEARS = 10


def years_later(moment: datetime, years: int) -> datetime:
    """Return the same moment of the year, ``years`` later; 29 February becomes the 28th."""
    try:
        return moment.replace(year=moment.year + years)
    except ValueError:
        return moment.replace(year=moment.year + years, day=28)


def years_of_period(start: date, end: date) -> int:
    """Return the whole years of a paid period ``[start, end)``, at least one.

    Raises:
        ValueError: it ends before it starts.
    """
    if end <= start:
        raise ValueError(f"{end} is not after {start}.")
    months = (end.year - start.year) * 12 + end.month - start.month
    return max(round(months / 12), 1)
