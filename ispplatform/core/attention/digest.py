"""The digest: what nobody was told of at once is mailed at 08:30 of the company's day."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from ispplatform.core.attention.events import AttentionDigestDue
from ispplatform.core.attention.kinds import attention_kinds
from ispplatform.core.attention.selectors import attention_items_open
from ispplatform.core.clock import system_now
from ispplatform.core.events import publish
from ispplatform.core.models.tenants import Tenant
from ispplatform.core.subjects import subject_of

DIGEST_AT = time(8, 30)
ROWS_NAMED = 20


def last_digest_time(tenant: Tenant, now: datetime) -> datetime:
    """Return the last 08:30 of the company's days that is not still to come."""
    zone = ZoneInfo(tenant.time_zone)
    today = now.astimezone(zone).date()
    moment = datetime.combine(today, DIGEST_AT, zone)
    if moment > now:
        moment = datetime.combine(today - timedelta(days=1), DIGEST_AT, zone)
    return moment


def attention_digest(tenant: Tenant) -> int:
    """Publish what waits since before the last 08:30 and was not told yet; return how many rows.

    Call it in the tenant, as often as you like: a row is told once. Rows that were put aside are
    told when they are back.
    """
    now = system_now()
    with transaction.atomic():
        at_once = [kind.name for kind in attention_kinds.items() if kind.is_urgent]
        rows = (
            attention_items_open()
            .filter(told_at=None, opened_at__lt=last_digest_time(tenant, now))
            .exclude(kind__in=at_once)
        )
        items = list(rows.select_for_update())
        if not items:
            return 0
        rows.model.objects.filter(pk__in=[item.pk for item in items]).update(told_at=now)
        publish(
            AttentionDigestDue(
                item_ids=[item.pk for item in items[:ROWS_NAMED]],
                count=len(items),
                waiting_count=attention_items_open().count(),
            ),
            subject=subject_of(tenant),
        )
    return len(items)
