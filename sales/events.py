"""What happens to orders."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from ispplatform.core.events import Event


@dataclass(frozen=True, kw_only=True)
class OrderPlaced(Event):
    """An order is bindingly placed and waits for its payment."""

    name: ClassVar[str] = "sales.order_placed"
    order_id: UUID
    order_number: str
    customer_id: UUID
    total: Decimal
    currency: str
    expires_on: date


@dataclass(frozen=True, kw_only=True)
class OrderHeld(Event):
    """A paid order waits for a person's decision; nothing is set up before it."""

    name: ClassVar[str] = "sales.order_held"
    order_id: UUID
    order_number: str
    customer_id: UUID
    reasons: list[str]


@dataclass(frozen=True, kw_only=True)
class OrderAccepted(Event):
    """A held order was accepted and goes on."""

    name: ClassVar[str] = "sales.order_accepted"
    order_id: UUID
    order_number: str
    customer_id: UUID


@dataclass(frozen=True, kw_only=True)
class OrderRefused(Event):
    """A held order was refused; its payment is on its way back."""

    name: ClassVar[str] = "sales.order_refused"
    order_id: UUID
    order_number: str
    customer_id: UUID


@dataclass(frozen=True, kw_only=True)
class OrderReminded(Event):
    """An unpaid order's customer is reminded."""

    name: ClassVar[str] = "sales.order_reminded"
    order_id: UUID
    order_number: str
    customer_id: UUID
    total: Decimal
    currency: str
    expires_on: date


@dataclass(frozen=True, kw_only=True)
class OrderPaymentAsked(Event):
    """Staff have the link to the payment of an unpaid order mailed."""

    name: ClassVar[str] = "sales.order_payment_asked"
    order_id: UUID
    order_number: str
    customer_id: UUID
    total: Decimal
    currency: str
    expires_on: date


@dataclass(frozen=True, kw_only=True)
class OrderExpired(Event):
    """An order was not paid in time."""

    name: ClassVar[str] = "sales.order_expired"
    order_id: UUID
    order_number: str
    customer_id: UUID


@dataclass(frozen=True, kw_only=True)
class OrderCancelled(Event):
    """An unpaid order was withdrawn by its customer or by staff."""

    name: ClassVar[str] = "sales.order_cancelled"
    order_id: UUID
    order_number: str
    customer_id: UUID


@dataclass(frozen=True, kw_only=True)
class OrderCompleted(Event):
    """Everything that was ordered is active."""

    name: ClassVar[str] = "sales.order_completed"
    order_id: UUID
    order_number: str
    customer_id: UUID
