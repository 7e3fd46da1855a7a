"""Who works for a tenant, and as what."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.choices import MembershipStatus
from ispplatform.core.tenancy.base import TenantModel


class Role(TenantModel):
    """A named set of grants of one tenant.

    A seeded role that nobody has changed follows the product: its grants are those that the apps
    declare for its code. Once changed (``is_customised``), ``grants`` stands.
    """

    code = models.SlugField(max_length=40)
    name = models.CharField(max_length=80)
    description = models.CharField(max_length=300, blank=True)
    grants = models.JSONField(default=list, blank=True)
    is_seeded = models.BooleanField(default=False, editable=False)
    is_customised = models.BooleanField(default=False, editable=False)

    class Meta(TenantModel.Meta):
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "code"], name="accounts_one_role_per_code")
        ]

    def __str__(self) -> str:
        return self.name


class Membership(TenantModel):
    """A person works for a tenant."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships"
    )
    roles = models.ManyToManyField(Role, through="MembershipRole", related_name="memberships")
    is_owner = models.BooleanField(default=False)
    status = models.CharField(
        max_length=12, choices=MembershipStatus, default=MembershipStatus.ACTIVE
    )
    ended_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta(TenantModel.Meta):
        verbose_name = _("colleague")
        verbose_name_plural = _("colleagues")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "user"], name="accounts_one_membership_per_user"
            )
        ]

    def __str__(self) -> str:
        return str(self.user)


class MembershipRole(TenantModel):
    """A staff member holds a role."""

    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="held_roles")
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="held_by")

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["membership", "role"], name="accounts_role_held_once_per_membership"
            )
        ]

    def __str__(self) -> str:
        return f"{self.membership_id} is {self.role_id}"
