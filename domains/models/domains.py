"""A name that a customer holds through us."""

from typing import ClassVar

from django.db import models

from domains.choices import LIVE_DOMAIN_STATUSES, DomainStatus
from domains.models.querysets import DomainManager
from domains.models.registrants import RegistrantContact
from ispplatform.core.tenancy.base import TenantModel


class Domain(TenantModel):
    """What the registrar said about a name when it was last asked, and what we want of it.

    ``name`` is in A-labels, ``unicode_name`` is what people read. ``expires_at`` is the
    registrar's word, never our reckoning. The transfer code is not kept.
    """

    customer = models.ForeignKey(
        "customers.Customer", on_delete=models.PROTECT, related_name="domains"
    )
    service = models.ForeignKey(
        "provisioning.Service",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="domains",
    )
    connection = models.ForeignKey(
        "core.ProviderConnection", on_delete=models.PROTECT, related_name="domains"
    )
    registrant = models.ForeignKey(
        RegistrantContact, on_delete=models.PROTECT, related_name="domains"
    )
    name = models.CharField(max_length=253)
    unicode_name = models.CharField(max_length=253)
    tld = models.CharField(max_length=100)
    status = models.CharField(max_length=20, choices=DomainStatus, default=DomainStatus.PENDING)
    years = models.PositiveSmallIntegerField(default=1)
    auto_renew = models.BooleanField(default=True)
    is_locked = models.BooleanField(default=False)
    name_servers = models.JSONField(default=list, blank=True)
    statuses = models.JSONField(default=list, blank=True)
    reference = models.CharField(max_length=100, blank=True)
    registered_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
    drift = models.JSONField(default=list, blank=True)

    objects: ClassVar[DomainManager] = DomainManager()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "name"],
                condition=models.Q(status__in=[status.value for status in LIVE_DOMAIN_STATUSES]),
                name="domains_one_live_row_per_name",
            ),
            models.CheckConstraint(
                condition=~models.Q(status=DomainStatus.ACTIVE)
                | models.Q(expires_at__isnull=False),
                name="domains_active_until_a_time",
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "id"]),
            models.Index(fields=["tenant", "status", "id"]),
            models.Index(fields=["tenant", "customer", "id"]),
            models.Index(fields=["tenant", "created_at", "id"]),
            models.Index(fields=["tenant", "name"]),
            models.Index(fields=["tenant", "expires_at", "id"]),
            models.Index(fields=["tenant", "updated_at", "id"]),
        ]

    def __str__(self) -> str:
        return self.unicode_name

    @property
    def is_idn(self) -> bool:
        """Tell whether people read another name than the DNS carries."""
        return self.name != self.unicode_name
