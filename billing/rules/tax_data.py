"""Standard VAT rates and territories outside the VAT area, from the tables in ``billing/data``."""

import csv
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

_DATA = Path(__file__).resolve().parent.parent / "data"

# Source: Directive 2006/112/EC, Art. 5; member states since 1 February 2020.
EU_COUNTRIES = frozenset(
    [
        "AT",
        "BE",
        "BG",
        "CY",
        "CZ",
        "DE",
        "DK",
        "EE",
        "ES",
        "FI",
        "FR",
        "GR",
        "HR",
        "HU",
        "IE",
        "IT",
        "LT",
        "LU",
        "LV",
        "MT",
        "NL",
        "PL",
        "PT",
        "RO",
        "SE",
        "SI",
        "SK",
    ]
)
# Source: Directive 2006/112/EC, Art. 7; EL is Greece's prefix in VAT numbers.
_TREATED_AS = {"MC": "FR", "IM": "GB", "EL": "GR"}


def tax_country(code: str) -> str:
    """Return the country whose VAT applies in ``code``: Monaco is treated as France."""
    return _TREATED_AS.get(code, code)


def standard_rate(country: str, on: date) -> Decimal | None:
    """Return the country's standard rate in percent on that day; None where the table is silent."""
    for valid_from, valid_to, percent in _rates().get(tax_country(country), []):
        if valid_from <= on and (valid_to is None or on < valid_to):
            return percent
    return None


def is_outside_vat_area(country: str, postal_code: str) -> bool:
    """Tell whether an address lies in a territory where the member state's VAT does not apply."""
    code = postal_code.replace(" ", "").upper()
    return bool(code) and code.startswith(_territories().get(country, ()))


@lru_cache(maxsize=1)
def _rates() -> dict[str, list[tuple[date, date | None, Decimal]]]:
    rates: dict[str, list[tuple[date, date | None, Decimal]]] = {}
    for row in _rows("vat_rates.csv"):
        valid_to = date.fromisoformat(row["valid_to"]) if row["valid_to"] else None
        rates.setdefault(row["country"], []).append(
            (date.fromisoformat(row["valid_from"]), valid_to, Decimal(row["standard_percent"]))
        )
    return rates


@lru_cache(maxsize=1)
def _territories() -> dict[str, tuple[str, ...]]:
    prefixes: dict[str, tuple[str, ...]] = {}
    for row in _rows("vat_territories.csv"):
        before = prefixes.get(row["country"], ())
        prefixes[row["country"]] = (*before, row["postal_code_prefix"])
    return prefixes


def _rows(name: str) -> list[dict[str, str]]:
    with (_DATA / name).open(encoding="utf-8", newline="") as table:
        return list(csv.DictReader(line for line in table if not line.startswith("#")))
