"""Invitations to work here: a mailed link, and what whoever follows it will be."""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.choices import InvitationStatus
from accounts.models.memberships import Membership
from ispplatform.core.tenancy.base import TenantModel


class StaffInvitation(TenantModel):
    """Somebody may become a colleague by a link that was mailed to them.

    The link is stored nowhere: it is derived from the row and ``sent_count``, so that each mail's
    link makes those before it worthless. Who invited is kept with how far they reached then.
    """

    email = models.EmailField(max_length=254)
    first_name = models.CharField(max_length=80, blank=True)
    last_name = models.CharField(max_length=80, blank=True)
    roles = models.JSONField(default=list, help_text="Codes of the roles that they will hold.")
    actor_type = models.CharField(max_length=20)
    actor_id = models.CharField(max_length=64)
    actor_client_id = models.CharField(max_length=64, blank=True)
    actor_permissions = models.JSONField(default=list)
    actor_label = models.CharField(max_length=200, verbose_name=_("invited by"))
    sent_count = models.PositiveIntegerField(default=1)
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    membership = models.ForeignKey(
        Membership, on_delete=models.SET_NULL, null=True, blank=True, related_name="came_by"
    )

    class Meta(TenantModel.Meta):
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "email"],
                condition=models.Q(accepted_at=None, cancelled_at=None),
                name="accounts_one_open_invitation_per_email",
            )
        ]
        indexes = [
            models.Index(fields=["tenant", "id"]),
            models.Index(fields=["expires_at"]),
        ]

    def __str__(self) -> str:
        return self.email

    def status_at(self, now: datetime) -> InvitationStatus:
        """Return what became of it by ``now``."""
        if self.accepted_at is not None:
            return InvitationStatus.ACCEPTED
        if self.cancelled_at is not None:
            return InvitationStatus.CANCELLED
        return InvitationStatus.EXPIRED if self.expires_at <= now else InvitationStatus.OPEN
