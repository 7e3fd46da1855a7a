"""How long gateways' notices are kept: as long as the conversations with providers."""

from datetime import timedelta

from billing.choices import GatewayEventState
from billing.models import GatewayEvent
from ispplatform.core.borders import each_tenant
from ispplatform.core.clock import system_now
from ispplatform.core.models.tenants import Tenant
from ispplatform.core.operations.retention import EXCHANGE_RETENTION_DAYS

BATCH = 200


def gateway_events_forget_old() -> int:
    """Delete every tenant's notices that are done with and older than its retention.

    Returns:
        How many. Those that wait or failed stay, whatever their age.
    """
    tenants = Tenant.objects.order_by("pk")
    return each_tenant(tenants, {"billing.forget_gateway_events": _forget_old})


def _forget_old(tenant: Tenant) -> int:
    forgotten = 0
    before = system_now() - timedelta(days=EXCHANGE_RETENTION_DAYS.of(tenant))
    done = GatewayEvent.objects.filter(
        state__in=(GatewayEventState.PROCESSED, GatewayEventState.IGNORED),
        received_at__lt=before,
    ).order_by("received_at")
    while batch := list(done.values_list("pk", flat=True)[:BATCH]):
        GatewayEvent.objects.filter(pk__in=batch).delete()
        forgotten += len(batch)
    return forgotten
