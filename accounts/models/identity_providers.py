"""Identity providers of a company: where its colleagues log in instead of here."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.memberships import Membership
from ispplatform.core.models import ConnectionState
from ispplatform.core.secrets import EncryptedTextField
from ispplatform.core.tenancy.base import TenantModel


class IdentityProvider(TenantModel):
    """An OpenID Connect provider that vouches for colleagues; the ``name`` is on its button.

    ``domains`` are the e-mail domains that it speaks for. ``is_required``: colleagues of these
    domains come in by it alone, owners excepted. ``is_factor_trusted``: its second factor counts
    where it names ``mfa`` in ``amr``, or an ``acr`` of ``factor_acr_values``.
    """

    name = models.CharField(_("name"), max_length=60)
    issuer = models.CharField(_("issuer"), max_length=300)
    client_id = models.CharField(_("client ID"), max_length=255)
    client_secret: "models.Field[Any, Any]" = EncryptedTextField(editable=False)
    domains = models.JSONField(_("e-mail domains"), default=list)
    is_required = models.BooleanField(_("required"), default=False)
    is_factor_trusted = models.BooleanField(_("its second factor counts"), default=False)
    factor_acr_values = models.JSONField(_("levels (acr)"), default=list, blank=True)
    is_active = models.BooleanField(_("switched on"), default=False)
    state = models.CharField(
        _("state"), max_length=10, choices=ConnectionState, default=ConnectionState.UNTESTED
    )
    state_sentence = models.CharField(_("what the test said"), max_length=500, blank=True)
    tested_at = models.DateTimeField(_("tested"), null=True, blank=True)

    class Meta(TenantModel.Meta):
        verbose_name = _("identity provider")
        verbose_name_plural = _("identity providers")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "name"], name="accounts_one_identity_provider_per_name"
            ),
            models.UniqueConstraint(
                fields=["tenant", "issuer", "client_id"],
                name="accounts_one_identity_provider_per_client",
            ),
        ]
        indexes = [models.Index(fields=["tenant", "id"])]

    def __str__(self) -> str:
        return self.name


class IdentityLink(TenantModel):
    """A colleague is this ``subject`` at a provider, whatever their e-mail address becomes there.

    ``issuer`` is the provider's when the link was made; ``email`` what it said then.
    """

    provider = models.ForeignKey(IdentityProvider, on_delete=models.CASCADE, related_name="links")
    membership = models.ForeignKey(
        Membership, on_delete=models.CASCADE, related_name="identity_links"
    )
    issuer = models.CharField(max_length=300)
    subject = models.CharField(max_length=255)
    email = models.EmailField(max_length=254)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        verbose_name = _("identity at a provider")
        verbose_name_plural = _("identities at providers")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "provider", "issuer", "subject"],
                name="accounts_one_identity_link_per_subject",
            ),
            models.UniqueConstraint(
                fields=["tenant", "provider", "membership"],
                name="accounts_one_identity_link_per_colleague",
            ),
        ]
        indexes = [models.Index(fields=["tenant", "id"])]

    def __str__(self) -> str:
        return f"{self.email} at {self.provider.name}"


class SignOnRequest(TenantModel):
    """A browser was sent to a provider, and may come back once. Nonce and verifier are derived."""

    provider = models.ForeignKey(IdentityProvider, on_delete=models.CASCADE, related_name="+")
    state_digest = models.CharField(max_length=64)
    browser_digest = models.CharField(max_length=64)
    target = models.CharField(max_length=2000)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        verbose_name = _("way to an identity provider")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "state_digest"], name="accounts_one_sign_on_per_state"
            )
        ]
        indexes = [
            models.Index(fields=["tenant", "id"]),
            models.Index(fields=["expires_at"]),
        ]

    def __str__(self) -> str:
        return f"way to {self.provider_id}"
