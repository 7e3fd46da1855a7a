"""Many customers over HTTP: 202 and a run; strict bodies; nothing of another company."""

from uuid import uuid4

import pytest

from customers.models import Customer, CustomerTag
from ispplatform.core.bulk.working import bulk_work
from ispplatform.core.models import BulkRun
from ispplatform.core.tenancy.context import tenant_context
from tests.callers import key_caller
from tests.factories.accounts import MembershipFactory
from tests.factories.core import BulkRunFactory
from tests.factories.customers import CustomerFactory

SCOPES = ("customers:*", "bulk_runs:read")


@pytest.fixture
def program(tenant):
    return key_caller(tenant, *SCOPES)


@pytest.fixture
def three(tenant) -> list[Customer]:
    return [CustomerFactory() for _ in range(3)]


def ids_of(rows: list[Customer]) -> list[str]:
    return [str(row.pk) for row in rows]


def worked() -> BulkRun:
    run = BulkRun.objects.latest("pk")
    while bulk_work(run.pk):
        pass
    return BulkRun.objects.get(pk=run.pk)


def tags_of(row: Customer) -> list[str]:
    return sorted(CustomerTag.objects.filter(customer=row).values_list("tag__name", flat=True))


def test_customers_are_tagged_in_the_background_and_the_run_says_what_became_of_each(
    program, three
):
    answer = program("POST", "customers/bulk/tag", {"ids": ids_of(three), "tags": ["VIP", "Fair"]})

    assert answer.status == 202
    run_id = answer.data["id"]
    assert answer.headers["Location"] == f"/api/v1/bulk-runs/{run_id}"
    assert (answer.data["state"], answer.data["confirmed_by"]) == ("planning", "Tests")
    assert tags_of(three[0]) == []

    worked()
    shown = program("GET", f"bulk-runs/{run_id}").data
    assert shown["state"] == "finished"
    assert shown["label"] == "Add tag: VIP, Fair"
    assert shown["counts"] == {
        "total": 3,
        "waiting": 0,
        "done": 3,
        "skipped": 0,
        "refused": 0,
        "failed": 0,
    }
    assert [row["subject_id"] for row in shown["rows"]] == ids_of(three)
    assert {row["state"] for row in shown["rows"]} == {"done"}
    assert [tags_of(row) for row in three] == [["Fair", "VIP"]] * 3


def test_tags_are_taken_away_and_undoing_gives_them_back_to_who_carried_them(program, three):
    program("POST", "customers/bulk/tag", {"ids": ids_of(three[:2]), "tags": ["VIP"]})
    worked()
    answer = program(
        "POST", "customers/bulk/tag", {"ids": ids_of(three), "tags": ["VIP"], "remove": True}
    )
    run = worked()
    assert [row.state for row in run.rows.order_by("position")] == ["done", "done", "skipped"]
    assert [tags_of(row) for row in three] == [[], [], []]

    undone = program("POST", f"bulk-runs/{answer.data['id']}/undo", {"reason": "wrong list"})
    assert undone.status == 202
    assert undone.data["undoes_id"] == answer.data["id"]
    worked()
    assert [tags_of(row) for row in three] == [["VIP"], ["VIP"], []]
    again = program("POST", f"bulk-runs/{answer.data['id']}/undo", {})
    assert (again.status, again.code) == (409, "BULK_NOT_POSSIBLE")


def test_who_carried_a_tag_before_keeps_it_when_adding_it_is_undone(program, three):
    program("POST", "customers/bulk/tag", {"ids": ids_of(three[:1]), "tags": ["VIP"]})
    worked()
    answer = program("POST", "customers/bulk/tag", {"ids": ids_of(three), "tags": ["vip"]})
    run = worked()
    assert run.rows.get(position=0).sentence == "It carries the tag already."
    program("POST", f"bulk-runs/{answer.data['id']}/undo", {})
    worked()
    assert [tags_of(row) for row in three] == [["VIP"], [], []]


def test_fields_are_changed_and_put_back_unless_somebody_changed_them_since(program, three):
    body = {"ids": ids_of(three), "fields": {"industry": "Sailing", "metadata": {"wave": 2}}}
    answer = program("POST", "customers/bulk/update", body)
    worked()
    assert {row.industry for row in Customer.objects.all()} == {"Sailing"}
    Customer.objects.filter(pk=three[1].pk).update(industry="Rowing")

    program("POST", f"bulk-runs/{answer.data['id']}/undo", {})
    run = worked()
    assert run.rows.get(position=1).sentence == "It was changed again since."
    found = {row.pk: row for row in Customer.objects.all()}
    assert [found[row.pk].industry for row in three] == ["", "Rowing", ""]
    assert found[three[0].pk].metadata == {}


def test_customers_are_assigned_and_an_unknown_colleague_is_refused_row_by_row(program, three):
    colleague = MembershipFactory().user
    body = {"ids": ids_of(three), "assigned_to": str(colleague.pk)}
    assert program("POST", "customers/bulk/assign", body).status == 202
    worked()
    assert set(Customer.objects.values_list("assigned_to_id", flat=True)) == {colleague.pk}

    body["assigned_to"] = str(uuid4())
    program("POST", "customers/bulk/assign", body)
    run = worked()
    assert run.refused_count == 3
    assert run.rows.first().sentence == "Nobody with this id works here."
    assert set(Customer.objects.values_list("assigned_to_id", flat=True)) == {colleague.pk}


