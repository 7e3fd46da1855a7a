"""An order's status follows from its facts and its lines."""

from collections.abc import Sequence
from dataclasses import dataclass

from sales.choices import LineStatus, OrderStatus

_SETTLED = {LineStatus.ACTIVE, LineStatus.REFUNDED, LineStatus.CANCELLED}


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderMoments:
    """Which of an order's decisive moments have come."""

    paid: bool
    held: bool
    expired: bool
    cancelled: bool
    refused: bool


def order_status(moments: OrderMoments, lines: Sequence[LineStatus]) -> OrderStatus:
    """Return where the order stands.

    Args:
        lines: the status of each line; at least one.
    """
    if moments.refused:
        return OrderStatus.REFUSED
    if moments.cancelled:
        return OrderStatus.CANCELLED
    if moments.expired:
        return OrderStatus.EXPIRED
    if not moments.paid:
        return OrderStatus.AWAITING_PAYMENT
    if moments.held:
        return OrderStatus.ON_HOLD
    if LineStatus.NEEDS_PERSON in lines:
        return OrderStatus.NEEDS_PERSON
    if all(line in _SETTLED for line in lines):
        return OrderStatus.COMPLETED
    return OrderStatus.IN_PROGRESS
