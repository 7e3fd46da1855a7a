"""Matters of money and domains are mailed one by one, until there are too many of them at once.

A provider that refuses everything opens hundreds of matters within minutes. The first ones are
mailed by themselves; what follows them waits ten minutes at most and comes in one mail.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from ispplatform.core.attention.events import AttentionGathered
from ispplatform.core.attention.kinds import attention_kinds
from ispplatform.core.attention.selectors import attention_items_open
from ispplatform.core.clock import system_now
from ispplatform.core.events import publish
from ispplatform.core.models.attention import AttentionItem
from ispplatform.core.models.tenants import Tenant
from ispplatform.core.subjects import subject_of
from ispplatform.core.tenancy.context import current_tenant_id
from ispplatform.core.tenancy.lookup import tenant_by_id
from ispplatform.core.tenant_settings import TenantSetting, between

WITHIN = timedelta(minutes=10)
ROWS_NAMED = 20
MAILED_AT_ONCE = TenantSetting(
    key="core.attention_mails_at_once",
    default=10,
    label="Matters that are mailed one by one within ten minutes; what follows comes in one mail",
    check=between(1, 1000),
)


def is_mailed_at_once(now: datetime) -> bool:
    """Tell whether an urgent matter that is opened at ``now`` gets a mail of its own.

    Not while others wait to be told together, so that none waits longer than ten minutes.
    """
    tenant = tenant_by_id(current_tenant_id())
    recent = _urgent_ones(AttentionItem.objects.filter(resolved_at=None)).filter(
        opened_at__gt=now - 2 * WITHIN
    )
    if recent.filter(told_at=None).exists():
        return False
    return recent.filter(told_at__gt=now - WITHIN).count() < MAILED_AT_ONCE.of(tenant)


def attention_gather(tenant: Tenant) -> int:
    """Publish in one event what waits to be told together; return how many rows.

    Call it in the tenant, each minute. Nothing is told before the oldest has waited ten minutes;
    what was put aside is told when it is back.
    """
    now = system_now()
    with transaction.atomic():
        rows = _urgent_ones(attention_items_open()).filter(told_at=None)
        items = list(rows.select_for_update())
        if not any(item.opened_at <= now - WITHIN for item in items):
            return 0
        AttentionItem.objects.filter(pk__in=[item.pk for item in items]).update(told_at=now)
        publish(
            AttentionGathered(
                item_ids=[item.pk for item in items[:ROWS_NAMED]],
                count=len(items),
                waiting_count=attention_items_open().count(),
            ),
            subject=subject_of(tenant),
        )
    return len(items)


def _urgent_ones(rows: QuerySet[AttentionItem]) -> QuerySet[AttentionItem]:
    return rows.filter(kind__in=[kind.name for kind in attention_kinds.items() if kind.is_urgent])
