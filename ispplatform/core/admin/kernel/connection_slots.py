"""What apps add to the page of a connection: acts, and a part below the settings."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ispplatform.core.admin.acts import Act
from ispplatform.core.models.connections import ProviderConnection
from ispplatform.core.slots import Slot


@dataclass(frozen=True, kw_only=True, slots=True)
class ConnectionPart:
    """A part of a connection's page.

    Args:
        key: ``app.what``.
        acts: buttons; each says by ``applies`` which connections it is for.
        template: draws what ``content`` returned, with its names.
        content: gives a connection's part, or None where it has none.
    """

    key: str
    acts: tuple[Act, ...]
    template: str
    content: Callable[[ProviderConnection], Mapping[str, Any] | None]


CONNECTION_PARTS: Slot[ConnectionPart] = Slot("connection.parts", key=lambda part: part.key)
