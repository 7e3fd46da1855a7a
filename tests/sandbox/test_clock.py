"""Moving the business clock: every due instant in order, forward only, sandbox only."""

from datetime import UTC, date, datetime, timedelta

import pytest

from ispplatform.core.clock import business_now, monotonic_seconds
from ispplatform.core.due import ClockTarget, clock_targets, day_begins, tenants_by_beat
from ispplatform.core.errors import InvalidInput, NotPermitted
from ispplatform.core.ids import uuid7
from ispplatform.core.models import (
    AuditEntry,
    ClockMove,
    ClockMoveState,
    ClockStop,
    Operation,
    OperationState,
    OutboxEvent,
    ProviderConnection,
    Tenant,
    TenantMode,
)
from ispplatform.core.operations import failpoints
from ispplatform.core.operations.engine import operation_run
from ispplatform.core.sandbox import moving
from ispplatform.core.sandbox import operations as clock_operations
from ispplatform.core.sandbox.clock import clock_advance, clock_stop
from ispplatform.core.sandbox.errors import ClockIsMoving, ClockNotMoving, NotASandbox
from ispplatform.core.sandbox.selectors import clock_move_running, clock_named_targets, what_ran
from ispplatform.core.tenancy.lookup import tenant_by_id
from ispplatform.core.testing import run_until_quiet
from tests.actors import staff
from tests.sandbox.conftest import START

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("real_time")]

KEEPER = staff("sandbox:manage")


def hours(count: float) -> datetime:
    return START + timedelta(hours=count)


def fresh(tenant: Tenant) -> Tenant:
    return Tenant.objects.get(pk=tenant.pk)


def moved(tenant: Tenant, to: datetime) -> ClockMove:
    move = clock_advance(actor=KEEPER, tenant=tenant, to=to)
    run_until_quiet()
    move.refresh_from_db()
    return move


# ------------------------------------------------------------------------------------------ moving


def test_a_move_stops_at_every_due_instant_in_order(tenant, bells):
    bells.due = [hours(30), hours(2), hours(5), hours(200)]
    move = moved(tenant, hours(48))
    assert [at for at, _ in bells.rang] == [hours(2), hours(5), hours(30)]
    assert [now for _, now in bells.rang] == [hours(2), hours(5), hours(30)]
    assert [stop.at for stop in move.stops.all()] == [
        hours(0),
        hours(2),
        hours(5),
        hours(30),
        hours(48),
    ]
    assert (move.state, move.standing_at, move.percent) == ("arrived", hours(48), 100)


def test_events_of_a_stop_are_delivered_before_the_clock_goes_on(tenant, bells):
    bells.due = [hours(2), hours(5)]
    moved(tenant, hours(48))
    assert bells.heard == [hours(2), hours(5)]


def test_what_falls_due_on_the_way_is_a_stop_of_its_own(tenant, bells):
    bells.due, bells.echoes = [hours(2)], True
    moved(tenant, hours(4))
    echo = hours(3) + timedelta(minutes=1)
    assert bells.rang == [(hours(2), hours(2)), (echo, echo)]


def test_what_is_due_already_is_done_before_the_clock_moves(tenant, bells):
    bells.due = [hours(-3)]
    moved(tenant, hours(1))
    assert bells.rang == [(hours(-3), hours(0))]


def test_afterwards_the_clock_runs_on_from_the_target(tenant, bells, real_time):
    moved(tenant, hours(48))
    assert business_now(fresh(tenant)) == hours(48)
    assert fresh(tenant).clock_held_at is None
    real_time.shift(timedelta(minutes=10))
    assert business_now(fresh(tenant)) == hours(48) + timedelta(minutes=10)
    assert business_now(tenant_by_id(tenant.pk)) == business_now(fresh(tenant))


def test_a_second_move_starts_where_the_first_arrived(tenant, bells):
    moved(tenant, hours(24))
    second = moved(tenant, hours(72))
    assert (second.started_from, second.state) == (hours(24), "arrived")
    assert business_now(fresh(tenant)) == hours(72)


