"""Cursors: signed marks of the last row seen, so that a list goes on where it stood.

A cursor holds the sort keys' values of that row. The next page is what sorts after them, so rows
that are added or removed meanwhile move nothing and nothing is shown twice.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.db.models import Q
from rest_framework.exceptions import ErrorDetail, ValidationError

from ispplatform.core.api.sorting import SortKey
from ispplatform.core.money import MinorUnits

_SALT = "ispplatform.core.api.cursors"
LONGEST = 2000  # characters


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a list stands.

    Args:
        list_mark: digest of tenant, reader, route, sort and filters: a cursor serves only its list.
        values: of the sort keys, of the last row shown.
        total: as counted when the first page was read.
        total_is_estimate: whether that count stopped at the cap.
    """

    list_mark: str
    values: list[Any]
    total: int
    total_is_estimate: bool


def write_cursor(cursor: Cursor) -> str:
    """Return the cursor as the opaque text that clients hand back."""
    parts = [
        cursor.list_mark,
        [_packed(value) for value in cursor.values],
        cursor.total,
        int(cursor.total_is_estimate),
    ]
    return Signer(salt=_SALT).sign_object(parts)


def read_cursor(text: str, list_mark: str, keys: Sequence[SortKey]) -> Cursor:
    """Return what a client handed back.

    Raises:
        ValidationError: it was not written by us, or for another list, sort or filter.
    """
    try:
        if len(text) > LONGEST:
            raise BadSignature
        mark, packed, total, estimate = Signer(salt=_SALT).unsign_object(text)
        values = [_unpacked(pair) for pair in packed]
    except (BadSignature, ValueError, TypeError, KeyError) as exc:
        raise _refusal() from exc
    if mark != list_mark or len(values) != len(keys):
        raise _refusal()
    return Cursor(mark, values, int(total), bool(estimate))


def rows_after(keys: Sequence[SortKey], values: Sequence[Any]) -> Q:
    """Return the condition for rows that sort after the row with these values."""
    condition, equal = Q(), Q()
    for key, value in zip(keys, values, strict=True):
        if (later := _later(key, value)) is not None:
            condition |= equal & later
        equal &= _equal(key, value)
    first, value = keys[0], values[0]
    if value is not None and not first.nullable:
        # Said apart so that the index on the first key is entered at the right place.
        condition &= Q(**{f"{first.column}__{'lte' if first.descending else 'gte'}": value})
    return condition


def _equal(key: SortKey, value: Any) -> Q:
    return Q(**{f"{key.column}__isnull": True} if value is None else {key.column: value})


def _later(key: SortKey, value: Any) -> Q | None:
    if value is None:  # empty values are last: nothing comes after them
        return None
    later = Q(**{f"{key.column}__{'lt' if key.descending else 'gt'}": value})
    return later | Q(**{f"{key.column}__isnull": True}) if key.nullable else later


_READERS: dict[str, Callable[[Any], Any]] = {
    "t": datetime.fromisoformat,
    "d": date.fromisoformat,
    "u": UUID,
    "m": MinorUnits,
    "n": Decimal,
    "p": lambda value: value,
}


def _packed(value: Any) -> list[Any]:
    if isinstance(value, datetime):
        return ["t", value.isoformat()]
    if isinstance(value, date):
        return ["d", value.isoformat()]
    if isinstance(value, UUID):
        return ["u", value.hex]
    if isinstance(value, MinorUnits):
        return ["m", int(value)]
    if isinstance(value, Decimal):
        return ["n", str(value)]
    if value is None or isinstance(value, str | int):
        return ["p", value]
    raise TypeError(f"A list cannot be sorted by a {type(value).__name__}.")


def _unpacked(pair: list[Any]) -> Any:
    kind, value = pair
    return _READERS[kind](value)


def _refusal() -> ValidationError:
    sentence = "This cursor does not belong to this list and filter. Begin again without one."
    return ValidationError({"cursor": [ErrorDetail(sentence, "invalid_cursor")]})
