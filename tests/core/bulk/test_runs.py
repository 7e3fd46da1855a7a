"""A bulk act is planned, confirmed once, carried out row by row, and taken back."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from accounts.choices import MembershipStatus
from accounts.models import Membership
from ispplatform.core.bulk import BULK_ACTS, Done
from ispplatform.core.bulk.errors import BulkNotPossible, BulkPlanTooOld, BulkTooLarge
from ispplatform.core.bulk.selectors import bulk_counts, bulk_money
from ispplatform.core.bulk.services import (
    ROWS_MAX,
    bulk_choose,
    bulk_confirm,
    bulk_drop,
    bulk_end,
    bulk_go_on,
    bulk_start,
    bulk_stop,
    bulk_undo,
)
from ispplatform.core.bulk.tasks import sweep_bulk_runs
from ispplatform.core.bulk.working import bulk_runs_take_for_queueing, bulk_work
from ispplatform.core.clock import system_now
from ispplatform.core.errors import InvalidInput, NotPermitted
from ispplatform.core.ids import uuid7
from ispplatform.core.models import (
    AttentionItem,
    AuditEntry,
    BulkRow,
    BulkRun,
    Operation,
    OperationState,
)
from ispplatform.core.tenancy.context import tenant_context
from ispplatform.core.testing import run_until_quiet
from tests.actors import staff
from tests.core.bulk.conftest import RETRY, actor_of, planned, replaced, worked
from tests.pages.staff import colleague


class Killed(BaseException):
    """What a worker meets that is killed: nothing of ours catches it."""


def states(run: BulkRun) -> list[str]:
    return list(
        BulkRow.objects.filter(run=run).order_by("position").values_list("state", flat=True)
    )


def lamps() -> int:
    return Operation.objects.filter(kind="lamps.make", retry_of__isnull=False).count()


def with_run(run: Any) -> Any:
    """Let the retry do something else."""
    act = BULK_ACTS.get(RETRY)
    assert act is not None
    return replaced(replace(act, run=run))


def test_a_plan_says_what_would_be_done_and_what_is_left_out_and_changes_nothing(
    clerk, failed, connection, lamp
) -> None:
    refused = failed(3)
    over = refused[0]
    Operation.objects.filter(pk=over.pk).update(state=OperationState.SUCCEEDED)

    run = planned(clerk, refused)

    assert run.state == "planned"
    assert states(run) == ["skipped", "planned", "planned"]
    assert BulkRow.objects.get(run=run, subject_id=over.pk).sentence == "It is over."
    assert (run.row_count, run.skipped_count) == (3, 1)
    assert lamps() == 0
    assert [str(one) for one in bulk_money(run)] == ["19.80 EUR"]


def test_confirmed_it_is_carried_out_row_by_row_and_audited(clerk, failed, world) -> None:
    run = planned(clerk, failed(3))

    bulk_confirm(actor=clerk, run_id=run.pk, reason="the registry is back")
    worked(run)

    assert run.state == "finished"
    assert states(run) == ["done"] * 3
    run_until_quiet()
    assert world.effects.total() == 3
    entry = AuditEntry.objects.get(act="core.bulk_confirm")
    assert entry.reason == "the registry is back"
    assert AuditEntry.objects.filter(act="core.operation_retry").count() == 3
    assert AuditEntry.objects.get(act="core.bulk_finish").values.after["done"] == 3


def test_twice_confirmed_it_acts_once(clerk, failed) -> None:
    run = planned(clerk, failed(2))
    bulk_confirm(actor=clerk, run_id=run.pk)
    with pytest.raises(BulkNotPossible):
        bulk_confirm(actor=clerk, run_id=run.pk)
    worked(run)
    with pytest.raises(BulkNotPossible):
        bulk_confirm(actor=clerk, run_id=run.pk)
    worked(run)
    assert lamps() == 2
    assert AuditEntry.objects.filter(act="core.bulk_confirm").count() == 1


def test_a_plan_is_not_carried_out_before_it_is_confirmed_nor_when_it_is_dropped(
    clerk, failed
) -> None:
    run = planned(clerk, failed(2))
    assert worked(run).state == "planned"
    bulk_drop(actor=clerk, run_id=run.pk)
    with pytest.raises(BulkNotPossible):
        bulk_confirm(actor=clerk, run_id=run.pk)
    assert lamps() == 0


def test_a_plan_of_yesterday_is_made_anew(clerk, failed) -> None:
    run = planned(clerk, failed(1))
    BulkRun.objects.filter(pk=run.pk).update(created_at=system_now() - timedelta(hours=25))
    with pytest.raises(BulkPlanTooOld):
        bulk_confirm(actor=clerk, run_id=run.pk)
    assert worked(run).state == "planned"


def test_a_plan_of_rows_that_are_all_left_out_cannot_be_confirmed(clerk, failed) -> None:
    rows = failed(1)
    Operation.objects.update(state=OperationState.SUCCEEDED)
    run = planned(clerk, rows)
    with pytest.raises(BulkNotPossible, match="nothing to do"):
        bulk_confirm(actor=clerk, run_id=run.pk)
    assert worked(run).state == "planned"


def test_more_rows_than_a_run_takes_are_refused(clerk) -> None:
    act = BULK_ACTS.get(RETRY)
    with pytest.raises(BulkTooLarge) as refusal:
        bulk_choose(actor=clerk, act=act, ids=[uuid7() for _ in range(ROWS_MAX + 1)])
    assert refusal.value.params["limit"] == 10_000
    with pytest.raises(InvalidInput):
        bulk_choose(actor=clerk, act=act, ids=[])
    assert BulkRun.objects.count() == 0


def test_planning_and_confirming_need_the_acts_own_permission(clerk, failed) -> None:
    rows = failed(1)
    onlooker = staff("operations:read", "bulk_runs:read")
    with pytest.raises(NotPermitted):
        planned(onlooker, rows)
    run = planned(clerk, rows)
    for decide in (bulk_confirm, bulk_drop):
        with pytest.raises(NotPermitted):
            decide(actor=onlooker, run_id=run.pk)
    assert worked(run).state == "planned"


def test_a_row_that_is_refused_or_fails_stops_no_other(clerk, failed) -> None:
    rows = failed(4)
    run = planned(clerk, rows)
    act = BULK_ACTS.get(RETRY)

    def poisoned(actor, row, terms):
        if row.pk == rows[1].pk:
            row.key = None
            row.save()  # the database refuses it
        if row.pk == rows[2].pk:
            raise InvalidInput("Not this one.")
        return act.run(actor, row, terms)

    bulk_confirm(actor=clerk, run_id=run.pk)
    with with_run(poisoned):
        worked(run)

    assert states(run) == ["done", "failed", "refused", "done"]
    assert BulkRow.objects.get(run=run, subject_id=rows[2].pk).sentence == "Not this one."
    assert (run.state, run.done_count, run.failed_count, run.refused_count) == ("finished", 2, 1, 1)
    assert lamps() == 2


def test_a_row_that_cannot_even_be_planned_is_left_out_alone(clerk, failed) -> None:
    rows = failed(3)
    act = BULK_ACTS.get(RETRY)

    def named(row):
        if row.pk == rows[1].pk:
            raise ValueError("poison")
        return "fine"

    with replaced(replace(act, name_of=named)):
        run = planned(clerk, rows)
    assert states(run) == ["planned", "skipped", "planned"]


def test_what_changed_since_the_plan_is_refused_with_the_sentence(clerk, failed) -> None:
    rows = failed(2)
    run = planned(clerk, rows)
    bulk_confirm(actor=clerk, run_id=run.pk)
    Operation.objects.filter(pk=rows[0].pk).update(state=OperationState.SUCCEEDED)
    worked(run)
    assert states(run) == ["refused", "done"]
    assert BulkRow.objects.get(run=run, position=0).sentence == "It is over."


def test_a_killed_worker_costs_no_row_and_does_none_twice(clerk, failed, world) -> None:
    rows = failed(5)
    run = planned(clerk, rows)
    bulk_confirm(actor=clerk, run_id=run.pk)
    act = BULK_ACTS.get(RETRY)

    def dies(actor, row, terms):
        done = act.run(actor, row, terms)
        if row.pk == rows[2].pk:
            raise Killed  # everything of this row is written, nothing is committed
        return done

    with with_run(dies), pytest.raises(Killed):
        bulk_work(run.pk)
    assert states(run) == ["done", "done", "planned", "planned", "planned"]
    assert lamps() == 2
    assert bulk_work(run.pk) is False, "the lease of the dead one is not over yet"

    with time_machine.travel(system_now() + timedelta(seconds=61)):
        assert bulk_runs_take_for_queueing() == [(run.tenant_id, run.pk)]
        assert bulk_runs_take_for_queueing() == [], "a message is on its way"
        worked(run)
    assert run.state == "finished"
    assert states(run) == ["done"] * 5
    assert lamps() == 5


def test_a_row_at_which_workers_die_is_left_after_the_second_time(clerk, failed) -> None:
    rows = failed(2)
    run = planned(clerk, rows)
    bulk_confirm(actor=clerk, run_id=run.pk)
    act = BULK_ACTS.get(RETRY)

    def dies(actor, row, terms):
        if row.pk == rows[0].pk:
            raise Killed
        return act.run(actor, row, terms)

    at = system_now()
    with with_run(dies):
        for _ in range(2):
            with time_machine.travel(at), pytest.raises(Killed):
                bulk_work(run.pk)
            at += timedelta(seconds=61)
        with time_machine.travel(at):
            worked(run)
    assert states(run) == ["failed", "done"]
    assert run.state == "finished"


def test_a_killed_planner_goes_on_where_it_was(clerk, failed, monkeypatch) -> None:
    monkeypatch.setattr("ispplatform.core.bulk.working.PLAN_CHUNK", 2)
    rows = failed(5)
    act = BULK_ACTS.get(RETRY)
    run = bulk_choose(actor=clerk, act=act, ids=[row.pk for row in rows])
    seen = []

    def dies(found, terms):
        seen.append(len(found))
        if len(seen) == 2:
            raise Killed
        return {}

    with replaced(replace(act, refusals=dies)), pytest.raises(Killed):
        bulk_work(run.pk)
    with time_machine.travel(system_now() + timedelta(seconds=61)):
        worked(run)
    assert run.state == "planned"
    assert [row.subject_id for row in run.rows.order_by("position")] == [row.pk for row in rows]


def test_who_loses_the_right_stops_the_run_and_a_colleague_lets_it_go_on(
    tenant, boss, clerk, failed
) -> None:
    rows = failed(3)
    run = planned(clerk, rows)
    bulk_confirm(actor=clerk, run_id=run.pk)
    Membership.objects.filter(pk=boss.pk).update(status=MembershipStatus.SUSPENDED)

    worked(run)

    assert run.state == "stopped"
    assert "may not do this any more" in run.trouble
    assert lamps() == 0
    item = AttentionItem.objects.get(kind="core.bulk_stopped", resolved_at=None)
    assert item.subject_id == run.pk

    second = actor_of(colleague(tenant, "admin"), "*")
    bulk_go_on(actor=second, run_id=run.pk)
    worked(run)
    assert (run.state, run.actor_label) == ("finished", second.label)
    assert not AttentionItem.objects.filter(kind="core.bulk_stopped", resolved_at=None).exists()
    done = AuditEntry.objects.filter(act="core.operation_retry")
    assert {entry.actor_id for entry in done} == {second.id}


def test_a_stopped_run_keeps_what_is_done_and_can_be_ended(clerk, failed, monkeypatch) -> None:
    monkeypatch.setattr("ispplatform.core.bulk.working.TURN_ROWS", 1)
    run = planned(clerk, failed(3))
    bulk_confirm(actor=clerk, run_id=run.pk)
    assert bulk_work(run.pk, seconds=0) is True
    bulk_stop(actor=clerk, run_id=run.pk)
    assert bulk_work(run.pk) is False
    assert states(run) == ["done", "planned", "planned"]
    bulk_end(actor=clerk, run_id=run.pk)
    run.refresh_from_db()
    assert (run.state, states(run)) == ("finished", ["done", "skipped", "skipped"])


def test_undoing_a_retry_puts_back_what_no_worker_began_and_it_can_be_tried_again(
    clerk, failed, world
) -> None:
    rows = failed(3)
    run = planned(clerk, rows)
    bulk_confirm(actor=clerk, run_id=run.pk)
    worked(run)
    assert not AttentionItem.objects.filter(resolved_at=None).exists()
    sent = Operation.objects.get(retry_of=rows[0])
    Operation.objects.filter(pk=sent.pk).update(state=OperationState.RUNNING, attempt=1)

    undoing = worked(bulk_undo(actor=clerk, run_id=run.pk))
    assert states(undoing) == ["skipped", "planned", "planned"]
    assert not AttentionItem.objects.filter(resolved_at=None).exists(), "a plan changes nothing"
    with pytest.raises(BulkNotPossible):
        bulk_undo(actor=clerk, run_id=run.pk)
    bulk_confirm(actor=clerk, run_id=undoing.pk)
    worked(undoing)

    assert states(undoing) == ["skipped", "done", "done"]
    waiting = AttentionItem.objects.filter(resolved_at=None).values_list("subject_id", flat=True)
    assert set(waiting) == {rows[1].pk, rows[2].pk}
    again = Operation.objects.filter(retry_of__in=rows[1:])
    assert {row.state for row in again} == {OperationState.CANCELLED}
    run_until_quiet()
    assert world.effects.total() == 0

    second = planned(clerk, rows[1:])
    bulk_confirm(actor=clerk, run_id=second.pk)
    worked(second)
    run_until_quiet()
    assert states(second) == ["done", "done"]
    assert world.effects.total() == 2


def test_a_dropped_undoing_can_be_begun_anew(clerk, failed) -> None:
    run = planned(clerk, failed(1))
    bulk_confirm(actor=clerk, run_id=run.pk)
    worked(run)
    first = worked(bulk_undo(actor=clerk, run_id=run.pk))
    bulk_drop(actor=clerk, run_id=first.pk)
    assert worked(bulk_undo(actor=clerk, run_id=run.pk)).state == "planned"


def test_what_is_started_at_once_is_planned_and_done_without_a_second_word(clerk, failed) -> None:
    act = BULK_ACTS.get(RETRY)
    rows = failed(2)
    run = bulk_start(actor=clerk, act=act, ids=[row.pk for row in rows], values={}, reason="ok")
    worked(run)
    assert (run.state, run.confirmed_by, states(run)) == ("finished", clerk.label, ["done"] * 2)


def test_rows_of_another_company_are_not_there(clerk, failed, other_tenant) -> None:
    mine = failed(1)
    with tenant_context(other_tenant.pk):
        stranger = Operation.objects.create(
            kind="lamps.make",
            key="x",
            subject_type="lamps.lamp",
            subject_id=uuid7(),
            subject_label="narwhal",
            attempt_limit=1,
            state=OperationState.REJECTED,
            actor_type="system",
            actor_label="x",
        )
    run = planned(clerk, [*mine, stranger])
    row = BulkRow.objects.get(run=run, subject_id=stranger.pk)
    assert (row.state, row.subject_label, row.sentence) == (
        "skipped",
        "",
        "It is not there any more.",
    )
    with tenant_context(other_tenant.pk):
        assert BulkRun.objects.count() == 0
        assert BulkRow.objects.count() == 0


def test_planning_costs_the_same_for_many_rows_and_a_row_costs_what_a_row_costs(
    clerk, failed
) -> None:
    rows = failed(6)

    def cost(count: int) -> int:
        with CaptureQueriesContext(database) as captured:
            planned(clerk, rows[:count])
        return len(captured)

    assert cost(1) == cost(len(rows))


def test_the_sweep_is_a_duty_that_queues_what_nobody_is_at(clerk, failed) -> None:
    act = BULK_ACTS.get(RETRY)
    run = bulk_choose(actor=clerk, act=act, ids=[row.pk for row in failed(1)])
    sweep_bulk_runs()
    run.refresh_from_db()
    assert run.queue_after > system_now()
    assert bulk_counts(run).total == 0
    assert Done().sentence == ""
