"""Celery's entry points of sales."""

from celery import shared_task

from ispplatform.core.borders import each_tenant
from ispplatform.core.due import tenants_by_beat
from ispplatform.core.leases import duty
from sales.workflows.due import orders_run

SWEEP_SECONDS = 300


@shared_task
@duty("sales.sweep_unpaid_orders", every_seconds=SWEEP_SECONDS, hold_seconds=600)
def sweep_unpaid_orders() -> None:
    """Remind of unpaid orders and let them expire, for every tenant."""
    each_tenant(tenants_by_beat(), {"sales.unpaid_orders": orders_run})
