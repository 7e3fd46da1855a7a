"""A fresh database made in one go is what its whole history would have made."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

HISTORY = """
import django
django.setup()
from django.core.management import call_command
from django.core.management.commands.migrate import Command
call_command(Command(), verbosity=0)
"""
FRESH = HISTORY.replace("django.core.management.commands", "ispplatform.core.management.commands")


def made_by(program: str, path: Path) -> sqlite3.Connection:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "ispplatform.settings",
        "DATABASE_URL": f"sqlite:///{path}",
    }
    subprocess.run(
        [sys.executable, "-c", program], cwd=settings.BASE_DIR, env=environment, check=True
    )
    return sqlite3.connect(path)


def shape(database: sqlite3.Connection) -> dict[str, object]:
    """Tables with their columns, keys and indexes; order and generated names left out."""
    tables = [
        row[0]
        for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        if not row[0].startswith("sqlite_")
    ]
    return {
        table: (
            sorted(row[1:] for row in database.execute(f'PRAGMA table_info("{table}")')),
            sorted(row[2:] for row in database.execute(f'PRAGMA foreign_key_list("{table}")')),
            sorted(
                (row[2], row[4], tuple(indexed(database, row[1])))
                for row in database.execute(f'PRAGMA index_list("{table}")')
            ),
        )
        for table in tables
    }


def indexed(database: sqlite3.Connection, index: str) -> list[str]:
    return [str(row[2]) for row in database.execute(f'PRAGMA index_info("{index}")')]


@pytest.mark.slow
@pytest.mark.needs_sqlite
def test_a_fresh_database_is_what_its_history_would_have_made(tmp_path):
    history = made_by(HISTORY, tmp_path / "history.sqlite3")
    fresh = made_by(FRESH, tmp_path / "fresh.sqlite3")
    wanted, found = shape(history), shape(fresh)
    assert found.keys() == wanted.keys()
    assert [table for table in found if found[table] != wanted[table]] == []
    applied = "SELECT app, name FROM django_migrations ORDER BY app, name"
    assert history.execute(applied).fetchall() == fresh.execute(applied).fetchall()
    history.close()
    fresh.close()