def test_the_clock_never_goes_back_when_real_time_passed_the_target(tenant, bells, real_time):
    clock_advance(actor=KEEPER, tenant=tenant, to=hours(1))
    real_time.shift(timedelta(hours=3))
    run_until_quiet()
    assert business_now(fresh(tenant)) == hours(3)


def test_a_long_way_is_carried_by_several_operations(tenant, bells, monkeypatch):
    monkeypatch.setattr(clock_operations, "LEG_SECONDS", 0)
    bells.due = [hours(2), hours(5)]
    move = moved(tenant, hours(48))
    assert (move.state, move.legs) == ("arrived", 4)
    states = Operation.objects.filter(kind="core.clock_move").values_list("state", flat=True)
    assert list(states) == ["succeeded"] * 4
    assert [at for at, _ in bells.rang] == [hours(2), hours(5)]


def test_a_move_tells_what_ran(tenant, bells):
    bells.due = [hours(2), hours(2), hours(5)]
    move = moved(tenant, hours(48))
    told = [(one.stop.at, one.jobs, one.events) for one in what_ran(move)]
    assert told == [
        (hours(2), ("Rings: 2",), ("Bell rang: 2",)),
        (hours(5), ("Rings: 1",), ("Bell rang",)),
    ]


def test_a_job_that_fails_is_told_and_stops_nothing(tenant, bells):
    bells.due, bells.fails_at = [hours(2), hours(5)], hours(2)
    move = moved(tenant, hours(48))
    assert move.state == ClockMoveState.ARRIVED
    troubles = {stop.at: stop.trouble for stop in move.stops.all()}
    assert troubles[hours(2)] == "Rings: the rope tore\n"
    assert troubles[hours(0)] == ""


def test_beat_leaves_a_moving_company_alone(tenant, bells):
    assert list(tenants_by_beat()) == [tenant]
    clock_advance(actor=KEEPER, tenant=tenant, to=hours(1))
    assert list(tenants_by_beat()) == []
    run_until_quiet()
    assert list(tenants_by_beat()) == [tenant]


def test_a_move_is_audited_and_told(tenant, bells):
    moved(tenant, hours(48))
    entry = AuditEntry.objects.get(act="core.clock_advance")
    assert entry.values.after == {"business_time": hours(48).isoformat()}
    event = OutboxEvent.objects.get(name="core.clock_moved")
    assert event.payload["arrived_at"] == hours(48).isoformat()


# --------------------------------------------------------------------------------------- breaking


def test_a_killed_worker_is_followed_by_another_at_the_same_stop(tenant, bells, real_time):
    """The worker dies after it has worked, before anything of the operation is settled."""
    bells.due = [hours(2), hours(5)]
    move = clock_advance(actor=KEEPER, tenant=tenant, to=hours(48))
    operation = Operation.objects.get(kind="core.clock_move")

    def die(point: str) -> None:
        if point == "answered":
            raise SystemExit

    with failpoints.installed(die), pytest.raises(SystemExit):
        operation_run(operation.pk)
    move.refresh_from_db()
    assert (move.state, move.standing_at) == ("running", hours(48))
    assert fresh(tenant).clock_held_at == hours(48)
    real_time.shift(timedelta(seconds=60))
    run_until_quiet()
    move.refresh_from_db()
    assert move.state == ClockMoveState.ARRIVED
    assert [at for at, _ in bells.rang] == [hours(2), hours(5)]


def test_a_stop_begun_by_a_dead_worker_is_finished_by_the_next(tenant, bells):
    bells.due = [hours(2)]
    move = clock_advance(actor=KEEPER, tenant=tenant, to=hours(48))
    ClockStop.objects.create(move=move, at=move.standing_at)
    run_until_quiet()
    move.refresh_from_db()
    assert move.state == ClockMoveState.ARRIVED
    assert not move.stops.filter(finished_at=None).exists()


# --------------------------------------------------------------------------------------- refusals


def test_a_live_company_keeps_the_worlds_time(tenant, bells):
    Tenant.objects.filter(pk=tenant.pk).update(mode=TenantMode.LIVE)
    with pytest.raises(NotASandbox):
        clock_advance(actor=KEEPER, tenant=tenant, to=hours(1))
    assert not ClockMove.objects.exists()
    assert not Operation.objects.exists()


