"""While many rows are copied, indexes and walls are put aside; all of them come back."""

import pytest
from django.db import connection

from customers.models import Customer
from demo.filling import PUT_ASIDE, bare_tables, put_back
from ispplatform.core.database.walls import missing_walls

pytestmark = pytest.mark.django_db
TABLE = Customer._meta.db_table


def parts():
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT indexname, tablename, indexdef FROM pg_indexes")
        else:
            cursor.execute("SELECT name, tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL")
        return {name: (table, sql) for name, table, sql in cursor.fetchall() if name != table}


def tables():
    return connection.introspection.table_names()


def of_the_table(found):
    return {name for name, (table, _) in found.items() if table == TABLE}


def test_only_the_tables_that_are_filled_are_bare_and_only_meanwhile():
    before = parts()
    assert of_the_table(before)
    with bare_tables({TABLE}):
        aside = set(before) - set(parts())
        assert aside == (of_the_table(before) if connection.vendor == "sqlite" else set())
    assert parts() == before
    assert missing_walls(connection) == []


def test_a_filling_that_fails_brings_them_back():
    before = parts()
    with pytest.raises(ZeroDivisionError), bare_tables({TABLE}):
        _ = 1 / 0
    assert parts() == before


def test_what_a_killed_loading_left_aside_is_put_back_by_the_next():
    before = parts()
    loading = bare_tables({TABLE})
    loading.__enter__()
    assert (PUT_ASIDE in tables()) == (connection.vendor == "sqlite")
    put_back()
    assert parts() == before
    assert PUT_ASIDE not in tables()
    put_back()
    assert parts() == before


def test_a_filling_goes_on_where_a_killed_one_left_tables_bare():
    before = parts()
    killed = bare_tables({TABLE})
    killed.__enter__()
    with bare_tables({TABLE}):
        assert len(parts()) <= len(before)
    assert parts() == before
    assert PUT_ASIDE not in tables()
