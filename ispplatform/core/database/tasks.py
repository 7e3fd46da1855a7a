"""Celery's entry point of the database's upkeep."""

from celery import shared_task

from ispplatform.core.database.statistics import statistics_renew
from ispplatform.core.leases import duty

RENEW_SECONDS = 3600


@shared_task
@duty("core.renew_statistics", every_seconds=RENEW_SECONDS, hold_seconds=280)
def renew_statistics() -> None:
    """Let the embedded database count its rows anew."""
    statistics_renew()
