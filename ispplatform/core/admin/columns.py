"""Columns of lists: statuses with a colour, amounts with their currency, times with their age."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import reduce
from typing import Any

from django.contrib.admin import display
from django.db.models.constants import LOOKUP_SEP
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from ispplatform.core.actors import ActorType
from ispplatform.core.admin.words import code_words
from ispplatform.core.pages.formats import (
    ago_text,
    date_text,
    datetime_text,
    format_locale,
    money_text,
)
from ispplatform.core.pages.statuses import Tone, status_words
from ispplatform.core.pages.ui import badge

Text = Any  # translated when shown; Django's stubs have no public name for what it takes
Column = Callable[[Any], Any]
_STATUS_KINDS: dict[Any, str] = {}


def text_column(name: str, *, label: Text) -> Column:
    """Return a column that shows a field under words of its own; ``a__b`` is one of ``a``."""

    @display(description=label, ordering=name)
    def column(row: Any) -> Any:
        value = reduce(getattr, name.split(LOOKUP_SEP), row)
        return None if value == "" else value

    column.__name__ = name
    return column


def toned_column(
    name: str,
    tones: Mapping[Any, Tone],
    *,
    label: Text,
    words_for: Mapping[Any, Any] | None = None,
) -> Column:
    """Return a column that shows a choice field with a colour for each value.

    Args:
        words_for: the words of each value, where ``name`` is worked out and no field.
    """

    @display(description=label, ordering=name)
    def column(row: Any) -> SafeString:
        if words_for is not None:
            words = str(words_for[getattr(row, name)])
        else:
            words = getattr(row, f"get_{name}_display")()
        return badge(words, tones.get(getattr(row, name), Tone.QUIET))

    column.__name__ = name
    _STATUS_KINDS[column] = ""
    return column


def status_column(
    name: str, kind: str, *, label: Text, say: Callable[[Any], str] | None = None
) -> Column:
    """Return a column that shows a status in the staff's words of ``statuses.py``.

    Args:
        say: gives the words of a row, where they tell more than the table's.
    """

    @display(description=label, ordering=name)
    def column(row: Any) -> SafeString:
        words = status_words(kind, getattr(row, name))
        text = say(row) if say is not None else str(words.staff)
        return badge(text, words.tone, words.is_working)

    column.__name__ = name
    _STATUS_KINDS[column] = kind
    return column


def money_column(name: str, *, label: Text, currency_field: str = "currency") -> Column:
    """Return a column that shows an amount; nothing for None."""

    @display(description=label, ordering=name)
    def column(row: Any) -> SafeString | None:
        amount = getattr(row, name)
        if amount is None:
            return None
        text = money_text(amount, getattr(row, currency_field), format_locale(_language()))
        return format_html('<span class="money">{}</span>', text)

    column.__name__ = name
    return column


def age_column(name: str, *, label: Text) -> Column:
    """Return a column that says how long ago, with the full time as its title."""
    return _moment_column(name, label=label, words=ago_text)


def day_column(name: str, *, label: Text) -> Column:
    """Return a column that shows the day of a moment, with the full time as its title."""
    return _moment_column(name, label=label, words=date_text)


def _moment_column(name: str, *, label: Text, words: Callable[[datetime, Any], str]) -> Column:
    @display(description=label, ordering=name)
    def column(row: Any) -> SafeString | None:
        moment: datetime | None = getattr(row, name)
        if moment is None:
            return None
        locale = format_locale(_language())
        return format_html(
            '<time datetime="{}" title="{}">{}</time>',
            moment.isoformat(),
            datetime_text(moment, locale),
            words(moment, locale),
        )

    column.__name__ = name
    return column


def code_column(name: str, *, label: Text) -> Column:
    """Return a column that reads a dotted code, ``billing.invoice_void``, as words."""

    @display(description=label, ordering=name)
    def column(row: Any) -> SafeString:
        code = getattr(row, name)
        return format_html('<span title="{}">{}</span>', code, code_words(code))

    column.__name__ = name
    return column


def actor_column(name: str, *, label: Text) -> Column:
    """Return a column that says who did it; of the platform's own parts which, in its title.

    Args:
        name: where the label lies, for the order of the list.
    """

    @display(description=label, ordering=name)
    def column(row: Any) -> SafeString | str:
        who: str = row.actor_label
        if row.actor_type != ActorType.SYSTEM:
            return who
        return format_html('<span title="{}">{}</span>', who, gettext("Automation"))

    column.__name__ = "actor_label"
    return column


def status_kind(column: Any) -> str | None:
    """Return whose words a column of states shows; empty for its field's own, None for others."""
    return _STATUS_KINDS.get(column) if callable(column) else None


def _language() -> str:
    return get_language() or "en"
