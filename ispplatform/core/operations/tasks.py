"""Celery entry points of the engine."""

from uuid import UUID

from celery import shared_task

from ispplatform.core.attention.digest import attention_digest
from ispplatform.core.attention.gathering import attention_gather
from ispplatform.core.borders import each_tenant
from ispplatform.core.leases import duty
from ispplatform.core.models.tenants import Tenant
from ispplatform.core.operations.claiming import operations_take_for_queueing
from ispplatform.core.operations.engine import operation_run
from ispplatform.core.operations.retention import exchanges_forget_old
from ispplatform.core.operations.watching import (
    SWEEP,
    connections_watch,
    duties_watch,
    unknown_operations_watch,
)
from ispplatform.core.tasks import in_tenant

SWEEP_SECONDS = 10
WATCH_SECONDS = 60
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
@duty("core.watch_operations", every_seconds=WATCH_SECONDS, hold_seconds=120)
def watch_operations() -> None:
    """Put before a person what would wait in silence, and mail what is told together."""
    each_tenant(
        Tenant.objects.order_by("pk"),
        {
            "core.attention_digest": attention_digest,
            "core.attention_gather": attention_gather,
            "core.duties_watch": duties_watch,
            "core.connections_watch": connections_watch,
            "core.unknown_operations_watch": unknown_operations_watch,
        },
    )


@shared_task
@duty("core.forget_old_exchanges", every_seconds=RETENTION_SECONDS, hold_seconds=600)
def forget_old_exchanges() -> None:
    """Delete exchange logs whose retention is over."""
    exchanges_forget_old()
