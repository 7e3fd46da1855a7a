"""Install, lift and check the walls of the database at hand."""

from types import ModuleType
from typing import Any

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from ispplatform.core.database import postgresql_walls, sqlite_walls

_BY_VENDOR: dict[str, ModuleType] = {"sqlite": sqlite_walls, "postgresql": postgresql_walls}


def install_walls(connection: BaseDatabaseWrapper) -> None:
    """Create every wall that the existing tables need; safe to repeat."""
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        _walls(connection).install(cursor, _tables(connection, cursor))


def lift_walls(connection: BaseDatabaseWrapper) -> None:
    """Drop what would stand in the way of a migration; ``install_walls`` must follow."""
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        _walls(connection).lift(cursor)


def missing_walls(connection: BaseDatabaseWrapper) -> list[str]:
    """Return the names of walls that the existing tables need and do not have."""
    with connection.cursor() as cursor:
        absent: list[str] = _walls(connection).missing(cursor, _tables(connection, cursor))
    return absent


def _walls(connection: BaseDatabaseWrapper) -> ModuleType:
    return _BY_VENDOR[connection.vendor]


def _tables(connection: BaseDatabaseWrapper, cursor: Any) -> set[str]:
    return set(connection.introspection.table_names(cursor))
