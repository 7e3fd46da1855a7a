"""Where orders and their lines stand, read from facts."""

from collections.abc import Sequence

from provisioning.choices import ServiceStatus
from provisioning.models import Service
from sales.choices import LineStatus, OrderStatus
from sales.models import Order, OrderLine
from sales.rules.status import OrderMoments, order_status

_SET_UP = {ServiceStatus.ACTIVE, ServiceStatus.SUSPENDED}


def line_status(line: OrderLine, *, is_paid: bool) -> LineStatus:
    """Return where a line stands; its service is loaded already."""
    if line.refunded_at is not None:
        return LineStatus.REFUNDED
    service: Service | None = line.service
    if service is not None and service.status == ServiceStatus.TERMINATED:
        return LineStatus.CANCELLED
    if service is None or service.status in _SET_UP:
        return LineStatus.ACTIVE if is_paid else LineStatus.WAITING
    if service.trouble:
        return LineStatus.NEEDS_PERSON
    return LineStatus.SETTING_UP if is_paid else LineStatus.WAITING


def derived_status(order: Order, lines: Sequence[OrderLine]) -> OrderStatus:
    """Return the status that follows from the order's moments, holds and lines."""
    moments = OrderMoments(
        paid=order.is_let_through,
        held=order.holds.filter(decision="").exists(),
        expired=order.expired_at is not None,
        cancelled=order.cancelled_at is not None,
        refused=order.refused_at is not None,
    )
    statuses = [line_status(line, is_paid=moments.paid) for line in lines]
    return order_status(moments, statuses)
