"""The values that columns of this app may take."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class CustomerType(models.TextChoices):
    """Whether consumer law applies, and whether prices are shown with tax."""

    PERSON = "person", _("Person")
    BUSINESS = "business", _("Business")


class CustomerStatus(models.TextChoices):
    """Where a customer stands with us; services have a status of their own."""

    PENDING = "pending", _("Pending")  # not confirmed yet, may not buy
    ACTIVE = "active", _("Active")
    SUSPENDED = "suspended", _("Suspended")  # may pay and ask, not order
    INACTIVE = "inactive", _("Inactive")  # has nothing with us at present
    CANCELLED = "cancelled", _("Cancelled")  # has left


class AddressKind(models.TextChoices):
    """What an address is for; ``billing`` and ``service`` fall back to ``main``."""

    MAIN = "main", _("Main")
    BILLING = "billing", _("Billing")
    SERVICE = "service", _("Service location")


class ContactPurpose(models.TextChoices):
    """Why one writes to a contact."""

    BILLING = "billing", _("Billing")
    TECHNICAL = "technical", _("Technical")
    ABUSE = "abuse", _("Abuse")
