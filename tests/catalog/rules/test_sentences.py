from decimal import Decimal

import pytest
from babel import Locale

from catalog.rules.sentences import price_sentence


@pytest.mark.parametrize(
    ("amount", "later", "setup", "cycle", "currency", "sentence"),
    [
        ("9.00", "14.00", "0", "yearly", "EUR", "€9.00 for the first year, then €14.00 a year"),
        ("9.00", "9.00", "0", "monthly", "EUR", "€9.00 a month"),
        ("9.00", "9.00", "5.00", "monthly", "EUR", "€9.00 a month, €5.00 set-up"),
        (
            "900",
            "1200",
            "0",
            "quarterly",
            "JPY",
            "¥900 for the first 3 months, then ¥1,200 every 3 months",
        ),
        ("30.00", "30.00", "0", "one_off", "EUR", "€30.00 once"),
        (
            "0.00",
            "5.00",
            "0",
            "two_yearly",
            "EUR",
            "€0.00 for the first 2 years, then €5.00 every 2 years",
        ),
    ],
)
def test_a_price_says_what_is_paid_now_and_later(amount, later, setup, cycle, currency, sentence):
    told = price_sentence(
        amount=Decimal(amount),
        renews_at=Decimal(later),
        setup_amount=Decimal(setup),
        currency=currency,
        cycle=cycle,
        locale=Locale.parse("en"),
    )
    assert told == sentence
