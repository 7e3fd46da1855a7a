"""Whole customer histories as the database holds them, each row with whose it is."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection, models

from billing.models import PaymentMethod
from customers.models import Customer
from demo.molds import ACTS_KEPT, LEFT_OUT, NOT_NAMED
from domains.models import Domain
from hosting.models import HostingAccount
from ispplatform.core.database.inventory import tenant_models
from ispplatform.core.models import AuditEntry, AuditValues, SearchTerm

OF_THE_KERNEL: tuple[type[models.Model], ...] = (AuditEntry, AuditValues, SearchTerm)
APPS_LEFT_OUT = {"accounts", "notifications"}  # log-ins and the mails of the last days
# By these the sandbox's counterparts know whose something is: they keep no id of ours.
KNOWN_BY: tuple[tuple[type[models.Model], str], ...] = (
    (Domain, "name"),
    (HostingAccount, "domain"),
    (PaymentMethod, "gateway_reference"),
)


@dataclass(slots=True)
class KeptRow:
    """A row as it is kept: by column, in the database's own types.

    Args:
        owner: the place of the customer whose it is; -1 for nobody of those asked for.
    """

    model: type[models.Model]
    values: dict[str, Any]
    owner: int = -1

    @property
    def id(self) -> str:
        """Its id, in 32 digits."""
        return hex_of(self.values["id"])


def hex_of(value: Any) -> str:
    """Return the 32 digits of an id as either database gives it."""
    return value.hex if isinstance(value, UUID) else str(value)


def columns_of(model: type[models.Model]) -> list[Any]:
    """Return the fields of a model whose columns can be written."""
    return [column for column in model._meta.concrete_fields if not column.generated]


def is_id(column: Any) -> bool:
    """Tell whether a column holds ids."""
    target = column.target_field if column.is_relation else column
    return isinstance(target, models.UUIDField)


def histories_read(customer_ids: Sequence[UUID]) -> list[KeptRow]:
    """Return every row that belongs to these customers of the company in force, parents first.

    The customers' own rows (``customers_read``) and their words are not among them.
    """
    owners = {customer_id.hex: place for place, customer_id in enumerate(customer_ids)}
    rows = [row for model in tenant_models() if _is_copied(model) for row in _rows(model)]
    _owners_find(rows, owners)
    known = {
        row.values[column]: row.owner
        for row in rows
        for model, column in KNOWN_BY
        if row.model is model and row.owner >= 0 and row.values[column]
    }
    for row in rows:
        if row.owner < 0 and row.model.__name__.startswith("Sandbox"):
            named = [known[text] for text in row.values.values() if _is_known(text, known)]
            row.owner = named[0] if named else -1
            owners |= {row.id: row.owner} if named else {}
    _owners_find(rows, owners)
    return [row for row in rows if row.owner >= 0]


def customers_read(customer_ids: Sequence[UUID]) -> list[KeptRow]:
    """Return the customers' own rows."""
    owners = {customer_id.hex: place for place, customer_id in enumerate(customer_ids)}
    rows = [row for row in _rows(Customer) if row.id in owners]
    for row in rows:
        row.owner = owners[row.id]
    return rows


def _is_known(value: Any, known: dict[str, int]) -> bool:
    return isinstance(value, str) and value in known


def _is_copied(model: type[models.Model]) -> bool:
    if model._meta.app_label == "core":
        return model in OF_THE_KERNEL
    is_left_out = model in LEFT_OUT or model._meta.app_label in APPS_LEFT_OUT
    return not is_left_out and model is not Customer


def _rows(model: type[models.Model]) -> Iterator[KeptRow]:
    found = model._base_manager.order_by("pk")
    if model is AuditEntry:
        found = found.filter(act__in=ACTS_KEPT)
    if model is AuditValues:
        found = found.filter(entry__act__in=ACTS_KEPT)
    if model is SearchTerm:
        found = found.exclude(feed=Customer._meta.label_lower)
    columns = columns_of(model)
    # As they are kept: no field turns a column into something of Python's.
    sql, params = found.values_list(*(column.attname for column in columns)).query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        for values in cursor.fetchall():
            named = zip(columns, values, strict=True)
            yield KeptRow(
                model,
                {
                    column.column: None if column.related_model in NOT_NAMED else value
                    for column, value in named
                },
            )


def _owners_find(rows: list[KeptRow], owners: dict[str, int]) -> None:
    """Give each row to whose rows it points at, until nothing changes."""
    pointers = {
        model: [column.column for column in columns_of(model) if is_id(column)]
        for model in {row.model for row in rows}
    }
    left = [row for row in rows if row.owner < 0]
    while left:
        before = len(left)
        for row in left:
            for column in pointers[row.model]:
                value = row.values[column]
                if value is not None and (owner := owners.get(hex_of(value), -1)) >= 0:
                    row.owner = owners[row.id] = owner
                    break
        left = [row for row in left if row.owner < 0]
        if len(left) == before:
            return
