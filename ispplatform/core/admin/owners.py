"""Whose a row is, where the row keeps only the id: the app that knows customers fills the slot."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models.expressions import Combinable
from django.http import HttpRequest
from django.utils.safestring import SafeString

from ispplatform.core.admin.field_values import NOTHING
from ispplatform.core.admin.shown_fields import row_link
from ispplatform.core.slots import Slot


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnerSource:
    """Finds the customers that rows of the kernel name by their ``customer_id``.

    Args:
        key: stable name.
        find: gives the rows of the ids that it knows, in one query.
        unnamed: gives a row of an id without asking the database, for its address only.
        name: the customer's name, as an expression over rows that keep a ``customer_id``.
    """

    key: str
    find: Callable[[Iterable[UUID]], dict[UUID, models.Model]]
    unnamed: Callable[[UUID], models.Model]
    name: Callable[[], Combinable]


ROW_OWNERS: Slot[OwnerSource] = Slot("admin.owners", key=lambda source: source.key)


def owner_of(row: Any) -> models.Model | None:
    """Return the customer of one row: behind its own key, else by the id that it keeps."""
    if any(field.name == "customer" for field in row._meta.fields):
        customer: models.Model | None = row.customer
        return customer
    wanted = getattr(row, "customer_id", None)
    if wanted is None:
        return None
    found = (source.find([wanted]).get(wanted) for source in ROW_OWNERS.items())
    return next((owner for owner in found if owner is not None), None)


def with_owner_names(rows: Any) -> Any:
    """Return the rows with ``owner_name``, so that a list names customers without asking again."""
    for source in ROW_OWNERS.items():
        rows = rows.annotate(owner_name=source.name())
    return rows


def owner_link(request: HttpRequest, row: Any) -> SafeString | str:
    """Return the name of a row's customer, with a link for those who may open it.

    Args:
        row: one of ``with_owner_names``.
    """
    name = getattr(row, "owner_name", None)
    source = next(iter(ROW_OWNERS.items()), None)
    if not name or source is None:
        return NOTHING
    return row_link(request, source.unnamed(row.customer_id), text=name)
