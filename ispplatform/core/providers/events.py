"""What happens to connections."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from ispplatform.core.events import Event


@dataclass(frozen=True, kw_only=True)
class ConnectionStateChanged(Event):
    """A test of a connection ended otherwise than the one before."""

    name: ClassVar[str] = "core.connection_state_changed"
    connection_id: UUID
    kind: str
    connection_name: str
    state: str
    sentence: str
