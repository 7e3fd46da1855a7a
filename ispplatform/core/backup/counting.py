"""Row counts and sums of money, by which a restored database is held against its backup."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.apps import apps

from ispplatform.core.money import MoneyField

# Runs one statement on the database that is counted and returns its rows.
Query = Callable[[str], Iterable[tuple[Any, ...]]]


@dataclass(frozen=True, slots=True)
class Count:
    """What a database holds, as ``Manifest`` keeps it."""

    migrations: dict[str, list[str]]
    rows: dict[str, int]
    sums: dict[str, list[int]]


def count_all(query: Query, *, columns: dict[str, set[str]]) -> Count:
    """Count every table; add up every column that the models know as money.

    Args:
        columns: the columns of each table that there is: those of an older version may differ
            from what the models say.
    """
    rows = {}
    sums = {}
    for table in sorted(columns):
        money = sorted(_money_columns().get(table, set()) & columns[table])
        wanted = ["COUNT(*)"]
        for column in money:
            wanted += [f'SUM("{column}")', f'SUM(ABS("{column}"))']
        # Names of tables and columns come from the database itself and from the models.
        (found,) = query(f'SELECT {", ".join(wanted)} FROM "{table}"')  # noqa: S608 # nosec B608
        rows[table] = int(found[0])
        for place, column in enumerate(money):
            pair = found[1 + 2 * place : 3 + 2 * place]
            sums[f"{table}.{column}"] = [int(value or 0) for value in pair]
    return Count(migrations=_applied(query, columns), rows=rows, sums=sums)


def _money_columns() -> dict[str, set[str]]:
    return {
        model._meta.db_table: {
            str(field.column)
            for field in model._meta.local_concrete_fields
            if isinstance(field, MoneyField)
        }
        for model in apps.get_models(include_auto_created=True)
    }


def _applied(query: Query, columns: dict[str, set[str]]) -> dict[str, list[str]]:
    applied: dict[str, list[str]] = {}
    if "django_migrations" in columns:
        for app, name in query("SELECT app, name FROM django_migrations ORDER BY app, name"):
            applied.setdefault(app, []).append(name)
    return applied
