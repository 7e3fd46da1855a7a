"""Holding what we booked against what a gateway's books say."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Stand(StrEnum):
    """What a row says about its money."""

    MOVED = "moved"
    NOT_MOVED = "not moved"
    OPEN = "open"  # it is not decided yet, or not told


@dataclass(frozen=True, kw_only=True, slots=True)
class Booked:
    """One movement as one side knows it.

    Args:
        reference: the gateway's id of it.
        what: the noun in sentences: ``charge``, ``refund``, ``dispute``.
    """

    reference: str
    what: str
    amount: Decimal
    currency: str
    stand: Stand


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """What differs: the amount that the two sides are apart by, and why, for staff."""

    reference: str
    amount: Decimal
    currency: str
    sentence: str


def differences(ours: Iterable[Booked], theirs: Iterable[Booked]) -> list[Difference]:
    """Return where the two sides differ, by reference.

    What is open here is behind when it has moved there; what is open there is not judged yet.
    """
    here = {row.reference: row for row in ours}
    there = {row.reference: row for row in theirs}
    found = (_held(here.get(name), there.get(name)) for name in sorted(here.keys() | there.keys()))
    return [one for one in found if one is not None]


def _held(here: Booked | None, there: Booked | None) -> Difference | None:
    if here is None:
        if there is None or there.stand is not Stand.MOVED:
            return None
        return _apart(there, f"Stripe has a {there.what} of {_money(there)}, and here is none.")
    if there is None:
        if here.stand is not Stand.MOVED:
            return None
        return _apart(here, f"Here is a {here.what} of {_money(here)}, and Stripe has none.")
    if there.stand is Stand.OPEN or Stand.MOVED not in {here.stand, there.stand}:
        return None
    if here.stand is not there.stand:
        moved = here if here.stand is Stand.MOVED else there
        side, other = ("Here", "at Stripe") if moved is here else ("At Stripe", "here")
        return _apart(
            moved, f"{side} the {moved.what} of {_money(moved)} took place, {other} it did not."
        )
    if here.currency != there.currency:
        return _apart(there, _compared(here, there))
    if here.amount != there.amount:
        apart = abs(here.amount - there.amount)
        return Difference(
            reference=here.reference,
            amount=apart,
            currency=here.currency,
            sentence=_compared(here, there),
        )
    return None


def _apart(row: Booked, sentence: str) -> Difference:
    return Difference(
        reference=row.reference, amount=row.amount, currency=row.currency, sentence=sentence
    )


def _compared(here: Booked, there: Booked) -> str:
    return f"The {here.what} is {_money(here)} here and {_money(there)} at Stripe."


def _money(row: Booked) -> str:
    return f"{row.amount} {row.currency}"
