"""Celery entry points of hosting."""

from celery import shared_task

from hosting.workflows.sweeps import passwords_sweep_run, usage_sweep_run
from ispplatform.core.borders import each_tenant
from ispplatform.core.leases import duty
from ispplatform.core.models import Tenant

SWEEP_SECONDS = 600


@shared_task
@duty("hosting.sweep_hosting", every_seconds=SWEEP_SECONDS, hold_seconds=600)
def sweep_hosting() -> None:
    """Forget passwords that never arrived and read usage that is a day old, for every tenant."""
    each_tenant(
        Tenant.objects.order_by("pk"),
        {
            "hosting.passwords": lambda tenant: passwords_sweep_run(),
            "hosting.usage": lambda tenant: usage_sweep_run(),
        },
    )
