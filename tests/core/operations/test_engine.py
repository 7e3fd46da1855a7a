"""The engine: once, in order, fenced, and nothing silent."""

from datetime import timedelta

import pytest
from django.db import transaction

from ispplatform.core.backoff import Backoff
from ispplatform.core.clock import system_now
from ispplatform.core.errors import (
    InvalidInput,
    ProviderPending,
    ProviderRefusedLater,
    ProviderUnavailable,
)
from ispplatform.core.ids import uuid7
from ispplatform.core.models import (
    AttentionItem,
    Operation,
    OperationState,
    OutboxEvent,
)
from ispplatform.core.operations import failpoints, operation_start
from ispplatform.core.operations.engine import operation_run
from ispplatform.core.operations.errors import OperationKeyReused
from ispplatform.core.request_ids import request_id_scope
from ispplatform.core.tenancy.context import tenant_context
from ispplatform.core.testing import run_until_quiet
from tests.core.operations.conftest import SYSTEM, start
from tests.core.operations.counterpart import (
    Guarded,
    LampKind,
    breaks,
    is_down,
    refuses,
    times_out,
)

pytestmark = pytest.mark.usefixtures("clock")


def state_of(operation):
    operation.refresh_from_db()
    return operation.state


def lit(operation):
    return OutboxEvent.objects.filter(
        name="lamps.lamp_lit", payload__operation_id=str(operation.pk)
    ).count()


# ------------------------------------------------------------------------------------- starting


def test_an_operation_is_decided_with_the_rest_of_its_transaction(connection, lamp):
    with pytest.raises(ZeroDivisionError):
        start_and_fail(connection, lamp)
    assert Operation.objects.count() == 0


def start_and_fail(connection, lamp):
    with transaction.atomic():
        start(connection, lamp)
        raise ZeroDivisionError


def test_outside_a_transaction_nothing_starts(transactional_db, lamp_kinds, lamp):
    with (
        tenant_context(uuid7()),
        pytest.raises(transaction.TransactionManagementError),
    ):
        operation_start(kind="lamps.make", key="k", subject=lamp, actor=SYSTEM)


def test_the_same_key_is_the_same_operation(connection, lamp):
    first = start(connection, lamp, params={"size": 3})
    assert start(connection, lamp, params={"size": 3}) == first
    with pytest.raises(OperationKeyReused):
        start(connection, lamp, params={"size": 4})
    assert Operation.objects.count() == 1


def test_what_cannot_work_is_refused_at_once(connection, lamp):
    with pytest.raises(InvalidInput):
        start(connection, lamp, kind="lamps.unknown")
    with pytest.raises(InvalidInput):
        start(None, lamp)
    with pytest.raises(ValueError, match="auth_code"):
        start(connection, lamp, params={"domain": {"auth_code": "x"}})
    assert Operation.objects.count() == 0


# -------------------------------------------------------------------------------------- success


def test_an_operation_takes_place_once_and_is_settled_with_its_event(connection, lamp, world):
    with request_id_scope("request-3"):
        operation = start(connection, lamp, customer_id=uuid7())
    run_until_quiet()
    assert state_of(operation) == OperationState.SUCCEEDED
    assert operation.provider_reference == "lamp-k1"
    assert operation.finished_at is not None
    assert world.effects == {"k1": 1}
    assert lit(operation) == 1
    assert OutboxEvent.objects.get(name="lamps.lamp_lit").request_id == "request-3"
    (exchange,) = operation.exchanges.all()
    assert exchange.method == "make"
    assert exchange.request_body == '{"key": "k1"}'
    assert operation_run(operation.pk) == OperationState.SUCCEEDED
    assert world.requests == 1


def test_an_operation_waits_for_its_time(connection, lamp, world, clock):
    operation = start(connection, lamp)
    later = start(connection, lamp, "k2", not_before=operation.created_at + timedelta(hours=1))
    run_until_quiet()
    assert state_of(later) == OperationState.PENDING
    clock.shift(timedelta(hours=1))
    run_until_quiet()
    assert state_of(later) == OperationState.SUCCEEDED


# -------------------------------------------------------------------------------------- trouble


