"""Money, days and times as people of a language and a country write them."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from ispplatform.core.pages.formats import (
    ago_text,
    date_text,
    datetime_text,
    format_locale,
    money_text,
    number_text,
)

NBSP = "\xa0"


@pytest.mark.parametrize(
    ("language", "country", "amount", "currency", "text"),
    [
        ("en", "", "1234.5", "EUR", f"1,234.50{NBSP}€"),
        ("en", "DE", "9", "EUR", f"9.00{NBSP}€"),
        ("en", "US", "1234.5", "USD", "$1,234.50"),
        ("en", "GB", "1234.5", "GBP", "£1,234.50"),
        ("de", "DE", "1234.5", "EUR", f"1.234,50{NBSP}€"),
        ("de", "DE", "-14", "EUR", f"-14,00{NBSP}€"),
        ("en-gb", "", "5", "EUR", f"5.00{NBSP}€"),
        ("de", "DE", "1200", "JPY", f"1.200{NBSP}¥"),
        ("de", "DE", "1.234", "KWD", f"1,234{NBSP}KWD"),
        ("xx", "YY", "1", "EUR", f"1.00{NBSP}€"),
    ],
)
def test_amounts_are_written_as_the_reader_does(
    language: str, country: str, amount: str, currency: str, text: str
) -> None:
    assert money_text(Decimal(amount), currency, format_locale(language, country)) == text


def test_a_time_is_written_in_the_zone_of_the_reader() -> None:
    moment = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    with timezone.override("Europe/Berlin"):
        assert datetime_text(moment, format_locale("en")) == "1 Jan 2027, 00:30"
        assert datetime_text(moment, format_locale("de", "DE")) == "01.01.2027, 00:30"
        assert date_text(moment, format_locale("en")) == "1 Jan 2027"


def test_a_day_has_no_zone() -> None:
    with timezone.override("Pacific/Auckland"):
        assert date_text(date(2026, 12, 3), format_locale("en")) == "3 Dec 2026"
        assert date_text(date(2026, 12, 3), format_locale("de"), style="long") == "3. Dezember 2026"


@pytest.mark.parametrize(
    ("distance", "text"),
    [
        (timedelta(minutes=-2), "2 minutes ago"),
        (timedelta(days=3), "in 3 days"),
        (timedelta(seconds=-1), "1 second ago"),
    ],
)
def test_distances_are_said_in_words(distance: timedelta, text: str) -> None:
    now = datetime(2026, 11, 1, tzinfo=UTC)
    assert ago_text(now + distance, format_locale("en"), now=now) == text


def test_numbers_take_the_separators_of_the_language() -> None:
    assert number_text(1234567, format_locale("de")) == "1.234.567"
    assert number_text(Decimal("0.5"), format_locale("en", "US")) == "0.5"
