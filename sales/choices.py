"""The words of carts and orders."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class CartStatus(models.TextChoices):
    """Whether a cart still fills."""

    OPEN = "open", _("Open")
    ORDERED = "ordered", _("Ordered")


class OrderStatus(models.TextChoices):
    """Where an order stands; derived from its facts and lines by ``rules.status``."""

    AWAITING_PAYMENT = "awaiting_payment", _("Awaiting payment")
    ON_HOLD = "on_hold", _("On hold")
    IN_PROGRESS = "in_progress", _("Being set up")
    NEEDS_PERSON = "needs_person", _("Needs a person")
    COMPLETED = "completed", _("Completed")
    EXPIRED = "expired", _("Expired")
    CANCELLED = "cancelled", _("Cancelled")
    REFUSED = "refused", _("Refused")


class StaffPayment(models.TextChoices):
    """How an order that staff place is to be paid."""

    LINK = "payment_link", _("A payment link is mailed to the customer")
    TRANSFER = "bank_transfer", _("Bank transfer; the mail names the account")
    LATER = "invoice", _("Set up now, before it is paid; an invoice is issued at once")


class LineStatus(models.TextChoices):
    """Where one line of an order stands."""

    WAITING = "waiting", _("Waiting for payment")
    SETTING_UP = "setting_up", _("Being set up")
    ACTIVE = "active", _("Active")
    NEEDS_PERSON = "needs_person", _("Needs a person")
    REFUNDED = "refunded", _("Refunded")
    CANCELLED = "cancelled", _("Cancelled")


class HoldRule(models.TextChoices):
    """Why an order waits for a person after it was paid."""

    TOTAL = "total", _("The total is above the limit")
    CURRENCY = "currency", _("No limit is set for the currency")
    MANY_DOMAINS = "many_domains", _("Many domains within 24 hours")
    CARD_COUNTRY = "card_country", _("The card's country differs from the address")
    DISPOSABLE_MAIL = "disposable_mail", _("The e-mail address is a disposable one")
    FIRST_ORDER = "first_order", _("Every first order is checked")
    EVERY_ORDER = "every_order", _("Every order is checked")


class HoldDecision(models.TextChoices):
    """What a person decided about a held order."""

    ACCEPTED = "accepted", _("Accepted")
    REFUSED = "refused", _("Refused and refunded")
