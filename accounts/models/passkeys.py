"""What browsers were asked to sign; the passkeys themselves lie in allauth.mfa alone."""

from django.conf import settings
from django.db import models

from accounts.choices import PasskeyPurpose
from ispplatform.core.tenancy.base import TenantModel


class PasskeyChallenge(TenantModel):
    """One question to a browser, answered once. Its bytes are derived, not stored."""

    purpose = models.CharField(max_length=16, choices=PasskeyPurpose)
    origin = models.CharField(max_length=300)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="passkey_challenges",
        help_text="Who may answer; empty where anybody may log in.",
    )
    session_id = models.UUIDField(null=True, blank=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        indexes = [
            models.Index(fields=["tenant", "id"]),
            models.Index(fields=["expires_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} at {self.origin}"
