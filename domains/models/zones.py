"""Zones and their records, as they are to be; a server is brought to that."""

from typing import ClassVar

from django.db import models

from domains.choices import ZoneStatus
from domains.models.domains import Domain
from domains.models.querysets import DnsZoneManager
from domains.rules.record_sets import ZoneRecord
from ispplatform.core.tenancy.base import TenantModel


class DnsZone(TenantModel):
    """A zone that we serve.

    ``version`` rises with every change of the records; ``pushed_version`` is the one that the
    server was last seen to have, and ``pushed_sets`` are its record sets: where the server differs
    from them, somebody else has been there. ``name`` is in A-labels.
    """

    customer = models.ForeignKey(
        "customers.Customer",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="dns_zones",
    )
    domain = models.ForeignKey(
        Domain, on_delete=models.SET_NULL, null=True, blank=True, related_name="zones"
    )
    connection = models.ForeignKey(
        "core.ProviderConnection", on_delete=models.PROTECT, related_name="dns_zones"
    )
    name = models.CharField(max_length=253)
    unicode_name = models.CharField(max_length=253)
    name_servers = models.JSONField(default=list)
    default_ttl = models.PositiveIntegerField(default=3600)
    status = models.CharField(max_length=10, choices=ZoneStatus, default=ZoneStatus.PENDING)
    version = models.PositiveIntegerField(default=1)
    pushed_version = models.PositiveIntegerField(default=0)
    pushed_sets = models.JSONField(default=list, blank=True)
    pushed_at = models.DateTimeField(null=True, blank=True)
    serial = models.PositiveBigIntegerField(default=0)
    trouble = models.CharField(max_length=500, blank=True)

    objects: ClassVar[DnsZoneManager] = DnsZoneManager()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "name"],
                condition=~models.Q(status="deleted"),
                name="domains_one_live_zone_per_name",
            )
        ]
        indexes = [
            models.Index(fields=["tenant", "id"]),
            models.Index(fields=["tenant", "status", "id"]),
            models.Index(fields=["tenant", "customer", "id"]),
            models.Index(fields=["tenant", "created_at", "id"]),
            models.Index(fields=["tenant", "name"]),
            models.Index(fields=["tenant", "updated_at", "id"]),
        ]

    def __str__(self) -> str:
        return self.unicode_name

    @property
    def is_pushed(self) -> bool:
        """Tell whether the server has what we have."""
        return self.pushed_version >= self.version

    @property
    def is_adoptable(self) -> bool:
        """Tell whether the server may have had the zone before us: we never put it there."""
        return self.status == ZoneStatus.PENDING and self.pushed_at is None


class DnsRecord(TenantModel):
    """One record of a zone, canonical (see ``domains.rules.records``).

    ``source`` names the template that keeps it; empty for the customer's own.
    """

    zone = models.ForeignKey(DnsZone, on_delete=models.CASCADE, related_name="records")
    name = models.CharField(max_length=253)
    type = models.CharField(max_length=10)
    content = models.TextField()
    priority = models.PositiveIntegerField(null=True, blank=True)
    ttl = models.PositiveIntegerField()
    source = models.CharField(max_length=40, blank=True)

    class Meta(TenantModel.Meta):
        ordering = ["name", "type", "priority", "content"]
        indexes = [
            models.Index(fields=["tenant", "id"]),
            models.Index(fields=["tenant", "zone", "name", "type"]),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.type}"

    @property
    def record(self) -> ZoneRecord:
        """The record as rules compare it."""
        return ZoneRecord(
            name=self.name,
            type=self.type,
            content=self.content,
            priority=self.priority,
            ttl=self.ttl,
        )