def test_one_real_connection_ties_the_clock_to_the_world(tenant, bells):
    row = ProviderConnection.objects.create(kind="registrar", backend="real", name="Real one")
    with pytest.raises(NotASandbox, match="Real one is real"):
        clock_advance(actor=KEEPER, tenant=tenant, to=hours(1))
    assert not ClockMove.objects.exists()
    row.is_active = False
    row.save()
    assert moved(tenant, hours(1)).state == ClockMoveState.ARRIVED


def test_a_connection_made_real_on_the_way_ends_the_move_where_it_stands(tenant, bells):
    move = clock_advance(actor=KEEPER, tenant=tenant, to=hours(48))
    ProviderConnection.objects.create(kind="registrar", backend="real", name="Real one")
    run_until_quiet()
    move.refresh_from_db()
    assert (move.state, move.standing_at) == ("stopped", hours(0))
    assert fresh(tenant).clock_held_at is None


@pytest.mark.parametrize("to", [hours(0), hours(-1), hours(24 * 401)])
def test_backwards_and_too_far_are_refused(tenant, bells, to):
    with pytest.raises(InvalidInput) as refusal:
        clock_advance(actor=KEEPER, tenant=tenant, to=to)
    assert refusal.value.params["field"] == "to"
    assert fresh(tenant).clock_held_at is None


def test_only_who_may_moves_the_clock(tenant, bells):
    with pytest.raises(NotPermitted):
        clock_advance(actor=staff("orders:read"), tenant=tenant, to=hours(1))
    assert not ClockMove.objects.exists()


def test_a_second_move_on_top_of_the_first_is_refused(tenant, bells):
    clock_advance(actor=KEEPER, tenant=tenant, to=hours(1))
    with pytest.raises(ClockIsMoving):
        clock_advance(actor=KEEPER, tenant=tenant, to=hours(2))
    assert ClockMove.objects.count() == 1


# --------------------------------------------------------------------------------------- stopping


def test_a_move_can_be_ended_where_it_stands(tenant, bells):
    clock_advance(actor=KEEPER, tenant=tenant, to=hours(48))
    move = clock_stop(actor=KEEPER, tenant=tenant)
    assert (move.state, move.standing_at) == ("stopped", hours(0))
    assert business_now(fresh(tenant)) == hours(0)
    assert Operation.objects.get().state == OperationState.CANCELLED
    assert clock_move_running() is None
    run_until_quiet()
    assert bells.rang == []


def test_without_a_move_there_is_nothing_to_end(tenant):
    with pytest.raises(ClockNotMoving):
        clock_stop(actor=KEEPER, tenant=tenant)


# ------------------------------------------------------------------------------------- small parts


def test_a_day_begins_in_the_tenants_zone(tenant):
    winter, summer = date(2026, 1, 15), date(2026, 7, 15)
    assert day_begins(winter, tenant) == datetime(2026, 1, 14, 23, tzinfo=UTC)
    assert day_begins(summer, tenant, hour=9) == datetime(2026, 7, 15, 7, tzinfo=UTC)


def test_named_targets_are_those_that_lie_ahead(tenant):
    def target(key, at):
        return ClockTarget(key=key, label=key, when=lambda _tenant: at)

    with clock_targets.filled(
        target("past", hours(-1)), target("ahead", hours(5)), target("none", None)
    ):
        found = [(one.key, one.at) for one in clock_named_targets(tenant, after=START)]
    assert ("ahead", hours(5)) in found
    assert not {"past", "none"} & {key for key, _ in found}


def test_a_stop_waits_a_while_for_what_another_worker_is_at(tenant, bells, monkeypatch):
    monkeypatch.setattr(moving, "OTHERS_SECONDS", 0.3)
    Operation.objects.create(
        kind="elsewhere.work",
        key="k",
        subject_type="bells.bell",
        subject_id=uuid7(),
        state=OperationState.RUNNING,
        lease_until=hours(1),
        attempt_limit=1,
        actor_type="system",
        actor_label="another worker",
    )
    started = monotonic_seconds()
    move = moved(tenant, hours(0.5))
    assert move.state == ClockMoveState.ARRIVED
    assert monotonic_seconds() - started > 0.6  # at the start and at the target
