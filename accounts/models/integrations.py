"""Integrations: programs by name, and the two people who answer for each."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from ispplatform.core.tenancy.base import TenantModel


class Integration(TenantModel):
    """A program of the company or of a partner; keys and OAuth clients belong to it, not to people.

    ``deputy`` is empty while a second person is still to be named; that stands under *Needs a
    person*.
    """

    name = models.CharField(max_length=80)
    purpose = models.CharField(max_length=500, blank=True)
    responsible = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="integrations"
    )
    deputy = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="integrations_as_deputy",
        null=True,
        blank=True,
    )
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        verbose_name = _("integration")
        verbose_name_plural = _("integrations")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "name"],
                condition=models.Q(ended_at=None),
                name="accounts_one_living_integration_per_name",
            ),
            models.CheckConstraint(
                condition=models.Q(deputy=None) | ~models.Q(deputy=models.F("responsible")),
                name="accounts_integration_has_two_people",
            ),
        ]
        indexes = [models.Index(fields=["tenant", "-created_at"])]

    def __str__(self) -> str:
        return self.name
