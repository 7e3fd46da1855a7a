"""What a service used, told by the app of its type."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from ispplatform.core.slots import Slot
from provisioning.models import Service


@dataclass(frozen=True, kw_only=True, slots=True)
class UsageDay:
    """One day's traffic, in bytes, from the customer's point of view."""

    day: date
    download_bytes: int
    upload_bytes: int


@dataclass(frozen=True, kw_only=True, slots=True)
class UsageNow:
    """What a service has taken up at present, in bytes; a limit of None is no limit."""

    traffic_month_bytes: int
    traffic_limit_bytes: int | None
    storage_bytes: int
    storage_limit_bytes: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class UsageSource:
    """Where the usage of one type of service is known.

    Args:
        type: a plan type.
        days: gives the days of ``[start, end)`` that are known, oldest first.
        now: gives the present figures of several services at once, by service id.
    """

    type: str
    days: Callable[[Service, date, date], Sequence[UsageDay]]
    now: Callable[[Sequence[Service]], dict[object, UsageNow]]


usage_sources: Slot[UsageSource] = Slot("provisioning.usage", key=lambda source: source.type)
