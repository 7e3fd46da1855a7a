"""Celery's entry points of sales."""

from celery import shared_task

from ispplatform.core.leases import periodic_duty
from ispplatform.core.models import Tenant
from sales.workflows.follow_up import unpaid_orders_run

SWEEP_SECONDS = 300


@shared_task
def sweep_unpaid_orders() -> None:
    """Remind of unpaid orders and let them expire, for every tenant."""
    with periodic_duty(
        "sales.sweep_unpaid_orders", every_seconds=SWEEP_SECONDS, hold_seconds=600
    ) as mine:
        if mine:
            for tenant in Tenant.objects.filter(clock_held_at=None).order_by("pk"):
                unpaid_orders_run(tenant=tenant)
