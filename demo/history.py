"""Two years in a minute: the demo company's time, and what happens in it in which order."""

import heapq
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from ispplatform.core.clock import system_now, writing_history
from ispplatform.core.due import DueSource, day_begins, due_sources, earliest
from ispplatform.core.events.subscribing import subscribers_muted
from ispplatform.core.models.tenants import Tenant
from ispplatform.core.tasks import without_messages
from ispplatform.core.tenancy.context import tenant_context
from ispplatform.core.testing import run_until_quiet

MAILED_DAYS = 5  # before that, mails are old news and none is sent

Act = Callable[[], None]


@dataclass(order=True)
class _Planned:
    """One act with its time; ``number`` keeps acts of one time in the order of planning."""

    at: datetime
    number: int
    act: Act = field(compare=False)


class History:
    """Lets planned acts happen in the order of their times, with the company's daily work between.

    Acts may plan further acts. Times are given as days before today and an hour of the tenant's
    day, so that the same seed gives the same history relative to today.

    Args:
        sources: further due work, beside what the apps declare; one of the same key takes the
            place of theirs.
        without: keys of due work that is left to the living company.
    """

    def __init__(
        self,
        tenant: Tenant,
        *,
        today: date,
        sources: tuple[DueSource, ...] = (),
        without: tuple[str, ...] = (),
    ) -> None:
        self.tenant = tenant
        self.today = today
        replaced = {*without, *(source.key for source in sources)}
        declared = [source for source in due_sources.items() if source.key not in replaced]
        self.sources = (*declared, *sources)
        self._planned: list[_Planned] = []
        self._due: list[tuple[datetime, DueSource]] = []
        self._count = 0
        self._now = day_begins(today - timedelta(days=366 * 3), tenant)

    def plan(self, days_ago: int, hour: float, act: Act) -> None:
        """Let ``act`` happen ``days_ago`` days before today at ``hour`` o'clock."""
        day = self.today - timedelta(days=days_ago)
        self._count += 1
        at = day_begins(day, self.tenant) + timedelta(hours=hour)
        heapq.heappush(self._planned, _Planned(max(at, self._now), self._count, act))

    def happen(self, *, tell: Callable[[date], None] = lambda day: None) -> None:
        """Let everything happen up to now.

        Args:
            tell: hears of each day on which something happens.
        """
        with tenant_context(self.tenant.pk), without_messages(), writing_history() as go_to:
            end = system_now()
            while (at := self._next(end)) is not None:
                self._now = at
                go_to(at)
                tell(at.date())
                with self._mails_of(at, end):
                    self._do(at)

    def _next(self, end: datetime) -> datetime | None:
        """Return when something happens next, and note which due work that is."""
        instants = [(source.next_due(self.tenant, self._now), source) for source in self.sources]
        self._due = [(at, source) for at, source in instants if at is not None]
        planned = self._planned[0].at if self._planned else None
        found = earliest(planned, *(at for at, _ in self._due))
        return found if found is not None and found <= end else None

    def _do(self, at: datetime) -> None:
        while self._planned and self._planned[0].at <= at:
            heapq.heappop(self._planned).act()
            run_until_quiet()
        ripe = [source for due_at, source in self._due if due_at <= at]
        if sum(source.run_due(self.tenant) for source in ripe):
            run_until_quiet()

    @contextmanager
    def _mails_of(self, at: datetime, end: datetime) -> Iterator[None]:
        with ExitStack() as stack:
            if end - at > timedelta(days=MAILED_DAYS):
                stack.enter_context(subscribers_muted("notifications"))
            yield
