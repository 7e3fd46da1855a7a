"""Lines add up to the header in every currency, and printed figures can be added by hand."""

from dataclasses import dataclass
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.rules.discounts import spread
from billing.rules.lines import LineAmounts, price_line, share_of_line, split_gross
from billing.rules.totals import total_of
from ispplatform.core.money import from_minor, is_exact, round_amount

CURRENCIES = st.sampled_from(["EUR", "USD", "JPY", "KWD", "CLF"])
PERCENTS = st.sampled_from([Decimal(n) for n in ("0", "7", "8.1", "16", "19", "20", "25.5", "27")])
UNIT_PRICES = st.integers(-(10**14), 10**14).map(lambda n: Decimal(n).scaleb(-8))
QUANTITIES = st.integers(1, 10**7).map(lambda n: Decimal(n).scaleb(-3))


@dataclass(frozen=True)
class Line:
    net: Decimal
    tax: Decimal
    gross: Decimal
    tax_percent: Decimal
    tax_rule: str = "domestic"


def line_of(amounts: LineAmounts, percent: Decimal, rule: str = "domestic") -> Line:
    return Line(amounts.net, amounts.tax, amounts.gross, percent, rule)


@pytest.mark.parametrize(
    ("quantity", "price", "percent", "included", "currency", "expected"),
    [
        ("1", "9.00", "19", True, "EUR", ("7.56", "1.44", "9.00")),
        ("1", "9.00", "19", False, "EUR", ("9.00", "1.71", "10.71")),
        ("3", "0.335", "19", False, "EUR", ("1.01", "0.19", "1.20")),
        ("1", "0.005", "20", False, "EUR", ("0.01", "0.00", "0.01")),
        ("1", "-10", "25", False, "EUR", ("-10.00", "-2.50", "-12.50")),
        ("1", "999.5", "10", False, "JPY", ("1000", "100", "1100")),
        ("1", "1.2345", "5", False, "KWD", ("1.235", "0.062", "1.297")),
        ("1", "1100", "10", True, "JPY", ("1000", "100", "1100")),
    ],
)
def test_a_line_is_rounded_half_up_once_and_tax_is_taken_from_the_rounded_line(
    quantity, price, percent, included, currency, expected
):
    amounts = price_line(
        quantity=Decimal(quantity),
        unit_price=Decimal(price),
        tax_percent=Decimal(percent),
        tax_included=included,
        currency=currency,
    )
    assert (amounts.net, amounts.tax, amounts.gross) == tuple(map(Decimal, expected))


def test_tax_of_an_unrounded_base_would_be_another_cent():
    # Case 20 of the worked amounts: arrears 1,000 for 6/31 of a month at 20 %. Source: Lago.
    base = round_amount(Decimal(1000) * 6 / 31, "JPY")
    amounts = price_line(
        quantity=Decimal(1),
        unit_price=base,
        tax_percent=Decimal(20),
        tax_included=False,
        currency="JPY",
    )
    assert (amounts.net, amounts.gross) == (Decimal(194), Decimal(233))
    assert round_amount(Decimal(1000) * 6 / 31 * Decimal("1.2"), "JPY") == Decimal(232)


@given(
    st.lists(st.tuples(QUANTITIES, UNIT_PRICES, PERCENTS, st.booleans()), max_size=12), CURRENCIES
)
def test_lines_add_up_to_the_header_in_every_currency(rows, currency):
    lines = [
        line_of(
            price_line(
                quantity=quantity,
                unit_price=price,
                tax_percent=percent,
                tax_included=included,
                currency=currency,
            ),
            percent,
        )
        for quantity, price, percent, included in rows
    ]
    totals = total_of(lines)
    for line in lines:
        assert line.net + line.tax == line.gross
        assert all(is_exact(amount, currency) for amount in (line.net, line.tax, line.gross))
    for name in ("net", "tax", "gross"):
        column = [getattr(line, name) for line in lines]
        assert getattr(totals, name) == sum(column)
        assert getattr(totals, name) == sum(getattr(row, name) for row in totals.by_rate)
    assert totals.net + totals.tax == totals.gross


@given(st.lists(UNIT_PRICES, min_size=1, max_size=40), PERCENTS, CURRENCIES)
def test_the_tax_of_a_rate_differs_from_en_16931_by_half_a_minor_unit_a_line(
    prices, percent, currency
):
    totals = total_of(
        line_of(
            price_line(
                quantity=Decimal(1),
                unit_price=price,
                tax_percent=percent,
                tax_included=False,
                currency=currency,
            ),
            percent,
        )
        for price in prices
    )
    (row,) = totals.by_rate
    of_the_sum = row.net * percent / 100
    half_a_minor_unit = from_minor(1, currency) / 2
    assert abs(row.tax - of_the_sum) <= half_a_minor_unit * len(prices)


@given(QUANTITIES, UNIT_PRICES, PERCENTS, st.booleans(), CURRENCIES)
def test_a_credit_mirrors_the_charge(quantity, price, percent, included, currency):
    def amounts(unit_price):
        return price_line(
            quantity=quantity,
            unit_price=unit_price,
            tax_percent=percent,
            tax_included=included,
            currency=currency,
        )

    assert amounts(-price) == -amounts(price)


