"""Casting one story many times: what the services wrote once is written again for other people.

Two years of 300 services through the services would take minutes. So a few archetypes go through
them; what they wrote is kept as a mold and cast for other customers: new ids, new names, later
days, new numbers, the same amounts. No rule of any app is repeated here.
"""

import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import models, transaction

from accounts.models import AccessLink, EmailCode, Session
from billing.models import DocumentFile, LedgerAccount, NumberSeries
from hosting.models import PasswordTicket
from ispplatform.core.audit.digests import values_digest
from ispplatform.core.clock import system_now
from ispplatform.core.database.inventory import tenant_models
from ispplatform.core.ids import uuid7
from ispplatform.core.models import AuditEntry, AuditValues
from sales.models import Cart, CartLine

ACTS_KEPT = {  # of the audit trail: what a customer's timeline tells
    "customers.customer_create",
    "sales.order_place",
    "billing.invoice_issue",
    "billing.payment_settle",
    "provisioning.service_active",
}
LEFT_OUT: tuple[type[models.Model], ...] = (
    AccessLink,
    Cart,
    CartLine,
    DocumentFile,
    EmailCode,
    LedgerAccount,
    NumberSeries,
    PasswordTicket,
    Session,
)
NOT_NAMED: tuple[type[models.Model], ...] = (Cart, CartLine)  # a cast row points at none of these
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_RANDOM = re.compile(r"sbx_[a-z]+_[0-9a-f]{16}")
_KEYS = {"idempotency_key", "key", "created_by_key"}  # random ids in these are made anew

Row = models.Model


@dataclass
class Casting:
    """One cast of a mold, or of several molds that belong to one customer.

    Args:
        words: texts of the mold to those of the cast; longer ones are replaced first.
        ids: ids of the mold to those of the cast; grows with each mold that is cast.
    """

    words: dict[str, str]
    ids: dict[UUID, UUID] = field(default_factory=dict)
    _compiled: tuple[int, re.Pattern[str]] | None = None  # for so many words

    def text(self, text: str, *, is_key: bool = False) -> str:
        """Return a text of the mold as the cast has it."""
        found = _UUID.sub(lambda match: self._id_in_text(match.group(), is_key=is_key), text)
        for old in _RANDOM.findall(found):
            stem = old.rpartition("_")[0]
            self.words.setdefault(old, f"{stem}_{secrets.token_hex(8)}")
        return self._pattern().sub(lambda match: self.words[match.group()], found)

    def value(self, value: Any) -> Any:
        """Return a JSON value of the mold as the cast has it."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return [self.value(item) for item in value]
        if isinstance(value, dict):
            return {key: self.value(item) for key, item in value.items()}
        return value

    def _id_in_text(self, text: str, *, is_key: bool) -> str:
        old = UUID(text)
        if is_key and old not in self.ids:
            self.ids[old] = uuid7()
        return str(self.ids.get(old, old))

    def _pattern(self) -> re.Pattern[str]:
        count = len(self.words)
        if self._compiled is None or self._compiled[0] != count:
            longest_first = sorted(self.words, key=len, reverse=True)
            pattern = re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")
            self._compiled = (count, pattern)
        return self._compiled[1]


class Mold:
    """The rows that one act of the history has written."""

    def __init__(self, rows: list[Row], *, made_at: datetime) -> None:
        self.rows = rows
        self.made_at = made_at

    @classmethod
    def of(cls, *, since: datetime, after: UUID) -> "Mold":
        """Return the mold of everything that the company in force was given since ``since``.

        Args:
            since: history's time; nothing else may have happened from then on.
            after: an id made then. Rows are told by their ids: what was cast a moment before has
                times to come, as far ahead as its mold took to make.
        """
        rows: list[Row] = []
        for model in tenant_models():
            if _is_cast(model):
                rows += model._default_manager.filter(pk__gt=after).order_by("pk")
        kept = {row.pk for row in rows if isinstance(row, AuditEntry) and row.act in ACTS_KEPT}
        rows = [row for row in rows if not isinstance(row, AuditEntry) or row.pk in kept]
        rows = [row for row in rows if not isinstance(row, AuditValues) or row.entry_id in kept]
        return cls(rows, made_at=since)

    def rows_of(self, *kinds: type[Row]) -> list[Any]:
        """Return the mold's rows of these models, in the order in which they were made."""
        return sorted(
            (row for row in self.rows if isinstance(row, kinds)), key=lambda row: str(row.pk)
        )

    def cast(
        self,
        casting: Casting,
        *,
        changes: Mapping[type[Row], Callable[[Any], None]],
    ) -> list[Row]:
        """Write the mold's rows once more, now, in one transaction.

        Args:
            changes: what else differs, by model; called with each unsaved row of the cast.

        Returns:
            The rows written.
        """
        shift = system_now() - self.made_at
        for row in self.rows:
            casting.ids.setdefault(row.pk, uuid7())
        made: dict[type[Row], list[Row]] = {}
        for row in self.rows:
            copy = _copied(row, casting, shift)
            if change := changes.get(type(row)):
                change(copy)
            made.setdefault(type(row), []).append(copy)
        _digests_renew(made)
        with transaction.atomic():
            for model, copies in made.items():
                model._default_manager.bulk_create(copies, batch_size=50)
        return [copy for copies in made.values() for copy in copies]


def _is_cast(model: type[Row]) -> bool:
    if model._meta.app_label == "core":
        return model in {AuditEntry, AuditValues}
    return model not in LEFT_OUT


def _copied(row: Row, casting: Casting, shift: timedelta) -> Row:
    values = {}
    for column in row._meta.concrete_fields:
        value = getattr(row, column.attname)
        if isinstance(value, UUID):
            is_named = column.related_model not in NOT_NAMED
            value = casting.ids.get(value, value) if is_named else None
        elif isinstance(value, datetime):
            value += shift
        elif isinstance(value, date):
            value += timedelta(days=round(shift / timedelta(days=1)))
        elif isinstance(column, models.JSONField):
            value = casting.value(value)
        elif isinstance(value, str):
            value = casting.text(value, is_key=column.name in _KEYS)
        values[column.attname] = value
    return type(row)(**values)


def _digests_renew(made: dict[type[Row], list[Row]]) -> None:
    """Let audit entries vouch for the values as they were cast."""
    rows = [*made.get(AuditEntry, []), *made.get(AuditValues, [])]
    entries = {row.pk: row for row in rows if isinstance(row, AuditEntry)}
    for values in rows:
        if isinstance(values, AuditValues):
            entry = entries[values.entry_id]
            entry.values_digest = values_digest(values, form=entry.digest_form)
