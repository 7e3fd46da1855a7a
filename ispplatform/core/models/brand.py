"""The logos that a company has had: pages, mails and documents name one by its digest."""

from django.db import models

from ispplatform.core.tenancy.base import TenantModel


class BrandLogo(TenantModel):
    """A logo as it is shown, made anew from what was uploaded. It is never changed nor deleted.

    ``width`` and ``height`` are in pixels.
    """

    sha256 = models.CharField(max_length=64)
    png = models.BinaryField()
    width = models.PositiveSmallIntegerField()
    height = models.PositiveSmallIntegerField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "sha256"], name="core_one_logo_per_digest"),
        ]

    def __str__(self) -> str:
        return f"{self.width} x {self.height} pixels"
