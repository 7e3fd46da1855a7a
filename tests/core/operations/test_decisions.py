"""What staff decide: retry, cancel, take over, dismiss; and what they see."""

from datetime import timedelta

import pytest

from ispplatform.core import leases
from ispplatform.core.actors import Actor
from ispplatform.core.attention.selectors import attention_items_open
from ispplatform.core.errors import InvalidInput, NotFound, NotPermitted
from ispplatform.core.leases import periodic_duty
from ispplatform.core.models import AttentionItem, AuditEntry, Operation, OperationState
from ispplatform.core.operations.decisions import (
    operation_cancel,
    operation_dismiss,
    operation_retry,
    operation_take_over,
)
from ispplatform.core.operations.engine import operation_run
from ispplatform.core.operations.errors import OperationMayHaveBeenSent, OperationNotPossible
from ispplatform.core.operations.selectors import (
    automation_is_silent,
    automation_truth_line,
    operation_timeline,
    operations_needing_a_person,
    operations_of,
    waiting_for,
)
from ispplatform.core.operations.watching import SWEEP
from ispplatform.core.tenancy.context import tenant_context
from ispplatform.core.testing import run_until_quiet
from tests.core.operations.conftest import MANAGER, start
from tests.core.operations.counterpart import Guarded, LampKind, is_down, refuses, times_out
from tests.core.operations.test_engine import lit, state_of

pytestmark = pytest.mark.usefixtures("clock")

DECISIONS = [
    lambda actor, pk: operation_retry(actor=actor, operation_id=pk),
    lambda actor, pk: operation_cancel(actor=actor, operation_id=pk, reason="x"),
    lambda actor, pk: operation_dismiss(actor=actor, operation_id=pk, reason="x"),
    lambda actor, pk: operation_take_over(actor=actor, operation_id=pk, succeeded=True, reason="x"),
]


@pytest.fixture
def refused(connection, lamp, world):
    world.before_act = refuses
    operation = start(connection, lamp)
    run_until_quiet()
    world.before_act = lambda key: None
    operation.refresh_from_db()
    return operation


@pytest.fixture
def stuck(connection, lamp, world):
    """A fax of which nobody knows whether it arrived."""
    world.after_act = times_out
    operation = start(connection, lamp, kind="lamps.fax")
    run_until_quiet()
    world.after_act = lambda key: None
    operation.refresh_from_db()
    return operation


@pytest.mark.parametrize("decide", DECISIONS)
def test_only_those_who_may_decide(refused, other_tenant, decide):
    with pytest.raises(NotPermitted):
        decide(Actor.anonymous(), refused.pk)
    with tenant_context(other_tenant.pk), pytest.raises(NotFound):
        decide(MANAGER, refused.pk)
    assert Operation.objects.get().state == OperationState.REJECTED
    assert not AuditEntry.objects.filter(act__startswith="core.operation").exists()


def test_a_refused_one_is_tried_again_under_a_new_key(refused, world):
    new = operation_retry(actor=MANAGER, operation_id=refused.pk, reason="sold out no more")
    assert (new.key, new.retry_of) == ("k1~2", refused)
    run_until_quiet()
    assert state_of(new) == OperationState.SUCCEEDED
    assert state_of(refused) == OperationState.REJECTED
    assert LampKind.heard[-1] == ("restarted", "k1")
    assert AttentionItem.objects.get().resolved_at is not None
    with pytest.raises(OperationNotPossible):
        operation_retry(actor=MANAGER, operation_id=refused.pk)
    entry = AuditEntry.objects.get(act="core.operation_retry")
    assert entry.values.after["started_anew_as"] == str(new.pk)


def test_the_third_try_has_the_third_key(refused, world):
    world.before_act = refuses
    second = operation_retry(actor=MANAGER, operation_id=refused.pk)
    run_until_quiet()
    assert operation_retry(actor=MANAGER, operation_id=second.pk).key == "k1~3"


