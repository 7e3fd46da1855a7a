"""The circuit breaker: a dead provider is left alone, and one call finds out when it is back."""

from datetime import timedelta

import pytest

from ispplatform.core.attention import attention_items_open
from ispplatform.core.clock import system_now
from ispplatform.core.ids import uuid7
from ispplatform.core.models import ConnectionState, Operation, OperationState, OutboxEvent
from ispplatform.core.operations.circuit import FAILURES_UNTIL_OPEN
from ispplatform.core.operations.claiming import operations_due
from ispplatform.core.operations.engine import operation_run
from ispplatform.core.operations.selectors import waiting_for
from ispplatform.core.operations.watching import connections_watch, unknown_operations_watch
from ispplatform.core.providers.services import connection_create, connection_test
from ispplatform.core.subjects import Subject
from ispplatform.core.testing import run_until_quiet
from tests.core.operations.conftest import MANAGER, start
from tests.core.operations.counterpart import is_down, refuses
from tests.core.operations.test_engine import state_of

pytestmark = pytest.mark.usefixtures("clock")


def many(connection, count):
    return [
        start(connection, Subject(type="lamps.lamp", id=uuid7()), f"k{number}")
        for number in range(count)
    ]


def test_after_five_failures_nothing_more_is_sent_for_a_while(connection, world):
    world.before_act = is_down
    operations = many(connection, 8)
    run_until_quiet()
    assert world.requests == FAILURES_UNTIL_OPEN == 5
    connection.refresh_from_db()
    wait = connection.circuit_open_until - system_now()
    assert timedelta(seconds=27) <= wait <= timedelta(seconds=33)
    assert operations_due() == []
    waiting = list(Operation.objects.filter(pk__in=[row.pk for row in operations], attempt=0))
    assert len(waiting) == 3, "waiting costs no attempt"
    assert waiting_for(waiting[0]).startswith("Works, which does not answer; next try at 09:00")


def test_then_one_call_goes_first(connection, world, clock):
    world.before_act = is_down
    operations = many(connection, 8)
    run_until_quiet()
    clock.shift(timedelta(seconds=35))
    inner = []

    def others_wait(key):
        inner.append([operation_run(operation.pk) for operation in operations])
        is_down(key)

    world.before_act = others_wait
    first = Operation.objects.filter(attempt=0).first()
    operation_run(first.pk)
    assert world.requests == 6
    assert sorted(inner[0]) == [OperationState.PENDING] * 7 + [OperationState.RUNNING]
    connection.refresh_from_db()
    assert connection.circuit_open_until - system_now() > timedelta(seconds=50), "longer now"


def test_an_answer_closes_the_circuit(connection, world, clock):
    world.before_act = is_down
    operations = many(connection, 8)
    run_until_quiet()
    clock.shift(timedelta(minutes=5))
    world.before_act = lambda key: None
    run_until_quiet()
    assert [state_of(operation) for operation in operations] == ["succeeded"] * 8
    connection.refresh_from_db()
    assert (connection.circuit_failures, connection.circuit_open_until) == (0, None)


def test_a_refusal_is_an_answer(connection, world):
    world.before_act = is_down
    many(connection, 4)
    run_until_quiet()
    world.before_act = refuses
    start(connection, Subject(type="lamps.lamp", id=uuid7()), "refused")
    run_until_quiet()
    connection.refresh_from_db()
    assert connection.circuit_failures == 0


def test_another_connection_goes_on(connection, world):
    other = connection_create(
        actor=MANAGER,
        kind="lamps",
        backend="works",
        name="Other",
        credentials={"api_key": "other-key"},
    )
    world.before_act = is_down
    many(connection, 6)
    run_until_quiet()
    world.before_act = lambda key: None
    free = start(other, Subject(type="lamps.lamp", id=uuid7()), "free")
    run_until_quiet()
    assert state_of(free) == OperationState.SUCCEEDED


def opened(connection, world, clock):
    world.before_act = is_down
    many(connection, 8)
    run_until_quiet()
    clock.shift(timedelta(minutes=15))


def test_a_circuit_that_stays_open_stands_before_a_person(tenant, connection, world, clock):
    opened(connection, world, clock)
    clock.shift(timedelta(seconds=-1))
    assert connections_watch(tenant) == 0
    clock.shift(timedelta(seconds=1))
    run_until_quiet()  # a probe that fails does not begin the count anew
    assert connections_watch(tenant) == 1
    connection.refresh_from_db()
    assert connection.state == ConnectionState.FAILING
    assert connection.state_sentence == "It has not answered since 2026-03-01 09:00 UTC."
    assert connection.tested_at == system_now()
    item = attention_items_open().get()
    assert (item.kind, item.subject_id) == ("core.connection_down", connection.pk)
    assert "8 operations wait for it" in item.sentence
    assert connections_watch(tenant) == 1
    assert attention_items_open().count() == 1
    assert OutboxEvent.objects.filter(name="core.connection_state_changed").count() == 1


def test_the_company_says_how_long_is_too_long(tenant, connection, world, clock):
    opened(connection, world, clock)
    tenant.settings["core.circuit_alarm_minutes"] = 20
    assert connections_watch(tenant) == 0
    clock.shift(timedelta(minutes=5))
    assert connections_watch(tenant) == 1


def test_the_first_answer_closes_the_matter(tenant, connection, world, clock):
    opened(connection, world, clock)
    connections_watch(tenant)
    world.before_act = lambda key: None
    run_until_quiet()
    connection.refresh_from_db()
    assert (connection.state, connection.circuit_opened_at) == (ConnectionState.WORKING, None)
    assert not attention_items_open().exists()
    assert connections_watch(tenant) == 0


def test_a_good_test_lets_what_waits_go_on_at_once(tenant, connection, world, clock):
    opened(connection, world, clock)
    connections_watch(tenant)
    connection_test(actor=MANAGER, connection_id=connection.pk)
    connection.refresh_from_db()
    assert (connection.state, connection.circuit_open_until) == (ConnectionState.WORKING, None)
    assert not attention_items_open().exists()


def test_operations_that_this_release_lacks_stand_before_a_person_once(tenant, connection, clock):
    for operation in many(connection, 2):
        Operation.objects.filter(pk=operation.pk).update(kind="lamps.newer")
    assert unknown_operations_watch(tenant) == 2
    assert unknown_operations_watch(tenant) == 2
    item = attention_items_open().get()
    assert "lamps.newer (2)" in item.sentence
    Operation.objects.update(kind="lamps.make")
    assert unknown_operations_watch(tenant) == 0
    assert not attention_items_open().exists()
