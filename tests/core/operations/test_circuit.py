"""The circuit breaker: a dead provider is left alone, and one call finds out when it is back."""

from datetime import timedelta

import pytest

from ispplatform.core.clock import system_now
from ispplatform.core.ids import uuid7
from ispplatform.core.models import Operation, OperationState
from ispplatform.core.operations.circuit import FAILURES_UNTIL_OPEN
from ispplatform.core.operations.claiming import operations_due
from ispplatform.core.operations.engine import operation_run
from ispplatform.core.operations.selectors import waiting_for
from ispplatform.core.providers.services import connection_create
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
