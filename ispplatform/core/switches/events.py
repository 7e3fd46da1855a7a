"""What happens to the stop switch."""

from dataclasses import dataclass
from typing import ClassVar

from ispplatform.core.events import Event


@dataclass(frozen=True, kw_only=True)
class SwitchPaused(Event):
    """Effects of a scope are not sent any more."""

    name: ClassVar[str] = "core.switch_paused"
    scope: str
    label: str
    reason: str
    by: str


@dataclass(frozen=True, kw_only=True)
class SwitchResumed(Event):
    """Effects of a scope are sent again."""

    name: ClassVar[str] = "core.switch_resumed"
    scope: str
    label: str
    by: str
