"""Tables of sales."""

from sales.models.carts import Cart, CartLine
from sales.models.orders import Order, OrderAcceptance, OrderHold, OrderLine

__all__ = ["Cart", "CartLine", "Order", "OrderAcceptance", "OrderHold", "OrderLine"]
