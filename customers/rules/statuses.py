"""From which status a customer may move to which."""

from customers.choices import CustomerStatus

_REACHABLE: dict[str, frozenset[str]] = {
    CustomerStatus.PENDING: frozenset({CustomerStatus.ACTIVE, CustomerStatus.CANCELLED}),
    CustomerStatus.ACTIVE: frozenset(
        {CustomerStatus.SUSPENDED, CustomerStatus.INACTIVE, CustomerStatus.CANCELLED}
    ),
    CustomerStatus.SUSPENDED: frozenset(
        {CustomerStatus.ACTIVE, CustomerStatus.INACTIVE, CustomerStatus.CANCELLED}
    ),
    CustomerStatus.INACTIVE: frozenset({CustomerStatus.ACTIVE, CustomerStatus.CANCELLED}),
    CustomerStatus.CANCELLED: frozenset({CustomerStatus.ACTIVE}),
}
MAY_ORDER = frozenset({CustomerStatus.ACTIVE, CustomerStatus.INACTIVE})


def is_reachable(*, before: str, after: str) -> bool:
    """Tell whether a customer may go from ``before`` to ``after``; staying is no move."""
    return after in _REACHABLE[before]


def reachable_from(status: str) -> list[str]:
    """Return the statuses that staff may choose next, in the order of a customer's life."""
    return [choice for choice in CustomerStatus.values if choice in _REACHABLE[status]]


def may_order(status: str) -> bool:
    """Tell whether a customer of this status may place an order."""
    return status in MAY_ORDER
