"""Bulk acts go when their time is over: their rows name customers."""

from collections.abc import Callable
from datetime import timedelta

import time_machine

from ispplatform.core.actors import Actor
from ispplatform.core.bulk.retention import BULK_RETENTION_DAYS, bulk_runs_forget_old
from ispplatform.core.bulk.services import bulk_confirm, bulk_undo
from ispplatform.core.clock import system_now
from ispplatform.core.models import AuditEntry, BulkRow, BulkRun, BulkState, Operation, Tenant
from ispplatform.core.tenancy.context import tenant_context
from tests.core.bulk.conftest import planned, worked


def test_a_run_that_is_over_goes_with_its_rows_and_the_trail_stays(
    clerk: Actor, failed: Callable[[int], list[Operation]]
) -> None:
    run = done_run(clerk, failed(2))
    told = AuditEntry.objects.filter(act="core.operation_retry").count()
    assert (told, BulkRow.objects.count()) == (2, 2)
    with time_machine.travel(system_now() + timedelta(days=364), tick=False):
        assert bulk_runs_forget_old() == 0
    with time_machine.travel(system_now() + timedelta(days=366), tick=False):
        assert bulk_runs_forget_old() == 1
    assert not BulkRun.objects.filter(pk=run.pk).exists()
    assert not BulkRow.objects.exists()
    assert AuditEntry.objects.filter(act="core.operation_retry").count() == told


def test_what_works_or_stands_before_a_person_stays_and_a_forgotten_plan_goes(
    clerk: Actor, failed: Callable[[int], list[Operation]]
) -> None:
    rows = failed(1)
    kept = []
    for state in (BulkState.RUNNING, BulkState.STOPPED, BulkState.PLANNING):
        run = planned(clerk, rows)
        BulkRun.objects.filter(pk=run.pk).update(state=state, confirmed_at=system_now())
        kept.append(run.pk)
    planned(clerk, rows)
    with time_machine.travel(system_now() + timedelta(days=366), tick=False):
        assert bulk_runs_forget_old() == 1
    assert sorted(BulkRun.objects.values_list("pk", flat=True)) == sorted(kept)


def test_an_undoing_and_what_it_undid_go_together(
    clerk: Actor, failed: Callable[[int], list[Operation]]
) -> None:
    run = done_run(clerk, failed(1))
    undoing = bulk_undo(actor=clerk, run_id=run.pk)
    BulkRun.objects.filter(pk=undoing.pk).update(state=BulkState.STOPPED, confirmed_at=system_now())
    later = system_now() + timedelta(days=366)
    with time_machine.travel(later, tick=False):
        assert bulk_runs_forget_old() == 0
    BulkRun.objects.filter(pk=undoing.pk).update(state=BulkState.DROPPED)
    with time_machine.travel(later, tick=False):
        assert bulk_runs_forget_old() == 2
    assert not BulkRun.objects.exists()


def test_each_company_keeps_its_own_days(
    tenant: Tenant,
    other_tenant: Tenant,
    clerk: Actor,
    failed: Callable[[int], list[Operation]],
) -> None:
    done_run(clerk, failed(1))
    Tenant.objects.filter(pk=tenant.pk).update(settings={BULK_RETENTION_DAYS.key: 700})
    with time_machine.travel(system_now() + timedelta(days=500), tick=False):
        assert bulk_runs_forget_old() == 0
    with tenant_context(other_tenant.pk):
        assert not BulkRun.objects.exists()
    with time_machine.travel(system_now() + timedelta(days=701), tick=False):
        assert bulk_runs_forget_old() == 1


def done_run(clerk: Actor, rows: list[Operation]) -> BulkRun:
    run = planned(clerk, rows)
    bulk_confirm(actor=clerk, run_id=run.pk)
    worked(run)
    assert run.state == BulkState.FINISHED
    return run
