"""What other systems call our rows."""

from django.db import models

from ispplatform.core.tenancy.base import TenantModel


class ExternalRef(TenantModel):
    """The id that an integrator's system gave a row of ours, for example a CRM's customer id."""

    subject_type = models.CharField(max_length=80)
    subject_id = models.UUIDField()
    system = models.CharField(max_length=40)
    ref = models.CharField(max_length=200)

    class Meta(TenantModel.Meta):
        ordering = ["system", "ref"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "subject_type", "system", "ref"],
                name="core_one_row_per_external_ref",
            )
        ]
        indexes = [models.Index(fields=["tenant", "subject_type", "subject_id"])]

    def __str__(self) -> str:
        return f"{self.system}:{self.ref}"
