"""Work that falls due by business time: renewals, reminders, expiry, planned terminations.

In a company whose clock runs, beat does it from each app's own task. While a sandbox company's
clock is being moved, beat leaves that company alone and the move does the same work, stop by stop.
An app says in its ``wiring.py`` what of it there is::

    due_sources.fill(DueSource(key="sales.orders", label=_("Unpaid orders looked after"),
                               next_due=next_order_due, run_due=unpaid_orders_run))
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.utils.functional import Promise

from ispplatform.core.models.tenants import Tenant
from ispplatform.core.slots import Slot

Text = str | Promise


@dataclass(frozen=True, kw_only=True, slots=True)
class DueSource:
    """One sort of work that falls due.

    Both functions are called inside the tenant, outside any transaction.

    Args:
        key: ``app.what``.
        label: what staff read beside the number of things done.
        next_due: gives the first business instant after the second argument at which something
            of this sort falls due, or None. At most two queries.
        run_due: does all that is due by the tenant's business time and returns how many things
            were done; 0 when called again at once. One thing that fails stops no other.
    """

    key: str
    label: Text
    next_due: Callable[[Tenant, datetime], datetime | None]
    run_due: Callable[[Tenant], int]


due_sources: Slot[DueSource] = Slot("due sources", key=lambda source: source.key)


@dataclass(frozen=True, kw_only=True, slots=True)
class ClockTarget:
    """A business instant worth moving the clock to, offered by name at the sandbox bench.

    Args:
        key: stable name.
        label: the button's text, for example "To the next renewal".
        when: gives the instant, or None when there is none ahead.
    """

    key: str
    label: Text
    when: Callable[[Tenant], datetime | None]


clock_targets: Slot[ClockTarget] = Slot("clock targets", key=lambda target: target.key)


def tenants_by_beat() -> QuerySet[Tenant]:
    """Return the tenants whose due work beat does: all but those whose clock is being moved."""
    return Tenant.objects.filter(clock_held_at=None).order_by("pk")


def day_begins(day: date, tenant: Tenant, *, hour: int = 0) -> datetime:
    """Return the instant, in UTC, at which ``day`` reaches ``hour`` o'clock in the tenant's zone.

    An hour that the change to summer time leaves out gives the hour after it.
    """
    local = datetime.combine(day, time(hour), tzinfo=ZoneInfo(tenant.time_zone))
    return local.astimezone(UTC)


def earliest(*instants: datetime | None) -> datetime | None:
    """Return the first of the instants, leaving None out; None when there is none."""
    return min((one for one in instants if one is not None), default=None)
