"""A hosting account on a panel server."""

from typing import ClassVar

from django.db import models

from hosting.choices import LIVE_ACCOUNT_STATUSES, AccountStatus
from hosting.models.querysets import HostingAccountManager
from hosting.models.servers import HostingServer
from ispplatform.core.tenancy.base import TenantModel


class HostingAccount(TenantModel):
    """What the panel was last seen to have for a service.

    ``reference`` is the panel's own id, ``owner_mark`` what we wrote on the account: both are
    compared before anything is deleted. ``domain`` is empty while the customer decides later.
    """

    customer = models.ForeignKey(
        "customers.Customer", on_delete=models.PROTECT, related_name="hosting_accounts"
    )
    service = models.ForeignKey(
        "provisioning.Service", on_delete=models.PROTECT, related_name="hosting_accounts"
    )
    server = models.ForeignKey(HostingServer, on_delete=models.PROTECT, related_name="accounts")
    username = models.CharField(max_length=16)
    domain = models.CharField(max_length=253)
    unicode_domain = models.CharField(max_length=253)
    package = models.CharField(max_length=80)
    status = models.CharField(max_length=12, choices=AccountStatus, default=AccountStatus.PENDING)
    reference = models.CharField(max_length=100, blank=True)
    owner_mark = models.CharField(max_length=100)
    max_mailboxes = models.PositiveIntegerField(null=True, blank=True)
    mailbox_quota_mb = models.PositiveIntegerField(null=True, blank=True)
    disk_used_bytes = models.PositiveBigIntegerField(default=0)
    disk_limit_bytes = models.PositiveBigIntegerField(null=True, blank=True)
    bandwidth_used_bytes = models.PositiveBigIntegerField(default=0)
    bandwidth_limit_bytes = models.PositiveBigIntegerField(null=True, blank=True)
    usage_read_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[HostingAccountManager] = HostingAccountManager()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "server", "username"], name="hosting_one_account_per_username"
            ),
            models.UniqueConstraint(
                fields=["tenant", "domain"],
                condition=models.Q(status__in=[status.value for status in LIVE_ACCOUNT_STATUSES]),
                name="hosting_one_live_account_per_domain",
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "id"]),
            models.Index(fields=["tenant", "status", "id"]),
            models.Index(fields=["tenant", "customer", "id"]),
            models.Index(fields=["tenant", "created_at", "id"]),
            models.Index(fields=["tenant", "updated_at", "id"]),
            models.Index(fields=["tenant", "service"]),
        ]

    def __str__(self) -> str:
        return f"{self.unicode_domain} ({self.username})"


class HostingUsageDay(TenantModel):
    """What an account was last seen to use on a day; traffic counts from the month's first day."""

    account = models.ForeignKey(HostingAccount, on_delete=models.CASCADE, related_name="usage_days")
    day = models.DateField()
    disk_used_bytes = models.PositiveBigIntegerField()
    bandwidth_used_bytes = models.PositiveBigIntegerField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "account", "day"], name="hosting_one_usage_per_day"
            )
        ]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d}"
