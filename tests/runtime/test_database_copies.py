"""A test that commits leaves nothing behind, on either database."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test import TransactionTestCase

from ispplatform.run.fingerprint import code_fingerprint, migrations_fingerprint


@pytest.mark.django_db(transaction=True)
def test_committed_rows_are_gone_and_migrated_rows_are_back():
    # given
    migrated = ContentType.objects.count()
    ContentType.objects.create(app_label="left", model="behind")
    ContentType.objects.filter(app_label="core").delete()
    with ThreadPoolExecutor(1) as other_connection:
        seen = other_connection.submit(_count_and_disconnect).result()
    assert seen == ContentType.objects.count() != migrated
    # when
    TransactionTestCase()._fixture_teardown()
    # then
    assert ContentType.objects.count() == migrated
    assert not ContentType.objects.filter(app_label="left").exists()
    assert ContentType.objects.filter(app_label="core").exists()


def _count_and_disconnect() -> int:
    try:
        return ContentType.objects.count()
    finally:
        connection.close()


@pytest.mark.needs_postgres
@pytest.mark.django_db
def test_queries_run_as_a_role_that_the_second_wall_holds_back():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user, rolsuper, rolbypassrls, rolcreatedb FROM pg_roles "
            "WHERE rolname = current_user"
        )
        role = cursor.fetchone()
        cursor.execute(
            "SELECT count(*) FROM pg_tables "
            "WHERE schemaname = 'public' AND tableowner = current_user"
        )
        owned = cursor.fetchone()

    assert role == ("app", False, False, False)
    assert owned == (0,)


def test_a_template_is_made_anew_when_what_it_depends_on_changes(tmp_path):
    # given
    (tmp_path / "requirements.txt").write_text("django==5.2\n")
    for name in ("shop/__init__.py", "shop/models.py", "shop/migrations/0001_initial.py"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("")
    migrations, code = migrations_fingerprint(tmp_path), code_fingerprint(tmp_path)
    # when the code changes, but no migration
    (tmp_path / "shop/models.py").write_text("# triggers\n")
    assert migrations_fingerprint(tmp_path) == migrations
    assert code_fingerprint(tmp_path) != code
    # when a migration changes
    (tmp_path / "shop/migrations/0001_initial.py").write_text("# a column\n")
    after_migration = migrations_fingerprint(tmp_path)
    assert after_migration != migrations
    # when another version of a package is installed
    (tmp_path / "requirements.txt").write_text("django==5.2.1\n")
    assert migrations_fingerprint(tmp_path) != after_migration
