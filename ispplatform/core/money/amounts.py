"""Amounts in major units as ``Decimal``, and the one place that rounds them."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

# Currencies whose minor unit is not a hundredth. Source: ISO 4217 list one, amendment 177 (2024).
_DIGITS: dict[str, int] = {
    **dict.fromkeys(
        [
            "BIF",
            "CLP",
            "DJF",
            "GNF",
            "ISK",
            "JPY",
            "KMF",
            "KRW",
            "PYG",
            "RWF",
            "UGX",
            "UYI",
            "VND",
            "VUV",
            "XAF",
            "XOF",
            "XPF",
        ],
        0,
    ),
    **dict.fromkeys(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], 3),
    **dict.fromkeys(["CLF", "UYW"], 4),
}


def minor_digits(currency: str) -> int:
    """Return how many decimals the ISO 4217 currency has: 2 for EUR, 0 for JPY, 3 for KWD."""
    return _DIGITS.get(currency, 2)


def round_amount(amount: Decimal, currency: str) -> Decimal:
    """Return ``amount`` rounded half-up (away from zero) to the currency's decimals."""
    return amount.quantize(Decimal(1).scaleb(-minor_digits(currency)), rounding=ROUND_HALF_UP)


def is_exact(amount: Decimal, currency: str) -> bool:
    """Tell whether ``amount`` has no more decimals than the currency."""
    return amount.is_finite() and round_amount(amount, currency) == amount


def to_minor(amount: Decimal, currency: str) -> int:
    """Return the amount as a whole number of minor units (cents).

    Raises:
        ValueError: the amount is not exact in this currency; round it where the rule says so.
    """
    if not is_exact(amount, currency):
        raise ValueError(f"{amount} is not an exact amount of {currency}.")
    return int(amount.scaleb(minor_digits(currency)))


def from_minor(units: int, currency: str) -> Decimal:
    """Return minor units as an amount in major units, with the currency's decimals."""
    return Decimal(int(units)).scaleb(-minor_digits(currency))


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount of one currency; adding two currencies is an error.

    Raises:
        ValueError: the amount has more decimals than the currency, or currencies differ.
    """

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if not is_exact(self.amount, self.currency):
            raise ValueError(f"{self.amount} is not an exact amount of {self.currency}.")

    def __add__(self, other: "Money") -> "Money":
        return Money(self.amount + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.amount - self._same(other), self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.amount, self.currency)

    def __str__(self) -> str:
        return f"{from_minor(self.minor, self.currency)} {self.currency}"

    @property
    def minor(self) -> int:
        """The amount in minor units."""
        return to_minor(self.amount, self.currency)

    def _same(self, other: "Money") -> Decimal:
        if other.currency != self.currency:
            raise ValueError(f"{self.currency} and {other.currency} cannot be added.")
        return other.amount