def test_what_may_have_been_sent_is_looked_up_when_staff_retry(connection, lamp, world, clock):
    world.after_act = times_out
    world.on_look_up = is_down
    operation = start(connection, lamp)
    for _ in range(40):
        run_until_quiet()
        clock.shift(timedelta(hours=1))
    assert state_of(operation) == OperationState.NEEDS_PERSON
    world.on_look_up = lambda key: None
    retried = operation_retry(actor=MANAGER, operation_id=operation.pk)
    assert (retried.state, retried.attempt_limit) == (
        OperationState.UNKNOWN,
        operation.attempt + Guarded.max_attempts,
    )
    run_until_quiet()
    assert state_of(operation) == OperationState.SUCCEEDED
    assert (world.requests, world.effects) == (1, {"k1": 1})
    assert list(operations_needing_a_person()) == []


def test_what_only_a_person_can_tell_is_not_sent_again_without_their_word(stuck, world):
    with pytest.raises(OperationMayHaveBeenSent):
        operation_retry(actor=MANAGER, operation_id=stuck.pk)
    with pytest.raises(InvalidInput):
        operation_retry(actor=MANAGER, operation_id=stuck.pk, is_known_undone=True)
    run_until_quiet()
    assert world.requests == 1
    operation_retry(
        actor=MANAGER, operation_id=stuck.pk, is_known_undone=True, reason="asked by phone"
    )
    run_until_quiet()
    assert state_of(stuck) == OperationState.SUCCEEDED
    assert world.requests == 2


def test_what_was_never_sent_can_be_cancelled(connection, lamp, world):
    world.before_act = is_down
    operation = start(connection, lamp)
    run_until_quiet()
    with pytest.raises(InvalidInput):
        operation_cancel(actor=MANAGER, operation_id=operation.pk, reason="")
    operation_cancel(actor=MANAGER, operation_id=operation.pk, reason="not needed")
    assert state_of(operation) == OperationState.CANCELLED
    assert LampKind.heard == [("cancelled", "k1")]
    assert AuditEntry.objects.get(act="core.operation_cancel").reason == "not needed"
    with pytest.raises(OperationNotPossible):
        operation_cancel(actor=MANAGER, operation_id=operation.pk, reason="again")


def test_what_may_have_been_sent_cannot_be_cancelled(stuck):
    with pytest.raises(OperationMayHaveBeenSent):
        operation_cancel(actor=MANAGER, operation_id=stuck.pk, reason="x")
    assert state_of(stuck) == OperationState.NEEDS_PERSON


def test_a_person_settles_it_by_hand(stuck):
    operation_take_over(
        actor=MANAGER, operation_id=stuck.pk, succeeded=True, reason="it arrived", reference="F-1"
    )
    assert state_of(stuck) == OperationState.SUCCEEDED
    assert (stuck.provider_reference, stuck.settled_by_label) == ("F-1", MANAGER.label)
    assert lit(stuck) == 1
    assert list(attention_items_open()) == []
    with pytest.raises(OperationNotPossible):
        operation_take_over(actor=MANAGER, operation_id=stuck.pk, succeeded=False, reason="no")


def test_a_person_says_that_it_did_not_take_place(stuck):
    operation_take_over(actor=MANAGER, operation_id=stuck.pk, succeeded=False, reason="lost")
    assert state_of(stuck) == OperationState.REJECTED
    assert LampKind.heard[-1] == ("refused", "Settled by hand: lost")
    assert list(attention_items_open()) == [], "the person who settled it knows"


def test_a_worker_that_is_still_at_it_loses_against_the_person(connection, lamp, world):
    operation = start(connection, lamp)

    def person_comes_first(key):
        operation_take_over(
            actor=MANAGER, operation_id=operation.pk, succeeded=True, reason="seen", reference="R"
        )

    world.after_act = person_comes_first
    assert operation_run(operation.pk) == OperationState.SUCCEEDED
    assert state_of(operation) == OperationState.SUCCEEDED
    assert (operation.provider_reference, lit(operation)) == ("R", 1)


