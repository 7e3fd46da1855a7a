"""Words by which staff group customers."""

from django.core.validators import RegexValidator
from django.db import models

from ispplatform.core.tenancy.base import TenantModel

DEFAULT_COLOR = "#6b7280"


class Tag(TenantModel):
    """A word with a colour; two spellings of one word (``folded_name``) are one tag."""

    name = models.CharField(max_length=40)
    folded_name = models.CharField(max_length=80, editable=False)
    color = models.CharField(
        max_length=7,
        default=DEFAULT_COLOR,
        validators=[RegexValidator(r"^#[0-9a-fA-F]{6}\Z", "A colour like #1d4ed8.")],
    )

    class Meta(TenantModel.Meta):
        ordering = ["folded_name"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "folded_name"], name="customers_one_tag_per_name"
            )
        ]

    def __str__(self) -> str:
        return self.name


class CustomerTag(TenantModel):
    """A customer carries a tag."""

    customer = models.ForeignKey(
        "customers.Customer", on_delete=models.CASCADE, related_name="customer_tags"
    )
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="customer_tags")

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "tag"], name="customers_one_tag_once_per_customer"
            )
        ]

    def __str__(self) -> str:
        return f"{self.tag_id} on {self.customer_id}"
