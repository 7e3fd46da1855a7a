"""People taken out and in as files, and changed in bulk: over HTTP and on their pages."""

import csv
import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from accounts.choices import MembershipStatus
from accounts.models import Membership, PeopleImport, Role, Session, StaffInvitation, User
from accounts.selectors.user_sheets import COLUMNS, user_sheet_rows
from accounts.selectors.users import users_of_tenant
from ispplatform.core.bulk.asking import bulk_run_asked
from ispplatform.core.clock import system_now
from ispplatform.core.models import AuditValues, BulkRun, Tenant
from ispplatform.core.tenancy.context import tenant_context
from tests.accounts.oauth import browser_of
from tests.accounts.people import (
    Program,
    acts,
    colleague,
    customer,
    staff_in,
    staff_program,
)
from tests.bulk import told, undone, worked
from tests.factories.accounts import (
    PASSWORD,
    IntegrationFactory,
    MembershipFactory,
    RoleFactory,
    UserFactory,
)

FILE = b"email,first_name,last_name,roles\nlea@x.example,Lea,Vogt,support\nx,,,support\n"


def body_of(answer: Any) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def rows_of(answer: Any) -> list[dict[str, str]]:
    text = body_of(answer).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def upload(call: Program, content: bytes, name: str = "people.csv", **fields: Any) -> Any:
    file = SimpleUploadedFile(name, content)
    return call.client.post(
        "/api/v1/users/import", {"file": file, **fields}, format="multipart", **call.headers
    )


# ------------------------------------------------------------------------------------- taken out


def test_list_is_taken_out_as_it_is_filtered_and_written_down(tenant: Tenant) -> None:
    call, me = staff_program(tenant, "admin")
    kim = colleague(tenant, "support", "billing")
    customer(tenant)

    answer = call("GET", "users/export?role=support")

    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="users.csv"'
    assert answer["Cache-Control"] == "no-store"
    (row,) = rows_of(answer)
    assert tuple(row) == COLUMNS
    assert (row["email"], row["roles"]) == (kim.user.email, "billing; support")
    assert (row["status"], row["is_owner"], row["has_second_factor"]) == (
        "active",
        "false",
        "false",
    )
    told_of = AuditValues.objects.get(entry__act="accounts.users_export")
    assert told_of.after == {"format": "csv", "rows": 1, "filters": {"role": ["support"]}}
    assert told_of.actor_label == me.user.email


def test_json_and_xlsx_hold_the_same_people(tenant: Tenant) -> None:
    call, _me = staff_program(tenant, "admin")
    colleague(tenant, "support")
    found = json.loads(body_of(call("GET", "users/export?format=json")))
    answer = call("GET", "users/export?format=excel")
    sheet = load_workbook(io.BytesIO(body_of(answer))).active
    listed = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert answer["Content-Disposition"] == 'attachment; filename="users.xlsx"'
    assert listed[0] == list(COLUMNS)
    assert [row[1] for row in listed[1:]] == [row["email"] for row in found]
    assert len(found) == 2


def test_no_secret_and_no_formula_leaves(tenant: Tenant) -> None:
    call, _me = staff_program(tenant, "admin")
    mallory = UserFactory(first_name='=HYPERLINK("http://evil.example")', last_name="@SUM(A1)")
    MembershipFactory(user=mallory)
    for form in ("csv", "json", "xlsx"):
        raw = body_of(call("GET", f"users/export?format={form}"))
        assert b"argon2" not in raw
        assert mallory.password.encode() not in raw
    row = rows_of(call("GET", f"users/export?email={mallory.email}"))[0]
    assert row["first_name"] == '\'=HYPERLINK("http://evil.example")'
    assert row["last_name"] == "'@SUM(A1)"


@pytest.mark.parametrize("query", ["format=pdf", "format=", "role=x&nonsense=1", "status=none"])
def test_wrong_question_is_refused_and_not_written_down(tenant: Tenant, query: str) -> None:
    call, _me = staff_program(tenant, "admin")
    answer = call("GET", f"users/export?{query}")
    assert answer.status_code in {400, 422}
    assert "accounts.users_export" not in acts()


