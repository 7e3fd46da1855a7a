"""The log-in of a customer, or of a colleague who works for one."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.choices import PortalAccountStatus
from ispplatform.core.tenancy.base import TenantModel


def all_grants() -> list[str]:
    """Return the grants of the customer itself: everything that customers may do."""
    return ["*"]


class PortalAccount(TenantModel):
    """A person may act for a customer in the portal.

    ``customer_id`` is opaque here: the app that owns customers stands on a higher floor.
    ``grants`` narrows what the role ``customer`` allows; ``["*"]`` leaves all of it. ``language``
    and ``time_zone`` are this person's own choice; empty: the customer's.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="portal_accounts"
    )
    customer_id = models.UUIDField()
    portal_id = models.CharField(max_length=8)
    grants = models.JSONField(default=all_grants, blank=True)
    status = models.CharField(
        max_length=10, choices=PortalAccountStatus, default=PortalAccountStatus.PENDING
    )
    language = models.CharField(max_length=10, blank=True)
    time_zone = models.CharField(max_length=64, blank=True)
    activated_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        verbose_name = _("customer log-in")
        verbose_name_plural = _("customer log-ins")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "portal_id"], name="accounts_one_account_per_portal_id"
            ),
            models.UniqueConstraint(
                fields=["tenant", "user", "customer_id"],
                name="accounts_one_account_per_user_and_customer",
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "id"]),
            models.Index(fields=["tenant", "customer_id"]),
        ]

    def __str__(self) -> str:
        return self.portal_id
