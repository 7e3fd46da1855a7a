"""The embedded database knows how far each index narrows down, on every connection."""

import sqlite3

import pytest
from django.db.utils import ConnectionHandler

from ispplatform.core.database.statistics import statistics_renew

pytestmark = pytest.mark.django_db  # it opens a database of its own

LINES = "SELECT * FROM lines WHERE tenant = 'one' AND entry = '00007' ORDER BY id"
BY_ENTRY = "SEARCH lines USING INDEX lines_entry (entry=?)"
BY_TENANT = "SEARCH lines USING INDEX lines_tenant (tenant=?)"


@pytest.fixture
def written(tmp_path):
    """A database with three lines to each entry of one company, as Django sees it."""
    path = tmp_path / "db.sqlite3"
    with sqlite3.connect(path) as made:
        made.execute("PRAGMA journal_mode=WAL")
        made.execute("CREATE TABLE lines (id text PRIMARY KEY, tenant text, entry text)")
        made.execute("CREATE INDEX lines_entry ON lines (entry)")
        made.execute("CREATE INDEX lines_tenant ON lines (tenant, id)")
        rows = [(f"{place:05d}", "one", f"{place // 3:05d}") for place in range(3_000)]
        made.executemany("INSERT INTO lines VALUES (?, ?, ?)", rows)
    made.close()
    options = {"ENGINE": "django.db.backends.sqlite3", "NAME": path}
    connection = ConnectionHandler({"default": options})["default"]
    yield connection
    connection.close()


@pytest.fixture
def other(written):
    """Another program's connection, which stays open."""
    opened = sqlite3.connect(written.settings_dict["NAME"], cached_statements=0)
    yield opened
    opened.close()


def way(other):
    other.execute("SELECT 1 FROM lines LIMIT 1").fetchall()  # only what runs looks at the schema
    return other.execute(f"EXPLAIN QUERY PLAN {LINES}").fetchall()[0][3]


def test_without_statistics_the_lines_of_one_entry_are_looked_for_among_all(other):
    assert way(other) == BY_TENANT


def test_another_connection_goes_by_the_statistics_from_its_next_statement_on(written, other):
    assert way(other) == BY_TENANT
    statistics_renew(written)
    assert way(other) == BY_ENTRY


def test_it_goes_by_those_that_are_renewed_as_well(written, other):
    statistics_renew(written)
    other.execute("UPDATE lines SET entry = '00007'")
    other.commit()
    assert way(other) == BY_ENTRY
    statistics_renew(written)
    assert way(other) == BY_TENANT
    assert other.execute("SELECT count(*) FROM sqlite_master WHERE type = 'table'").fetchone() == (
        2,  # the lines and the statistics
    )
