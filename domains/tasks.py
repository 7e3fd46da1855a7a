"""Celery entry points of names."""

from celery import shared_task

from domains.workflows.delegation import delegation_checks_run
from domains.workflows.reading import expiries_run, readings_run
from ispplatform.core.due import tenants_by_beat
from ispplatform.core.leases import periodic_duty
from ispplatform.core.tenancy.context import tenant_context

SWEEP_SECONDS = 600


@shared_task
def sweep_domains() -> None:
    """Read back and look from outside at names whose turn it is, for every tenant."""
    with periodic_duty(
        "domains.sweep_domains", every_seconds=SWEEP_SECONDS, hold_seconds=600
    ) as mine:
        if mine:
            for tenant in tenants_by_beat():
                with tenant_context(tenant.pk):
                    expiries_run(tenant)
                    readings_run()
                    delegation_checks_run()
