"""Celery entry points of hosting."""

from celery import shared_task

from hosting.workflows.sweeps import passwords_sweep_run, usage_sweep_run
from ispplatform.core.leases import periodic_duty
from ispplatform.core.models import Tenant
from ispplatform.core.tenancy.context import tenant_context

SWEEP_SECONDS = 600


@shared_task
def sweep_hosting() -> None:
    """Forget passwords that never arrived and read usage that is a day old, for every tenant."""
    with periodic_duty(
        "hosting.sweep_hosting", every_seconds=SWEEP_SECONDS, hold_seconds=600
    ) as mine:
        if mine:
            for tenant in Tenant.objects.order_by("pk"):
                with tenant_context(tenant.pk):
                    passwords_sweep_run()
                    usage_sweep_run()
