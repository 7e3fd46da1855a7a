"""Money, numbers and times as people of a language and a country write them."""

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time, format_timedelta
from babel.numbers import format_currency, format_decimal
from django.utils import timezone
from stdnum.iban import format as format_iban

from ispplatform.core.clock import system_now
from ispplatform.core.money import minor_digits


@lru_cache(maxsize=512)
def format_locale(language: str, country: str = "") -> Locale:
    """Return the locale of a language as used in a country.

    English keeps its decimal point: where CLDR writes it with a comma (``en_DE``), or does not
    know it, it is written the European way (``9.00 €``, ``3 Dec 2026``). An unknown language
    becomes English.

    Args:
        language: Django's code, for example ``de`` or ``pt-br``.
        country: ISO 3166 two-letter code, or empty.
    """
    stem = language.replace("-", "_").split("_")[0] or "en"
    names = [f"{stem}_{country.upper()}"] if country else []
    for name in [*names, stem if stem != "en" else "en_150"]:
        try:
            locale = Locale.parse(name)
        except (UnknownLocaleError, ValueError):
            continue
        if stem != "en" or locale.number_symbols["latn"]["decimal"] == ".":
            return locale
    return Locale.parse("en_150")


def money_text(amount: Decimal, currency: str, locale: Locale) -> str:
    """Return the amount with its currency's own decimals: ``1.234,50 €``, ``¥1,200``.

    The currency's ISO code stands where the language has no sign of its own for it.
    """
    places = minor_digits(currency)
    pattern = locale.currency_formats["standard"]
    whole = pattern.pattern.split(";")[0]
    shape = whole.replace(".00", "." + "0" * places if places else "")
    return str(
        format_currency(amount, currency, format=shape, locale=locale, currency_digits=False)
    )


def country_text(code: str, locale: Locale) -> str:
    """Return a country's name; the code where the language knows none, nothing for none."""
    return str(locale.territories.get(code, code))


def number_text(number: Decimal | int, locale: Locale) -> str:
    """Return a number with the language's separators."""
    return str(format_decimal(number, locale=locale))


def iban_text(iban: str) -> str:
    """Return an account's number as people write it (ISO 13616): ``DE02 1203 0000 ...``."""
    return str(format_iban(iban)) if iban else ""


def date_text(day: date | datetime, locale: Locale, *, style: str = "medium") -> str:
    """Return a calendar day: ``3 Dec 2026``. A time is turned into the active zone's day.

    Args:
        style: ``short``, ``medium``, ``long`` or ``full``.
    """
    if isinstance(day, datetime):
        day = timezone.localtime(day).date()
    return str(format_date(day, format=style, locale=locale))


def time_text(moment: datetime, locale: Locale) -> str:
    """Return the time of day in the active zone: ``14:05``."""
    return str(format_time(timezone.localtime(moment), format="short", locale=locale))


def datetime_text(moment: datetime, locale: Locale) -> str:
    """Return day and time in the active zone."""
    return f"{date_text(moment, locale)}, {time_text(moment, locale)}"


def ago_text(moment: datetime, locale: Locale, *, now: datetime | None = None) -> str:
    """Return the distance to now in words: ``2 minutes ago``, ``in 3 days``."""
    delta = moment - (now or system_now())
    return str(format_timedelta(delta, add_direction=True, locale=locale))
