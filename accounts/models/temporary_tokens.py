"""Tokens for one act: one request, once, within an hour at most."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.api_keys import ApiKey
from accounts.models.sessions import Session
from ispplatform.core.tenancy.base import TenantModel


class TemporaryToken(TenantModel):
    """Whoever holds it may send one request as whoever made it; it dies with what made it."""

    session = models.ForeignKey(
        Session, on_delete=models.CASCADE, null=True, blank=True, related_name="temporary_tokens"
    )
    api_key = models.ForeignKey(
        ApiKey, on_delete=models.CASCADE, null=True, blank=True, related_name="temporary_tokens"
    )
    method = models.CharField(max_length=6)
    path = models.CharField(max_length=500)
    permission = models.CharField(max_length=80)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    used_address = models.GenericIPAddressField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        verbose_name = _("temporary token")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(session=None) ^ models.Q(api_key=None),
                name="accounts_temporary_token_has_one_maker",
            )
        ]
        indexes = [models.Index(fields=["expires_at"])]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"
