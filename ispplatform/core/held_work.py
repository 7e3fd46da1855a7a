"""What lies in the hands of one colleague, and goes into another's when they leave.

The app that owns the rows fills ``HELD_WORK``; ``accounts.services.access_ends`` calls it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.utils.functional import Promise

from ispplatform.core.actors import Actor
from ispplatform.core.slots import Slot


@dataclass(frozen=True, kw_only=True, slots=True)
class Colleague:
    """Who takes over: a person's id, and what people call them."""

    id: UUID
    label: str


@dataclass(frozen=True, kw_only=True, slots=True)
class HeldWork:
    """One sort of row that is given to a colleague to look after.

    Args:
        key: its name in programs, for example ``customers``.
        label: what staff call it, in the plural.
        count: tells how many rows this person holds in the tenant in force; one query.
        hand_over: gives all of them to somebody, or to nobody (None); writes the audit entries
            and returns how many there were. Called in the transaction that ends the access.
    """

    key: str
    label: str | Promise
    count: Callable[[UUID], int]
    hand_over: Callable[[Actor, UUID, Colleague | None], int]


HELD_WORK: Slot[HeldWork] = Slot("core.held_work", key=lambda item: item.key)
