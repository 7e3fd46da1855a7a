"""The words for every status: one table that screens, mails and the API read.

Each app declares the statuses of its rows; ``docs/statuses.md`` is written from here.
"""

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from babel import Locale
from django.utils.functional import Promise

from ispplatform.core.money import Money
from ispplatform.core.pages.formats import date_text, money_text

Text = str | Promise


class Tone(StrEnum):
    """What a status means to the person who reads it."""

    GOOD = "good"
    INFO = "info"
    WARN = "warn"
    BAD = "bad"
    QUIET = "quiet"


@dataclass(frozen=True, kw_only=True, slots=True)
class StatusWords:
    """How one status is said.

    ``cases`` are fuller words for customers, said where more is known: of an open invoice its due
    day, ``Open, due %(due_on)s``. Colours and staff words stay those of the status.

    Args:
        value: the canonical value, as the API writes it.
        staff: the word in the back office.
        customer: the words in the portal; never "failed" for what only waits.
        tone: its colour.
        next: what happens next, in a sentence.
        is_working: something is being done at this moment.
        cases: name of a case to its words, with ``%(fact)s`` where a fact of it stands.
    """

    value: str
    staff: Text
    customer: Text
    tone: Tone
    next: Text = ""
    is_working: bool = False
    cases: Mapping[str, Text] = field(default_factory=dict)


Fact = date | Money | str


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """Where one row stands: its status, and what is known of it that the words name.

    Args:
        case: one of the status's ``cases``; empty for its plain words.
        facts: what stands in the case's words: days, amounts, texts.
    """

    value: str
    case: str = ""
    facts: Mapping[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class StandingRule:
    """How a row's standing is read: from which of its columns, and by which pure function.

    ``money`` names the columns that hold amounts of the column ``currency``.
    """

    columns: tuple[str, ...]
    compute: Callable[..., Standing]
    money: tuple[str, ...] = ()


_words: dict[str, dict[str, StatusWords]] = {}


def declare_statuses(kind: str, *statuses: StatusWords) -> None:
    """Declare the words for the statuses of ``kind``, for example ``billing.invoice``.

    Raises:
        ValueError: the kind is declared already.
    """
    if kind in _words:
        raise ValueError(f"The statuses of {kind} are declared twice.")
    _words[kind] = {status.value: status for status in statuses}


def status_words(kind: str, value: str) -> StatusWords:
    """Return the words for a status.

    Raises:
        KeyError: the kind declares no such status.
    """
    return _words[kind][value]


_rules: dict[str, StandingRule] = {}


def declare_standing(kind: str, rule: StandingRule) -> None:
    """Declare what words of ``kind`` may say beyond the bare status.

    Raises:
        ValueError: the kind has a rule already.
    """
    if kind in _rules:
        raise ValueError(f"The standing of {kind} is declared twice.")
    _rules[kind] = rule


def standing_rule(kind: str, status_column: str = "status") -> StandingRule:
    """Return the rule of a kind; without one of its own the status alone is said."""
    plain = StandingRule(columns=(status_column,), compute=lambda value: Standing(value=value))
    return _rules.get(kind, plain)


def standing_of(kind: str, row: Any, status_column: str = "status") -> Standing:
    """Return where a row stands."""
    rule = standing_rule(kind, status_column)
    return rule.compute(*(getattr(row, column) for column in rule.columns))


def standing_text(kind: str, standing: Standing, locale: Locale, reader: str = "customer") -> str:
    """Return the words for where a row stands, in the active language.

    Args:
        locale: how days and amounts are written.
        reader: ``customer`` or ``staff``.

    Raises:
        KeyError: the kind declares no such status or case.
    """
    words = status_words(kind, standing.value)
    if reader == "staff":
        return str(words.staff)
    if not standing.case:
        return str(words.customer)
    shown = {name: _fact_text(fact, locale) for name, fact in standing.facts.items()}
    return str(words.cases[standing.case]) % shown


def _fact_text(fact: Fact, locale: Locale) -> str:
    if isinstance(fact, Money):
        return money_text(fact.amount, fact.currency, locale)
    return date_text(fact, locale) if isinstance(fact, date | datetime) else str(fact)


_reader: ContextVar[str] = ContextVar("status_reader", default="staff")


def read_by(reader: str) -> None:
    """Say for whom the answers of this request are written: ``customer`` or ``staff``."""
    _reader.set(reader)


def current_reader() -> str:
    """Return for whom the present answer is written."""
    return _reader.get()


def declared_statuses() -> dict[str, list[StatusWords]]:
    """Return all words, by kind."""
    return {kind: list(words.values()) for kind, words in sorted(_words.items())}
