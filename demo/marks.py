"""Histories with marks where copies differ, so that the database itself can fill these in.

A mark is one letter that no text has (of Unicode's private use). Whatever a copy must not share
with its original gets one: the end of each id, names, numbers, the minute in which something
happened.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import connection, models

from customers.models import Customer
from demo.histories import KeptRow, columns_of, hex_of, is_id
from domains.models import Domain
from hosting.models import HostingAccount
from ispplatform.core.audit.digests import values_covered
from ispplatform.core.clock import system_now
from ispplatform.core.models import AuditEntry, AuditValues, SearchTerm
from ispplatform.core.request_ids import reference_of

HEX, TAIL, MINUTE = "\ue000", "\ue001", "\ue002"
HEX_FIRST, HEX_REST = "\ue003", "\ue004"  # of HEX: its first digit, and those behind it
PERSON = {  # of the copy's customer, by the name of the field
    "customer_number": "\ue010",
    "email": "\ue011",
    "display_name": "\ue012",
    "company_name": "\ue013",
    "first_name": "\ue014",
    "last_name": "\ue015",
    "phone": "\ue016",
}
OWN = {**PERSON, "search_text": "\ue017"}  # of the copy's customer, on the row of their own
MOST_NUMBERS = 3  # that one row mentions
PADDED = tuple(chr(0xE020 + place) for place in range(MOST_NUMBERS))
PLAIN = tuple(chr(0xE028 + place) for place in range(MOST_NUMBERS))
HEX_DIGITS = 5  # of an id that say which copy it is
MARKED = re.compile("[\ue000-\ue02f]")

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
_RANDOM = re.compile(r"sbx_[a-z]+_[0-9a-f]{16}")
_KEYS = {"idempotency_key", "key", "created_by_key"}  # random ids in these are nobody else's
_NEAR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Numbered:
    """A number of a customer's history: of an order or a document.

    Args:
        text: the whole number.
        base: a copy's number is this and the place of the copy.
    """

    text: str
    base: int

    @property
    def stem(self) -> str:
        """What stands in front of the digits."""
        return self.text.rpartition("-")[0] + "-"


@dataclass(slots=True)
class MarkedRow:
    """A row of which copies are made.

    Args:
        values: by column; marked ones are text.
        numbers: those that the row's marks mean, by their place.
    """

    model: type[models.Model]
    owner: int
    values: dict[str, Any]
    numbers: list[Numbered] = field(default_factory=list)


class Marker:
    """Marks the rows of one customer."""

    def __init__(
        self, customer: Customer, rows: list[KeptRow], numbers: Mapping[str, Numbered]
    ) -> None:
        own = {str(row.values.get(name)) for row in rows for name in ("number", "order_number")}
        self.rows = rows
        self.ids = {row.id for row in rows} | {customer.pk.hex} | _keys(rows)
        self.numbers = {text: numbers[text] for text in sorted(own & numbers.keys())}
        self.words = _words(customer, rows)
        self._pattern = _pattern(self.words, self.numbers)
        now = system_now()
        self._near = (str(now - _NEAR), str(now + _NEAR))
        self._mentioned: dict[tuple[str, str], list[Numbered]] = {}  # by feed and id

    def marked(self) -> list[MarkedRow]:
        """Return the rows with their marks; the words of the search last."""
        ordered = sorted(self.rows, key=lambda row: row.model is SearchTerm)
        found = [self._row(row) for row in ordered]
        self._digests_renew(found)
        return found

    def _row(self, row: KeptRow) -> MarkedRow:
        made = MarkedRow(row.model, row.owner, {})
        source_id = ""
        if row.model is SearchTerm:
            source_id = hex_of(row.values["source_id"])
            made.numbers = self._mentioned.get((row.values["feed"], source_id), [])
        else:
            self._mentioned[row.model._meta.label_lower, row.id] = made.numbers
        for column in columns_of(row.model):
            value = row.values[column.column]
            made.values[column.column] = self._value(column, value, made, source=source_id)
        if row.model is Customer:
            made.values |= OWN
        return made

    def _value(self, column: Any, value: Any, row: MarkedRow, *, source: str = "") -> Any:
        """Return a value with its marks; ``source`` is the row that a word of the search is of."""
        if value is None:
            return None
        if is_id(column):
            return self._id(hex_of(value))
        if isinstance(column, models.DateTimeField):
            return self._minute(str(value))
        if isinstance(column, models.JSONField):
            loaded = json.loads(value) if isinstance(value, str) else value
            return json.dumps(self._in_json(loaded, row), ensure_ascii=False)
        if not isinstance(value, str):
            return value
        if row.model is SearchTerm and column.name == "term":
            return self._read_out(value, source) or self._term(value, row)
        return self._text(value, row)

    def _id(self, digits: str, *, is_text: bool = False) -> str:
        """Mark an id of the customer's: version 8, and its last digits say which copy it is."""
        if digits in self.ids:
            digits = f"{digits[:12]}8{digits[13:-HEX_DIGITS]}{HEX}"
        if connection.vendor == "sqlite" and not is_text:
            return digits
        return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))

    def _minute(self, text: str) -> str:
        """Let what happened on the full hour happen in another minute of it; nothing near now."""
        if text[14:16] != "00" or self._near[0] < text < self._near[1]:
            return text
        return f"{text[:14]}{MINUTE}{text[16:]}"

    def _in_json(self, value: Any, row: MarkedRow) -> Any:
        if isinstance(value, str):
            return self._text(value, row)
        if isinstance(value, list):
            return [self._in_json(item, row) for item in value]
        if isinstance(value, dict):
            return {key: self._in_json(item, row) for key, item in value.items()}
        return value

    def _text(self, text: str, row: MarkedRow) -> str:
        text = _UUID.sub(lambda found: self._id(found[0].replace("-", ""), is_text=True), text)
        text = _RANDOM.sub(lambda found: f"{found[0][: -HEX_DIGITS - 1]}k{HEX}", text)
        return self._pattern.sub(lambda found: self._word(found[0], row), text)

    def _word(self, word: str, row: MarkedRow) -> str:
        if (number := self.numbers.get(word)) is None:
            return self.words[word]
        if number not in row.numbers:
            row.numbers.append(number)
        return number.stem + PADDED[row.numbers.index(number)]

    def _read_out(self, text: str, source_id: str) -> str:
        """Mark the end of an id that people read out, with its dash or without; else nothing."""
        end = reference_of(source_id).casefold()
        if source_id not in self.ids or text.replace("-", "") != end.replace("-", ""):
            return ""
        kept = end[: len(end) - 1 - HEX_DIGITS]
        return f"{kept}{HEX_FIRST}-{HEX_REST}" if text == end else f"{kept}{HEX}"

    def _term(self, text: str, row: MarkedRow) -> str:
        """Mark what the search keeps of a number: all, without its letters, its last digits."""
        for place, number in enumerate(row.numbers):
            whole = number.text.casefold()
            stem = number.stem.casefold()
            if text == whole:
                return stem + PADDED[place]
            if text == whole.partition("-")[2]:
                return stem.partition("-")[2] + PADDED[place]
            if text == whole.rpartition("-")[2]:
                return PADDED[place]
            if text == whole.rpartition("-")[2].lstrip("0"):
                return PLAIN[place]
        return self._text(text, row)

    def _digests_renew(self, rows: Iterable[MarkedRow]) -> None:
        """Leave in entries of the audit trail what their digest is made of, with its marks."""
        entries = {row.values["id"]: row for row in rows if row.model is AuditEntry}
        for row in rows:
            if row.model is AuditValues:
                entry = entries[row.values["entry_id"]]
                words = {
                    name: json.loads(value) if name in {"before", "after"} else value
                    for name, value in row.values.items()
                    if name not in {"id", "tenant_id", "entry_id", "created_at", "updated_at"}
                }
                covered = values_covered(AuditValues(**words), form=entry.values["digest_form"])
                entry.values["values_digest"] = covered.decode()
                # The digest's text counts its numbers as the words do.
                entry.numbers = row.numbers


def _keys(rows: Iterable[KeptRow]) -> set[str]:
    return {
        found.replace("-", "")
        for row in rows
        for name in _KEYS & row.values.keys()
        for found in _UUID.findall(str(row.values[name]))
    }


def _words(customer: Customer, rows: Iterable[KeptRow]) -> dict[str, str]:
    """Return what of a history names this customer, and what stands there instead."""
    words = {}
    for row in rows:
        if row.model is Domain:
            # The search keeps a name from each of its words on.
            label, dot, ending = row.values["name"].partition(".")
            starts = label.split("-")
            for first in range(len(starts)):
                part = "-".join(starts[first:])
                words[part + dot + ending] = part + TAIL + dot + ending
        elif row.model is HostingAccount:
            words[row.values["username"]] = row.values["username"] + HEX
    for name, mark in PERSON.items():
        if value := getattr(customer, name):
            words[value] = mark
    return words


def _pattern(words: Mapping[str, str], numbers: Mapping[str, Numbered]) -> re.Pattern[str]:
    """Find each word, longer ones first; never inside of another word."""
    longest_first = sorted([*words, *numbers], key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)")
