"""What a cart or an order refuses."""

from django.utils.translation import gettext_noop as _

from ispplatform.core.errors import InvalidInput, RuleViolation


class CartEmpty(RuleViolation):
    """Nothing to order is in the cart."""

    code = "CART_EMPTY"
    meaning = _("Nothing was ordered and nothing was charged.")
    next_step = _("Choose something in the shop first.")


class CartClosed(RuleViolation):
    """The cart has become an order already."""

    code = "CART_CLOSED"
    meaning = _("Nothing was ordered or charged twice.")
    next_step = _("Open your orders: it stands there.")


class LineNotOrderable(InvalidInput):
    """The plan cannot be ordered like this; ``field`` names what is wrong."""

    code = "LINE_NOT_ORDERABLE"
    meaning = _("Your cart is as it was, and nothing was charged.")


class DomainTaken(RuleViolation):
    """The name cannot be registered, or this cart holds it already."""

    code = "DOMAIN_NOT_AVAILABLE"
    meaning = _("Your cart is as it was, and nothing was charged.")
    next_step = _("Choose another name.")


class TermsNotAccepted(InvalidInput):
    """A document that must be accepted was not."""

    code = "TERMS_NOT_ACCEPTED"
    meaning = _("Nothing was ordered or charged, and your cart is saved.")
    next_step = _("Tick what is named, then order.")


class PriceChanged(RuleViolation):
    """A price changed since the cart was shown; the new total is in ``total``."""

    code = "PRICE_CHANGED"
    meaning = _("Nothing was ordered or charged, and your cart is saved.")
    next_step = _("If the new total suits you, order again.")


class OrderNotHeld(RuleViolation):
    """Only an order that waits for a decision can be accepted or refused."""

    code = "ORDER_NOT_HELD"


class OrderNotOpen(RuleViolation):
    """The order is paid, expired or cancelled already."""

    code = "ORDER_NOT_OPEN"
    meaning = _("Your order and your payment are as they were.")
    next_step = _("Open the order: its page says how it stands.")
