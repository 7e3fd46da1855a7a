"""The suite's databases: migrated once, then copied for every worker and every committing test.

Loaded as a pytest plugin by ``tests/conftest.py``. Migrating takes many seconds and copying takes
milliseconds, so a migrated template is kept: a file under ``.cache/`` for SQLite, a template
database for PostgreSQL. A test that commits gets a fresh copy afterwards. Django would flush
instead, which loses what migrations wrote and which frozen rows refuse.
"""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import connection
from django.test import TransactionTestCase
from pytest_django import DjangoDbBlocker

from tests.database.postgresql import PostgresqlCopies
from tests.database.sqlite import SqliteCopies

Copies = SqliteCopies | PostgresqlCopies


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest,
    django_test_environment: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
    worker_id: str,
) -> Iterator[Copies]:
    """Give this process a database of its own, copied from the template; drop it at the end.

    Yields:
        What renews it: for fixtures that commit for more than one test.
    """
    copies: Copies
    if connection.vendor == "sqlite":
        copies = SqliteCopies(settings.BASE_DIR, connection)
    else:
        copies = PostgresqlCopies(settings.BASE_DIR, connection, worker_id)
    with django_db_blocker.unblock():
        copies.open()
    patch = pytest.MonkeyPatch()
    patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _test: copies.renew())
    yield copies
    patch.undo()
    with django_db_blocker.unblock():
        copies.close()
