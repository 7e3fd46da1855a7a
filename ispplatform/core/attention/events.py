"""What the list tells others."""

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from ispplatform.core.events import Event


@dataclass(frozen=True, kw_only=True)
class AttentionOpened(Event):
    """A person is needed from now on."""

    name: ClassVar[str] = "core.attention_opened"
    item_id: UUID
    kind: str
    sentence: str
    is_urgent: bool
    is_told: bool  # staff are mailed of this one by itself
    subject_type: str
    subject_id: UUID
    money_at_stake: Decimal | None
    currency: str


@dataclass(frozen=True, kw_only=True)
class AttentionDigestDue(Event):
    """The morning has come on which staff are told of what was not mailed at once."""

    name: ClassVar[str] = "core.attention_digest_due"
    item_ids: list[UUID]
    count: int
    waiting_count: int


@dataclass(frozen=True, kw_only=True)
class AttentionGathered(Event):
    """So many urgent matters were opened that the later ones are told together."""

    name: ClassVar[str] = "core.attention_gathered"
    item_ids: list[UUID]
    count: int
    waiting_count: int
