"""The counterpart of the sandbox panel: what a panel server would remember.

Only ``hosting.providers`` reads and writes these. Nothing here knows of our own rows.
"""

from django.db import models

from ispplatform.core.tenancy.base import TenantModel


class SandboxPanelAccount(TenantModel):
    """An account on the sandbox panel."""

    connection = models.ForeignKey(
        "core.ProviderConnection", on_delete=models.CASCADE, related_name="+"
    )
    username = models.CharField(max_length=16)
    domain = models.CharField(max_length=253)
    package = models.CharField(max_length=80)
    owner_mark = models.CharField(max_length=100)
    contact_email = models.EmailField(max_length=254, blank=True)
    password_digest = models.CharField(max_length=200)
    is_suspended = models.BooleanField(default=False)
    suspend_reason = models.CharField(max_length=200, blank=True)

    class Meta(TenantModel.Meta):
        indexes = [
            models.Index(fields=["tenant", "id"]),
            models.Index(fields=["tenant", "username"]),
            models.Index(fields=["tenant", "domain"]),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "connection", "username"],
                name="hosting_sandbox_one_username_once",
            ),
            models.UniqueConstraint(
                fields=["tenant", "connection", "domain"], name="hosting_sandbox_one_domain_once"
            ),
        ]

    def __str__(self) -> str:
        return self.username


class SandboxPanelMailbox(TenantModel):
    """A mailbox on the sandbox panel."""

    account = models.ForeignKey(
        SandboxPanelAccount, on_delete=models.CASCADE, related_name="mailboxes"
    )
    address = models.CharField(max_length=254)
    quota_bytes = models.PositiveBigIntegerField(null=True, blank=True)
    used_bytes = models.PositiveBigIntegerField(default=0)
    is_suspended = models.BooleanField(default=False)
    password_digest = models.CharField(max_length=200)

    class Meta(TenantModel.Meta):
        indexes = [
            models.Index(fields=["tenant", "id"]),
            models.Index(fields=["tenant", "address"]),
        ]
        verbose_name_plural = "sandbox panel mailboxes"
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "account", "address"], name="hosting_sandbox_one_mailbox_once"
            )
        ]

    def __str__(self) -> str:
        return self.address
