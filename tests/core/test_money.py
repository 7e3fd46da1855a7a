from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ispplatform.core.money import (
    Money,
    from_minor,
    is_exact,
    minor_digits,
    round_amount,
    to_minor,
)


@pytest.mark.parametrize(
    ("currency", "digits"), [("EUR", 2), ("JPY", 0), ("KWD", 3), ("HUF", 2), ("CLF", 4)]
)
def test_each_currency_has_the_decimals_of_iso_4217(currency, digits):
    assert minor_digits(currency) == digits


@pytest.mark.parametrize(
    ("amount", "currency", "rounded"),
    [
        ("0.005", "EUR", "0.01"),
        ("-0.005", "EUR", "-0.01"),
        ("0.0049", "EUR", "0.00"),
        ("2.5", "JPY", "3"),
        ("1.2345", "KWD", "1.235"),
    ],
)
def test_rounding_is_half_up_away_from_zero(amount, currency, rounded):
    assert round_amount(Decimal(amount), currency) == Decimal(rounded)


@given(st.integers(-(10**15), 10**15), st.sampled_from(["EUR", "JPY", "KWD"]))
def test_minor_units_and_amounts_are_one_and_the_same(units, currency):
    assert to_minor(from_minor(units, currency), currency) == units


def test_an_inexact_amount_is_refused():
    assert not is_exact(Decimal("1.005"), "EUR")
    with pytest.raises(ValueError, match="not an exact amount"):
        to_minor(Decimal("0.5"), "JPY")
    with pytest.raises(ValueError, match="not an exact amount"):
        Money(Decimal("0.001"), "EUR")


def test_money_of_two_currencies_is_not_added():
    assert Money(Decimal("1.50"), "EUR") + Money(Decimal("2"), "EUR") == Money(
        Decimal("3.50"), "EUR"
    )
    assert str(-Money(Decimal("3"), "EUR")) == "-3.00 EUR"
    with pytest.raises(ValueError, match="cannot be added"):
        Money(Decimal("1"), "EUR") - Money(Decimal("1"), "USD")
