"""What stands between a stolen log-in and what cannot be taken back."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.choices import FactorResetStatus, GuardReason, IdentityCheck
from ispplatform.core.tenancy.base import TenantModel


class FactorReset(TenantModel):
    """Staff were told that a customer lost the second factor; it goes at ``due_at``, if unstopped.

    ``identity_check`` and ``identity_note`` say how staff made sure whom they spoke to,
    ``stop_note`` who stopped it and why.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="factor_resets"
    )
    status = models.CharField(
        max_length=8, choices=FactorResetStatus, default=FactorResetStatus.WAITING
    )
    identity_check = models.CharField(max_length=10, choices=IdentityCheck)
    identity_note = models.CharField(max_length=500)
    asked_by = models.CharField(max_length=254)
    due_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    stop_note = models.CharField(max_length=500, blank=True)

    class Meta(TenantModel.Meta):
        verbose_name = _("removal of a second factor")
        verbose_name_plural = _("removals of second factors")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "user"],
                condition=models.Q(status=FactorResetStatus.WAITING),
                name="accounts_one_waiting_factor_reset_per_user",
            )
        ]
        indexes = [
            models.Index(fields=["tenant", "id"]),
            models.Index(
                fields=["due_at"],
                condition=models.Q(status=FactorResetStatus.WAITING),
                name="accounts_factor_resets_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} until {self.due_at:%Y-%m-%d %H:%M}"


class LoginGuard(TenantModel):
    """Until ``ends_at`` this person's log-ins do nothing that cannot be taken back.

    ``lifted_at``: staff made sure that it is the customer, as ``lift_note`` says.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="login_guards"
    )
    reason = models.CharField(max_length=12, choices=GuardReason)
    ends_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.CharField(max_length=254, blank=True)
    lift_note = models.CharField(max_length=500, blank=True)

    class Meta(TenantModel.Meta):
        verbose_name = _("guard of a log-in")
        verbose_name_plural = _("guards of log-ins")
        indexes = [
            models.Index(fields=["tenant", "id"]),
            models.Index(fields=["tenant", "user", "ends_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} until {self.ends_at:%Y-%m-%d %H:%M}"
