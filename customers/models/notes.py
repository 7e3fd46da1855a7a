"""What staff wrote down about a customer; never shown to the customer."""

from django.conf import settings
from django.db import models

from ispplatform.core.tenancy.base import TenantModel


class Note(TenantModel):
    """A remark with author and time; at most one per customer is pinned to the head of its page."""

    customer = models.ForeignKey(
        "customers.Customer", on_delete=models.CASCADE, related_name="notes"
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    author_label = models.CharField(max_length=200)
    text = models.TextField(max_length=10_000)
    is_pinned = models.BooleanField(default=False)

    class Meta(TenantModel.Meta):
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "customer"],
                condition=models.Q(is_pinned=True),
                name="customers_one_pinned_note",
            )
        ]
        indexes = [
            models.Index(fields=["tenant", "created_at", "id"]),
            models.Index(fields=["tenant", "customer", "id"]),
        ]

    def __str__(self) -> str:
        return self.text[:60]
