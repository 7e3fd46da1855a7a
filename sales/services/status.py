"""Keeping an order's status in step with what happens to its lines."""

from uuid import UUID

from django.db import transaction

from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.clock import business_now
from ispplatform.core.events import publish
from ispplatform.core.subjects import subject_of
from ispplatform.core.tenancy.lookup import tenant_by_id
from sales.choices import OrderStatus
from sales.events import OrderCompleted
from sales.models import Order, OrderLine
from sales.selectors.status import derived_status
from sales.services.locks import order_locked


def order_refresh(*, order_id: UUID) -> Order:
    """Derive the order's status anew and keep it; the last line done completes the order."""
    with transaction.atomic():
        order = order_locked(order_id)
        lines = list(order.lines.select_related("service"))
        status = derived_status(order, lines)
        if status == order.status:
            return order
        before, order.status = order.status, status
        if status == OrderStatus.COMPLETED and order.completed_at is None:
            order.completed_at = business_now(tenant_by_id(order.tenant_id))
            _publish_completed(order)
        order.save(update_fields=["status", "completed_at"])
        audit(
            "sales.order_status",
            actor=Actor.system("sales.order_refresh"),
            subject=subject_of(order),
            before={"status": before},
            after={"status": status},
            customer_id=order.customer_id,
        )
    return order


def orders_of_service(service_id: UUID | str) -> list[UUID]:
    """Return the ids of the orders that a service was ordered with (normally one)."""
    return list(OrderLine.objects.filter(service_id=service_id).values_list("order_id", flat=True))


def _publish_completed(order: Order) -> None:
    publish(
        OrderCompleted(
            order_id=order.pk,
            order_number=order.order_number,
            customer_id=order.customer_id,
        ),
        subject=subject_of(order),
        customer_id=order.customer_id,
    )
