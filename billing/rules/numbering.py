"""What a document's number looks like, and on which day it may be issued."""

from datetime import date, timedelta

LARGEST_NUMBER = 99_999_999


def format_number(prefix: str, year: int, number: int) -> str:
    """Return for example ``INV-2026-00042``: prefix, year, at least five digits."""
    return f"{prefix}{year}-{number:05d}"


def issue_day(
    *, wanted: date, last_in_series: date | None, books_closed_through: date | None
) -> date:
    """Return the day that a new document bears.

    The wanted one, unless an earlier number of the series bears a later day or the books of that
    day are closed: then the first day that is free. A month once closed stays as it was.
    """
    day = wanted
    if last_in_series is not None:
        day = max(day, last_in_series)
    if books_closed_through is not None:
        day = max(day, books_closed_through + timedelta(days=1))
    return day
