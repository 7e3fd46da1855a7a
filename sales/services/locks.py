"""The lock order of sales: order, then cart; both before any row of billing or provisioning."""

from uuid import UUID

from sales.choices import CartStatus
from sales.errors import CartClosed
from sales.models import Cart, Order


def order_locked(order_id: UUID) -> Order:
    """Return the order, locked until the transaction ends."""
    return Order.objects.select_for_update(of=("self",)).select_related("customer").get(pk=order_id)


def open_cart_locked(cart_id: UUID) -> Cart:
    """Return the open cart, locked until the transaction ends.

    Raises:
        CartClosed: it is ordered, maybe by the same button a moment ago.
    """
    cart = Cart.objects.select_for_update(of=("self",)).get(pk=cart_id)
    if cart.status != CartStatus.OPEN:
        raise CartClosed("This cart is ordered already.")
    return cart
