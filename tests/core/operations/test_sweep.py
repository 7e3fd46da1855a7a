"""What lies about is found: by the sweep, and by the retention of old conversations."""

from datetime import timedelta

import pytest

from ispplatform.core.models import (
    Operation,
    OperationExchange,
    OperationState,
)
from ispplatform.core.operations import failpoints
from ispplatform.core.operations.claiming import operations_due, operations_take_for_queueing
from ispplatform.core.operations.engine import operation_run
from ispplatform.core.operations.retention import exchanges_forget_old
from ispplatform.core.tenancy.context import enter_scope
from ispplatform.core.testing import run_until_quiet
from tests.core.operations.conftest import start
from tests.core.operations.test_engine import Killed, die_at, state_of

pytestmark = pytest.mark.usefixtures("clock")


def test_the_sweep_finds_what_has_no_message_on_the_way(tenant, connection, lamp, clock):
    operation = start(connection, lamp)
    enter_scope(None)
    assert operations_take_for_queueing() == [], "its message was sent with the commit"
    clock.shift(timedelta(seconds=31))
    assert operations_take_for_queueing() == [(tenant.pk, operation.pk)]
    assert operations_take_for_queueing() == [], "it was queued just now"
    clock.shift(timedelta(seconds=61))
    assert operations_take_for_queueing() == [(tenant.pk, operation.pk)]


def test_the_sweep_finds_what_a_dead_worker_left(tenant, connection, lamp, clock):
    operation = start(connection, lamp)
    with failpoints.installed(die_at("sent_marked")), pytest.raises(Killed):
        operation_run(operation.pk)
    clock.shift(timedelta(seconds=89))
    assert operations_due() == []
    clock.shift(timedelta(seconds=2))
    assert operations_due() == [operation.pk]
    enter_scope(None)
    assert operations_take_for_queueing() == [(tenant.pk, operation.pk)]


def test_a_kind_that_this_release_lacks_is_left_alone(connection, lamp, clock):
    operation = start(connection, lamp)
    Operation.objects.update(kind="lamps.newer")
    assert operations_due() == []
    assert operation_run(operation.pk) == OperationState.PENDING


def test_conversations_are_forgotten_after_ninety_days_and_operations_stay(
    connection, lamp, world, clock
):
    operation = start(connection, lamp)
    run_until_quiet()
    clock.shift(timedelta(days=89))
    assert exchanges_forget_old() == 0
    clock.shift(timedelta(days=2))
    assert exchanges_forget_old() == 1
    assert OperationExchange.objects.count() == 0
    assert state_of(operation) == OperationState.SUCCEEDED
