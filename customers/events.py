"""What happens to customers, for every app above and every integrator."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from ispplatform.core.events import Event


@dataclass(frozen=True, kw_only=True)
class CustomerCreated(Event):
    """A customer exists from now on."""

    name: ClassVar[str] = "customers.customer_created"
    customer_id: UUID
    customer_number: str
    email: str
    status: str


@dataclass(frozen=True, kw_only=True)
class CustomerUpdated(Event):
    """Data of a customer, its addresses, contacts or tags changed."""

    name: ClassVar[str] = "customers.customer_updated"
    customer_id: UUID
    customer_number: str
    email: str
    changed: list[str]


@dataclass(frozen=True, kw_only=True)
class CustomerStatusChanged(Event):
    """A customer moved from one status to another."""

    name: ClassVar[str] = "customers.customer_status_changed"
    customer_id: UUID
    customer_number: str
    status_before: str
    status: str


@dataclass(frozen=True, kw_only=True)
class CustomerDeleted(Event):
    """A customer was removed from every list; what the law keeps, stays."""

    name: ClassVar[str] = "customers.customer_deleted"
    customer_id: UUID
    customer_number: str


@dataclass(frozen=True, kw_only=True)
class LetterWritten(Event):
    """Staff wrote to a customer in their own words."""

    name: ClassVar[str] = "customers.letter_written"
    customer_id: UUID
    subject: str
    text: str
    purpose: str
