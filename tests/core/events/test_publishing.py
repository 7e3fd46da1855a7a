"""Publishing: in the transaction, in order, in two statements."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from ispplatform.core.events import Event, Publication, publish, publish_many, registry, subscribe
from ispplatform.core.events.checks import (
    check_events,
    undescribed_events,
    unpublished_subscriptions,
)
from ispplatform.core.events.registry import payload_schema
from ispplatform.core.ids import uuid7
from ispplatform.core.models import OutboxEvent
from ispplatform.core.request_ids import request_id_scope
from ispplatform.core.subjects import Subject
from ispplatform.core.tenancy.context import tenant_context
from tests.core.events.conftest import LampSwitched, switch, switch_and_fail


@dataclass(frozen=True, kw_only=True)
class LampDescribed(Event):
    name: ClassVar[str] = "lamps.lamp_described"
    lamp_id: UUID
    price: Decimal
    bought_on: date
    seen_at: datetime | None
    tags: list[str]
    watts: dict[str, int]
    is_on: bool


def test_an_event_takes_two_statements(tenant, lamp):
    with CaptureQueriesContext(connection) as queries, transaction.atomic():
        publish(LampSwitched(number=1), subject=lamp)
    statements = [q["sql"] for q in queries if "SAVEPOINT" not in q["sql"].upper()]
    assert len(statements) == 2


def test_three_hundred_events_take_few_statements(tenant):
    lamps = [Subject(type="lamps.lamp", id=uuid7(), label=f"Lamp {n}") for n in range(300)]
    with CaptureQueriesContext(connection) as queries, transaction.atomic():
        rows = publish_many(
            [Publication(event=LampSwitched(number=1), subject=lamp) for lamp in lamps]
        )
    statements = [q["sql"] for q in queries if "SAVEPOINT" not in q["sql"].upper()]
    assert len(statements) <= 8  # SQLite takes 999 values a statement
    assert {row.sequence for row in rows} == {1}


def test_outside_a_transaction_nothing_is_published(transactional_db):
    with (
        tenant_context(uuid7()),
        pytest.raises(transaction.TransactionManagementError),
    ):
        publish(LampSwitched(number=1), subject=Subject(type="lamps.lamp", id=uuid7()))


def test_the_sequence_counts_the_events_of_one_subject(tenant, lamp):
    other = Subject(type="lamps.lamp", id=uuid7())
    with transaction.atomic():
        rows = publish_many(
            [
                Publication(event=LampSwitched(number=number), subject=subject)
                for number, subject in enumerate([lamp, other, lamp, lamp])
            ]
        )
    assert [row.sequence for row in rows] == [1, 1, 2, 3]
    assert switch(lamp, 5).sequence == 4


def test_a_rollback_takes_the_event_and_its_number_back(tenant, lamp):
    switch(lamp, 1)
    with pytest.raises(ZeroDivisionError):
        switch_and_fail(lamp, 2)
    assert switch(lamp, 3).sequence == 2
    assert OutboxEvent.objects.count() == 2


def test_two_tenants_count_apart(tenant, other_tenant, lamp):
    switch(lamp, 1)
    with tenant_context(other_tenant.pk):
        assert switch(lamp, 1).sequence == 1


def test_the_payload_holds_plain_values(tenant, lamp):
    customer_id = uuid7()
    event = LampDescribed(
        lamp_id=lamp.id,
        price=Decimal("9.90"),
        bought_on=date(2026, 3, 1),
        seen_at=datetime(2026, 3, 2, 8, tzinfo=UTC),
        tags=["kitchen"],
        watts={"max": 60},
        is_on=True,
    )
    with request_id_scope("request-1"), transaction.atomic():
        row = publish(event, subject=lamp, customer_id=customer_id)
    row.refresh_from_db()
    assert row.payload == {
        "lamp_id": str(lamp.id),
        "price": "9.90",
        "bought_on": "2026-03-01",
        "seen_at": "2026-03-02T08:00:00+00:00",
        "tags": ["kitchen"],
        "watts": {"max": 60},
        "is_on": True,
    }
    assert row.customer_id == customer_id
    assert row.request_id == "request-1"
    assert row.dispatched_at is None
    assert row.position is None


def test_the_schema_describes_every_field():
    schema = payload_schema(LampDescribed)
    assert schema["properties"]["seen_at"] == {
        "anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]
    }
    assert schema["properties"]["price"] == {"type": "string", "format": "decimal"}
    assert schema["properties"]["watts"] == {
        "type": "object",
        "additionalProperties": {"type": "integer"},
    }
    assert schema["required"] == [
        "lamp_id", "price", "bought_on", "seen_at", "tags", "watts", "is_on",
    ]  # fmt: skip


def test_a_float_is_nothing_that_an_event_may_carry(monkeypatch):
    monkeypatch.setattr(registry, "_classes", {})

    @dataclass(frozen=True, kw_only=True)
    class LampWeighed(Event):
        name: ClassVar[str] = "lamps.lamp_weighed"
        weight: float

    with pytest.raises(TypeError, match=r"lamps\.lamp_weighed\.weight"):
        payload_schema(LampWeighed)


def test_a_name_belongs_to_one_class():
    with pytest.raises(TypeError, match="declared twice"):
        type("Other", (Event,), {"name": "lamps.lamp_switched"})
    with pytest.raises(TypeError, match=r"app\.what_happened"):
        type("Nameless", (Event,), {})


def test_every_subscription_of_the_product_is_published_and_described():
    assert unpublished_subscriptions() == {}
    assert undescribed_events() == {}


def test_a_subscription_to_nothing_is_found(subscriptions):
    subscribe("lamps.lamp_switched", "tests.one", lambda event: None)
    subscribe("lamps.lamp_swtiched", "tests.two", lambda event: None)
    assert unpublished_subscriptions() == {"lamps.lamp_swtiched": ["tests.two"]}
    (error,) = check_events(app_configs=None)
    assert error.id == "core.E020"


def test_a_subscriber_hears_of_an_event_by_one_handler(subscriptions):
    subscribe("lamps.lamp_switched", "tests.one", print)
    subscribe("lamps.lamp_switched", "tests.one", print)
    with pytest.raises(ValueError, match="twice"):
        subscribe("lamps.lamp_switched", "tests.one", repr)
