"""Taking an amount off several lines so that not a cent is lost between them."""

from collections.abc import Sequence
from decimal import Decimal

from ispplatform.core.money import from_minor, to_minor


def spread(amount: Decimal, *, over: Sequence[Decimal], currency: str) -> list[Decimal]:
    """Return how much of ``amount`` falls on each of ``over``, by their size.

    What falls on a line never exceeds it and the parts add up to the smaller of ``amount`` and
    the sum of ``over``. Minor units left by rounding down go to the largest remainders, the first
    of equals first.

    Raises:
        ValueError: an amount is negative or not exact in the currency.
    """
    if amount < 0 or any(part < 0 for part in over):
        raise ValueError("Only amounts that are not negative are spread.")
    weights = [to_minor(part, currency) for part in over]
    whole = sum(weights)
    units = min(to_minor(amount, currency), whole)
    if units == 0:
        return [from_minor(0, currency) for _ in over]
    shares = [units * weight // whole for weight in weights]
    by_remainder = sorted(
        range(len(weights)), key=lambda place: (-(units * weights[place] % whole), place)
    )
    for place in by_remainder[: units - sum(shares)]:
        shares[place] += 1
    return [from_minor(part, currency) for part in shares]
