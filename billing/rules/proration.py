"""Shares of a period, by its real days. Periods are half-open: ``[start, end)``."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from ispplatform.core.money import round_amount


@dataclass(frozen=True, slots=True)
class Period:
    """Days from ``start`` up to and without ``end``.

    Raises:
        ValueError: the end lies before the start.
    """

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError(f"A period cannot end on {self.end} and start on {self.start}.")

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.end - self.start).days

    def overlap(self, other: "Period") -> "Period":
        """Return the days that both have; an empty period when none."""
        start = max(self.start, other.start)
        return Period(start, max(start, min(self.end, other.end)))


def share(part: Period, whole: Period) -> Fraction:
    """Return how much of ``whole`` the days of ``part`` inside it are.

    Raises:
        ValueError: ``whole`` has no days.
    """
    if whole.days == 0:
        raise ValueError("An empty period has no shares.")
    return Fraction(whole.overlap(part).days, whole.days)


def prorate(amount: Decimal, *, part: Period, whole: Period, currency: str) -> Decimal:
    """Return the share of ``amount`` for the days of ``part``, rounded half-up once.

    The daily rate is never rounded: 5000 for 133 of 366 days is 1816.94, not 1816.84.
    """
    portion = share(part, whole)
    return round_amount(amount * portion.numerator / portion.denominator, currency)
