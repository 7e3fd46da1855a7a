"""The journey at the desk: choose rows, see the plan, confirm, watch, read the result, undo."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ispplatform.core.bulk.services import bulk_confirm
from ispplatform.core.bulk.working import bulk_work
from ispplatform.core.models import (
    AttentionItem,
    AuditEntry,
    BulkRow,
    BulkRun,
    Operation,
    OperationState,
    Tenant,
)
from ispplatform.core.tenancy.context import tenant_context
from tests.core.bulk.conftest import RETRY, planned, worked
from tests.pages.staff import staff_client

LIST = reverse("admin:core_operation_changelist")
TAKE, SNOOZE = "core.attentionitem_take", "core.attentionitem_snooze"


def page_of(run: BulkRun) -> str:
    return reverse("admin:core_bulkrun_change", args=[run.pk])


def act_of(run: BulkRun, name: str) -> str:
    return reverse("admin:core_bulkrun_act", args=[run.pk, name])


def choose(
    desk: Client, rows: list[Any], *, act: str = RETRY, query: str = "", address: str = LIST
) -> Any:
    """Tick the boxes of rows, or choose all that match when there are none, and send the list."""
    sent = {
        "action": act,
        "index": "0",
        "select_across": "0" if rows else "1",
        "_selected_action": [str(row.pk) for row in rows] or ["0"],
    }
    return desk.post(address + query, sent)


def test_rows_are_chosen_planned_confirmed_carried_out_and_taken_back(
    desk: Client, failed: Callable[[int], list[Operation]]
) -> None:
    rows = failed(3)

    answer = choose(desk, rows[:2])
    run = BulkRun.objects.get()
    assert answer.headers["Location"] == page_of(run)
    plan = desk.get(page_of(run)).content.decode()
    assert "What would be done" in plan
    assert "Make lamp: Lamp 0" in plan
    assert "Lamp 2" not in plan
    assert "19.80\xa0€" in plan
    assert "Chosen one by one" in plan
    assert not Operation.objects.filter(retry_of__isnull=False).exists()

    asked = desk.get(act_of(run, "confirm")).content.decode()
    assert "2 rows would be done. 19.80\xa0€ at stake." in asked
    desk.post(act_of(run, "confirm"), {"reason": "the works answer again"})
    running = desk.get(page_of(run)).content.decode()
    assert "0 of 2" in running
    assert reverse("admin:bulk_progress", args=[run.pk]) in running

    worked(run)
    result = desk.get(page_of(run)).content.decode()
    assert result.count("It is being tried again.") == 2
    assert act_of(run, "undo") in result

    answer = desk.post(act_of(run, "undo"))
    undoing = BulkRun.objects.get(undoes=run)
    assert answer.headers["Location"] == page_of(undoing)
    desk.post(act_of(undoing, "confirm"), {"reason": ""})
    worked(undoing)
    assert "stands before a person again" in desk.get(page_of(undoing)).content.decode()
    assert AttentionItem.objects.filter(resolved_at=None).count() == 3
    assert page_of(undoing) in desk.get(page_of(run)).content.decode()
    assert act_of(run, "undo") not in desk.get(page_of(run)).content.decode()


def test_all_that_match_are_chosen_with_the_filter_in_words_and_no_others(
    desk: Client, failed: Callable[[int], list[Operation]]
) -> None:
    rows = failed(60)  # more than a page of the list
    Operation.objects.filter(pk=rows[0].pk).update(state=OperationState.SUCCEEDED)

    choose(desk, [], query="?state__exact=rejected")

    run = BulkRun.objects.get()
    assert run.row_count == 59
    assert run.selection == "All that match state: Refused"
    assert not BulkRow.objects.filter(subject_id=rows[0].pk).exists()
    page = desk.get(page_of(run)).content.decode()
    assert "1 to 50 of 59" in page


def test_rows_that_come_later_are_not_in_a_plan(
    desk: Client, failed: Callable[[int], list[Operation]], connection
) -> None:
    failed(2)
    choose(desk, [], query="?state__exact=rejected")
    Operation.objects.filter(state=OperationState.REJECTED).update(state=OperationState.REJECTED)
    run = BulkRun.objects.get()
    assert set(run.rows.values_list("subject_id", flat=True)) == set(
        Operation.objects.values_list("pk", flat=True)
    )
    assert run.chosen == []


def test_a_confirmation_that_is_sent_twice_acts_once(
    desk: Client, failed: Callable[[int], list[Operation]]
) -> None:
    choose(desk, failed(2))
    run = BulkRun.objects.get()
    for _ in range(2):
        answer = desk.post(act_of(run, "confirm"), {"reason": ""}, follow=True)
    assert "It was done before, or is no longer possible." in answer.content.decode()
    worked(run)
    assert Operation.objects.filter(retry_of__isnull=False).count() == 2
    assert AuditEntry.objects.filter(act="core.bulk_confirm").count() == 1


def test_an_act_that_asks_first_shows_its_plan_after_the_answer(
    desk: Client, failed: Callable[[int], list[Operation]]
) -> None:
    failed(2)
    items = list(AttentionItem.objects.all())
    address = reverse("admin:core_attentionitem_changelist")

    answer = choose(desk, items, act=SNOOZE, address=address)

    run = BulkRun.objects.get()
    assert answer.headers["Location"] == act_of(run, "fill")
    assert "Put it aside for" in desk.get(act_of(run, "fill")).content.decode()
    desk.post(act_of(run, "fill"), {"hours": "24"})
    run.refresh_from_db()
    assert (run.state, run.values) == ("planned", {"hours": 24})
    desk.post(act_of(run, "confirm"), {"reason": ""})
    worked(run)
    assert AttentionItem.objects.filter(snoozed_until__isnull=False).count() == 2


def test_an_act_of_a_row_is_a_bulk_act_with_a_line(
    desk: Client, failed: Callable[[int], list[Operation]]
) -> None:
    failed(2)
    address = reverse("admin:core_attentionitem_changelist")
    choose(desk, list(AttentionItem.objects.all()), act=TAKE, address=address)
    run = BulkRun.objects.get()
    desk.post(act_of(run, "confirm"), {"reason": ""})
    worked(run)
    assert AttentionItem.objects.exclude(taken_by="").count() == 2


def test_the_progress_is_told_while_it_runs_and_the_page_is_asked_for_anew_at_its_end(
    desk: Client, clerk, failed: Callable[[int], list[Operation]], monkeypatch: Any
) -> None:
    monkeypatch.setattr("ispplatform.core.bulk.working.TURN_ROWS", 1)
    run = planned(clerk, failed(2))
    bulk_confirm(actor=clerk, run_id=run.pk)
    bulk_work(run.pk, seconds=0)
    address = reverse("admin:bulk_progress", args=[run.pk])
    half = desk.get(address)
    assert "1 of 2" in half.content.decode()
    assert "HX-Refresh" not in half.headers
    worked(run)
    assert desk.get(address).headers["HX-Refresh"] == "true"


def test_rows_are_narrowed_down_to_one_sort(
    desk: Client, clerk, failed: Callable[[int], list[Operation]]
) -> None:
    rows = failed(2)
    Operation.objects.filter(pk=rows[0].pk).update(state=OperationState.SUCCEEDED)
    run = planned(clerk, rows)
    left_out = desk.get(page_of(run) + "?rows=skipped").content.decode()
    assert "It is over." in left_out
    assert "Lamp 1" not in left_out


def test_nothing_chosen_and_too_much_chosen_are_told_and_change_nothing(
    desk: Client, failed: Callable[[int], list[Operation]], monkeypatch: Any
) -> None:
    failed(2)
    sent = {"action": RETRY, "index": "0", "select_across": "0"}
    answer = desk.post(LIST, sent, follow=True)
    assert "Items must be selected" in answer.content.decode()

    for place in ("services", "bulk_lists"):
        room = "bulk" if place == "services" else "admin"
        monkeypatch.setattr(f"ispplatform.core.{room}.{place}.ROWS_MAX", 1)
    answer = choose(desk, [], query="?state__exact=rejected")
    page = desk.get(answer.headers["Location"]).content.decode()
    assert "One bulk act takes at most 1 rows: narrow the selection down." in page
    assert BulkRun.objects.count() == 0


def test_who_may_not_act_sees_no_boxes_and_cannot_confirm_a_colleagues_plan(
    tenant: Tenant, desk: Client, clerk, failed: Callable[[int], list[Operation]]
) -> None:
    rows = failed(1)
    onlooker = staff_client(tenant, "sales")
    assert "_selected_action" in desk.get(LIST).content.decode()
    assert "_selected_action" not in onlooker.get(LIST).content.decode()
    choose(onlooker, rows)
    assert BulkRun.objects.count() == 0

    run = planned(clerk, rows)
    page = onlooker.get(page_of(run))
    assert page.status_code == 200
    assert act_of(run, "confirm") not in page.content.decode()
    assert onlooker.post(act_of(run, "confirm"), {"reason": ""}).status_code == 403
    run.refresh_from_db()
    assert run.state == "planned"


def test_who_may_not_see_the_rows_sees_no_run_over_them(
    tenant: Tenant, clerk, failed: Callable[[int], list[Operation]]
) -> None:
    run = planned(clerk, failed(1))
    editor = staff_client(tenant, "editor")
    assert editor.get(page_of(run)).status_code == 403
    assert editor.get(reverse("admin:bulk_progress", args=[run.pk])).status_code == 403


def test_runs_of_another_company_are_not_there(
    clerk, failed: Callable[[int], list[Operation]], other_tenant: Tenant
) -> None:
    run = planned(clerk, failed(1))
    with tenant_context(other_tenant.pk):
        stranger = staff_client(other_tenant, "admin")
    assert stranger.post(act_of(run, "confirm"), {"reason": ""}).status_code == 404
    assert stranger.get(reverse("admin:bulk_progress", args=[run.pk])).status_code == 404
    run.refresh_from_db()
    assert run.state == "planned"


def test_rows_of_another_company_are_not_chosen_by_their_ids(
    desk: Client, failed: Callable[[int], list[Operation]], other_tenant: Tenant
) -> None:
    rows = failed(1)
    with tenant_context(other_tenant.pk):
        stranger = staff_client(other_tenant, "admin")
    choose(stranger, rows)
    with tenant_context(other_tenant.pk):
        assert BulkRun.objects.count() == 0


@pytest.mark.parametrize("count", [3, 60])
def test_the_page_of_a_run_costs_the_same_for_many_rows(
    desk: Client, clerk, failed: Callable[[int], list[Operation]], count: int
) -> None:
    run = planned(clerk, failed(count))
    desk.get(page_of(run))
    with CaptureQueriesContext(database) as captured:
        assert desk.get(page_of(run)).status_code == 200
    assert len(captured) <= 20
