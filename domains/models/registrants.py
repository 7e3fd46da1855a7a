"""Who holds a name, as registries want to know it."""

from django.db import models

from domains.rules.registrants import ContactDetails
from ispplatform.core.tenancy.base import TenantModel


class RegistrantContact(TenantModel):
    """A holder's details; several names may share them.

    ``phone`` is in the form ``+49.301234567``. ``extra`` holds what some endings ask for beyond.
    """

    customer = models.ForeignKey(
        "customers.Customer", on_delete=models.PROTECT, related_name="registrants"
    )
    is_company = models.BooleanField(default=False)
    first_name = models.CharField(max_length=100)
    last_name = models.CharField(max_length=100)
    company_name = models.CharField(max_length=200, blank=True)
    email = models.EmailField(max_length=254)
    phone = models.CharField(max_length=20)
    street = models.CharField(max_length=200)
    street2 = models.CharField(max_length=200, blank=True)
    city = models.CharField(max_length=100)
    state = models.CharField(max_length=100, blank=True)
    postal_code = models.CharField(max_length=20)
    country = models.CharField(max_length=2)
    extra = models.JSONField(default=dict, blank=True)

    class Meta(TenantModel.Meta):
        indexes = [
            models.Index(fields=["tenant", "id"]),
            models.Index(fields=["tenant", "customer", "id"]),
        ]

    def __str__(self) -> str:
        return self.company_name or f"{self.first_name} {self.last_name}".strip()

    def details(self) -> ContactDetails:
        """Return the holder in the form that registrars are given."""
        return ContactDetails(
            reference=self.pk.hex,
            is_company=self.is_company,
            first_name=self.first_name,
            last_name=self.last_name,
            company_name=self.company_name,
            email=self.email,
            phone=self.phone,
            street=self.street,
            street2=self.street2,
            city=self.city,
            state=self.state,
            postal_code=self.postal_code,
            country=self.country,
            extra=dict(self.extra),
        )