def test_a_refusal_that_was_dealt_with_leaves_the_list(refused):
    assert list(operations_needing_a_person()) == [refused]
    operation_dismiss(actor=MANAGER, operation_id=refused.pk, reason="bought elsewhere")
    assert list(operations_needing_a_person()) == []
    assert state_of(refused) == OperationState.REJECTED
    with pytest.raises(InvalidInput):
        operation_dismiss(actor=MANAGER, operation_id=refused.pk, reason=" ")


def test_only_a_refusal_can_be_dismissed(stuck):
    with pytest.raises(OperationNotPossible):
        operation_dismiss(actor=MANAGER, operation_id=stuck.pk, reason="x")
    assert list(operations_needing_a_person()) == [stuck]


# ------------------------------------------------------------------------------- what staff see


def test_the_timeline_tells_the_whole_story(stuck, clock):
    clock.shift(timedelta(minutes=1))
    operation_take_over(actor=MANAGER, operation_id=stuck.pk, succeeded=True, reason="it arrived")
    stuck.refresh_from_db()
    assert [entry.sentence for entry in operation_timeline(stuck)] == [
        "Started by tests",
        "Attempt 1: make  answered (0 ms)",
        "Put before a person: Make lamp for Lamp needs a decision: No answer.",
        f"{MANAGER.label}: take over: it arrived",
        "Done",
    ]
    assert list(operations_of("lamps.lamp", stuck.subject_id)) == [stuck]


def test_each_open_operation_says_what_it_waits_for(connection, lamp, world, clock, monkeypatch):
    first = start(connection, lamp, "k1", kind="lamps.put", params={"value": "on"})
    second = start(connection, lamp, "k2", kind="lamps.put", params={"value": "off"})
    assert waiting_for(first) == "a free worker"
    assert waiting_for(second) == "an earlier operation about the same thing"
    world.before_act = lambda key: monkeypatch.setattr(
        world, "seen", waiting_for(Operation.objects.get(pk=first.pk)), raising=False
    )
    operation_run(first.pk)
    assert world.seen == "the provider's answer"
    world.before_act = times_out
    operation_run(second.pk)
    second.refresh_from_db()
    assert waiting_for(second) == f"the next try at {second.next_attempt_at:%H:%M:%S} UTC"
    first.refresh_from_db()
    assert waiting_for(first) == ""
    second.kind = "lamps.newer"
    assert waiting_for(second) == "a release that knows lamps.newer"


def test_one_that_needs_a_person_says_so(stuck):
    assert waiting_for(stuck) == "a person"


def test_the_line_of_truth_counts_a_day_and_notices_silence(
    connection, lamp, world, clock, monkeypatch, django_assert_num_queries
):
    monkeypatch.setattr(leases, "_begun", leases.monotonic_seconds() - 61)
    assert automation_is_silent()
    assert automation_truth_line().age_seconds is None
    start(connection, lamp, "k1")
    run_until_quiet()
    clock.shift(timedelta(hours=23))
    world.before_act = refuses
    start(connection, lamp, "k2")
    run_until_quiet()
    start(connection, lamp, "k3")
    with periodic_duty(SWEEP, every_seconds=10, hold_seconds=60):
        clock.shift(timedelta(seconds=1))
    clock.shift(timedelta(minutes=2))
    with django_assert_num_queries(2):
        truth = automation_truth_line()
    assert (truth.done, truth.failed, truth.waiting) == (1, 1, 1)
    assert (truth.age_seconds, truth.is_silent) == (120, False)
    clock.shift(timedelta(minutes=14))
    assert automation_truth_line().is_silent
    assert automation_is_silent()
    clock.shift(timedelta(hours=1))
    assert automation_truth_line().done == 0
