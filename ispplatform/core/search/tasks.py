"""Celery's entry point of the search: each night it is compared with what it speaks of."""

import logging
from datetime import timedelta
from uuid import uuid5
from zoneinfo import ZoneInfo

from celery import shared_task

from ispplatform.core.attention import attention_open
from ispplatform.core.borders import each_tenant
from ispplatform.core.clock import system_now
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
WALK_SECONDS = 3600
SECONDS_PER_COMPANY = 120
NIGHT = range(1, 5)  # hours of the company's own clock
A_DAY, TWO_DAYS = timedelta(hours=20), timedelta(hours=48)


@shared_task
@duty("core.walk_search", every_seconds=WALK_SECONDS, hold_seconds=1800)
def walk_search() -> None:
    """Go on with the walk of each company, or begin the next one at night."""
    each_tenant(Tenant.objects.order_by("pk"), {"core.walk_search": search_look_after})


def search_look_after(tenant: Tenant) -> int:
    """Do an hour's part of the walk for one company; return how many rows were mended."""
    if not search_round_open() and _is_due(tenant):
        search_round_begin()
    ended = search_walk(tenant, seconds=SECONDS_PER_COMPANY)
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
