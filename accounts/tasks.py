"""Celery's entry points of identity and access."""

from celery import shared_task

from accounts.services.closing import closings_finish
from accounts.services.factor_resets import factor_resets_carry_out
from accounts.workflows.machines import machines_watch
from accounts.workflows.sweeps import sweep_old_rows
from ispplatform.core.borders import each_tenant
from ispplatform.core.leases import duty
from ispplatform.core.models import Tenant

SWEEP_SECONDS = 3600
RESET_SECONDS = 300
ERASE_SECONDS = 3600


@shared_task
@duty("accounts.sweep_expired", every_seconds=SWEEP_SECONDS, hold_seconds=600)
def sweep_expired() -> None:
    """Delete expired codes, links, log-ins and failure counts of every tenant."""
    sweep_old_rows()


@shared_task
@duty("accounts.watch_machines", every_seconds=SWEEP_SECONDS, hold_seconds=600)
def watch_machines() -> None:
    """Tell of keys that end soon, and of integrations that nobody answers for."""
    each_tenant(Tenant.objects.order_by("pk"), {"accounts.machines": machines_watch})


@shared_task
@duty("accounts.carry_out_factor_resets", every_seconds=RESET_SECONDS, hold_seconds=300)
def carry_out_factor_resets() -> None:
    """Remove the lost second factors that nobody stopped in time."""
    tenants = Tenant.objects.order_by("pk")
    each_tenant(tenants, {"accounts.factor_resets": factor_resets_carry_out})


@shared_task
@duty("accounts.finish_closings", every_seconds=ERASE_SECONDS, hold_seconds=600)
def finish_closings() -> None:
    """Make the deletions of log-ins final whose owners did not come back."""
    closings_finish()
