"""Celery entry points of provisioning."""

from celery import shared_task

from ispplatform.core.borders import each_tenant
from ispplatform.core.due import tenants_by_beat
from ispplatform.core.leases import duty
from provisioning.workflows.schedules import schedules_run
from provisioning.workflows.terminations import terminations_run

SWEEP_SECONDS = 300


@shared_task
@duty("provisioning.sweep_services", every_seconds=SWEEP_SECONDS, hold_seconds=600)
def sweep_services() -> None:
    """Carry out arranged acts and end services whose hold is over, for every tenant."""
    each_tenant(
        tenants_by_beat(),
        {"provisioning.schedules": schedules_run, "provisioning.terminations": terminations_run},
    )
