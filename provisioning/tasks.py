"""Celery entry points of provisioning."""

from celery import shared_task

from ispplatform.core.due import tenants_by_beat
from ispplatform.core.leases import periodic_duty
from ispplatform.core.tenancy.context import tenant_context
from provisioning.workflows.schedules import schedules_run
from provisioning.workflows.terminations import terminations_run

SWEEP_SECONDS = 300


@shared_task
def sweep_services() -> None:
    """Carry out arranged acts and end services whose hold is over, for every tenant."""
    with periodic_duty(
        "provisioning.sweep_services", every_seconds=SWEEP_SECONDS, hold_seconds=600
    ) as mine:
        if mine:
            for tenant in tenants_by_beat():
                with tenant_context(tenant.pk):
                    schedules_run(tenant)
                    terminations_run(tenant)
