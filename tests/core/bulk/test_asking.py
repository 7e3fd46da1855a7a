"""A program plans an act that a list offers, by its name and the keys of the rows."""

from typing import Any
from uuid import uuid4

import pytest

from ispplatform.core.models import AttentionItem, BulkRow, BulkRun, Operation, OperationState
from tests.callers import Answer, key_caller
from tests.core.bulk.conftest import RETRY, worked

SCOPES = ("bulk_runs:read", "operations:*")


@pytest.fixture
def program(tenant):
    return key_caller(tenant, *SCOPES)


def asked(program: Any, rows: list[Operation], **more: Any) -> Answer:
    return program("POST", "bulk-runs", {"act": RETRY, "ids": [str(r.pk) for r in rows], **more})


def run_of(answer: Answer) -> BulkRun:
    assert answer.status == 202, answer.body
    assert answer.headers["Location"] == f"/api/v1/bulk-runs/{answer.data['id']}"
    return worked(BulkRun.objects.get(pk=answer.data["id"]))


def test_it_is_planned_and_waits_to_be_confirmed(program, failed) -> None:
    run = run_of(asked(program, failed(2)))
    assert (run.state, run.row_count, run.selection) == ("planned", 2, "Named by a program")
    assert not Operation.objects.filter(retry_of__isnull=False).exists()

    assert program("POST", f"bulk-runs/{run.pk}/confirm", {}).status == 202
    assert worked(run).done_count == 2


def test_what_is_confirmed_with_the_request_is_carried_out_at_once(program, failed) -> None:
    run = run_of(asked(program, failed(2), is_confirmed=True, reason="the registry is back"))
    assert (run.state, run.done_count, run.reason) == ("finished", 2, "the registry is back")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"act": "core.no_such_act"}, "act"),
        ({"act": "customers.update"}, "act"),
        ({"ids": [str(uuid4())]}, "ids"),
        ({"values": {"kind": "staff"}}, "values"),
        ({"values": {"kind": "nobody"}, "act": "provisioning.services_suspend"}, "ids"),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_is_planned(tenant, failed, change, field) -> None:
    program = key_caller(tenant, *SCOPES, "services:*", "customers:*")
    answer = asked(program, failed(1), **change)
    assert (answer.status, list(answer.refused)) == (422, [field])
    assert BulkRun.objects.count() == 0


def test_the_acts_own_permission_and_that_to_see_the_rows_are_needed(tenant, failed) -> None:
    rows = failed(1)
    for scopes in (("operations:read",), ("operations:retry",)):
        answer = asked(key_caller(tenant, "bulk_runs:read", *scopes), rows)
        assert (answer.status, answer.code) == (403, "ACCESS_DENIED")
    assert BulkRun.objects.count() == 0


def test_a_form_of_the_act_judges_the_values(tenant, failed) -> None:
    failed(1)
    program = key_caller(tenant, "bulk_runs:read", "attention:*")
    body = {
        "act": "core.attentionitem_snooze",
        "ids": [str(AttentionItem.objects.get().pk)],
        "is_confirmed": True,
    }
    refused = program("POST", "bulk-runs", {**body, "values": {"hours": "soon"}})
    assert (refused.status, list(refused.refused)) == (422, ["values"])
    run = run_of(program("POST", "bulk-runs", {**body, "values": {"hours": "24"}}))
    assert run.values == {"hours": 24}
    assert AttentionItem.objects.get().snoozed_until is not None


def test_billing_may_try_again_but_not_say_that_nothing_took_place(
    tenant, failed, connection, lamp
) -> None:
    rows = failed(1)
    program = key_caller(tenant, "bulk_runs:read", "operations:read", "operations:retry")
    path = f"operations/{rows[0].pk}/retry"
    refused = program("POST", path, {"is_known_undone": True, "reason": "I looked"})
    assert (refused.status, refused.code) == (403, "ACCESS_DENIED")
    assert Operation.objects.get().state == OperationState.REJECTED
    run = run_of(asked(program, rows, is_confirmed=True))
    assert BulkRow.objects.get(run=run).state == "done"
