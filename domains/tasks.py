"""Celery entry points of names."""

from celery import shared_task

from domains.workflows.delegation import delegation_checks_run
from domains.workflows.reading import expiries_run, readings_run
from ispplatform.core.borders import each_tenant
from ispplatform.core.due import tenants_by_beat
from ispplatform.core.leases import duty

SWEEP_SECONDS = 600


@shared_task
@duty("domains.sweep_domains", every_seconds=SWEEP_SECONDS, hold_seconds=600)
def sweep_domains() -> None:
    """Read back and look from outside at names whose turn it is, for every tenant."""
    each_tenant(
        tenants_by_beat(),
        {
            "domains.expiries": expiries_run,
            "domains.readings": lambda tenant: readings_run(),
            "domains.looks": lambda tenant: delegation_checks_run(),
        },
    )
