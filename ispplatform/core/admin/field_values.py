"""How the value of a field reads: amounts with their currency, times, sizes, yes and no."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import models
from django.template.defaultfilters import filesizeformat
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext

from ispplatform.core.actors import EVERYTHING
from ispplatform.core.admin.words import in_capitals
from ispplatform.core.money import MoneyField, RateField
from ispplatform.core.pages.formats import (
    date_text,
    datetime_text,
    format_locale,
    money_text,
    number_text,
)

Read = Callable[[Any], Any]
NOTHING = "–"
EMPTY: tuple[Any, ...] = (None, "", [], {})
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def reader_of(field: "models.Field[Any, Any]") -> Read:
    """Return the function that reads a field of a row for people."""
    name = field.name
    show = next((show for kind, show in _SHOWN if isinstance(field, kind)), _text)
    if field.choices:
        return lambda row: capfirst(getattr(row, f"get_{name}_display")() or NOTHING)
    if isinstance(field, MoneyField):
        return lambda row: _money(getattr(row, name), field.currency_of(row))
    if name.endswith("_bytes"):
        show = _size
    elif name.endswith("_mb"):
        show = _megabytes

    def read(row: Any) -> Any:
        value = getattr(row, name)
        return NOTHING if value in EMPTY else show(value)

    return read


def values_shown(value: Any) -> SafeString | str:
    """Return what a JSON column holds as labelled values, without ids and what is empty."""
    if isinstance(value, Mapping):
        lines = [
            (_label(name), values_shown(one))
            for name, one in value.items()
            if one not in EMPTY and not is_id(one)
        ]
        rows = format_html_join("", "<div><dt>{}</dt><dd>{}</dd></div>", lines)
        return format_html('<dl class="facts">{}</dl>', rows) if lines else NOTHING
    if isinstance(value, Sequence) and not isinstance(value, str):
        if any(isinstance(one, Mapping) for one in value):
            return format_html_join("", "{}", ((values_shown(one),) for one in value))
        return ", ".join(str(values_shown(one)) for one in value) or NOTHING
    if isinstance(value, bool):
        return _yes(value)
    if value == EVERYTHING:
        return gettext("Everything")
    return NOTHING if value in EMPTY else str(value)


def is_id(value: Any) -> bool:
    """Tell whether a text is nothing but an id, which only programs read."""
    return isinstance(value, str) and bool(UUID.fullmatch(value))


def _label(name: str) -> str:
    words = in_capitals(name.replace("_", " "))
    return words[:1].upper() + words[1:]


def _yes(value: bool) -> str:
    return gettext("Yes") if value else gettext("No")


def _yes_or_no(value: bool) -> SafeString:
    tone = "yes" if value else "no"
    return format_html('<span class="{}">{}</span>', tone, _yes(value))


def _money(amount: Decimal | None, currency: str) -> SafeString | str:
    if amount is None:
        return NOTHING
    text = money_text(amount, currency, _locale()) if currency else str(amount)
    return format_html('<span class="money">{}</span>', text)


def _moment(moment: datetime) -> SafeString:
    text = datetime_text(moment, _locale())
    return format_html('<time datetime="{}">{}</time>', moment.isoformat(), text)


def _day(day: date) -> SafeString:
    return format_html('<time datetime="{}">{}</time>', day, date_text(day, _locale()))


def _number(value: Any) -> SafeString:
    return format_html('<span class="one-line">{}</span>', value)


def _decimal(value: Decimal) -> SafeString:
    return _number(number_text(value.normalize(), _locale()))


def _size(value: int) -> SafeString:
    return _number(filesizeformat(value))


def _megabytes(value: int) -> SafeString:
    return _number(f"{value} MB")


def _text(value: Any) -> str:
    return str(value)


def _locale() -> Any:
    return format_locale(get_language() or "en")


_SHOWN: tuple[tuple[Any, Read], ...] = (
    (models.BooleanField, _yes_or_no),
    (models.DateTimeField, _moment),
    (models.DateField, _day),
    (models.JSONField, values_shown),
    (models.DecimalField, _decimal),
    (RateField, _decimal),
    (models.IntegerField, _number),
)
