"""Subscribers that note what they hear, registered for one test only."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

import pytest
from django.db import transaction

from ispplatform.core.events import DeliveredEvent, Event, publish, subscribe, subscribing
from ispplatform.core.ids import uuid7
from ispplatform.core.models import OutboxEvent
from ispplatform.core.subjects import Subject


@dataclass(frozen=True, kw_only=True)
class LampSwitched(Event):
    """An event that only these tests know."""

    name: ClassVar[str] = "lamps.lamp_switched"
    number: int


@dataclass(frozen=True, kw_only=True)
class NobodyListens(Event):
    """An event without a subscriber."""

    name: ClassVar[str] = "lamps.nobody_listens"


class Listener:
    """A subscriber that keeps what it heard, and fails while told to."""

    def __init__(self) -> None:
        self.heard: list[DeliveredEvent] = []
        self.calls = 0
        self.fails_on: Callable[[DeliveredEvent], bool] = lambda event: False

    def __call__(self, event: DeliveredEvent) -> None:
        self.calls += 1
        if self.fails_on(event):
            raise RuntimeError(f"not number {event.payload['number']}")
        self.heard.append(event)

    @property
    def numbers(self) -> list[int]:
        return [event.payload["number"] for event in self.heard]


@pytest.fixture
def subscriptions(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Start with no subscription at all, and put the product's back afterwards."""
    monkeypatch.setattr(subscribing, "_subscriptions", {})
    return


@pytest.fixture
def listener(subscriptions: None) -> Listener:
    found = Listener()
    subscribe("lamps.lamp_switched", "tests.listener", found)
    return found


@pytest.fixture
def lamp() -> Subject:
    return Subject(type="lamps.lamp", id=uuid7(), label="Lamp")


def switch(lamp: Subject, number: int, customer_id: UUID | None = None) -> OutboxEvent:
    """Publish one event in a transaction of its own."""
    with transaction.atomic():
        return publish(LampSwitched(number=number), subject=lamp, customer_id=customer_id)


def switch_and_fail(lamp: Subject, number: int) -> None:
    """Publish one event in a transaction that is rolled back."""
    with transaction.atomic():
        publish(LampSwitched(number=number), subject=lamp)
        raise ZeroDivisionError
