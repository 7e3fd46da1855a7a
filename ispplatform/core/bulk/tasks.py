"""Celery entry points of bulk acts."""

from uuid import UUID

from celery import shared_task

from ispplatform.core.bulk.retention import bulk_runs_forget_old
from ispplatform.core.bulk.working import bulk_runs_take_for_queueing, bulk_work
from ispplatform.core.leases import duty
from ispplatform.core.tasks import in_tenant
from ispplatform.core.tenancy.context import current_tenant_id

SWEEP_SECONDS = 10
RETENTION_SECONDS = 24 * 3600


@shared_task
@in_tenant
def run_bulk(run_id: str) -> None:
    """Go on with a bulk run for a while, and queue it again while there is more to do."""
    if bulk_work(UUID(str(run_id))):
        run_bulk.delay(current_tenant_id(), run_id)


@shared_task
@duty("core.sweep_bulk_runs", every_seconds=SWEEP_SECONDS, hold_seconds=60)
def sweep_bulk_runs() -> None:
    """Queue the runs that nobody is at: a killed worker, a lost message cost time and no row."""
    for tenant_id, run_id in bulk_runs_take_for_queueing():
        run_bulk.delay(tenant_id, run_id)


@shared_task
@duty("core.forget_old_bulk_runs", every_seconds=RETENTION_SECONDS, hold_seconds=600)
def forget_old_bulk_runs() -> None:
    """Delete bulk acts whose retention is over."""
    bulk_runs_forget_old()
