"""A company with reminders that fall due, and real time that stands still."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import pytest
import time_machine
from django.db import transaction

from ispplatform.core.clock import business_now
from ispplatform.core.due import DueSource, due_sources
from ispplatform.core.events import Event, publish, subscribe, subscribing
from ispplatform.core.ids import uuid7
from ispplatform.core.models import Tenant
from ispplatform.core.subjects import Subject

START = datetime(2026, 3, 1, 9, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class BellRang(Event):
    """An event that only these tests know."""

    name: ClassVar[str] = "bells.bell_rang"
    hours: int


@dataclass
class Bells:
    """Rings due by business time; a ring may bring an echo an hour later.

    ``rang`` and ``heard`` note the business time at which each ring was done and delivered.
    """

    due: list[datetime] = field(default_factory=list)
    echoes: bool = False
    fails_at: datetime | None = None
    rang: list[tuple[datetime, datetime]] = field(default_factory=list)
    heard: list[datetime] = field(default_factory=list)

    def next_due(self, tenant: Tenant, after: datetime) -> datetime | None:
        return min((at for at in self.due if at > after), default=None)

    def run_due(self, tenant: Tenant) -> int:
        now = business_now(tenant)
        ripe = [at for at in self.due if at <= now]
        for at in ripe:
            if at == self.fails_at:
                raise RuntimeError("the rope tore")
            self.due.remove(at)
            self.rang.append((at, now))
            if self.echoes and at.minute == 0:
                self.due.append(at + timedelta(hours=1, minutes=1))
            with transaction.atomic():
                bell = Subject(type="bells.bell", id=uuid7(), label="Bell")
                publish(BellRang(hours=at.hour), subject=bell)
        return len(ripe)

    def hear(self, event: Any) -> None:
        tenant = Tenant.objects.get(pk=event.tenant_id)
        self.heard.append(business_now(tenant))


@pytest.fixture
def bells(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bells]:
    """The only due source, whose events one subscriber hears."""
    monkeypatch.setattr(subscribing, "_subscriptions", {})
    monkeypatch.setattr(due_sources, "_items", {})
    found = Bells()
    subscribe("bells.bell_rang", "tests.listener", found.hear)
    source = DueSource(
        key="bells.rings", label="Rings", next_due=found.next_due, run_due=found.run_due
    )
    with due_sources.filled(source):
        yield found


@pytest.fixture
def real_time() -> Iterator[Any]:
    """Real time, standing still until the test moves it."""
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller
