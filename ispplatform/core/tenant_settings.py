"""Settings that each tenant chooses for itself, declared by the app that reads them.

Declared once at import time, kept in ``Tenant.settings``, edited on one page of the admin.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

T = TypeVar("T")


class HasSettings(Protocol):
    """What a tenant tells about its choices."""

    settings: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class TenantSetting(Generic[T]):
    """One choice of a tenant.

    Args:
        key: ``app.name``; stable, because it is stored.
        default: the value of a tenant that chose nothing.
        label: the sentence beside the field on the settings page.
        check: returns an error sentence for a bad value, else an empty string.
        changed_at: the name of the page of the back office where it is changed, where that is not
            the page of all settings.
    """

    key: str
    default: T
    label: str
    check: Callable[[T], str] = lambda value: ""
    changed_at: str = ""

    def __post_init__(self) -> None:
        if self.key in _declared:
            raise ValueError(f"The tenant setting {self.key} is declared twice.")
        _declared[self.key] = self

    def of(self, tenant: HasSettings) -> T:
        """Return the tenant's value, or the default."""
        value: T = tenant.settings.get(self.key, self.default)
        return value


_declared: dict[str, TenantSetting[Any]] = {}


def declared_settings() -> list[TenantSetting[Any]]:
    """Return every declared setting, by key."""
    return [_declared[key] for key in sorted(_declared)]


def between(lowest: int, highest: int) -> Callable[[int], str]:
    """Return a check that a whole number lies in ``lowest`` to ``highest``, both allowed."""

    def check(value: int) -> str:
        return "" if lowest <= value <= highest else f"Use {lowest} to {highest}."

    return check
