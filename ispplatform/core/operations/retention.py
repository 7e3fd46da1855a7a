"""How long the conversations with providers are kept."""

from datetime import timedelta

from ispplatform.core.borders import each_tenant
from ispplatform.core.clock import system_now
from ispplatform.core.models.operations import OperationExchange
from ispplatform.core.models.tenants import Tenant
from ispplatform.core.tenant_settings import TenantSetting, between

BATCH = 200
EXCHANGE_RETENTION_DAYS = TenantSetting(
    key="core.exchange_retention_days",
    default=90,
    label="Days for which conversations with providers are kept",
    check=between(7, 3650),
)


def exchanges_forget_old() -> int:
    """Delete every tenant's exchanges older than its retention; return how many.

    The operations themselves stay: they are part of the record.
    """
    return each_tenant(Tenant.objects.order_by("pk"), {"core.forget_old_exchanges": _forget_old})


def _forget_old(tenant: Tenant) -> int:
    forgotten = 0
    before = system_now() - timedelta(days=EXCHANGE_RETENTION_DAYS.of(tenant))
    old = OperationExchange.objects.filter(started_at__lt=before).order_by("started_at")
    while batch := list(old.values_list("pk", flat=True)[:BATCH]):
        OperationExchange.objects.filter(pk__in=batch).delete()
        forgotten += len(batch)
    return forgotten