def test_customers_are_deleted_one_by_one_and_can_come_back(program, three):
    answer = program("POST", "customers/bulk/delete", {"ids": ids_of(three[:2]), "reason": "test"})
    worked()
    assert list(Customer.objects.not_deleted().values_list("pk", flat=True)) == [three[2].pk]
    program("POST", f"bulk-runs/{answer.data['id']}/undo", {})
    worked()
    assert Customer.objects.not_deleted().count() == 3


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("tag", {"ids": [], "tags": ["VIP"]}, "ids"),
        ("tag", {"ids": ["x"], "tags": ["VIP"]}, "ids"),
        ("tag", {"tags": ["VIP"]}, "ids"),
        ("tag", {"ids": "ours", "tags": []}, "tags"),
        ("tag", {"ids": "ours", "tags": ["VIP"], "colour": "red"}, "colour"),
        ("update", {"ids": "ours", "fields": {}}, "fields"),
        ("update", {"ids": "ours", "fields": {"email": "a@b.example"}}, "fields"),
        ("update", {"ids": "ours"}, "fields"),
        ("assign", {"ids": "ours"}, "assigned_to"),
        ("delete", {}, "ids"),
    ],
)
def test_a_malformed_body_is_refused_and_nothing_is_planned(program, three, path, body, field):
    if body.get("ids") == "ours":
        body = {**body, "ids": ids_of(three)}
    answer = program("POST", f"customers/bulk/{path}", body)
    assert answer.status == 422
    assert any(name.startswith(field) for name in answer.refused)
    assert BulkRun.objects.count() == 0


def test_more_than_a_thousand_ids_are_refused(program):
    ids = [str(uuid4()) for _ in range(1001)]
    answer = program("POST", "customers/bulk/tag", {"ids": ids, "tags": ["VIP"]})
    assert answer.status == 422
    assert BulkRun.objects.count() == 0


def test_ids_of_another_company_are_as_unknown_as_nobodys(program, three, other_tenant):
    with tenant_context(other_tenant.pk):
        stranger = CustomerFactory()
    said = []
    for foreign in (str(stranger.pk), str(uuid4())):
        answer = program(
            "POST", "customers/bulk/tag", {"ids": [*ids_of(three), foreign], "tags": ["VIP"]}
        )
        details = answer.body["error"]["details"]
        assert details.pop("missing") == [foreign]
        assert details.pop("reference"), "each request has its own"
        said.append((answer.status, answer.code, details))
    assert said[0] == said[1]
    assert said[0][0] == 422
    assert BulkRun.objects.count() == 0
    with tenant_context(other_tenant.pk):
        assert tags_of(stranger) == []


def test_the_same_key_starts_one_run(program, three):
    body = {"ids": ids_of(three), "tags": ["VIP"]}
    first, second = (
        program("POST", "customers/bulk/tag", body, Idempotency_Key="k-1") for _ in range(2)
    )
    assert first.data["id"] == second.data["id"]
    assert second.headers["Idempotent-Replayed"] == "true"
    assert BulkRun.objects.count() == 1


def test_without_the_permission_nothing_starts_and_nothing_is_seen(tenant, three):
    reader = key_caller(tenant, "customers:read", "bulk_runs:read")
    body = {"ids": ids_of(three), "tags": ["VIP"]}
    assert reader("POST", "customers/bulk/tag", body).status == 403
    run = BulkRunFactory()
    assert reader("GET", f"bulk-runs/{run.pk}").status == 200
    assert reader("POST", f"bulk-runs/{run.pk}/confirm", {}).status == 403
    stranger = key_caller(tenant, "invoices:read", "bulk_runs:read")
    assert stranger("GET", f"bulk-runs/{run.pk}").status == 404
    assert stranger("GET", f"bulk-runs/{run.pk}/rows").status == 404
    assert stranger("GET", "bulk-runs").data == []
    run.refresh_from_db()
    assert run.state == "planned"


def test_ten_requests_an_hour_are_answered(program, three, tenant, settings):
    settings.API_LIMITS = {**settings.API_LIMITS, "bulk": "1/hour"}  # ten in a sandbox company
    body = {"ids": ids_of(three), "tags": ["VIP"]}
    answers = [program("POST", "customers/bulk/tag", body).status for _ in range(11)]
    assert answers == [202] * 10 + [429]


def test_a_run_can_be_stopped_and_a_plan_dropped(program, three):
    answer = program("POST", "customers/bulk/tag", {"ids": ids_of(three), "tags": ["VIP"]})
    early = program("POST", f"bulk-runs/{answer.data['id']}/stop", {})
    assert (early.status, early.code) == (409, "BULK_NOT_POSSIBLE")
    plan = BulkRunFactory()
    assert program("POST", f"bulk-runs/{plan.pk}/drop", {}).data["state"] == "dropped"
