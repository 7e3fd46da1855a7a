"""What people prove by mail: an address by a code, a forgotten password by a link.

Neither the codes nor the links are stored: both are derived from the row's id and the
installation's secret, so a copy of the database opens nothing.
"""

from django.conf import settings
from django.db import models

from accounts.choices import AccessLinkPurpose, EmailCodePurpose
from accounts.models.portal_accounts import PortalAccount
from ispplatform.core.tenancy.base import TenantModel


class EmailCode(TenantModel):
    """A six-digit code (and a link) sent to an address; without a user it is a decoy.

    A decoy answers a sign-up with an address that has an account here already, so that nobody
    learns it: it behaves the same, and no code fits.
    """

    purpose = models.CharField(max_length=14, choices=EmailCodePurpose)
    email = models.EmailField(max_length=254)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="email_codes",
    )
    portal_account = models.ForeignKey(
        PortalAccount,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="email_codes",
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_count = models.PositiveSmallIntegerField(default=0)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        indexes = [
            models.Index(fields=["tenant", "id"]),
            models.Index(fields=["expires_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} of {self.email}"


class AccessLink(TenantModel):
    """A link that sets a password, once; without a user it is a decoy and no mail is sent."""

    purpose = models.CharField(max_length=10, choices=AccessLinkPurpose)
    email = models.EmailField(max_length=254)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="access_links",
    )
    portal_account = models.ForeignKey(
        PortalAccount,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="access_links",
    )
    is_repeated_sign_up = models.BooleanField(default=False)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        indexes = [
            models.Index(fields=["tenant", "id"]),
            models.Index(fields=["expires_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} of {self.email}"
