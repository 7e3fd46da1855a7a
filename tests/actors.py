"""Principals for tests."""

from uuid import UUID, uuid4

from ispplatform.core.actors import Actor, ActorType


def staff(*permissions: str) -> Actor:
    """Return a staff member who holds exactly these permissions."""
    return Actor(
        type=ActorType.USER,
        id=str(uuid4()),
        label="staff@northwind.example",
        permissions=frozenset(permissions),
    )


def portal(customer_id: UUID, *permissions: str) -> Actor:
    """Return the portal account of a customer."""
    return Actor(
        type=ActorType.CUSTOMER,
        id=str(uuid4()),
        label="portal@customer.example",
        permissions=frozenset(permissions),
        customer_id=customer_id,
    )
