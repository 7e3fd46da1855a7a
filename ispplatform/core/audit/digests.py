"""What the chain hashes."""

import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from ispplatform.core.models.audit import AuditValues, DigestForm


def plain(value: Any) -> Any:
    """Return a value that JSON can hold: text for decimals, times and ids."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        items = sorted(value, key=str) if isinstance(value, set | frozenset) else value
        return [plain(item) for item in items]
    if isinstance(value, Decimal | UUID):
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value


def canonical(value: Any) -> bytes:
    """Return the one byte form of a JSON value: sorted keys, no spaces, UTF-8."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


def new_salt() -> str:
    """Return 128 random bits as hex; without it short values could be guessed from digests."""
    return secrets.token_hex(16)


def values_covered(values: AuditValues, *, form: int) -> bytes:
    """Return what the digest of an entry's words and values is made of."""
    covered: list[Any] = [values.before, values.after]
    if form >= DigestForm.VALUES_AND_WORDS:
        covered += words_of(values)
    return values.salt.encode() + canonical(covered)


def values_digest(values: AuditValues, *, form: int) -> str:
    """Return the digest that an entry of this form keeps of its words and values."""
    return hashlib.sha256(values_covered(values, form=form)).hexdigest()


def words_of(values: AuditValues) -> list[str]:
    """Return the words that may name a person, in the order of the digest."""
    return [values.actor_label, values.on_behalf_of, values.subject_label, values.reason]


def seal_digest(*, previous: str, entries: Iterable[list[str]]) -> str:
    """Return the digest of a seal over the previous seal's digest and its entries' fields."""
    running = hashlib.sha256(previous.encode())
    for fields in entries:
        running.update(canonical(fields))
    return running.hexdigest()
