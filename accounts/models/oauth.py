"""OAuth 2.0: programs that act for people or for themselves, and what they were handed."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.choices import SessionKind
from accounts.models.integrations import Integration
from accounts.models.memberships import Membership
from accounts.models.portal_accounts import PortalAccount
from accounts.tokens.client_ids import client_id_text
from ispplatform.core.tenancy.base import TenantModel


class OAuthClient(TenantModel):
    """A program of an integration that gets tokens instead of a key.

    ``side`` says whether the people who let it act are colleagues or customers. ``scopes`` are
    permissions, never patterns: the consent page names each. ``former_digest`` opens until
    ``former_until``, so that a secret is changed without a gap.
    """

    integration = models.ForeignKey(
        Integration, on_delete=models.PROTECT, related_name="oauth_clients"
    )
    name = models.CharField(max_length=80)
    side = models.CharField(max_length=6, choices=SessionKind)
    is_confidential = models.BooleanField(default=True)
    grant_types = models.JSONField(default=list)
    redirect_uris = models.JSONField(default=list, blank=True)
    scopes = models.JSONField(default=list)
    secret_digest = models.CharField(max_length=64, blank=True, editable=False)
    secret_hint = models.CharField(max_length=20, blank=True, editable=False)
    former_digest = models.CharField(max_length=64, blank=True, editable=False)
    former_until = models.DateTimeField(null=True, blank=True, editable=False)
    last_used_at = models.DateTimeField(null=True, blank=True)
    last_used_address = models.GenericIPAddressField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        verbose_name = _("OAuth client")
        verbose_name_plural = _("OAuth clients")
        indexes = [models.Index(fields=["tenant", "-created_at"])]

    @property
    def client_id(self) -> str:
        """What the program calls itself at the token endpoint."""
        return client_id_text(tenant_id=self.tenant_id, row_id=self.pk)

    def __str__(self) -> str:
        return self.name


class AuthorizationCode(TenantModel):
    """A person let a client act; the code is good once, for a minute. It is stored nowhere."""

    client = models.ForeignKey(OAuthClient, on_delete=models.CASCADE, related_name="codes")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    membership = models.ForeignKey(
        Membership, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    portal_account = models.ForeignKey(
        PortalAccount, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    scopes = models.JSONField(default=list)
    redirect_uri = models.CharField(max_length=500)
    code_challenge = models.CharField(max_length=128)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    session_id = models.UUIDField(null=True, blank=True)  # of the log-in that came of it

    class Meta(TenantModel.Meta):
        verbose_name = _("authorization code")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(membership=None) ^ models.Q(portal_account=None),
                name="accounts_code_opens_one_side",
            )
        ]
        indexes = [models.Index(fields=["expires_at"])]

    def __str__(self) -> str:
        return f"code of {self.client_id}"


class ClientToken(TenantModel):
    """An access token that a client got for itself; the row says whether it still opens."""

    client = models.ForeignKey(OAuthClient, on_delete=models.CASCADE, related_name="tokens")
    scopes = models.JSONField(default=list)
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        verbose_name = _("token of a client")
        indexes = [models.Index(fields=["expires_at"])]

    def __str__(self) -> str:
        return f"token of {self.client_id}"
