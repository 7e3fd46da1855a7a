"""Amounts as Stripe writes them: whole numbers of what it counts as the smallest unit."""

from decimal import Decimal

from ispplatform.core.errors import ProviderRejected
from ispplatform.core.money import from_minor, minor_digits, to_minor

# Source: https://docs.stripe.com/currencies#special-cases.
_CENTS_OF_WHOLE_UNITS = {"ISK"}  # 100 stands for one krona
# Stripe's pages disagree on how these are written, or its list differs from ISO 4217.
_REFUSED = {"UGX", "MGA", "IQD", "LYD", "CLF", "UYW", "UYI"}
_ENDS_IN_ZERO_FROM_DIGITS = 3


def to_units(amount: Decimal, currency: str) -> int:
    """Return an exact amount in Stripe's units.

    Raises:
        ProviderRejected: Stripe takes no such amount, or nobody can say how to write it.
    """
    if currency in _REFUSED:
        raise ProviderRejected(f"Stripe is not used for {currency}.")
    units = to_minor(amount, currency)
    if currency in _CENTS_OF_WHOLE_UNITS:
        return units * 100
    if minor_digits(currency) >= _ENDS_IN_ZERO_FROM_DIGITS and units % 10:
        raise ProviderRejected(f"Stripe takes {currency} in steps of 0.010 only.")
    return units


def from_units(units: int, currency: str) -> Decimal:
    """Return Stripe's units as an amount."""
    if currency in _CENTS_OF_WHOLE_UNITS:
        units //= 100
    return from_minor(units, currency)
