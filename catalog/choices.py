"""The values that columns of this app may take."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class PlanType(models.TextChoices):
    """What kind of service a plan sells; provisioning finds its provisioner by it."""

    DOMAIN = "domain", _("Domain")
    HOSTING = "hosting", _("Web hosting")
    EMAIL = "email", _("E-mail")
    INTERNET = "internet", _("Internet access")
    VOIP = "voip", _("Telephony")
    IPTV = "iptv", _("Television")
    BUNDLE = "bundle", _("Bundle")
    ADDON = "addon", _("Add-on")


class BillingCycle(models.TextChoices):
    """How often a price is due."""

    ONE_OFF = "one_off", _("once")
    MONTHLY = "monthly", _("monthly")
    QUARTERLY = "quarterly", _("every 3 months")
    HALF_YEARLY = "half_yearly", _("every 6 months")
    YEARLY = "yearly", _("yearly")
    TWO_YEARLY = "two_yearly", _("every 2 years")
    THREE_YEARLY = "three_yearly", _("every 3 years")


class DomainOffer(models.TextChoices):
    """How an order of hosting comes to its domain."""

    REGISTER = "register", _("Register a new domain")
    OWN = "own", _("Use a domain I already own")
    LATER = "later", _("Decide later")
