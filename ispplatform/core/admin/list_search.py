"""Searching one list: by the kept words of the one search, never by reading every row.

What a list finds is small, so its rows are named by their ids: no order of an index and no count
has to pass by the millions that are not meant.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db import models

from ispplatform.core.actors import Actor
from ispplatform.core.search import subjects_of

SUBJECTS = 100  # customers, domains and so on that a text may mean
ROWS = 1_000  # that one of the ways to them finds


def rows_found(
    model: type[models.Model],
    text: str,
    *,
    actor: Actor,
    by_kind: Mapping[str, str],
    exactly: Iterable[str],
) -> set[UUID]:
    """Return the ids of rows that a text finds, at most a thousand by each way.

    Args:
        by_kind: a kind of the one search, and the column in which the list names what it finds.
        exactly: columns that hold the text as it is; each has an index.
    """
    wanted = text.strip()
    found: set[UUID] = set()
    for kind, column in by_kind.items():
        ids = subjects_of(kind, wanted, actor=actor, limit=SUBJECTS)
        found.update(ids if column == "pk" else _rows(model, column, ids))
    for column in exactly:
        found.update(_rows(model, column, [wanted]))
    return found


def _rows(model: type[models.Model], column: str, values: Collection[Any]) -> Collection[UUID]:
    """Return the ids of rows with one of these values in a column, or in one of what they name.

    What they name is looked for first: a join would begin with every row of the company.
    """
    if not values:
        return []
    name, _, further = column.partition("__")
    if not further:
        return _read(model, {f"{column}__in": values}, "pk")
    relation: Any = model._meta.get_field(name)
    if relation.auto_created:  # the other row points at this one
        return _read(relation.related_model, {f"{further}__in": values}, relation.field.attname)
    return _rows(model, relation.attname, _rows(relation.related_model, further, values))


def _read(model: type[models.Model], condition: Mapping[str, Any], column: str) -> Collection[UUID]:
    rows = model._default_manager.filter(**condition).order_by()
    return list(rows.values_list(column, flat=True)[:ROWS])
