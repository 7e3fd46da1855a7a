"""Where numbers come from."""

from django.db import models

from billing.choices import DocumentKind
from ispplatform.core.tenancy.base import TenantModel


class NumberSeries(TenantModel):
    """The last number given to documents of one kind in one year; see ``services/numbers.py``."""

    kind = models.CharField(max_length=12, choices=DocumentKind)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)
    last_issue_date = models.DateField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        verbose_name_plural = "number series"
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "kind", "year"], name="billing_one_series_per_kind_and_year"
            )
        ]

    def __str__(self) -> str:
        return f"{DocumentKind(self.kind).label} {self.year}"
