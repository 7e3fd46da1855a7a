"""What the sandbox bench tells."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from ispplatform.core.events import Event


@dataclass(frozen=True, kw_only=True)
class ClockMoved(Event):
    """The business clock of a sandbox company runs on from a later time."""

    name: ClassVar[str] = "core.clock_moved"
    move_id: UUID
    started_from: datetime
    arrived_at: datetime