def test_taking_out_needs_its_own_right(tenant: Tenant) -> None:
    call, me = staff_program(tenant, "support")
    assert call("GET", "users").status_code == 200
    assert call("GET", "users/export").status_code == 403
    assert browser_of(me).get("/admin/colleagues/export/").status_code == 403


def test_log_in_of_the_morning_takes_nothing_out(tenant: Tenant) -> None:
    call, me = staff_program(tenant, "admin")
    Session.objects.filter(membership=me).update(
        authenticated_at=system_now() - timedelta(minutes=31), factor_verified_at=None
    )
    answer = call("GET", "users/export")
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "LOG_IN_TOO_OLD")
    assert "accounts.users_export" not in acts()
    Session.objects.filter(membership=me).update(factor_verified_at=system_now())
    assert call("GET", "users/export").status_code == 200


def test_key_with_the_permission_takes_out(tenant: Tenant) -> None:
    admin, _me = staff_program(tenant, "admin")
    integration = str(IntegrationFactory().pk)

    def key_for(scope: str) -> Program:
        body = {"name": scope, "scopes": [scope], "integration_id": integration}
        return Program(admin("POST", "api-keys", body).json()["data"]["key"])

    assert key_for("users:read")("GET", "users/export").status_code == 403
    assert key_for("users:export")("GET", "users/export").status_code == 200


def test_people_of_another_company_are_not_taken_out(tenant: Tenant, other_tenant: Tenant) -> None:
    with tenant_context(other_tenant.pk):
        stranger = MembershipFactory()
    call, me = staff_program(tenant, "admin")
    assert [row["email"] for row in rows_of(call("GET", "users/export"))] == [me.user.email]
    # The rows are read while the file is sent, when no scope of the request is left.
    with tenant_context(tenant.pk):
        people = users_of_tenant()
    with tenant_context(other_tenant.pk):
        read = list(user_sheet_rows(people, tenant_id=tenant.pk))
    assert stranger.user.email not in str(read)
    assert me.user.email in str(read)


def test_five_hundred_people_are_read_by_two_statements(tenant: Tenant) -> None:
    for _each in range(12):
        MembershipFactory()
    people = users_of_tenant()
    with CaptureQueriesContext(connection) as asked:
        assert len(list(user_sheet_rows(people, tenant_id=tenant.pk))) == 12
    assert len(asked) == 3


def test_more_than_a_chunk_has_no_gap(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accounts.selectors.user_sheets.ROWS_AT_ONCE", 3)
    for _each in range(7):
        MembershipFactory()
    read = list(user_sheet_rows(users_of_tenant(), tenant_id=tenant.pk))
    assert len({row[0] for row in read}) == len(read) == 7


def test_page_gives_a_file_to_who_shows_the_password(tenant: Tenant) -> None:
    me = colleague(tenant, "admin")
    kim = colleague(tenant, "support")
    browser = browser_of(me)
    asked = browser.get("/admin/colleagues/export/")
    assert (
        "/admin/colleagues/export/" in browser.get("/admin/accounts/membership/").content.decode()
    )
    assert asked.status_code == 200
    body = {"form": "csv", "status": "", "role": "support", "code": ""}

    refused = browser.post("/admin/colleagues/export/", {**body, "password": "wrong"})
    assert "The password is not correct." in refused.content.decode()
    assert "accounts.users_export" not in acts()
    answer = browser.post("/admin/colleagues/export/", {**body, "password": PASSWORD})

    assert [row["email"] for row in rows_of(answer)] == [kim.user.email]
    assert acts()[-1] == "accounts.users_export"


# -------------------------------------------------------------------------------------- taken in


def test_file_is_planned_reported_row_by_row_and_confirmed(tenant: Tenant) -> None:
    call, _me = staff_program(tenant, "admin")

    answer = upload(call, FILE)

    assert answer.status_code == 202
    run = BulkRun.objects.get()
    assert answer["Location"] == f"/api/v1/bulk-runs/{run.pk}"
    worked(run)
    rows = call("GET", f"bulk-runs/{run.pk}/rows").json()["data"]
    assert [(row["subject_label"], row["state"], row["sentence"]) for row in rows] == [
        ("2: lea@x.example", "planned", ""),
        ("3: x", "skipped", "email: This is no e-mail address."),
    ]
    assert not StaffInvitation.objects.exists()
    assert call("POST", f"bulk-runs/{run.pk}/confirm", {}).status_code == 202
    worked(run)
    assert StaffInvitation.objects.get().email == "lea@x.example"


def test_file_is_invited_at_once_when_asked(tenant: Tenant) -> None:
    call, _me = staff_program(tenant, "admin")
    answer = upload(call, FILE, "people", format="csv", is_confirmed="true")
    assert answer.status_code == 202
    worked(BulkRun.objects.get())
    assert StaffInvitation.objects.count() == 1


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"email,is_owner\na@x.example,1\n", "p.csv", "FILE_UNREADABLE"),
        (b"email,email\na,b\n", "p.csv", "FILE_UNREADABLE"),
        ("email\nä\n".encode("latin-1"), "p.csv", "FILE_UNREADABLE"),
        (b"", "p.csv", "FILE_UNREADABLE"),
        (b"PK", "p.xlsx", "FILE_UNREADABLE"),
        (b"email\na@x.example\n", "p.exe", "VALIDATION_ERROR"),
    ],
)
def test_file_that_cannot_be_taken_leaves_nothing(
    tenant: Tenant, content: bytes, name: str, code: str
) -> None:
    call, _me = staff_program(tenant, "admin")
    answer = upload(call, content, name)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, code)
    assert not PeopleImport.objects.exists()
    assert not BulkRun.objects.exists()