def test_a_provider_that_is_down_is_tried_again_later(connection, lamp, world, clock):
    world.before_act = is_down
    operation = start(connection, lamp)
    run_until_quiet()
    assert state_of(operation) == OperationState.PENDING
    assert operation.sent_at is None, "nothing was sent"
    assert operation.error_message == "Connection refused."
    assert operation_run(operation.pk) == OperationState.PENDING
    assert world.requests == 1, "the wait is not over"
    world.before_act = lambda key: None
    clock.shift(timedelta(seconds=13))
    run_until_quiet()
    assert state_of(operation) == OperationState.SUCCEEDED
    assert world.looked_up == 0, "nothing had been sent that could be looked up"


def test_a_refusal_is_final_and_shown(connection, lamp, world, clock):
    world.before_act = refuses
    operation = start(connection, lamp)
    run_until_quiet()
    clock.shift(timedelta(days=1))
    run_until_quiet()
    assert state_of(operation) == OperationState.REJECTED
    assert operation.error_code == "PROVIDER_REJECTED"
    assert world.requests == 1
    assert LampKind.heard == [("refused", "Lamps are sold out.")]
    item = AttentionItem.objects.get()
    assert item.sentence == "Make lamp for Lamp was refused: Lamps are sold out."
    assert (str(item.money_at_stake), item.currency) == ("9.90", "EUR")
    assert item.kind == "core.operation_urgent"


def test_a_refusal_that_is_ordinary_business_is_not_put_before_staff(connection, lamp, world):
    world.before_act = refuses
    operation = start(connection, lamp, kind="lamps.fax")
    run_until_quiet()
    assert state_of(operation) == OperationState.REJECTED
    assert AttentionItem.objects.count() == 0


def test_a_lost_answer_is_found_and_not_sent_twice(connection, lamp, world, clock):
    world.after_act = times_out
    operation = start(connection, lamp)
    run_until_quiet()
    assert state_of(operation) == OperationState.UNKNOWN
    clock.shift(timedelta(seconds=13))
    run_until_quiet()
    assert state_of(operation) == OperationState.SUCCEEDED
    assert world.effects == {"k1": 1}
    assert world.requests == 1
    assert lit(operation) == 1


def test_an_empty_look_up_proves_nothing_before_deadline_and_delay(connection, lamp, world, clock):
    world.before_act = times_out
    operation = start(connection, lamp)
    run_until_quiet()
    clock.shift(timedelta(seconds=13))
    run_until_quiet()
    assert state_of(operation) == OperationState.UNKNOWN
    assert world.looked_up == 1
    assert operation.attempt_limit == Guarded.max_attempts + 1, "waiting costs no attempt"
    world.before_act = lambda key: None
    clock.move_to(operation.sent_at + timedelta(seconds=30 + 30 - 1))
    run_until_quiet()
    assert state_of(operation) == OperationState.UNKNOWN
    assert operation.next_attempt_at == operation.sent_at + timedelta(seconds=30 + 30)
    assert world.requests == 1
    clock.move_to(operation.sent_at + timedelta(seconds=60))
    run_until_quiet()
    assert state_of(operation) == OperationState.SUCCEEDED
    assert world.looked_up == 3
    assert world.effects == {"k1": 1}


def test_what_shows_late_is_found_long_before_an_empty_look_up_would_prove_anything(
    connection, lamp, world, clock, monkeypatch
):
    monkeypatch.setattr(Guarded, "visibility_delay_seconds", 570.0)
    monkeypatch.setattr(Guarded, "backoff", Backoff(first_seconds=10, spread=0))
    world.after_act, world.hides_for = times_out, timedelta(seconds=40)
    operation = start(connection, lamp)
    run_until_quiet()
    looks = []
    world.on_look_up = lambda key: looks.append((system_now() - operation.sent_at).seconds)
    while state_of(operation) != OperationState.SUCCEEDED:
        clock.move_to(operation.next_attempt_at)
        run_until_quiet()
    assert looks == [10, 25, 40]
    assert (world.requests, world.effects, lit(operation)) == (1, {"k1": 1}, 1)


def test_the_longer_nothing_shows_the_rarer_it_is_asked(
    connection, lamp, world, clock, monkeypatch
):
    monkeypatch.setattr(Guarded, "visibility_delay_seconds", 570.0)
    monkeypatch.setattr(Guarded, "backoff", Backoff(first_seconds=10, spread=0))
    world.before_act = times_out
    operation = start(connection, lamp)
    run_until_quiet()
    world.before_act = lambda key: None
    looks = []
    world.on_look_up = lambda key: looks.append((system_now() - operation.first_sent_at).seconds)
    while state_of(operation) != OperationState.SUCCEEDED:
        clock.move_to(operation.next_attempt_at)
        run_until_quiet()
    assert looks == [10, 25, 40, 60, 90, 135, 202, 303, 455, 600]
    assert (operation.attempt_limit, world.effects) == (Guarded.max_attempts + 9, {"k1": 1})


