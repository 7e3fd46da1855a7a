"""Delivery: each event once to each subscriber, each lane in order, nothing lost."""

from datetime import timedelta

import pytest
import time_machine
from django.db import transaction

from ispplatform.core.actors import Actor, ActorType
from ispplatform.core.clock import system_now
from ispplatform.core.errors import InvalidInput, NotFound, NotPermitted
from ispplatform.core.events import dispatch, publish, subscribe
from ispplatform.core.events.delivery import (
    FAILURES_UNTIL_PARKED,
    deliveries_take_for_queueing,
    lane_run,
)
from ispplatform.core.events.dispatch import tenants_with_undispatched
from ispplatform.core.events.errors import LaneNotParked
from ispplatform.core.events.retention import events_forget_old
from ispplatform.core.events.selectors import (
    events_after,
    events_of_customer,
    events_readable,
    lanes_parked,
)
from ispplatform.core.events.services import lane_retry, lane_skip
from ispplatform.core.events.tasks import dispatch_events
from ispplatform.core.ids import uuid7
from ispplatform.core.models import (
    AttentionItem,
    AuditEntry,
    DeliveryState,
    EventDelivery,
    OutboxEvent,
)
from ispplatform.core.request_ids import current_request_id, request_id_scope
from ispplatform.core.subjects import Subject
from ispplatform.core.tenancy.context import current_tenant_id, enter_scope, tenant_context
from ispplatform.core.testing import run_until_quiet
from tests.core.events.conftest import (
    LampSwitched,
    Listener,
    NobodyListens,
    switch,
    switch_and_fail,
)

MANAGER = Actor(
    type=ActorType.USER, id="1", label="ops", permissions=frozenset({"operations:manage"})
)
START = "2026-03-01 09:00:00+00:00"


def test_each_subscriber_hears_each_event_once_and_in_order(tenant, listener, lamp):
    second = Listener()
    subscribe("*", "tests.second", second)
    for number in range(1, 6):
        switch(lamp, number)
    assert run_until_quiet() == 10
    assert run_until_quiet() == 0
    assert listener.numbers == [1, 2, 3, 4, 5]
    assert second.numbers == [1, 2, 3, 4, 5]


def test_a_subscriber_gets_the_event_in_its_tenant_and_under_its_request(tenant, listener, lamp):
    seen = []
    subscribe(
        "lamps.lamp_switched",
        "tests.curious",
        lambda event: seen.append((current_tenant_id(), current_request_id())),
    )
    customer_id = uuid7()
    with request_id_scope("request-7"):
        row = switch(lamp, 1, customer_id)
    run_until_quiet()
    assert seen == [(tenant.pk, "request-7")]
    assert current_request_id() == ""
    (event,) = listener.heard
    assert (event.id, event.name) == (row.pk, "lamps.lamp_switched")
    assert event.subject == lamp
    assert (event.customer_id, event.tenant_id) == (customer_id, tenant.pk)
    assert event.sequence == 1
    assert event.occurred_at == row.created_at


def test_nobody_hears_of_what_was_rolled_back(tenant, listener, lamp):
    with pytest.raises(ZeroDivisionError):
        switch_and_fail(lamp, 1)
    assert run_until_quiet() == 0


def test_what_a_failing_subscriber_wrote_is_taken_back(tenant, subscriptions, lamp):
    def writes_and_fails(event):
        with transaction.atomic():
            publish(LampSwitched(number=99), subject=Subject(type="lamps.other", id=uuid7()))
        raise RuntimeError("after writing")

    subscribe("lamps.lamp_switched", "tests.writer", writes_and_fails)
    switch(lamp, 1)
    run_until_quiet()
    assert OutboxEvent.objects.count() == 1
    assert EventDelivery.objects.get().state == DeliveryState.WAITING


def test_a_failure_holds_its_lane_up_and_no_other(tenant, listener, lamp):
    other = Subject(type="lamps.lamp", id=uuid7())
    listener.fails_on = lambda event: event.payload["number"] == 1
    with time_machine.travel(START, tick=False) as clock:
        switch(lamp, 1)
        switch(lamp, 2)
        switch(other, 10)
        run_until_quiet()
        assert listener.numbers == [10]
        listener.fails_on = lambda event: False
        run_until_quiet()
        assert listener.numbers == [10], "the wait after a failure is not over"
        clock.shift(timedelta(seconds=7))
        run_until_quiet()
    assert listener.numbers == [10, 1, 2]


def test_fan_out_does_not_wait_for_earlier_events(tenant, subscriptions, lamp):
    fan_out = Listener()
    fan_out.fails_on = lambda event: event.payload["number"] == 1
    subscribe("lamps.lamp_switched", "tests.fan_out", fan_out, in_order=False)
    switch(lamp, 1)
    switch(lamp, 2)
    run_until_quiet()
    assert fan_out.numbers == [2]


