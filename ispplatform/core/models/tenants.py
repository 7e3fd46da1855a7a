"""Tenant: one company (brand) of the installation, and the host names it answers at."""

from django.db import models

from ispplatform.core.clock import system_now
from ispplatform.core.ids import uuid7


class TenantMode(models.TextChoices):
    """Whether money and registrations are real."""

    LIVE = "live", "Live"
    SANDBOX = "sandbox", "Sandbox"


class Tenant(models.Model):
    """A company that runs its business here. Its own row has no tenant: it is one."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    slug = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    legal_name = models.CharField(max_length=200, blank=True)
    mode = models.CharField(max_length=10, choices=TenantMode)
    country = models.CharField(max_length=2)
    currency = models.CharField(max_length=3)
    time_zone = models.CharField(max_length=64, default="UTC")
    language = models.CharField(max_length=10, default="en")
    base_url = models.URLField(
        max_length=200, help_text="Address that links in mails start with, without a final slash."
    )
    address = models.JSONField(default=dict, blank=True)
    tax_ids = models.JSONField(default=dict, blank=True)
    contact_email = models.EmailField(blank=True)
    is_default = models.BooleanField(default=False)
    settings = models.JSONField(default=dict, blank=True)
    clock_offset_seconds = models.BigIntegerField(default=0, editable=False)
    clock_held_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(default=system_now, editable=False)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"],
                condition=models.Q(is_default=True),
                name="core_one_default_tenant",
            ),
            models.CheckConstraint(
                condition=models.Q(mode="sandbox")
                | models.Q(clock_offset_seconds=0, clock_held_at__isnull=True),
                name="core_only_a_sandbox_clock_moves",
            ),
            models.CheckConstraint(
                condition=models.Q(clock_offset_seconds__gte=0),
                name="core_business_clock_never_behind",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_sandbox(self) -> bool:
        """Tell whether nothing here is real: sandbox back ends only, movable clock."""
        return self.mode == TenantMode.SANDBOX


class TenantHost(models.Model):
    """A host name at which the portal of one tenant answers."""

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="hosts")
    host = models.CharField(max_length=253, unique=True)

    def __str__(self) -> str:
        return self.host
