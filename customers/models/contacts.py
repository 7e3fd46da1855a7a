"""Whom to write to besides the customer itself."""

from typing import Any

from django.db import models

from customers.choices import ContactPurpose
from customers.rules.names import search_text
from ispplatform.core.tenancy.base import TenantModel


class Contact(TenantModel):
    """A person at the customer, and what they are written to about."""

    customer = models.ForeignKey(
        "customers.Customer", on_delete=models.CASCADE, related_name="contacts"
    )
    name = models.CharField(max_length=200)
    email = models.EmailField(max_length=254)
    phone = models.CharField(max_length=40, blank=True)
    is_billing = models.BooleanField(default=False)
    is_technical = models.BooleanField(default=False)
    is_abuse = models.BooleanField(default=False)
    search_text = models.TextField(editable=False, blank=True)

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["tenant", "name", "id"])]
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "customer", "email"], name="customers_one_contact_per_email"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.search_text = search_text(self.name, self.email, self.phone)
        if kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = {*kwargs["update_fields"], "search_text"}
        super().save(*args, **kwargs)

    @property
    def purposes(self) -> list[str]:
        """What this contact is written to about."""
        return [purpose for purpose in ContactPurpose.values if getattr(self, f"is_{purpose}")]
