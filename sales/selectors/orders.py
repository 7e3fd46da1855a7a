"""Which orders somebody may see."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from ispplatform.core.actors import Actor
from ispplatform.core.errors import NotFound
from ispplatform.core.money import Money
from sales.models import Order


def orders_for(actor: Actor) -> QuerySet[Order, Any]:
    """Return the orders that the actor may see: a customer its own, staff all of the tenant."""
    if actor.is_customer:
        return Order.objects.filter(customer_id=actor.customer_id)
    return Order.objects.all() if actor.can("orders:read") else Order.objects.none()


def order_by_id(order_id: UUID | str, *, actor: Actor) -> Order:
    """Return an order.

    Raises:
        NotFound: no such order, or none that the actor may see.
    """
    order = orders_for(actor).select_related("customer", "proforma").filter(pk=order_id).first()
    if order is None:
        raise NotFound("There is no such order.")
    return order


def stake_of_order(order_id: UUID) -> Money | None:
    """Return what an order comes to. One query."""
    order = Order.objects.filter(pk=order_id).first()
    return Money(order.gross, order.currency) if order is not None else None
