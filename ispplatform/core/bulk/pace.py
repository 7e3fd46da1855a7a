"""How fast an act that is paced may go on: so many rows of a run in a minute."""

from datetime import datetime, timedelta

from django.db.models import QuerySet

from ispplatform.core.bulk.acts import BulkAct
from ispplatform.core.clock import system_now
from ispplatform.core.models.bulk import BulkRow, BulkRowState, BulkRun
from ispplatform.core.tenancy.lookup import tenant_by_id

MINUTE = timedelta(minutes=1)


def paced_until(run: BulkRun, act: BulkAct) -> datetime | None:
    """Return when the next row may be done, where that is not now."""
    limit = _limit(run, act)
    if limit is None:
        return None
    times = _done(run).order_by("-decided_at").values_list("decided_at", flat=True)
    nth = next(iter(times[limit - 1 : limit]), None)
    if nth is None or nth + MINUTE <= system_now():
        return None
    is_waiting = BulkRow.objects.filter(run=run, state=BulkRowState.PLANNED).exists()
    return nth + MINUTE if is_waiting else None


def turn_size(run: BulkRun, act: BulkAct, rows: int) -> int:
    """Return how many of the next rows may be done now, at most ``rows``."""
    limit = _limit(run, act)
    if limit is None:
        return rows
    lately = _done(run).filter(decided_at__gt=system_now() - MINUTE).count()
    return max(1, min(rows, limit - lately))


def _done(run: BulkRun) -> QuerySet[BulkRow]:
    return BulkRow.objects.filter(run=run, state=BulkRowState.DONE)


def _limit(run: BulkRun, act: BulkAct) -> int | None:
    return None if act.a_minute is None else act.a_minute.of(tenant_by_id(run.tenant_id))
