"""Filling whole tables of SQLite: indexes and walls are put aside, and made when all is there.

An index that takes in a million rows one by one costs many times what it costs to make it of them.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.db import OperationalError, connection, transaction

PUT_ASIDE = "demo_put_aside"  # what is missing for now; a loading that is cut off leaves it behind
PARTS_KEPT = "SELECT name, sql FROM demo_put_aside ORDER BY rowid"
KEEP_PART = "INSERT INTO demo_put_aside VALUES (%s, %s)"
FORGET_PART = "DELETE FROM demo_put_aside WHERE name = %s"
CACHE = "-500000"  # KiB


@contextmanager
def bare_tables(tables: Collection[str]) -> Iterator[None]:
    """Let tables be filled without indexes, walls and looks at foreign keys; on SQLite only.

    What is put aside stands in the database, so ``put_back`` finds it after a crash.
    """
    if connection.vendor != "sqlite":
        yield
        return
    cache = _asked("PRAGMA cache_size")[0][0]
    _put_aside(tables)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA foreign_keys=OFF")
        cursor.execute(f"PRAGMA cache_size={CACHE}")
        with suppress(OperationalError):  # somebody else has the database open
            # New pages are written once and not, as in a log, twice. Every connection sets it back.
            cursor.execute("PRAGMA journal_mode=TRUNCATE")
    try:
        yield
    finally:
        put_back()
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA foreign_keys=ON")
            with suppress(OperationalError):
                cursor.execute("PRAGMA journal_mode=WAL")
            cursor.execute(f"PRAGMA cache_size={cache}")


def put_back() -> None:
    """Make the indexes and walls that were put aside, one at a time; nothing where none were."""
    if connection.vendor != "sqlite" or PUT_ASIDE not in connection.introspection.table_names():
        return
    for name, sql in _asked(PARTS_KEPT):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM sqlite_master WHERE name = %s", [name])
            if not cursor.fetchone()[0]:  # a migration makes the walls anew
                cursor.execute(sql)
            cursor.execute(FORGET_PART, [name])
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {PUT_ASIDE}")


def _put_aside(tables: Collection[str]) -> None:
    parts = _asked(
        "SELECT type, name, tbl_name, sql FROM sqlite_master "
        "WHERE sql IS NOT NULL AND type IN ('index', 'trigger') ORDER BY type, tbl_name"
    )
    with transaction.atomic(), connection.cursor() as cursor:
        # What an earlier filling that was cut off has put aside stays there, and comes back too.
        cursor.execute(f"CREATE TABLE IF NOT EXISTS {PUT_ASIDE} (name text, sql text)")
        for kind, name, table, sql in parts:
            if table in tables:
                cursor.execute(KEEP_PART, [name, sql])
                cursor.execute(f'DROP {kind} "{name}"')


def _asked(sql: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())
