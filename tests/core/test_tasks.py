"""Tasks: queued after the commit, once, and alone in their context."""

import logging
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from celery import current_app, shared_task
from django.db import transaction

from ispplatform.core.backoff import Backoff
from ispplatform.core.beat import STANDBY_SECONDS, LeasedScheduler
from ispplatform.core.counters import take_number, take_numbers
from ispplatform.core.ids import uuid7
from ispplatform.core.leases import duty_done_at, lease_acquire, lease_release, periodic_duty
from ispplatform.core.models import Lease
from ispplatform.core.request_ids import current_request_id, use_request_id
from ispplatform.core.tasks import PlatformTask, enqueue_on_commit, in_tenant
from ispplatform.core.tenancy.context import TenantScope, current_scope, current_tenant_id

START = "2026-03-01 09:00:00+00:00"
seen: list[object] = []


@shared_task
def note_context() -> None:
    seen.append((current_scope(), current_request_id()))
    use_request_id("left-behind")


@shared_task
@in_tenant
def note_tenant(what: str) -> None:
    seen.append((current_tenant_id(), what))


@pytest.fixture(autouse=True)
def nothing_seen():
    seen.clear()


@pytest.fixture
def eager():
    current_app.conf.task_always_eager = True
    yield
    current_app.conf.task_always_eager = False


def test_a_task_inherits_and_leaves_nothing(tenant, eager):
    use_request_id("of-the-caller")
    result = note_context.delay()
    assert isinstance(note_context, PlatformTask)
    assert seen == [(None, result.id)]
    assert current_request_id() == "of-the-caller"
    assert current_scope() == TenantScope(tenant_id=tenant.pk)


def test_a_task_of_a_tenant_runs_inside_it(eager):
    tenant_id = uuid4()
    note_tenant.delay(str(tenant_id), "lamp")
    note_tenant.delay(tenant_id, "door")
    assert seen == [(tenant_id, "lamp"), (tenant_id, "door")]


def test_a_task_is_queued_after_the_commit_and_once(
    tenant, eager, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        with transaction.atomic():
            enqueue_on_commit(note_tenant, tenant.pk, "lamp")
            enqueue_on_commit(note_tenant, tenant.pk, "lamp")
            enqueue_on_commit(note_tenant, tenant.pk, "door")
        assert seen == []
    assert seen == [(tenant.pk, "lamp"), (tenant.pk, "door")]


def roll_back_a_queueing(tenant):
    with transaction.atomic():
        enqueue_on_commit(note_tenant, tenant.pk, "lamp")
        raise ZeroDivisionError


def test_a_queueing_that_was_rolled_back_does_not_stand_in_for_a_later_one(
    tenant, eager, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        with pytest.raises(ZeroDivisionError):
            roll_back_a_queueing(tenant)
        enqueue_on_commit(note_tenant, tenant.pk, "lamp")
    assert seen == [(tenant.pk, "lamp")]


def test_a_broker_that_is_down_is_logged_and_not_raised(
    tenant, caplog, monkeypatch, django_capture_on_commit_callbacks
):
    def refuse(*args, **kwargs):
        raise ConnectionError("no broker")

    monkeypatch.setattr(type(note_tenant._get_current_object()), "apply_async", refuse)
    with (
        caplog.at_level(logging.ERROR),
        django_capture_on_commit_callbacks(execute=True) as callbacks,
    ):
        enqueue_on_commit(note_tenant, tenant.pk, "lamp")
    assert len(callbacks) == 1
    assert "no broker" in caplog.text


@pytest.mark.parametrize(
    ("failures", "lowest", "highest"),
    [(1, 8, 12), (2, 16, 24), (3, 32, 48), (10, 80, 120)],
)
def test_waits_grow_to_their_cap_and_are_spread(failures, lowest, highest):
    backoff = Backoff(first_seconds=10, factor=2, cap_seconds=100, spread=0.2)
    waits = {backoff.after(failures, key=key).total_seconds() for key in range(50)}
    assert lowest <= min(waits) < max(waits) <= highest
    assert len(waits) == 50
    assert backoff.after(failures, key="a") == backoff.after(failures, key="a")


def test_a_lease_has_one_holder_until_it_ends(db):
    with time_machine.travel(START, tick=False) as clock:
        assert lease_acquire("lamp", holder="a", hold_seconds=30)
        assert not lease_acquire("lamp", holder="b", hold_seconds=30)
        assert lease_acquire("lamp", holder="a", hold_seconds=30), "the holder renews it"
        clock.shift(timedelta(seconds=30))
        assert lease_acquire("lamp", holder="b", hold_seconds=30)
        lease_release("lamp", holder="a", done=True)
        assert not lease_acquire("lamp", holder="a", hold_seconds=30), "it was not a's to give"
        lease_release("lamp", holder="b", done=True)
        assert lease_acquire("lamp", holder="a", hold_seconds=30)


def do_duty_badly():
    with periodic_duty("lamp", every_seconds=60, hold_seconds=30) as mine:
        assert mine
        raise ZeroDivisionError


def test_a_duty_is_done_once_per_interval(db):
    with time_machine.travel(START, tick=False) as clock:
        with periodic_duty("lamp", every_seconds=60, hold_seconds=30) as mine:
            assert mine
            with periodic_duty("lamp", every_seconds=60, hold_seconds=30) as other:
                assert not other
        first = duty_done_at("lamp")
        clock.shift(timedelta(seconds=53))
        with periodic_duty("lamp", every_seconds=60, hold_seconds=30) as mine:
            assert not mine
        clock.shift(timedelta(seconds=1))
        with pytest.raises(ZeroDivisionError):
            do_duty_badly()
        assert duty_done_at("lamp") == first, "a duty that failed was not done"
        with periodic_duty("lamp", every_seconds=60, hold_seconds=30) as mine:
            assert mine
        assert duty_done_at("lamp") == first + timedelta(seconds=54)


def test_of_two_beats_one_sends(transactional_db):
    first, second = (LeasedScheduler(app=current_app, lazy=True) for _ in range(2))
    with time_machine.travel(START, tick=False) as clock:
        first.tick()
        assert second.tick() == STANDBY_SECONDS
        clock.shift(timedelta(seconds=46))
        second.tick()
        assert first.tick() == STANDBY_SECONDS, "it was silent too long"
        second.close()
        first.tick()
    assert Lease.objects.get(name="core.beat").holder == first.holder


def test_what_no_beat_sent_for_long_is_sent_at_once(transactional_db):
    scheduler = LeasedScheduler(app=current_app)
    ours = [entry for name, entry in scheduler.schedule.items() if not name.startswith("celery.")]
    assert ours
    assert [entry.name for entry in ours if not entry.is_due().is_due] == []


def test_numbers_rise_by_one_per_sequence(tenant):
    first, second = uuid7(), uuid7()
    with transaction.atomic():
        assert take_number("lamps", first, count=0) == 0
        assert [take_number("lamps", first) for _ in range(3)] == [1, 2, 3]
        assert take_numbers({("lamps", first): 5, ("lamps", second): 2, ("doors", first): 1}) == {
            ("lamps", first): 8,
            ("lamps", second): 2,
            ("doors", first): 1,
        }


def test_no_number_is_given_outside_a_transaction(transactional_db):
    with pytest.raises(transaction.TransactionManagementError):
        take_number("lamps", uuid7())
