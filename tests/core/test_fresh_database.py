"""A fresh database made in one go is what its whole history would have made.

The apps of ``MADE_IN_ONE_GO`` are held against their models instead: replaying the history of
dj-stripe alone takes 80 s of computing (docs/adr/0110).
"""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.questioner import NonInteractiveMigrationQuestioner
from django.db.migrations.state import ProjectState

IN_ONE_GO = set(settings.MADE_IN_ONE_GO)

FRESH = """
import django
django.setup()
from django.core.management import call_command
from ispplatform.core.management.commands.migrate import Command
call_command(Command(), verbosity=0)
"""
HISTORY = """
import django
from django.conf import settings
settings.MIGRATION_MODULES = dict.fromkeys(settings.MADE_IN_ONE_GO)
django.setup()
from django.core.management import call_command
from django.core.management.commands.migrate import Command
call_command(Command(), verbosity=0, run_syncdb=True)
"""
# An installation that was made before dj-stripe belonged to it.
EARLIER = """
import django
from django.conf import settings
settings.MIGRATION_MODULES = dict.fromkeys(settings.MADE_IN_ONE_GO)
django.setup()
from django.core.management import call_command
from django.db import connection
from django.apps import apps
from django.conf import settings
from ispplatform.core.database.fresh import create_everything
create_everything(connection)
names = [m._meta.db_table for label in settings.MADE_IN_ONE_GO
         for m in apps.get_app_config(label).get_models(include_auto_created=True)]
with connection.cursor() as cursor:
    cursor.execute("PRAGMA foreign_keys = OFF")
    for name in names:
        cursor.execute(f'DROP TABLE "{name}"')
"""


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


def applied(database: sqlite3.Connection) -> list[tuple[str, str]]:
    return list(database.execute("SELECT app, name FROM django_migrations ORDER BY app, name"))


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
    assert applied(history) == [row for row in applied(fresh) if row[0] not in IN_ONE_GO]
    assert {row[0] for row in applied(fresh)} >= IN_ONE_GO
    history.close()
    fresh.close()


@pytest.mark.slow
@pytest.mark.needs_sqlite
def test_an_installation_that_lacks_an_app_of_others_gets_its_tables_at_once(tmp_path):
    path = tmp_path / "earlier.sqlite3"
    earlier = made_by(EARLIER, path)
    assert not [table for table in shape(earlier) if table.startswith("djstripe_")]
    assert not [row for row in applied(earlier) if row[0] in IN_ONE_GO]
    earlier.close()
    for _ in range(2):  # the second finds nothing to do
        upgraded = made_by(FRESH, path)
    fresh = made_by(FRESH, tmp_path / "fresh.sqlite3")
    assert shape(upgraded) == shape(fresh)
    assert applied(upgraded) == applied(fresh)
    assert upgraded.execute("PRAGMA foreign_key_check").fetchall() == []
    upgraded.close()
    fresh.close()


def test_the_models_of_an_app_made_in_one_go_are_what_its_history_ends_in():
    """What is made of the models is then what the migrations would have made."""
    loader = MigrationLoader(None)
    detector = MigrationAutodetector(
        loader.project_state(), ProjectState.from_apps(apps), NonInteractiveMigrationQuestioner()
    )
    changes = detector.changes(graph=loader.graph)
    assert {label: changes[label] for label in settings.MADE_IN_ONE_GO if label in changes} == {}


@pytest.mark.needs_postgres
@pytest.mark.django_db
def test_the_role_of_web_and_workers_may_read_and_write_the_mirror():
    with connection.cursor() as cursor:
        for privilege in ("SELECT", "INSERT", "UPDATE", "DELETE"):
            cursor.execute(
                "SELECT bool_and(has_table_privilege(current_user, c.oid, %s)), count(*) "
                "FROM pg_class c WHERE c.relkind = 'r' "
                "AND c.relname LIKE 'djstripe!_%%' ESCAPE '!'",
                [privilege],
            )
            allowed, count = cursor.fetchone()
            assert allowed
            assert count == len(list(apps.get_app_config("djstripe").get_models(True)))
