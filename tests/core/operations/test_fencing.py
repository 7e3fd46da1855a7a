"""The engine: states in order, and whoever lost a row writes nothing and sends nothing."""

from datetime import timedelta

import pytest

from ispplatform.core.ids import uuid7
from ispplatform.core.models import OperationState
from ispplatform.core.operations import failpoints
from ispplatform.core.operations.engine import operation_run
from ispplatform.core.operations.kinds import kinds
from ispplatform.core.subjects import Subject
from ispplatform.core.testing import run_until_quiet
from tests.core.operations.conftest import start
from tests.core.operations.counterpart import LampKind, is_down, times_out
from tests.core.operations.test_engine import Killed, die_at, lit, state_of

pytestmark = pytest.mark.usefixtures("clock")


def test_states_of_one_thing_are_put_in_the_order_they_were_decided(connection, lamp, world, clock):
    first = start(connection, lamp, "k1", kind="lamps.put", params={"value": "off"})
    second = start(connection, lamp, "k2", kind="lamps.put", params={"value": "on"})
    world.before_act = times_out
    run_until_quiet()
    assert state_of(first) == OperationState.UNKNOWN
    assert operation_run(second.pk) == OperationState.PENDING, "it is not its turn"
    world.before_act = lambda key: None
    clock.shift(timedelta(seconds=13))
    run_until_quiet()
    assert (state_of(first), state_of(second)) == ("succeeded", "succeeded")
    assert world.states == {str(lamp.id): "on"}


def test_another_thing_does_not_wait(connection, lamp, world):
    world.before_act = lambda name: times_out(name) if name == str(lamp.id) else None
    start(connection, lamp, "k1", kind="lamps.put", params={"value": "on"})
    other = Subject(type="lamps.lamp", id=uuid7())
    free = start(connection, other, "k2", kind="lamps.put", params={"value": "on"})
    run_until_quiet()
    assert state_of(free) == OperationState.SUCCEEDED


def test_what_is_not_wanted_any_more_is_not_sent(connection, lamp, world):
    LampKind.unwanted.add("k1")
    operation = start(connection, lamp)
    run_until_quiet()
    assert state_of(operation) == OperationState.CANCELLED
    assert operation.error_code == "SUPERSEDED"
    assert LampKind.heard == [("cancelled", "k1")]
    assert world.requests == 0


def test_while_one_worker_is_at_it_another_does_nothing(connection, lamp, world):
    operation = start(connection, lamp)
    inner = []
    world.before_act = lambda key: inner.append(operation_run(operation.pk))
    run_until_quiet()
    assert inner == [OperationState.RUNNING]
    assert state_of(operation) == OperationState.SUCCEEDED
    assert world.requests == 1


def test_an_answer_after_the_lease_changes_nothing(connection, lamp, world, clock):
    operation = start(connection, lamp)

    def lease_ends_and_another_worker_comes(key):
        world.after_act = lambda key: None
        clock.shift(timedelta(seconds=91))
        assert operation_run(operation.pk) == OperationState.SUCCEEDED

    world.after_act = lease_ends_and_another_worker_comes
    assert operation_run(operation.pk) == OperationState.SUCCEEDED
    assert state_of(operation) == OperationState.SUCCEEDED
    assert operation.attempt == 2
    assert world.effects == {"k1": 1}
    assert lit(operation) == 1, "the late worker's settlement was rolled back whole"


def test_a_late_worker_does_not_touch_what_another_one_holds(connection, lamp, world, clock):
    operation = start(connection, lamp)

    def another_worker_sends_and_dies(key):
        world.before_act = lambda key: None
        clock.shift(timedelta(seconds=91))
        with failpoints.installed(die_at("answered")), pytest.raises(Killed):
            operation_run(operation.pk)
        is_down(key)

    world.before_act = another_worker_sends_and_dies
    operation_run(operation.pk)
    assert state_of(operation) == OperationState.RUNNING
    assert (operation.attempt, world.effects) == (2, {"k1": 1})
    assert operation.sent_at == operation.created_at + timedelta(seconds=91)
    clock.shift(timedelta(seconds=91))
    run_until_quiet()
    assert state_of(operation) == OperationState.SUCCEEDED
    assert world.effects == {"k1": 1}


def test_a_worker_whose_lease_ended_before_it_sent_sends_nothing(connection, lamp, world, clock):
    operation = start(connection, lamp)

    def sleeps_too_long(point):
        if point == "claimed":
            clock.shift(timedelta(seconds=91))

    with failpoints.installed(sleeps_too_long):
        operation_run(operation.pk)
    assert state_of(operation) == OperationState.RUNNING
    assert (world.requests, operation.sent_at) == (0, None)


def test_a_worker_that_was_held_up_before_the_call_sends_nothing(connection, lamp, world, clock):
    operation = start(connection, lamp)

    def is_held_up(point):
        if point == "sent_marked":
            clock.shift(timedelta(seconds=operation_deadline(operation)))

    with failpoints.installed(is_held_up):
        operation_run(operation.pk)
    assert state_of(operation) == OperationState.PENDING
    assert (world.requests, operation.sent_at) == (0, None)
    clock.shift(timedelta(hours=1))
    run_until_quiet()
    assert (state_of(operation), world.requests) == (OperationState.SUCCEEDED, 1)


def operation_deadline(operation):
    return kinds.get(operation.kind).call_deadline_seconds
