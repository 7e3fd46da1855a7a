"""Who pays which tax, and from which day a rate counts."""

from datetime import date
from decimal import Decimal

import pytest

from billing.rules.tax import TaxBuyer, TaxRule, TaxSeller, decide_tax
from billing.rules.tax_data import EU_COUNTRIES, is_outside_vat_area, standard_rate

DAY = date(2026, 1, 15)
GERMAN = TaxSeller(country="DE")


@pytest.mark.parametrize(
    ("buyer", "percent", "rule", "country"),
    [
        (TaxBuyer(country="DE"), "19", TaxRule.DOMESTIC, "DE"),
        (
            TaxBuyer(country="DE", is_business=True, has_valid_vat_number=True),
            "19",
            TaxRule.DOMESTIC,
            "DE",
        ),
        (TaxBuyer(country="FR"), "20", TaxRule.OSS, "FR"),
        (TaxBuyer(country="MC"), "20", TaxRule.OSS, "FR"),
        (TaxBuyer(country="FI"), "25.5", TaxRule.OSS, "FI"),
        (TaxBuyer(country="FR", is_business=True), "20", TaxRule.OSS, "FR"),
        (TaxBuyer(country="FR", has_valid_vat_number=True), "20", TaxRule.OSS, "FR"),
        (
            TaxBuyer(country="FR", is_business=True, has_valid_vat_number=True),
            "0",
            TaxRule.REVERSE_CHARGE,
            "FR",
        ),
        (TaxBuyer(country="CH"), "0", TaxRule.EXPORT, "CH"),
        (TaxBuyer(country="US", is_business=True), "0", TaxRule.EXPORT, "US"),
        (TaxBuyer(country="ES", postal_code="35001"), "0", TaxRule.EXPORT, "ES"),
        (TaxBuyer(country="ES", postal_code="28001"), "21", TaxRule.OSS, "ES"),
        (TaxBuyer(country="DE", postal_code="27498"), "0", TaxRule.EXPORT, "DE"),
        (TaxBuyer(country="DE", is_exempt=True), "0", TaxRule.EXEMPT, "DE"),
    ],
)
def test_a_german_seller(buyer, percent, rule, country):
    decision = decide_tax(seller=GERMAN, buyer=buyer, on=DAY)
    assert (decision.percent, decision.rule, decision.country, decision.decided_on) == (
        Decimal(percent),
        rule,
        country,
        DAY,
    )


def test_a_seller_below_the_threshold_taxes_consumers_at_home():
    decision = decide_tax(
        seller=TaxSeller(country="DE", uses_oss=False), buyer=TaxBuyer(country="FR"), on=DAY
    )
    assert (decision.percent, decision.rule, decision.country) == (19, TaxRule.DOMESTIC, "DE")


def test_a_small_business_charges_nobody_tax():
    for country in ("DE", "FR", "US"):
        decision = decide_tax(
            seller=TaxSeller(country="DE", is_small_business=True),
            buyer=TaxBuyer(country=country),
            on=DAY,
        )
        assert (decision.percent, decision.rule) == (0, TaxRule.SMALL_BUSINESS)


def test_a_seller_outside_the_union_taxes_at_home_only():
    swiss = TaxSeller(country="CH")
    home = decide_tax(seller=swiss, buyer=TaxBuyer(country="CH"), on=DAY)
    assert (home.percent, home.rule) == (Decimal("8.1"), TaxRule.DOMESTIC)
    abroad = decide_tax(seller=swiss, buyer=TaxBuyer(country="DE"), on=DAY)
    assert (abroad.percent, abroad.rule) == (0, TaxRule.EXPORT)
    own_rate = TaxSeller(country="SG", domestic_percent=Decimal(9))
    assert decide_tax(seller=own_rate, buyer=TaxBuyer(country="SG"), on=DAY).percent == 9
    unknown = decide_tax(seller=TaxSeller(country="SG"), buyer=TaxBuyer(country="SG"), on=DAY)
    assert unknown.percent == 0


@pytest.mark.parametrize(
    ("country", "day", "percent"),
    [
        ("DE", "2020-06-30", "19"),
        ("DE", "2020-07-01", "16"),
        ("DE", "2020-12-31", "16"),
        ("DE", "2021-01-01", "19"),
        ("EE", "2025-06-30", "22"),
        ("EE", "2025-07-01", "24"),
        ("LU", "2023-06-01", "16"),
        ("EL", "2026-01-01", "24"),
        ("CH", "2023-12-31", "7.7"),
    ],
)
def test_a_rate_counts_from_its_first_day_to_before_its_last(country, day, percent):
    assert standard_rate(country, date.fromisoformat(day)) == Decimal(percent)


def test_every_member_state_has_a_rate_today_and_unknown_countries_none():
    assert len(EU_COUNTRIES) == 27
    assert all(standard_rate(country, DAY) for country in EU_COUNTRIES)
    assert standard_rate("US", DAY) is None
    assert standard_rate("DE", date(2019, 12, 31)) is None


def test_a_missing_rate_of_a_member_state_is_an_error_and_never_zero():
    with pytest.raises(ValueError, match="No rate is known for FR"):
        decide_tax(seller=GERMAN, buyer=TaxBuyer(country="FR"), on=date(2019, 1, 1))


def test_postal_codes_are_read_without_spaces():
    assert is_outside_vat_area("ES", "38 001")
    assert not is_outside_vat_area("ES", "")
    assert not is_outside_vat_area("PT", "35001")
