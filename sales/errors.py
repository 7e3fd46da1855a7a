"""What a cart or an order refuses."""

from ispplatform.core.errors import InvalidInput, RuleViolation


class CartEmpty(RuleViolation):
    """Nothing to order is in the cart."""

    code = "CART_EMPTY"


class CartClosed(RuleViolation):
    """The cart has become an order already."""

    code = "CART_CLOSED"


class LineNotOrderable(InvalidInput):
    """The plan cannot be ordered like this; ``field`` names what is wrong."""

    code = "LINE_NOT_ORDERABLE"


class DomainTaken(RuleViolation):
    """The name cannot be registered, or this cart holds it already."""

    code = "DOMAIN_NOT_AVAILABLE"


class TermsNotAccepted(InvalidInput):
    """A document that must be accepted was not."""

    code = "TERMS_NOT_ACCEPTED"


class PriceChanged(RuleViolation):
    """A price changed since the cart was shown; the new total is in ``total``."""

    code = "PRICE_CHANGED"


class OrderNotHeld(RuleViolation):
    """Only an order that waits for a decision can be accepted or refused."""

    code = "ORDER_NOT_HELD"


class OrderNotOpen(RuleViolation):
    """The order is paid, expired or cancelled already."""

    code = "ORDER_NOT_OPEN"
