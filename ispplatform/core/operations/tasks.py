"""Celery entry points of the engine."""

from uuid import UUID

from celery import shared_task

from ispplatform.core.leases import duty
from ispplatform.core.operations.claiming import operations_take_for_queueing
from ispplatform.core.operations.engine import operation_run
from ispplatform.core.operations.retention import exchanges_forget_old
from ispplatform.core.tasks import in_tenant

SWEEP = "core.sweep_operations"
SWEEP_SECONDS = 10
RETENTION_SECONDS = 3600


@shared_task
@in_tenant
def run_operation(operation_id: str) -> None:
    """Make one attempt at an operation."""
    operation_run(UUID(str(operation_id)))


@shared_task
@duty(SWEEP, every_seconds=SWEEP_SECONDS, hold_seconds=60)
def sweep_operations() -> None:
    """Queue what is due and has no message on the way: losing every message loses nothing."""
    for tenant_id, operation_id in operations_take_for_queueing():
        run_operation.delay(tenant_id, operation_id)


@shared_task
@duty("core.forget_old_exchanges", every_seconds=RETENTION_SECONDS, hold_seconds=600)
def forget_old_exchanges() -> None:
    """Delete exchange logs whose retention is over."""
    exchanges_forget_old()
