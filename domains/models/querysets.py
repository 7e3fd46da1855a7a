"""Filters over names and zones; decisions are elsewhere."""

from datetime import datetime
from typing import Any, Self
from uuid import UUID

from domains.choices import LIVE_DOMAIN_STATUSES, DomainStatus, ZoneStatus
from ispplatform.core.tenancy.querysets import TenantManager, TenantQuerySet


class DomainQuerySet(TenantQuerySet[Any]):
    """Names of the tenant in force."""

    def of_customer(self, customer_id: UUID) -> Self:
        """Narrow to what one customer holds."""
        return self.filter(customer_id=customer_id)

    def live(self) -> Self:
        """Leave out names that were never registered, moved away or released."""
        return self.filter(status__in=LIVE_DOMAIN_STATUSES)

    def expiring_before(self, moment: datetime) -> Self:
        """Narrow to registered names whose expiry lies before ``moment``, the nearest first."""
        rows = self.filter(status=DomainStatus.ACTIVE, expires_at__lt=moment)
        return rows.order_by("expires_at", "id")

    def expiring_after(self, moment: datetime) -> Self:
        """Narrow to registered names whose expiry lies at ``moment`` or later, nearest first."""
        rows = self.filter(status=DomainStatus.ACTIVE, expires_at__gte=moment)
        return rows.order_by("expires_at", "id")


class DnsZoneQuerySet(TenantQuerySet[Any]):
    """Zones of the tenant in force."""

    def of_customer(self, customer_id: UUID) -> Self:
        """Narrow to what one customer edits."""
        return self.filter(customer_id=customer_id)

    def live(self) -> Self:
        """Leave out zones that were taken away."""
        return self.exclude(status=ZoneStatus.DELETED)


class DomainManager(TenantManager.from_queryset(DomainQuerySet)):  # type: ignore[misc] # built
    """The manager of domains."""


class DnsZoneManager(TenantManager.from_queryset(DnsZoneQuerySet)):  # type: ignore[misc] # built
    """The manager of zones."""