def test_a_refused_repetition_is_looked_up_before_it_is_believed(connection, lamp, world, clock):
    world.after_act, world.hides_for = times_out, timedelta(seconds=100)
    operation = start(connection, lamp)
    run_until_quiet()
    world.after_act = lambda key: None
    world.before_act = refuse_once_visible(world, clock)
    clock.shift(timedelta(seconds=61))  # past deadline and delay, and still hidden
    run_until_quiet()
    assert state_of(operation) == OperationState.SUCCEEDED
    assert world.effects == {"k1": 1}


def refuse_once_visible(world, clock):
    def refuse(key):
        clock.shift(timedelta(seconds=40))
        refuses(key)

    return refuse


def test_a_key_that_the_provider_keeps_makes_a_second_request_harmless(
    connection, lamp, world, clock
):
    world.after_act = times_out
    operation = start(connection, lamp, kind="lamps.make_keyed")
    run_until_quiet()
    world.after_act = lambda key: None
    clock.shift(timedelta(seconds=13))
    run_until_quiet()
    assert state_of(operation) == OperationState.SUCCEEDED
    assert (world.requests, world.effects) == (2, {"k1": 1})


def test_when_the_provider_may_have_forgotten_the_key_a_person_decides(
    connection, lamp, world, clock
):
    world.after_act = times_out
    operation = start(connection, lamp, kind="lamps.make_keyed")
    run_until_quiet()
    clock.shift(timedelta(hours=25))
    run_until_quiet()
    assert state_of(operation) == OperationState.NEEDS_PERSON
    assert world.requests == 1
    assert AttentionItem.objects.get().subject_id == operation.pk


def test_a_provider_that_is_down_does_not_make_an_earlier_request_undone(
    connection, lamp, world, clock
):
    world.after_act = times_out
    operation = start(connection, lamp, kind="lamps.make_keyed")
    run_until_quiet()
    sent_at = Operation.objects.get().sent_at
    world.before_act = is_down
    clock.shift(timedelta(seconds=13))
    run_until_quiet()
    assert state_of(operation) == OperationState.UNKNOWN
    assert operation.sent_at == operation.first_sent_at == sent_at


def test_a_manual_kind_stops_for_a_person_when_the_outcome_is_unknown(connection, lamp, world):
    world.after_act = times_out
    operation = start(connection, lamp, kind="lamps.fax")
    run_until_quiet()
    assert state_of(operation) == OperationState.NEEDS_PERSON
    assert world.requests == 1
    assert LampKind.heard == [("stuck", "No answer.")]


def test_what_nobody_foresaw_counts_as_unknown_and_is_shown_in_the_end(
    connection, lamp, world, clock
):
    world.before_act = breaks
    operation = start(connection, lamp)
    for _ in range(40):
        run_until_quiet()
        clock.shift(timedelta(hours=1))
    assert state_of(operation) == OperationState.NEEDS_PERSON
    assert operation.error_code == "UNFORESEEN"
    assert operation.error_message == "ZeroDivisionError: a bug"
    assert world.requests == Guarded.max_attempts
    item = AttentionItem.objects.get()
    assert item.sentence == "Make lamp for Lamp needs a decision: ZeroDivisionError: a bug"


def test_an_answer_that_could_not_be_settled_is_kept_and_nothing_is_sent_again(
    connection, lamp, world, clock, monkeypatch
):
    monkeypatch.setattr(LampKind, "settle_fails", breaks)
    operation = start(connection, lamp, kind="lamps.fax")
    run_until_quiet()
    assert state_of(operation) == OperationState.UNKNOWN
    assert operation.receipt == {"reference": "lamp-k1", "data": {}}
    assert lit(operation) == 0, "what settle wrote was rolled back"
    monkeypatch.setattr(LampKind, "settle_fails", lambda operation: None)
    clock.shift(timedelta(seconds=13))
    run_until_quiet()
    assert state_of(operation) == OperationState.SUCCEEDED
    assert operation.receipt is None
    assert (world.requests, lit(operation)) == (1, 1)


