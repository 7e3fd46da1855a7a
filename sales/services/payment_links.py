"""Mailing a customer the way to pay an order."""

from uuid import UUID

from django.db import transaction

from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.events import publish
from ispplatform.core.subjects import subject_of
from sales.choices import OrderStatus
from sales.errors import OrderNotOpen
from sales.events import OrderPaymentAsked
from sales.models import Order
from sales.services.locks import order_locked


def order_payment_ask(*, actor: Actor, order_id: UUID) -> Order:
    """Mail the link to the page on which the order is paid.

    Raises:
        NotPermitted: without ``orders:create``.
        OrderNotOpen: it does not wait for its payment.
    """
    actor.require("orders:create")
    with transaction.atomic():
        order = order_locked(order_id)
        if order.status != OrderStatus.AWAITING_PAYMENT:
            raise OrderNotOpen("The order does not wait for its payment.")
        subject = subject_of(order)
        audit(
            "sales.order_payment_ask", actor=actor, subject=subject, customer_id=order.customer_id
        )
        publish(
            OrderPaymentAsked(
                order_id=order.pk,
                order_number=order.order_number,
                customer_id=order.customer_id,
                total=order.gross,
                currency=order.currency,
                expires_on=order.expires_on,
            ),
            subject=subject,
            customer_id=order.customer_id,
        )
    return order