def park(lamp, listener):
    """Let the first of two events fail until it is parked."""
    listener.fails_on = lambda event: event.payload["number"] == 1
    with time_machine.travel(START, tick=False) as clock:
        switch(lamp, 1)
        switch(lamp, 2)
        for _ in range(FAILURES_UNTIL_PARKED + 3):
            run_until_quiet()
            clock.shift(timedelta(hours=2))
    listener.fails_on = lambda event: False
    return EventDelivery.objects.get(state=DeliveryState.PARKED)


def test_after_eight_failures_the_lane_is_parked_and_shown(tenant, listener, lamp):
    parked = park(lamp, listener)
    assert listener.calls == FAILURES_UNTIL_PARKED == 8
    assert parked.error == "RuntimeError('not number 1')"
    (shown,) = lanes_parked()
    assert shown == parked
    assert shown.holds_up
    run_until_quiet()
    assert listener.numbers == []
    item = AttentionItem.objects.get()
    assert (item.kind, item.subject_id) == ("core.parked_lane", parked.pk)
    assert item.sentence == (
        "tests.listener cannot handle lamps.lamp_switched Lamp: RuntimeError('not number 1')"
    )


def test_an_alarm_that_cannot_be_delivered_raises_no_further_alarm(tenant, subscriptions, lamp):
    def always_fails(event):
        raise RuntimeError("no")

    subscribe("*", "tests.broken", always_fails)
    with time_machine.travel(START, tick=False) as clock:
        switch(lamp, 1)
        for _ in range(3 * FAILURES_UNTIL_PARKED):
            run_until_quiet()
            clock.shift(timedelta(hours=2))
    assert EventDelivery.objects.filter(state=DeliveryState.PARKED).count() == 2
    assert AttentionItem.objects.count() == 1


def test_staff_retry_a_parked_lane(tenant, listener, lamp):
    parked = park(lamp, listener)
    lane_retry(actor=MANAGER, delivery_id=parked.pk, reason="mended")
    run_until_quiet()
    assert listener.numbers == [1, 2]
    assert AuditEntry.objects.get().act == "core.lane_retry"
    assert AttentionItem.objects.get().resolution == "ops: mended"
    with pytest.raises(LaneNotParked):
        lane_retry(actor=MANAGER, delivery_id=parked.pk)


def test_staff_skip_a_parked_event_with_a_reason(tenant, listener, lamp):
    parked = park(lamp, listener)
    with pytest.raises(InvalidInput):
        lane_skip(actor=MANAGER, delivery_id=parked.pk, reason=" ")
    assert lane_skip(actor=MANAGER, delivery_id=parked.pk, reason="a test lamp").state == "skipped"
    run_until_quiet()
    assert listener.numbers == [2]
    entry = AuditEntry.objects.get()
    assert (entry.act, entry.reason) == ("core.lane_skip", "a test lamp")


def test_only_those_who_may_decide_about_a_lane(tenant, other_tenant, listener, lamp):
    parked = park(lamp, listener)
    with pytest.raises(NotPermitted):
        lane_skip(actor=Actor.anonymous(), delivery_id=parked.pk, reason="x")
    with tenant_context(other_tenant.pk), pytest.raises(NotFound):
        lane_retry(actor=MANAGER, delivery_id=parked.pk)
    parked.refresh_from_db()
    assert parked.state == DeliveryState.PARKED
    assert AuditEntry.objects.count() == 0


def test_a_worker_that_died_is_replaced_when_its_lease_is_over(tenant, listener, lamp):
    with time_machine.travel(START, tick=False) as clock:
        switch(lamp, 1)
        dispatch.dispatch_batch()
        EventDelivery.objects.update(
            state=DeliveryState.RUNNING, attempt=1, lease_until=system_now() + timedelta(minutes=10)
        )
        assert run_until_quiet() == 0
        clock.shift(timedelta(minutes=10))
        assert run_until_quiet() == 1
    assert listener.numbers == [1]
    assert EventDelivery.objects.get().attempt == 2


def test_a_worker_that_was_replaced_leaves_nothing(tenant, subscriptions, lamp):
    def is_overtaken(event):
        EventDelivery.objects.update(attempt=7)
        with transaction.atomic():
            publish(LampSwitched(number=99), subject=Subject(type="lamps.other", id=uuid7()))

    subscribe("lamps.lamp_switched", "tests.slow", is_overtaken)
    switch(lamp, 1)
    assert run_until_quiet() == 0
    assert OutboxEvent.objects.count() == 1


def test_a_subscriber_that_this_release_lacks_is_tried_again_later(tenant, listener, lamp):
    switch(lamp, 1)
    dispatch.dispatch_batch()
    EventDelivery.objects.update(subscriber="tests.newer")
    run_until_quiet()
    row = EventDelivery.objects.get()
    assert (row.state, row.failures) == (DeliveryState.WAITING, 1)
    assert "no subscriber tests.newer" in row.error


