"""Money: exact amounts beside their currency. See ``docs/mechanisms/money.md``."""

from ispplatform.core.money.amounts import (
    Money,
    from_minor,
    is_exact,
    minor_digits,
    round_amount,
    to_minor,
)
from ispplatform.core.money.fields import CurrencyField, MinorUnits, MoneyField, RateField

__all__ = [
    "CurrencyField",
    "MinorUnits",
    "Money",
    "MoneyField",
    "RateField",
    "from_minor",
    "is_exact",
    "minor_digits",
    "round_amount",
    "to_minor",
]
