"""When names renew, for billing, which knows no names."""

from collections.abc import Collection
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from domains.choices import DomainStatus
from domains.models import Domain
from domains.settings import RENEWAL_LEAD_DAYS
from ispplatform.core.models import Tenant
from ispplatform.core.tenancy.context import current_tenant_id
from ispplatform.core.tenancy.lookup import tenant_by_id

GONE = (DomainStatus.TRANSFERRED_AWAY, DomainStatus.RELEASED)
RENEWABLE = (DomainStatus.PENDING, DomainStatus.ACTIVE, DomainStatus.EXPIRED)


def renewal_lead_days(tenant: Tenant) -> int:
    """Return how many days before its expiry the renewal of a name is invoiced."""
    return RENEWAL_LEAD_DAYS.of(tenant)


def expiry_days(service_ids: Collection[UUID]) -> dict[UUID, date | None]:
    """Return the day in the tenant's zone on which each service's name expires, by the service.

    The registrar's word, as it was last read. None: the name is gone. Services that are no domain,
    or whose name is only being registered, are left out. One query.
    """
    zone = ZoneInfo(tenant_by_id(current_tenant_id()).time_zone)
    rows = Domain.objects.filter(service_id__in=service_ids).exclude(status=DomainStatus.FAILED)
    found: dict[UUID, date | None] = {}
    values = rows.order_by("id").values_list("service_id", "status", "expires_at")
    for service_id, status, expires_at in values:
        if status not in RENEWABLE:
            found.setdefault(service_id, None)
        elif expires_at is not None:
            found[service_id] = expires_at.astimezone(zone).date()
    return {service_id: day for service_id, day in found.items() if service_id is not None}


def last_days(service_ids: Collection[UUID]) -> dict[UUID, date]:
    """Return the last expiry that is known of each service's name that is gone. One query."""
    zone = ZoneInfo(tenant_by_id(current_tenant_id()).time_zone)
    rows = Domain.objects.filter(
        service_id__in=service_ids, status__in=GONE, expires_at__isnull=False
    )
    values = rows.order_by("id").values_list("service_id", "expires_at")
    return {
        service_id: expires_at.astimezone(zone).date()
        for service_id, expires_at in values
        if service_id is not None and expires_at is not None
    }