def test_taking_in_needs_its_own_right(tenant: Tenant) -> None:
    call, me = staff_program(tenant, "support")
    assert upload(call, FILE).status_code == 403
    assert browser_of(me).get("/admin/colleagues/import/").status_code == 403
    assert not PeopleImport.objects.exists()


def test_file_and_run_of_another_company_are_not_there(
    tenant: Tenant, other_tenant: Tenant
) -> None:
    with tenant_context(other_tenant.pk):
        theirs, _them = staff_program(other_tenant, "admin")
        upload(theirs, FILE)
        run = BulkRun.objects.get()
    call, _me = staff_program(tenant, "admin")
    assert call("GET", f"bulk-runs/{run.pk}").status_code == 404
    assert call("POST", f"bulk-runs/{run.pk}/confirm", {}).status_code == 404


def test_file_is_sent_on_its_page_and_leads_to_the_plan(tenant: Tenant) -> None:
    browser = browser_of(colleague(tenant, "admin"))
    assert (
        "Passwords never stand in files"
        in browser.get("/admin/colleagues/import/").content.decode()
    )
    wrong = browser.post(
        "/admin/colleagues/import/", {"file": SimpleUploadedFile("p.csv", b"first_name\nx\n")}
    )
    assert "The column email is missing." in wrong.content.decode()
    other = browser.post(
        "/admin/colleagues/import/", {"file": SimpleUploadedFile("p.pdf", b"name\nx\n")}
    )
    assert "ends with .csv" in other.content.decode()

    made = browser.post("/admin/colleagues/import/", {"file": SimpleUploadedFile("p.csv", FILE)})

    run = BulkRun.objects.get()
    assert made["Location"] == f"/admin/core/bulkrun/{run.pk}/change/"
    worked(run)
    page = browser.get(made["Location"]).content.decode()
    assert "Invite people of p.csv" in page
    assert "3: x" in page
    assert "email: This is no e-mail address." in page
    row = PeopleImport.objects.get()
    shown = browser.get(f"/admin/accounts/peopleimport/{row.pk}/change/").content.decode()
    assert made["Location"] in shown


# ----------------------------------------------------------------------------- changed in bulk


def bulk(call: Program, people: list[Membership], **body: Any) -> Any:
    ids = [str(person.user_id) for person in people]
    return call("POST", "users/bulk-update", {"ids": ids, **body})


