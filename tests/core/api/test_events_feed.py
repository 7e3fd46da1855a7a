"""``GET /api/v1/events``: the outbox in reading order."""

from uuid import UUID

import pytest
from django.db import transaction

from ispplatform.core.api.resources.events import EventViewSet
from ispplatform.core.events import publish
from ispplatform.core.events.dispatch import dispatch_batch
from ispplatform.core.models import OutboxEvent
from ispplatform.core.subjects import Subject
from ispplatform.core.tenancy.context import tenant_context
from tests.core.api.conftest import Caller
from tests.core.api.resources import NamedActor
from tests.core.events.conftest import LampSwitched

FEED = "/api/v1/events"
LAMP = Subject(type="lamps.lamp", id=UUID(int=1), label="Lamp")
CUSTOMER = UUID(int=2)


@pytest.fixture
def operator(tenant, monkeypatch):
    monkeypatch.setattr(EventViewSet, "authentication_classes", (NamedActor,))
    return Caller("operator")


def happen(*numbers: int, subject: Subject = LAMP) -> None:
    with transaction.atomic():
        for number in numbers:
            publish(LampSwitched(number=number), subject=subject, customer_id=CUSTOMER)
    dispatch_batch()


def numbers(response) -> list[int]:
    assert response.status_code == 200, response.content
    return [row["data"]["number"] for row in response.json()["data"]]


def test_an_event_tells_what_webhooks_tell(operator, tenant):
    happen(1)
    row = operator("GET", FEED).json()["data"][0]
    event = OutboxEvent.objects.get()
    assert row["timestamp"].endswith("Z")
    del row["timestamp"]
    assert row == {
        "id": str(event.pk),
        "type": "lamps.lamp_switched",
        "tenant_id": str(tenant.pk),
        "subject": {"type": "lamps.lamp", "id": str(LAMP.id), "label": "Lamp"},
        "sequence": 1,
        "customer_id": str(CUSTOMER),
        "request_id": "",
        "data": {"number": 1},
    }
    assert operator("GET", f"{FEED}/{event.pk}").json()["data"]["sequence"] == 1


def test_reading_on_after_the_last_one_misses_none(operator):
    happen(1, 2, 3)
    first = operator("GET", f"{FEED}?limit=2")
    assert numbers(first) == [1, 2]
    last = first.json()["data"][-1]["id"]
    happen(4)
    assert numbers(operator("GET", f"{FEED}?after={last}")) == [3, 4]
    cursor = first.json()["pagination"]["next_cursor"]
    assert numbers(operator("GET", f"{FEED}?limit=5&cursor={cursor}")) == [3, 4]


def test_what_is_not_dispatched_yet_is_not_shown(operator):
    happen(1)
    with transaction.atomic():
        publish(LampSwitched(number=2), subject=LAMP, customer_id=None)
    assert numbers(operator("GET", FEED)) == [1]


@pytest.mark.parametrize("after", ["7", "0190a000-0000-7000-8000-000000000000"])
def test_an_event_that_is_not_kept_is_refused_and_not_skipped(operator, after):
    response = operator("GET", f"{FEED}?after={after}")
    assert response.status_code == 422
    assert response.json()["error"]["details"]["field"] == "after"


def test_the_feed_is_filtered(operator):
    happen(1)
    happen(2, subject=Subject(type="lamps.shade", id=UUID(int=3)))
    assert numbers(operator("GET", f"{FEED}?subject_type=lamps.shade")) == [2]
    assert numbers(operator("GET", f"{FEED}?type=lamps.lamp_switched&customer_id={CUSTOMER}")) == [
        1,
        2,
    ]
    assert numbers(operator("GET", f"{FEED}?customer_id={UUID(int=9)}")) == []


def test_the_feed_is_the_tenants_own_and_needs_a_permission(operator, other_tenant):
    with tenant_context(other_tenant.pk):
        happen(9)
        foreign = OutboxEvent.objects.get().pk
    assert numbers(operator("GET", FEED)) == []
    assert operator("GET", f"{FEED}/{foreign}").status_code == 404
    assert operator("GET", f"{FEED}?after={foreign}").status_code == 422
    assert Caller("reader")("GET", FEED).status_code == 403
    assert Caller(None)("GET", FEED).status_code == 401
