"""Celery's entry point of the search: each night it is compared with what it speaks of."""

import logging
from datetime import timedelta
from functools import partial
from uuid import uuid5
from zoneinfo import ZoneInfo

from celery import shared_task

from ispplatform.core.attention import attention_open
from ispplatform.core.borders import each_tenant
from ispplatform.core.clock import monotonic_seconds, system_now
from ispplatform.core.leases import duty
from ispplatform.core.models.tenants import Tenant
from ispplatform.core.search.walking import (
    Walked,
    search_round_begin,
    search_round_begun_at,
    search_round_open,
    search_walk,
)
from ispplatform.core.subjects import Subject

logger = logging.getLogger(__name__)

DRIFT = "core.search_drift"
WALK_SECONDS = 600
RUN_SECONDS = 200.0  # of all companies together, well within a task's time
NIGHT = range(1, 5)  # hours of the company's own clock
A_DAY, TWO_DAYS = timedelta(hours=20), timedelta(hours=48)


@shared_task
@duty("core.walk_search", every_seconds=WALK_SECONDS, hold_seconds=280)
def walk_search() -> None:
    """Go on with the walk of each company, or begin the next one at night."""
    until = monotonic_seconds() + RUN_SECONDS
    job = partial(search_look_after, until=until)
    each_tenant(Tenant.objects.order_by("pk"), {"core.walk_search": job})


def search_look_after(tenant: Tenant, *, until: float | None = None) -> int:
    """Do a part of the walk for the company in force; return how many rows were mended.

    Args:
        until: the reading of ``monotonic_seconds`` after which no chunk is begun.
    """
    if not search_round_open() and _is_due(tenant):
        search_round_begin()
    ended = search_walk(tenant, until=until)
    for walked in ended:
        if walked.is_drift:
            _tell(tenant, walked)
    return sum(walked.walk.mended for walked in ended)


def _is_due(tenant: Tenant) -> bool:
    """Tell whether it is night and the last round is a day old, or whether nights were missed."""
    begun_at = search_round_begun_at()
    if begun_at is None:
        return True
    age = system_now() - begun_at
    is_night = system_now().astimezone(ZoneInfo(tenant.time_zone)).hour in NIGHT
    return age > (A_DAY if is_night else TWO_DAYS)


def _tell(tenant: Tenant, walked: Walked) -> None:
    walk = walked.walk
    sentence = (
        f"The search had lost sight of {walk.mended} of {walk.rows} rows of {walk.feed}. "
        "They are found again; something writes them past the search."
    )
    logger.warning("%s: %s", tenant.slug, sentence)
    subject = Subject(type="core.searchwalk", id=uuid5(tenant.pk, walk.feed), label=walk.feed)
    attention_open(kind=DRIFT, subject=subject, sentence=sentence)
