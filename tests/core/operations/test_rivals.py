"""Several workers at once, in threads, each with a database connection of its own.

Real processes, killed and rivalling, are in ``tests/deaths``.
"""

import threading

import pytest
from django.db import close_old_connections, connections

from ispplatform.core.events import dispatch, subscribe, subscribing
from ispplatform.core.events.delivery import lane_run
from ispplatform.core.ids import uuid7
from ispplatform.core.models import Operation, OperationState, OutboxEvent
from ispplatform.core.operations.engine import operation_run
from ispplatform.core.subjects import Subject
from ispplatform.core.tenancy.context import tenant_context
from ispplatform.core.testing import run_until_quiet
from tests.core.events.conftest import switch
from tests.core.operations.conftest import start
from tests.core.operations.test_engine import lit, state_of

pytestmark = pytest.mark.django_db(transaction=True)


def in_threads(count, tenant, work):
    """Run ``work`` in several threads at once, each with a database connection of its own."""
    together = threading.Barrier(count)
    failures: list[BaseException] = []

    def run() -> None:
        try:
            with tenant_context(tenant.pk):
                together.wait(60)
                work()
        except BaseException as exc:  # shown in the main thread
            failures.append(exc)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(300)
    assert failures == []


def test_of_four_workers_on_one_row_one_sends(tenant, connection, lamp, world):
    operation = start(connection, lamp)
    in_threads(4, tenant, lambda: operation_run(operation.pk))
    assert state_of(operation) == OperationState.SUCCEEDED
    assert (operation.attempt, world.effects, lit(operation)) == (1, {"k1": 1}, 1)


def test_of_four_workers_on_one_lane_each_event_is_delivered_once(tenant, monkeypatch):
    from_lamps = []
    monkeypatch.setattr(subscribing, "_subscriptions", {})
    subscribe("lamps.lamp_switched", "tests.listener", from_lamps.append)
    lamp = Subject(type="lamps.lamp", id=uuid7())
    for number in range(5):
        switch(lamp, number)
    deliveries = dispatch.dispatch_batch()
    close_old_connections()

    def work():
        for delivery in deliveries:
            lane_run(delivery.pk)

    in_threads(4, tenant, work)
    run_until_quiet()
    assert [event.payload["number"] for event in from_lamps] == [0, 1, 2, 3, 4]


def test_the_same_decision_made_four_times_at_once_is_one_operation(tenant, connection, lamp):
    in_threads(4, tenant, lambda: start(connection, lamp))
    assert Operation.objects.count() == 1


def test_events_published_at_once_get_numbers_without_gaps(tenant):
    lamp = Subject(type="lamps.lamp", id=uuid7())
    in_threads(4, tenant, lambda: [switch(lamp, number) for number in range(5)])
    numbers = OutboxEvent.objects.order_by("sequence").values_list("sequence", flat=True)
    assert list(numbers) == list(range(1, 21))
    in_threads(3, tenant, dispatch.dispatch_batch)
    positions = OutboxEvent.objects.order_by("sequence").values_list("position", flat=True)
    assert list(positions) == list(range(1, 21))
