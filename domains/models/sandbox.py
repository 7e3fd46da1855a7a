"""The counterpart of the sandbox back ends: what a registrar and a DNS server would remember.

Only ``domains.providers`` reads and writes these. Nothing here knows of our own rows.
"""

from django.db import models

from ispplatform.core.money import CurrencyField, MoneyField
from ispplatform.core.tenancy.base import TenantModel


class SandboxRegistration(TenantModel):
    """A name at the sandbox registrar."""

    connection = models.ForeignKey(
        "core.ProviderConnection", on_delete=models.CASCADE, related_name="+"
    )
    name = models.CharField(max_length=253)
    registered_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    name_servers = models.JSONField(default=list)
    registrant = models.JSONField(default=dict)
    is_locked = models.BooleanField(default=True)
    auto_renew = models.BooleanField(default=False)
    created_by_key = models.CharField(max_length=200)

    class Meta(TenantModel.Meta):
        indexes = [
            models.Index(fields=["tenant", "id"]),
            models.Index(fields=["tenant", "name"]),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "connection", "name"], name="domains_sandbox_one_name_once"
            )
        ]

    def __str__(self) -> str:
        return self.name


class SandboxRegistrarEntry(TenantModel):
    """What the sandbox registrar took money for: one row for each registration and renewal."""

    connection = models.ForeignKey(
        "core.ProviderConnection", on_delete=models.CASCADE, related_name="+"
    )
    key = models.CharField(max_length=200)
    act = models.CharField(max_length=20)
    name = models.CharField(max_length=253)
    years = models.PositiveSmallIntegerField()
    amount = MoneyField()
    currency = CurrencyField()
    expires_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        verbose_name_plural = "sandbox registrar entries"
        indexes = [
            models.Index(fields=["tenant", "id"]),
            models.Index(fields=["tenant", "connection", "name"]),
            models.Index(fields=["tenant", "name"]),
        ]

    def __str__(self) -> str:
        return f"{self.act} {self.name}"


class SandboxZone(TenantModel):
    """A zone at the sandbox DNS server."""

    connection = models.ForeignKey(
        "core.ProviderConnection", on_delete=models.CASCADE, related_name="+"
    )
    name = models.CharField(max_length=253)
    owner_mark = models.CharField(max_length=100)
    serial = models.PositiveBigIntegerField(default=1)

    class Meta(TenantModel.Meta):
        indexes = [
            models.Index(fields=["tenant", "id"]),
            models.Index(fields=["tenant", "name"]),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "connection", "name"], name="domains_sandbox_one_zone_once"
            )
        ]

    def __str__(self) -> str:
        return self.name


class SandboxRecordSet(TenantModel):
    """What the sandbox DNS server answers for one name and type."""

    zone = models.ForeignKey(SandboxZone, on_delete=models.CASCADE, related_name="record_sets")
    name = models.CharField(max_length=255)
    type = models.CharField(max_length=10)
    ttl = models.PositiveIntegerField()
    contents = models.JSONField(default=list)

    class Meta(TenantModel.Meta):
        indexes = [
            models.Index(fields=["tenant", "id"]),
            models.Index(fields=["tenant", "name"]),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "zone", "name", "type"], name="domains_sandbox_one_set_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.type}"
