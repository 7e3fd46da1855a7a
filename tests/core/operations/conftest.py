"""A company with a connection to the lamp works."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import transaction

from ispplatform.core.actors import Actor, ActorType
from ispplatform.core.clock import system_now
from ispplatform.core.events import subscribing
from ispplatform.core.http import deadline
from ispplatform.core.ids import uuid7
from ispplatform.core.models import Operation, ProviderConnection, Tenant
from ispplatform.core.operations import kinds, operation_start
from ispplatform.core.providers import backends
from ispplatform.core.providers.services import connection_create
from ispplatform.core.subjects import Subject
from tests.core.operations import counterpart
from tests.core.operations.counterpart import (
    Counterpart,
    LampKind,
    register_lamps,
)

START = "2026-03-01 09:00:00+00:00"
MANAGER = Actor(
    type=ActorType.USER,
    id="7",
    label="ops@northwind.example",
    permissions=frozenset(
        {"operations:manage", "operations:retry", "connections:manage", "installation:confirm"}
    ),
)
SYSTEM = Actor.system("tests")


@pytest.fixture
def lamp_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Register the kinds and back ends of these tests; nobody else hears of what happens."""
    monkeypatch.setattr(subscribing, "_subscriptions", {})
    for registry, name in ((kinds, "_kinds"), (backends, "_kinds"), (backends, "_backends")):
        monkeypatch.setattr(registry, name, dict(getattr(registry, name)))
    register_lamps()
    LampKind.heard.clear()
    monkeypatch.setattr(LampKind, "unwanted", set())
    monkeypatch.setattr(LampKind, "settle_fails", lambda operation: None)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Counterpart:
    """The outside world, fresh."""
    fresh = Counterpart()
    monkeypatch.setattr(counterpart, "world", fresh)
    return fresh


@pytest.fixture
def connection(tenant: Tenant, lamp_kinds: None, world: Counterpart) -> ProviderConnection:
    return connection_create(
        actor=MANAGER,
        kind="lamps",
        backend="works",
        name="Works",
        credentials={"api_key": "key-of-the-works"},
    )


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Real time, standing still until the test moves it; deadlines count the same time."""
    monkeypatch.setattr(deadline, "monotonic_seconds", lambda: system_now().timestamp())
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


@pytest.fixture
def lamp() -> Subject:
    return Subject(type="lamps.lamp", id=uuid7(), label="Lamp")


def start(
    connection: ProviderConnection | None,
    subject: Subject,
    key: str = "k1",
    *,
    kind: str = "lamps.make",
    **options: Any,
) -> Operation:
    """Start one operation in a transaction of its own."""
    with transaction.atomic():
        return operation_start(
            kind=kind, key=key, subject=subject, actor=SYSTEM, connection=connection, **options
        )
