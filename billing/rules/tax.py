"""Which tax a sale of ours bears: services supplied electronically, and telecommunications."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from billing.rules.tax_data import EU_COUNTRIES, is_outside_vat_area, standard_rate, tax_country

NO_TAX = Decimal(0)


class TaxRule(StrEnum):
    """Why a line bears the rate that it bears."""

    DOMESTIC = "domestic"
    OSS = "oss"  # the buyer's country's rate, paid through the one-stop shop
    REVERSE_CHARGE = "reverse_charge"
    EXPORT = "export"  # the place of supply lies outside the seller's tax area
    EXEMPT = "exempt"
    SMALL_BUSINESS = "small_business"


@dataclass(frozen=True, kw_only=True, slots=True)
class TaxSeller:
    """The selling company as tax sees it.

    Args:
        country: ISO 3166 code of where it is established.
        uses_oss: it taxes consumers elsewhere in the EU at their country's rate; otherwise it is
            below the threshold of Art. 59c and taxes them at home.
        is_small_business: it charges no tax at all (Art. 284).
        domestic_percent: a rate that replaces the table's; for countries that the table lacks.
    """

    country: str
    uses_oss: bool = True
    is_small_business: bool = False
    domestic_percent: Decimal | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class TaxBuyer:
    """The buying customer as tax sees it.

    Args:
        country: ISO 3166 code of the billing address.
        postal_code: tells territories outside the VAT area from the rest of their country.
        is_business: buys as a business.
        has_valid_vat_number: its VAT number was confirmed; counts only for a business.
        is_exempt: pays no tax by a certificate that staff have seen.
    """

    country: str
    postal_code: str = ""
    is_business: bool = False
    has_valid_vat_number: bool = False
    is_exempt: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class TaxDecision:
    """A rate and why.

    Args:
        percent: 19 for 19 %.
        country: whose tax it is.
        decided_on: the day whose law was asked (the tax point).
    """

    percent: Decimal
    rule: TaxRule
    country: str
    decided_on: date


def decide_tax(*, seller: TaxSeller, buyer: TaxBuyer, on: date) -> TaxDecision:
    """Return the tax of a sale whose tax point is ``on``.

    Source: Directive 2006/112/EC, Art. 44 and 196 (businesses: reverse charge), Art. 58 and 59c
    (consumers: their country, or the seller's below the threshold), Art. 6 (territories outside),
    Art. 284 (small businesses).
    """

    def decision(percent: Decimal, rule: TaxRule, country: str) -> TaxDecision:
        return TaxDecision(percent=percent, rule=rule, country=country, decided_on=on)

    home, place = tax_country(seller.country), tax_country(buyer.country)
    if seller.is_small_business:
        return decision(NO_TAX, TaxRule.SMALL_BUSINESS, home)
    if buyer.is_exempt:
        return decision(NO_TAX, TaxRule.EXEMPT, home)
    domestic = seller.domestic_percent
    if domestic is None:
        domestic = standard_rate(home, on) or NO_TAX
    if is_outside_vat_area(place, buyer.postal_code):
        return decision(NO_TAX, TaxRule.EXPORT, place)
    if place == home:
        return decision(domestic, TaxRule.DOMESTIC, home)
    if home not in EU_COUNTRIES or place not in EU_COUNTRIES:
        return decision(NO_TAX, TaxRule.EXPORT, place)
    if buyer.is_business and buyer.has_valid_vat_number:
        return decision(NO_TAX, TaxRule.REVERSE_CHARGE, place)
    if not seller.uses_oss:
        return decision(domestic, TaxRule.DOMESTIC, home)
    abroad = standard_rate(place, on)
    if abroad is None:
        raise ValueError(f"No rate is known for {place} on {on}.")
    return decision(abroad, TaxRule.OSS, place)
