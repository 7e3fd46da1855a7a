"""The walls in the database: what direct SQL cannot do either."""

import os
from datetime import timedelta

import psycopg
import pytest
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connection, models, transaction

from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.clock import system_now
from ispplatform.core.database import postgresql_walls
from ispplatform.core.database.walls import install_walls, lift_walls, missing_walls
from ispplatform.core.models import AuditEntry, AuditValues, PurgePermit
from ispplatform.core.subjects import subject_of
from ispplatform.core.tenancy.context import across_tenants, enter_scope, tenant_context


def entry_for(tenant) -> AuditEntry:
    with transaction.atomic():
        return audit(
            "core.test", actor=Actor.system("test"), subject=subject_of(tenant), after={"a": 1}
        )


def sql(statement: str, *params: object) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, params)


@pytest.fixture
def entry(tenant) -> AuditEntry:
    return entry_for(tenant)


def test_a_frozen_row_refuses_direct_sql(entry):
    with pytest.raises(IntegrityError, match="frozen"):
        sql("UPDATE core_auditentry SET act = 'forged'")
    with pytest.raises(IntegrityError, match="frozen"):
        sql("DELETE FROM core_auditvalues")
    with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
        AuditEntry.objects.filter(pk=entry.pk).update(act="forged")
    entry.refresh_from_db()
    assert entry.act == "core.test"
    assert AuditValues.objects.get(entry=entry).after == {"a": 1}


def test_a_permit_of_the_same_tenant_opens_the_door_until_it_expires(entry, other_tenant):
    with tenant_context(other_tenant.pk):
        PurgePermit.objects.create(
            reason="theirs", actor_label="x", expires_at=system_now() + timedelta(hours=1)
        )
    with pytest.raises(IntegrityError, match="frozen"):
        sql("DELETE FROM core_auditvalues")
    permit = PurgePermit.objects.create(
        reason="reset", actor_label="x", expires_at=system_now() - timedelta(seconds=2)
    )
    with pytest.raises(IntegrityError, match="frozen"):
        sql("DELETE FROM core_auditvalues")
    PurgePermit.objects.filter(pk=permit.pk).update(expires_at=system_now() + timedelta(hours=1))
    sql("DELETE FROM core_auditvalues")
    assert AuditValues.objects.count() == 0


def test_a_row_cannot_point_at_a_row_of_another_tenant(entry, other_tenant):
    def point() -> None:
        with tenant_context(other_tenant.pk), transaction.atomic():
            AuditValues.objects.create(entry_id=entry.pk, salt="", before={}, after={})
            connection.check_constraints()

    with pytest.raises(IntegrityError):
        point()
    with across_tenants("this test"):
        assert AuditValues.objects.count() == 1


def test_a_missing_wall_is_reported_and_installed_again(tenant):
    assert missing_walls(connection) == []


@pytest.mark.needs_sqlite
def test_lifted_walls_are_reported_until_installed(tenant):
    lift_walls(connection)
    absent = missing_walls(connection)
    assert "wall_frozen_update_core_auditentry" in absent
    assert "wall_tenant_insert_core_auditvalues_entry_id" in absent
    install_walls(connection)
    assert missing_walls(connection) == []


@pytest.mark.needs_sqlite
@pytest.mark.django_db(transaction=True)
def test_migrate_puts_up_what_a_new_version_needs(tenant):
    """A new reference in an existing table has no wall before its own migration."""
    sql('DROP TRIGGER "wall_tenant_insert_core_auditvalues_entry_id"')
    call_command("migrate", verbosity=0, skip_checks=False)
    assert missing_walls(connection) == []


@pytest.mark.needs_sqlite
@pytest.mark.django_db(transaction=True)
def test_a_rebuilt_table_has_its_triggers_after_migrate(tenant):
    lift_walls(connection)  # as migrate does: a rebuild fails on triggers that name the table
    field = models.CharField(max_length=10, default="")
    field.set_attributes_from_name("rebuilt")
    with connection.schema_editor() as editor:
        editor.add_field(AuditEntry, field)
        editor.remove_field(AuditEntry, field)
    assert "wall_frozen_delete_core_auditentry" in missing_walls(connection)
    call_command("migrate", verbosity=0)
    assert missing_walls(connection) == []
    entry_for(tenant)
    with pytest.raises(IntegrityError, match="frozen"):
        sql("DELETE FROM core_auditentry")


@pytest.mark.needs_postgres
def test_row_level_security_hides_other_tenants_from_direct_sql(entry, other_tenant):
    def count() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM core_auditentry")
            return cursor.fetchone()[0]

    assert count() == 1
    with tenant_context(other_tenant.pk):
        assert count() == 0
    with across_tenants("this test"):
        assert count() == 1
    enter_scope(None)
    assert count() == 0


@pytest.mark.needs_postgres
@pytest.mark.django_db(transaction=True)
def test_a_migration_sees_and_changes_the_rows_of_every_company(entry, other_tenant):
    """Without the lifting it would find none, and leave them as they were without a word."""
    with tenant_context(other_tenant.pk):
        entry_for(other_tenant)
    forge = "UPDATE core_auditentry SET act = 'core.moved'"
    owner = os.environ["MIGRATOR_DATABASE_URL"]
    with psycopg.connect(owner, dbname=connection.settings_dict["NAME"]) as its_owner:
        cursor = its_owner.cursor()
        cursor.execute("SET lock_timeout = '20s'")
        cursor.execute(forge)
        assert cursor.rowcount == 0
        postgresql_walls.lift(cursor)
        cursor.execute(forge)
        assert cursor.rowcount == 2
        postgresql_walls.install(cursor, set(connection.introspection.table_names()))
        with pytest.raises(psycopg.errors.RestrictViolation, match="frozen"):
            cursor.execute("SELECT set_config('app.tenant', '*', false)").execute(forge)
        its_owner.rollback()
    assert AuditEntry.objects.get(pk=entry.pk).act == "core.test"


@pytest.mark.needs_postgres
def test_row_level_security_follows_the_scope_over_a_rollback(entry, other_tenant):
    with tenant_context(other_tenant.pk):
        try:
            with transaction.atomic():
                assert AuditEntry.objects.count() == 0
                raise DatabaseError("rolled back")
        except DatabaseError:
            pass
    assert AuditEntry.objects.count() == 1


@pytest.mark.needs_postgres
def test_the_role_of_web_and_workers_cannot_pass_the_wall(tenant):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper, rolbypassrls, (SELECT count(*) FROM pg_class "
            "WHERE relowner = r.oid AND relkind = 'r') FROM pg_roles r WHERE rolname = current_user"
        )
        assert cursor.fetchone() == (False, False, 0)
