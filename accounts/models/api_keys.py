"""Keys of programs."""

from django.conf import settings
from django.db import models

from accounts.choices import ApiKeyMode
from accounts.models.integrations import Integration
from ispplatform.core.tenancy.base import TenantModel


class ApiKey(TenantModel):
    """A program may use the staff API. The key itself is shown once; its digest is kept."""

    name = models.CharField(max_length=80)
    mode = models.CharField(max_length=4, choices=ApiKeyMode, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    hint = models.CharField(max_length=20, editable=False)  # prefix and last four characters
    scopes = models.JSONField(default=list)
    networks = models.JSONField(default=list, blank=True)
    integration = models.ForeignKey(Integration, on_delete=models.PROTECT, related_name="api_keys")
    # Read by nothing since integrations have it; the column goes with the next release.
    responsible = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        editable=False,
    )
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    last_used_address = models.GenericIPAddressField(null=True, blank=True)
    expiry_told_at = models.DateTimeField(null=True, blank=True, editable=False)
    rotated_from = models.OneToOneField(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="successor"
    )

    class Meta(TenantModel.Meta):
        verbose_name = "API key"
        indexes = [models.Index(fields=["tenant", "-created_at"])]

    def __str__(self) -> str:
        return self.name
