"""The one door past the triggers that keep issued documents and audit entries."""

from django.db import models

from ispplatform.core.tenancy.base import TenantModel


class PurgePermit(TenantModel):
    """Lets frozen rows of this tenant be changed or deleted until it expires.

    Made only for the sandbox reset, statutory retention and off-boarding; making one is audited.
    """

    reason = models.CharField(max_length=500)
    actor_label = models.CharField(max_length=200)
    expires_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(reason=""), name="core_purge_permit_has_a_reason"
            )
        ]

    def __str__(self) -> str:
        return f"until {self.expires_at:%Y-%m-%d %H:%M}: {self.reason}"
