"""Above which total a paid order is looked at: an amount for each currency, never a bare number."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

# What 500 euro were worth in autumn 2026, rounded to an amount that people say.
HOLD_TOTALS: dict[str, str] = {
    "EUR": "500",
    "AUD": "900",
    "BGN": "1000",
    "BRL": "3000",
    "CAD": "800",
    "CHF": "500",
    "CNY": "4000",
    "CZK": "12500",
    "DKK": "3800",
    "GBP": "450",
    "HUF": "200000",
    "ILS": "2000",
    "INR": "50000",
    "ISK": "70000",
    "JPY": "80000",
    "KRW": "800000",
    "MXN": "10000",
    "NOK": "6000",
    "NZD": "1000",
    "PLN": "2200",
    "RON": "2500",
    "SEK": "5500",
    "SGD": "750",
    "TRY": "24000",
    "UAH": "24000",
    "USD": "550",
    "ZAR": "10000",
}


def hold_total_for(currency: str, totals: Mapping[str, str]) -> Decimal | None:
    """Return the highest total of a currency that needs no look, or None where none is named.

    Args:
        currency: ISO 4217 code.
        totals: amounts in major units by ISO 4217 code; a tenant's setting.
    """
    amount = totals.get(currency)
    return None if amount is None else Decimal(amount)


def totals_mistake(totals: Mapping[str, str]) -> str:
    """Return a sentence about the first line that names no currency or no amount, or nothing."""
    for currency, amount in totals.items():
        if not (len(currency) == 3 and currency.isascii() and currency.isupper()):
            return f"{currency} is no currency: write three capital letters, like EUR."
        if not _is_amount(amount):
            return f"{amount} is no amount of {currency}: write a number from 0 on, like 500.00."
    return ""


def _is_amount(text: str) -> bool:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        return False
    return amount.is_finite() and amount >= 0
