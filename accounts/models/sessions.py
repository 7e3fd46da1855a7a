"""Log-ins: every token and every cookie hangs on one row that can be ended."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.choices import SessionChannel, SessionKind
from accounts.models.memberships import Membership
from accounts.models.oauth import OAuthClient
from accounts.models.portal_accounts import PortalAccount
from accounts.rules.devices import device_name
from ispplatform.core.tenancy.base import TenantModel


class Session(TenantModel):
    """One log-in of one person on one device, bound to one tenant.

    The three ``refresh_`` columns say which refresh token was used last; the tokens themselves
    are not stored anywhere (``accounts.tokens.derived``).
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sessions"
    )
    kind = models.CharField(max_length=6, choices=SessionKind)
    channel = models.CharField(max_length=7, choices=SessionChannel)
    membership = models.ForeignKey(
        Membership, on_delete=models.CASCADE, null=True, blank=True, related_name="sessions"
    )
    portal_account = models.ForeignKey(
        PortalAccount, on_delete=models.CASCADE, null=True, blank=True, related_name="sessions"
    )
    client = models.ForeignKey(
        OAuthClient,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="sessions",
        help_text="The program that the person lets act; it may do what both scopes and roles say.",
    )
    scopes = models.JSONField(default=list, blank=True)
    viewer_id = models.UUIDField(
        null=True,
        blank=True,
        help_text="The membership that sees the portal as this customer; it only reads.",
    )
    identity_link_id = models.UUIDField(
        null=True,
        blank=True,
        editable=False,
        help_text="The identity at a provider that the person came in by.",
    )
    user_agent = models.CharField(max_length=300, blank=True)
    ip_address = models.GenericIPAddressField(null=True, blank=True)
    device_digest = models.CharField(max_length=64, blank=True)
    idle_seconds = models.PositiveIntegerField(help_text="It ends after this time without use.")
    authenticated_at = models.DateTimeField()
    is_factor_required = models.BooleanField(default=False)
    factor_verified_at = models.DateTimeField(null=True, blank=True)
    last_seen_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=80, blank=True)
    permission_version = models.PositiveIntegerField(default=1)
    refresh_used_generation = models.IntegerField(default=-1)
    refresh_used_digest = models.CharField(max_length=64, blank=True)
    refresh_used_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        verbose_name = _("log-in")
        verbose_name_plural = _("log-ins")
        constraints = [
            models.CheckConstraint(
                condition=(
                    models.Q(kind=SessionKind.PORTAL, portal_account__isnull=False)
                    & models.Q(membership__isnull=True)
                )
                | models.Q(kind=SessionKind.STAFF, portal_account__isnull=True),
                name="accounts_session_opens_one_side",
            )
        ]
        indexes = [
            models.Index(fields=["tenant", "id"]),
            models.Index(fields=["tenant", "user", "-created_at"]),
            models.Index(fields=["expires_at"]),
        ]

    @property
    def device(self) -> str:
        """What people call the device; empty when it is not known."""
        return device_name(self.user_agent)

    def __str__(self) -> str:
        return f"{self.kind} log-in of {self.user_id}"


class LoginFailure(models.Model):
    """Failed log-ins in a row for one person, or for one name that is nobody's.

    It stands outside the tenants: a person has one password for all of them.
    """

    account_digest = models.CharField(primary_key=True, max_length=64)
    failures = models.PositiveIntegerField(default=0)
    last_failed_at = models.DateTimeField()
    locked_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["last_failed_at"])]

    def __str__(self) -> str:
        return f"{self.failures} failed log-ins"