def test_a_batch_never_leaves_an_earlier_event_of_a_subject_behind(
    tenant, listener, lamp, monkeypatch
):
    monkeypatch.setattr(dispatch, "BATCH", 2)
    rows = [switch(lamp, number) for number in (1, 2, 3)]
    ids = sorted((row.pk for row in rows), reverse=True)
    for row in rows:  # ids that commit out of order: the last event has the lowest id
        OutboxEvent.objects.filter(pk=row.pk).update(id=uuid7())
    OutboxEvent.objects.filter(sequence=3).update(id=ids[-1])
    run_until_quiet()
    assert listener.numbers == [1, 2, 3]
    assert [event.sequence for event in events_readable()] == [1, 2, 3]


def test_the_sweep_finds_events_and_deliveries_whose_message_was_lost(tenant, listener, lamp):
    with time_machine.travel(START, tick=False) as clock:
        switch(lamp, 1)
        switch(lamp, 2)
        enter_scope(None)
        assert tenants_with_undispatched() == [tenant.pk]
        with tenant_context(tenant.pk):
            first, _second = dispatch.dispatch_batch()
        assert tenants_with_undispatched() == []
        assert deliveries_take_for_queueing() == [], "its message is on the way"
        clock.shift(timedelta(seconds=31))
        assert deliveries_take_for_queueing() == [(tenant.pk, first.pk)]
        assert deliveries_take_for_queueing() == [], "it was queued just now"


def test_the_feed_goes_on_after_the_last_event_read(tenant, listener, lamp):
    customer_id = uuid7()
    first, second = switch(lamp, 1), switch(lamp, 2, customer_id)
    assert list(events_readable()) == [], "not dispatched yet"
    run_until_quiet()
    third = switch(lamp, 3)
    run_until_quiet()
    assert list(events_after(None)) == [first, second, third]
    assert list(events_after(first.pk)) == [second, third]
    assert list(events_of_customer(customer_id)) == [second]
    with pytest.raises(NotFound):
        events_after(uuid7())


def test_events_are_forgotten_after_thirty_days_unless_somebody_still_waits(tenant, listener, lamp):
    stuck = Subject(type="lamps.stuck", id=uuid7())
    listener.fails_on = lambda event: event.subject == stuck
    with time_machine.travel(START, tick=False) as clock:
        switch(lamp, 1)
        waiting = switch(stuck, 1)
        run_until_quiet()
        clock.shift(timedelta(days=29, hours=23))
        fresh = switch(lamp, 2)
        run_until_quiet()
        assert events_forget_old() == 0
        clock.shift(timedelta(hours=2))
        assert events_forget_old() == 1
    assert set(OutboxEvent.objects.all()) == {waiting, fresh}
    assert EventDelivery.objects.count() == 2


def test_a_subscriber_that_kills_its_worker_is_counted_and_its_lane_parked(tenant, listener, lamp):
    def kills(event):
        raise SystemExit("out of memory")

    subscribe("lamps.lamp_switched", "tests.killer", kills)
    with time_machine.travel(START, tick=False) as clock:
        switch(lamp, 1)
        switch(lamp, 2)
        dispatch.dispatch_batch()
        poison = EventDelivery.objects.get(subscriber="tests.killer", sequence=1)
        for _ in range(FAILURES_UNTIL_PARKED):
            with pytest.raises(SystemExit):
                lane_run(poison.pk)
            assert AttentionItem.objects.count() == 0
            clock.shift(timedelta(minutes=11))
        assert lane_run(poison.pk) == 0
        run_until_quiet()
    poison.refresh_from_db()
    assert (poison.state, poison.failures) == (DeliveryState.PARKED, FAILURES_UNTIL_PARKED)
    assert "Its worker died in every attempt." in AttentionItem.objects.get().sentence
    assert listener.numbers == [1, 2], "others are not held up"


def test_a_retried_lane_has_all_attempts_anew_after_deaths_too(tenant, subscriptions, lamp):
    heard = []
    dies = [True]

    def handler(event):
        if dies:
            raise SystemExit
        heard.append(event.payload["number"])

    subscribe("lamps.lamp_switched", "tests.killer", handler)
    with time_machine.travel(START, tick=False) as clock:
        row = switch(lamp, 1)
        dispatch.dispatch_batch()
        poison = EventDelivery.objects.get(event=row)
        for _ in range(FAILURES_UNTIL_PARKED):
            with pytest.raises(SystemExit):
                lane_run(poison.pk)
            clock.shift(timedelta(minutes=11))
        run_until_quiet()
        dies.clear()
        lane_retry(actor=MANAGER, delivery_id=poison.pk)
        run_until_quiet()
    poison.refresh_from_db()
    assert (poison.state, poison.failures, heard) == (DeliveryState.DONE, 0, [1])


def test_dispatching_goes_on_after_a_batch_without_subscribers(tenant, listener, lamp, monkeypatch):
    monkeypatch.setattr(dispatch, "BATCH", 2)
    for _ in range(3):
        with transaction.atomic():
            publish(NobodyListens(), subject=Subject(type="lamps.other", id=uuid7()))
    switch(lamp, 1)
    dispatch_events(str(current_tenant_id()))
    assert not OutboxEvent.objects.filter(dispatched_at=None).exists()
    assert EventDelivery.objects.get().subject_id == lamp.id