@given(st.integers(0, 10**12), PERCENTS, CURRENCIES)
def test_a_price_with_tax_is_paid_to_the_cent(units, percent, currency):
    gross = from_minor(units, currency)
    amounts = split_gross(gross=gross, tax_percent=percent, currency=currency)
    assert amounts.gross == gross
    assert amounts.net + amounts.tax == gross
    back = amounts.net * percent / 100
    assert abs(back - amounts.tax) <= from_minor(1, currency)


def test_rates_stand_from_the_highest_to_the_lowest():
    totals = total_of(
        [
            Line(Decimal(1), Decimal(0), Decimal(1), Decimal(0), "reverse_charge"),
            Line(Decimal(2), Decimal("0.38"), Decimal("2.38"), Decimal(19)),
            Line(Decimal(3), Decimal("0.21"), Decimal("3.21"), Decimal(7)),
            Line(Decimal(4), Decimal("0.76"), Decimal("4.76"), Decimal("19.00")),
        ]
    )
    assert [(row.tax_percent, row.net, row.tax) for row in totals.by_rate] == [
        (Decimal(19), Decimal(6), Decimal("1.14")),
        (Decimal(7), Decimal(3), Decimal("0.21")),
        (Decimal(0), Decimal(1), Decimal(0)),
    ]
    assert (totals.net, totals.tax, totals.gross) == (
        Decimal(10),
        Decimal("1.35"),
        Decimal("11.35"),
    )


def test_credits_of_a_line_add_up_to_the_line():
    # Case 12: 76,900 at 20 %, credited 72,686 and then 4,214 net. Source: Lago.
    line = LineAmounts(net=Decimal(76900), tax=Decimal(15380), gross=Decimal(92280))
    nothing = LineAmounts(net=Decimal(0), tax=Decimal(0), gross=Decimal(0))
    first = share_of_line(line=line, used=nothing, gross=Decimal(87223), currency="JPY")
    assert (first.net, first.tax) == (Decimal(72686), Decimal(14537))
    second = share_of_line(line=line, used=first, gross=Decimal(5057), currency="JPY")
    assert (second.net, second.tax) == (Decimal(4214), Decimal(843))


@given(st.integers(1, 10**9), PERCENTS, st.lists(st.integers(1, 10**8), max_size=6), CURRENCIES)
def test_however_a_line_is_credited_in_parts_the_parts_are_the_line(units, percent, cuts, currency):
    line = split_gross(gross=from_minor(units, currency), tax_percent=percent, currency=currency)
    used = LineAmounts(net=Decimal(0), tax=Decimal(0), gross=Decimal(0))
    for cut in [*cuts, units]:
        gross = min(from_minor(cut, currency), line.gross - used.gross)
        if gross == 0:
            break
        part = share_of_line(line=line, used=used, gross=gross, currency=currency)
        used = LineAmounts(
            net=used.net + part.net, tax=used.tax + part.tax, gross=used.gross + part.gross
        )
    assert used == line


@given(st.integers(0, 10**9), st.lists(st.integers(0, 10**8), min_size=1, max_size=9), CURRENCIES)
def test_a_discount_is_spread_without_losing_a_cent(units, weights, currency):
    amount = from_minor(units, currency)
    over = [from_minor(weight, currency) for weight in weights]
    parts = spread(amount, over=over, currency=currency)
    assert sum(parts) == min(amount, sum(over))
    assert all(0 <= part <= line for part, line in zip(parts, over, strict=True))


def test_three_coupons_over_eight_lines():
    # Case 19. Source: Lago, coupon breakdown.
    lines = [Decimal(n) for n in (1000, 2000, 3000, 4000, 1000, 2000, 3000, 4000)]
    percents = [Decimal(n) for n in (10, 20, 10, 10, 10, 20, 10, 10)]
    coupons = [(1000, [4, 5, 6, 7]), (2000, [0, 1, 4, 5]), (500, list(range(8)))]
    taken = Decimal(0)
    for amount, places in coupons:
        parts = spread(Decimal(amount), over=[lines[n] for n in places], currency="JPY")
        for place, part in zip(places, parts, strict=True):
            lines[place] -= part
            taken += part
    totals = total_of(
        line_of(
            price_line(
                quantity=Decimal(1),
                unit_price=net,
                tax_percent=percent,
                tax_included=False,
                currency="JPY",
            ),
            percent,
        )
        for net, percent in zip(lines, percents, strict=True)
    )
    assert (taken, totals.net) == (Decimal(3500), Decimal(16500))
    assert (totals.tax, totals.gross) == (Decimal(1889), Decimal(18389))


def test_a_negative_amount_is_not_spread():
    with pytest.raises(ValueError, match="not negative"):
        spread(Decimal(-1), over=[Decimal(2)], currency="EUR")
    with pytest.raises(ValueError, match="not negative"):
        spread(Decimal(1), over=[Decimal(2), Decimal(-2)], currency="EUR")
