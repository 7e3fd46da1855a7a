"""What happens to the catalogue."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from uuid import UUID

from ispplatform.core.events import Event


@dataclass(frozen=True, kw_only=True)
class PlanCreated(Event):
    """A plan exists from now on."""

    name: ClassVar[str] = "catalog.plan_created"
    plan_id: UUID
    code: str
    type: str


@dataclass(frozen=True, kw_only=True)
class PlanUpdated(Event):
    """A plan changed; services sold by it keep what they were sold with."""

    name: ClassVar[str] = "catalog.plan_updated"
    plan_id: UUID
    code: str
    changed: list[str]


@dataclass(frozen=True, kw_only=True)
class PriceSet(Event):
    """A plan has a new price from a day on; subscriptions keep the version they were sold with."""

    name: ClassVar[str] = "catalog.price_set"
    plan_id: UUID
    price_id: UUID
    code: str
    currency: str
    cycle: str
    valid_from: date