def test_a_worker_that_dies_each_time_is_noticed(connection, lamp, world, clock):
    operation = start(connection, lamp)
    with failpoints.installed(die_at("claimed")):
        for _ in range(Guarded.max_attempts):
            with pytest.raises(Killed):
                operation_run(operation.pk)
            clock.shift(timedelta(seconds=91))
    run_until_quiet()
    assert state_of(operation) == OperationState.NEEDS_PERSON
    assert operation.error_message == "Its worker died in every attempt."
    assert world.requests == 0


class Killed(BaseException):
    """The process is gone, as far as the engine can tell."""


def die_at(point):
    def hook(reached):
        if reached == point:
            raise Killed

    return hook


def test_the_answers_wish_to_wait_is_respected(connection, lamp, world, clock):
    def busy(key):
        raise ProviderUnavailable("Too many requests.", retry_after_seconds=900)

    world.before_act = busy
    operation = start(connection, lamp)
    run_until_quiet()
    operation.refresh_from_db()
    assert (operation.next_attempt_at - operation.created_at).total_seconds() == 900


# ------------------------------------------------------------------- accepted and decided later


def decides_later(key):
    raise ProviderPending("The works have it.", reference="works-7")


def test_what_was_accepted_is_asked_for_at_no_cost_until_it_is_decided(
    connection, lamp, world, clock
):
    world.after_act = world.on_look_up = decides_later
    operation = start(connection, lamp)
    run_until_quiet()
    assert state_of(operation) == OperationState.ACCEPTED
    assert operation.provider_reference == "works-7"
    assert operation.next_attempt_at == system_now() + timedelta(seconds=15)
    for _ in range(4 * Guarded.max_attempts):
        clock.move_to(operation.next_attempt_at)
        run_until_quiet()
        operation.refresh_from_db()
    assert operation.next_attempt_at - system_now() == timedelta(hours=1)
    assert (operation.state, world.requests) == (OperationState.ACCEPTED, 1)
    connection.refresh_from_db()
    assert connection.circuit_failures == 0  # it answered each time

    world.on_look_up = lambda key: None
    clock.move_to(operation.next_attempt_at)
    run_until_quiet()

    assert state_of(operation) == OperationState.SUCCEEDED
    assert (world.requests, world.effects.total(), lit(operation)) == (1, 1, 1)


def test_what_was_accepted_and_refused_later_is_a_refusal(connection, lamp, world, clock):
    def refuses_later(key):
        raise ProviderRefusedLater("The works will not after all.")

    world.after_act = decides_later
    world.on_look_up = refuses_later
    operation = start(connection, lamp)
    run_until_quiet()
    clock.shift(timedelta(seconds=15))
    run_until_quiet()

    assert state_of(operation) == OperationState.REJECTED
    assert LampKind.heard == [("accepted", ""), ("refused", "The works will not after all.")]
    assert AttentionItem.objects.count() == 1
    assert world.requests == 1


def test_a_refused_repetition_may_still_be_pending(connection, lamp, world, clock):
    world.after_act = times_out
    operation = start(connection, lamp)
    run_until_quiet()
    world.effects.clear()  # no look-up shows it
    looks = iter([lambda key: None, decides_later])
    world.on_look_up = lambda key: next(looks)(key)
    world.before_act = refuses
    clock.shift(timedelta(seconds=61))
    run_until_quiet()

    assert state_of(operation) == OperationState.ACCEPTED
    assert operation.error_code == "PROVIDER_PENDING"
    assert LampKind.heard == [("accepted", "")]


def test_beyond_its_patience_a_person_is_asked(connection, lamp, world, clock):
    world.after_act = world.on_look_up = decides_later
    operation = start(connection, lamp)
    run_until_quiet()
    clock.shift(timedelta(days=3, seconds=1))
    run_until_quiet()

    assert state_of(operation) == OperationState.NEEDS_PERSON
    assert LampKind.heard == [("accepted", ""), ("stuck", "The works have it.")]
    assert operation.provider_reference == "works-7"


def test_a_connection_that_was_switched_off_sends_nothing(connection, lamp, world):
    connection.is_active = False
    connection.save()
    operation = start(connection, lamp)
    run_until_quiet()
    assert state_of(operation) == OperationState.PENDING
    assert operation.error_code == "CONNECTION_INACTIVE"
    assert world.requests == 0
