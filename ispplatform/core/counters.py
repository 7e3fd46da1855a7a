"""Numbers that rise by one, given inside a transaction: sequences of events and of lanes."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import connection, models, transaction

from ispplatform.core.clock import system_now
from ispplatform.core.ids import uuid7
from ispplatform.core.tenancy.context import current_tenant_id

_COLUMNS = 7
_ROWS_PER_STATEMENT = 100
_TAKE = (
    "INSERT INTO core_sequencecounter "
    "(id, tenant_id, created_at, updated_at, scope, scope_id, last) VALUES {rows} "
    "ON CONFLICT (tenant_id, scope, scope_id) DO UPDATE "
    "SET last = core_sequencecounter.last + excluded.last, updated_at = excluded.updated_at "
    "RETURNING scope, scope_id, last"
)


def take_number(scope: str, scope_id: UUID, *, count: int = 1) -> int:
    """Return the last of ``count`` fresh numbers of one sequence; the first ever is 1.

    The sequence's row stays locked until the transaction ends, so numbers commit in order, and a
    rollback leaves no gap. ``count=0`` only locks it and returns the last number given.

    Raises:
        TransactionManagementError: no transaction is open.
    """
    return take_numbers({(scope, scope_id): count})[scope, scope_id]


def take_numbers(counts: Mapping[tuple[str, UUID], int]) -> dict[tuple[str, UUID], int]:
    """Take numbers of several sequences, one statement per hundred of them.

    Args:
        counts: (scope, scope id) to how many numbers are wanted.

    Returns:
        (scope, scope id) to the last of the numbers taken.

    Raises:
        TransactionManagementError: no transaction is open.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("A number is taken outside a transaction.")
    ordered = sorted(counts)  # one order for all, so that two transactions never wait in a circle
    taken: dict[tuple[str, UUID], int] = {}
    for start in range(0, len(ordered), _ROWS_PER_STATEMENT):
        taken |= _take(ordered[start : start + _ROWS_PER_STATEMENT], counts)
    return taken


def _take(
    keys: list[tuple[str, UUID]], counts: Mapping[tuple[str, UUID], int]
) -> dict[tuple[str, UUID], int]:
    uuids, times = models.UUIDField(), models.DateTimeField()
    tenant_id = uuids.get_db_prep_value(current_tenant_id(), connection)
    now = times.get_db_prep_value(system_now(), connection)
    by_column_value = {}
    params: list[Any] = []
    for scope, scope_id in keys:
        column_value = uuids.get_db_prep_value(scope_id, connection)
        by_column_value[scope, str(column_value)] = (scope, scope_id)
        row_id = uuids.get_db_prep_value(uuid7(), connection)
        params += [row_id, tenant_id, now, now, scope, column_value, counts[scope, scope_id]]
    row = f"({', '.join(['%s'] * _COLUMNS)})"
    with connection.cursor() as cursor:
        cursor.execute(_TAKE.format(rows=", ".join([row] * len(keys))), params)
        return {
            by_column_value[scope, str(scope_id)]: last
            for scope, scope_id, last in cursor.fetchall()
        }
