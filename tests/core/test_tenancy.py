"""The first wall: querysets bind their tenant when they run, writes are checked."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from ispplatform.core.clock import system_now
from ispplatform.core.models import PurgePermit
from ispplatform.core.tenancy.context import (
    TenantMismatch,
    TenantMissing,
    across_tenants,
    current_tenant_id,
    enter_scope,
    tenant_context,
)


def permit(reason: str = "retention", **fields: object) -> PurgePermit:
    return PurgePermit.objects.create(
        reason=reason, actor_label="owner", expires_at=system_now() + timedelta(hours=1), **fields
    )


@pytest.fixture
def two_permits(tenant, other_tenant):
    ours = permit("ours")
    with tenant_context(other_tenant.pk):
        theirs = permit("theirs")
    return ours, theirs


def test_a_queryset_shows_rows_of_the_tenant_in_force_only(two_permits, other_tenant):
    ours, theirs = two_permits
    assert list(PurgePermit.objects.all()) == [ours]
    with tenant_context(other_tenant.pk):
        assert list(PurgePermit.objects.all()) == [theirs]


def test_a_queryset_built_in_one_tenant_runs_in_the_one_in_force(two_permits, other_tenant):
    built_here = PurgePermit.objects.filter(actor_label="owner")
    with tenant_context(other_tenant.pk):
        assert built_here.get() == two_permits[1]


def test_a_queryset_may_be_built_without_a_tenant_but_not_run(two_permits):
    enter_scope(None)
    queryset = PurgePermit.objects.exclude(reason="").order_by("reason")
    for run in (
        lambda: list(queryset),
        queryset.count,
        queryset.exists,
        queryset.delete,
        lambda: queryset.update(reason="x"),
        lambda: PurgePermit.objects.get(pk=two_permits[0].pk),
    ):
        with pytest.raises(TenantMissing):
            run()


def test_work_across_tenants_sees_every_row_and_says_why(two_permits):
    with across_tenants("this test"):
        assert PurgePermit.objects.count() == 2
        with pytest.raises(TenantMissing):
            current_tenant_id()
    with pytest.raises(ValueError, match="says why"), across_tenants(""):
        pass


def test_update_and_delete_stay_inside_the_tenant(two_permits, other_tenant):
    assert PurgePermit.objects.update(reason="changed") == 1
    with tenant_context(other_tenant.pk):
        assert PurgePermit.objects.get().reason == "theirs"
    assert PurgePermit.objects.all().delete()[0] == 1
    with across_tenants("this test"):
        assert PurgePermit.objects.count() == 1


def test_a_row_of_another_tenant_is_not_saved_deleted_or_refreshed(two_permits):
    _, theirs = two_permits
    theirs.reason = "taken over"
    with pytest.raises(TenantMismatch):
        theirs.save()
    with pytest.raises(TenantMismatch):
        theirs.delete()
    with pytest.raises(PurgePermit.DoesNotExist):
        theirs.refresh_from_db()


def test_rows_cannot_be_made_for_another_tenant(tenant, other_tenant):
    with pytest.raises(TenantMismatch):
        permit(tenant=other_tenant)
    with pytest.raises(TenantMismatch):
        PurgePermit.objects.bulk_create(
            [PurgePermit(tenant=other_tenant, reason="x", expires_at=system_now())]
        )
    with pytest.raises(TenantMismatch):
        PurgePermit.objects.update(tenant=other_tenant)
    with across_tenants("this test"):
        assert PurgePermit.objects.count() == 0


def test_a_new_row_takes_the_tenant_in_force(tenant):
    assert permit().tenant_id == tenant.pk
    made = PurgePermit.objects.bulk_create([PurgePermit(reason="x", expires_at=system_now())])
    assert made[0].tenant_id == tenant.pk


def test_raw_sql_through_the_manager_is_refused(tenant):
    with pytest.raises(TenantMissing):
        PurgePermit.objects.raw("SELECT * FROM core_purgepermit")


def test_updates_move_updated_at(tenant):
    row = permit()
    before = row.updated_at
    PurgePermit.objects.filter(pk=row.pk).update(reason="other")
    row.refresh_from_db()
    assert row.updated_at > before
    before = row.updated_at
    row.reason = "third"
    row.save(update_fields=["reason"])
    row.refresh_from_db()
    assert row.updated_at > before


def test_the_binding_adds_no_query_to_the_table(tenant):
    with CaptureQueriesContext(connection) as queries, transaction.atomic():
        list(PurgePermit.objects.all())
        list(PurgePermit.objects.all())
    assert len([q for q in queries if "core_purgepermit" in q["sql"]]) == 2
