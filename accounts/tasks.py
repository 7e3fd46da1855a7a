"""Celery's entry points of identity and access."""

from celery import shared_task

from accounts.workflows.sweeps import sweep_old_rows
from ispplatform.core.leases import duty

SWEEP_SECONDS = 3600


@shared_task
@duty("accounts.sweep_expired", every_seconds=SWEEP_SECONDS, hold_seconds=600)
def sweep_expired() -> None:
    """Delete expired codes, links, log-ins and failure counts of every tenant."""
    sweep_old_rows()
