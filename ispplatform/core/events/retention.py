"""How long events are kept."""

from datetime import timedelta
from uuid import UUID

from django.db import transaction

from ispplatform.core.borders import each_tenant
from ispplatform.core.clock import system_now
from ispplatform.core.models.events import OPEN_DELIVERY_STATES, EventDelivery, OutboxEvent
from ispplatform.core.models.tenants import Tenant
from ispplatform.core.tenant_settings import TenantSetting, between

BATCH = 200
EVENT_RETENTION_DAYS = TenantSetting(
    key="core.event_retention_days",
    default=30,
    label="Days for which events can be read and delivered again",
    check=between(7, 3650),
)


def events_forget_old() -> int:
    """Delete every tenant's events older than its retention; return how many.

    An event stays while a subscriber has still to hear of it. Each batch is a transaction of its
    own, well under 50 ms.
    """
    return each_tenant(Tenant.objects.order_by("pk"), {"core.forget_old_events": _forget_old})


def _forget_old(tenant: Tenant) -> int:
    forgotten = 0
    while batch := _batch(EVENT_RETENTION_DAYS.of(tenant)):
        with transaction.atomic():
            EventDelivery.objects.filter(event_id__in=batch).delete()
            OutboxEvent.objects.filter(pk__in=batch).delete()
        forgotten += len(batch)
    return forgotten


def _batch(days: int) -> list[UUID]:
    old = OutboxEvent.objects.filter(
        created_at__lt=system_now() - timedelta(days=days), dispatched_at__isnull=False
    )
    settled = old.exclude(deliveries__state__in=OPEN_DELIVERY_STATES)
    return list(settled.order_by("created_at").values_list("pk", flat=True)[:BATCH])