def test_colleagues_are_changed_in_bulk_and_back(tenant: Tenant) -> None:
    call, _me = staff_program(tenant, "admin")
    kim, sam = colleague(tenant, "support"), colleague(tenant, "billing")

    answer = bulk(
        call, [kim, sam], update={"status": "suspended", "add_roles": ["sales"]}, reason="they left"
    )

    assert answer.status_code == 202
    run = worked(BulkRun.objects.get())
    assert told(run) == [("done", ""), ("done", "")]
    for person, codes in ((kim, {"support", "sales"}), (sam, {"billing", "sales"})):
        person.refresh_from_db()
        assert person.status == MembershipStatus.SUSPENDED
        assert {role.code for role in person.roles.all()} == codes
    undone(run)
    kim.refresh_from_db()
    assert (kim.status, [role.code for role in kim.roles.all()]) == ("active", ["support"])


def test_who_is_so_already_is_left_out(tenant: Tenant) -> None:
    call, _me = staff_program(tenant, "admin")
    kim = colleague(tenant, "support")
    bulk(call, [kim], update={"roles": ["agent"]})
    assert told(worked(BulkRun.objects.get())) == [("skipped", "It is so already.")]


def test_role_that_the_caller_lacks_is_given_to_nobody(tenant: Tenant) -> None:
    call, me = staff_program(tenant, "support")
    helper = RoleFactory(code="people", grants=["users:update", "roles:assign", "bulk_runs:read"])
    me.held_roles.create(role=helper)
    kim = colleague(tenant)

    answer = bulk(call, [kim, me], update={"add_roles": ["admin"]})

    assert answer.status_code == 202
    run = worked(BulkRun.objects.get())
    assert [state for state, _sentence in told(run)] == ["refused", "refused"]
    assert not kim.roles.exists()
    assert not me.held_roles.filter(role__code="admin").exists()


def test_last_owner_is_not_shut_out_in_bulk(tenant: Tenant) -> None:
    call, _me = staff_program(tenant, "admin")
    owner = MembershipFactory(is_owner=True)
    Membership.objects.exclude(pk=owner.pk).update(is_owner=False)
    bulk(call, [owner], update={"status": "suspended"})
    ((state, sentence),) = told(worked(BulkRun.objects.get()))
    assert (state, "owns this company" in sentence) == ("refused", True)
    owner.refresh_from_db()
    assert owner.status == MembershipStatus.ACTIVE


@pytest.mark.parametrize(
    "body",
    [
        {"update": {}},
        {"update": {"is_owner": True}},
        {"update": {"status": "gone"}},
        {"update": {"status": "ended"}},
        {"update": {"roles": ["customer"]}},
        {"update": {"roles": ["nobody"]}},
        {"update": {"status": "active"}, "ids": []},
        {"update": {"status": "active"}, "tenant": "x"},
        {},
    ],
)
def test_refused_changes_start_nothing(tenant: Tenant, body: dict[str, Any]) -> None:
    call, _me = staff_program(tenant, "admin")
    kim = colleague(tenant, "support")
    assert bulk(call, [kim], **body).status_code == 422
    assert not BulkRun.objects.exists()


def test_ids_of_others_refuse_the_whole(tenant: Tenant, other_tenant: Tenant) -> None:
    with tenant_context(other_tenant.pk):
        stranger = MembershipFactory()
    call, _me = staff_program(tenant, "admin")
    kim, account = colleague(tenant, "support"), customer(tenant)
    for person in (stranger, account):
        answer = bulk(call, [kim, person], update={"status": "suspended"})
        assert answer.status_code == 422
        missing = answer.json()["error"]["details"]
        assert str(person.user_id) in str(missing)
    assert not BulkRun.objects.exists()


def test_list_of_colleagues_offers_acts_on_many(tenant: Tenant) -> None:
    me, kim = colleague(tenant, "admin"), colleague(tenant, "support")
    browser = browser_of(me)
    page = browser.get("/admin/accounts/membership/").content.decode()
    for words in ("Give a role", "Take a role away", "Suspend", "Let in again"):
        assert words in page
    assert Role.objects.filter(code="sales").exists()
    asked = staff_in(tenant, me).actor()
    run = worked(
        bulk_run_asked(
            asked,
            {
                "act": "accounts.role_add",
                "ids": [kim.pk],
                "values": {"role": "sales"},
                "is_confirmed": True,
                "reason": "",
            },
        )
    )
    assert told(run) == [("done", "")]
    assert {role.code for role in kim.roles.all()} == {"sales", "support"}
    assert User.objects.filter(pk=kim.user_id).exists()
