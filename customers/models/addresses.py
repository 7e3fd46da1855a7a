"""Where a customer lives, wants invoices, or has its line."""

from django.db import models

from customers.choices import AddressKind
from ispplatform.core.tenancy.base import TenantModel


class Address(TenantModel):
    """One address of a customer; at most one of each kind."""

    customer = models.ForeignKey(
        "customers.Customer", on_delete=models.CASCADE, related_name="addresses"
    )
    kind = models.CharField(max_length=10, choices=AddressKind, default=AddressKind.MAIN)
    name = models.CharField(max_length=200, blank=True)
    street = models.CharField(max_length=200, blank=True)
    street2 = models.CharField(max_length=200, blank=True)
    city = models.CharField(max_length=100, blank=True)
    state = models.CharField(max_length=100, blank=True)
    postal_code = models.CharField(max_length=20, blank=True)
    country = models.CharField(max_length=2, blank=True)

    class Meta(TenantModel.Meta):
        verbose_name_plural = "addresses"
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "customer", "kind"], name="customers_one_address_per_kind"
            )
        ]

    def __str__(self) -> str:
        town = f"{self.postal_code} {self.city}".strip()
        return ", ".join(part for part in (self.street, town, self.country) if part)

    @property
    def lines(self) -> list[str]:
        """The address as it stands on an envelope, without the country and without empty lines."""
        town = f"{self.postal_code} {self.city}".strip()
        return [line for line in (self.name, self.street, self.street2, town, self.state) if line]
