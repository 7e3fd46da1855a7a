"""People of a file: a result for each row, nobody twice, and no more than the sender holds."""

import json
import time

import pytest

from accounts.errors import GrantExceedsOwn
from accounts.models import ImportedPerson, Membership, PeopleImport, StaffInvitation, User
from accounts.services.imports import people_import
from accounts.services.invitations import invitation_create
from accounts.services.roles import tenant_roles_seed
from accounts.tenant_settings import IMPORT_MEGABYTES, IMPORT_ROWS, INVITATIONS_A_MINUTE
from ispplatform.core.actors import Actor
from ispplatform.core.bulk.services import bulk_confirm
from ispplatform.core.bulk.working import bulk_work
from ispplatform.core.errors import NotPermitted
from ispplatform.core.models import AuditValues, BulkRun, OutboxEvent, Tenant
from ispplatform.core.sheets import SheetFormat, SheetUnreadable, sheet_bytes
from ispplatform.core.tenancy.context import tenant_context
from tests.accounts.people import actor_with, acts, colleague, staff_in
from tests.bulk import done, told, undone, worked
from tests.factories.accounts import MembershipFactory

SYSTEM = Actor.system("tests")
HEAD = "email,first_name,last_name,roles\n"


def sent(
    tenant: Tenant,
    content: str | bytes,
    form: SheetFormat = SheetFormat.CSV,
    actor: Actor = SYSTEM,
    *,
    at_once: bool = False,
) -> BulkRun:
    """Send a file and let its plan be made."""
    tenant_roles_seed(tenant)
    raw = content.encode() if isinstance(content, str) else content
    return worked(
        people_import(
            actor=actor,
            tenant=tenant,
            file_name="people.csv",
            content=raw,
            form=form,
            at_once=at_once,
        )
    )


def test_plan_changes_nothing_and_says_what_becomes_of_each_row(tenant: Tenant) -> None:
    works = MembershipFactory().user
    left = MembershipFactory(status="ended").user
    tenant_roles_seed(tenant)
    invitation_create(actor=SYSTEM, tenant=tenant, email="asked@x.example", roles=["support"])

    run = sent(
        tenant,
        HEAD
        + "lea@x.example,Lea,Vogt,support\n"
        + f"{works.email.upper()},,,support\n"
        + "asked@x.example,,,support\n"
        + "no address,,,support\n"
        + "LEA@x.example,,,billing\n"
        + "kim@x.example,,,\n"
        + "kim@x.example,,,nobody\n"
        + "a@x.example,b,c,d,e\n"
        + f"kim@x.example,{'x' * 81},,support\n"
        + ",Nobody,,support\n"
        + f"{left.email},,,support\n",
    )

    assert told(run) == [
        ("planned", ""),
        ("skipped", "This person works here already."),
        ("skipped", "This person is invited already."),
        ("skipped", "email: This is no e-mail address."),
        ("skipped", "email: The same address stands in line 2."),
        ("skipped", "roles: There is no role."),
        ("skipped", "roles: nobody: There is no role nobody."),
        ("skipped", "There are more cells than columns."),
        ("skipped", "first_name: Use at most 80 characters."),
        ("skipped", "email: There is no e-mail address."),
        ("skipped", "This person worked here before: let them in again."),
    ]
    labels = list(run.rows.order_by("position").values_list("subject_label", flat=True))
    assert labels[:2] == ["2: lea@x.example", f"3: {works.email}"]
    assert StaffInvitation.objects.count() == 1
    assert not User.objects.filter(email="lea@x.example").exists()


def test_confirmed_rows_are_invited_by_mail_and_undone_again(tenant: Tenant) -> None:
    run = done(sent(tenant, HEAD + "lea@x.example,Lea,Vogt,support;billing\n"))

    row = StaffInvitation.objects.get()
    assert (row.email, row.first_name, row.roles) == (
        "lea@x.example",
        "Lea",
        ["billing", "support"],
    )
    assert told(run) == [("done", "Invited.")]
    assert ImportedPerson.objects.get().invitation == row
    assert OutboxEvent.objects.filter(name="accounts.colleague_invited").count() == 1
    assert not Membership.objects.exists()

    undone(run)
    row.refresh_from_db()
    assert row.cancelled_at is not None


def test_same_file_invites_nobody_twice(tenant: Tenant) -> None:
    content = HEAD + "lea@x.example,,,support\nkim@x.example,,,support\n"
    done(sent(tenant, content))

    again = sent(tenant, content)

    assert told(again) == [("skipped", "This person is invited already.")] * 2
    assert StaffInvitation.objects.count() == 2
    assert PeopleImport.objects.count() == 2


def test_two_plans_of_the_same_file_invite_nobody_twice(tenant: Tenant) -> None:
    content = HEAD + "lea@x.example,,,support\n"
    first, second = sent(tenant, content), sent(tenant, content)
    done(first)
    done(second)
    assert StaffInvitation.objects.count() == 1
    assert told(second) == [("refused", "This person is invited already.")]


def test_roles_that_the_sender_lacks_are_left_out(tenant: Tenant) -> None:
    sender = actor_with(["users:import", "users:create"])
    run = sent(tenant, HEAD + "lea@x.example,,,admin\n", actor=sender)
    ((state, sentence),) = told(run)
    assert state == "skipped"
    assert sentence.startswith("roles: admin: You do not hold ")


def test_who_lost_a_right_since_the_plan_invites_nobody(tenant: Tenant) -> None:
    sender = colleague(tenant, "admin")
    actor = staff_in(tenant, sender).actor()
    run = sent(tenant, HEAD + "lea@x.example,,,admin\n", actor=actor)
    assert told(run) == [("planned", "")]
    bulk_confirm(actor=actor, run_id=run.pk, reason="")
    sender.held_roles.all().delete()

    worked(run)

    assert not StaffInvitation.objects.exists()


@pytest.mark.parametrize("permissions", [[], ["users:import"], ["users:create"]])
def test_import_needs_both_rights(tenant: Tenant, permissions: list[str]) -> None:
    with pytest.raises(NotPermitted):
        sent(tenant, HEAD + "lea@x.example,,,support\n", actor=actor_with(permissions))
    assert not PeopleImport.objects.exists()
    assert acts() == []


@pytest.mark.parametrize(
    "content",
    [
        "email,is_owner\nlea@x.example,true\n",
        "email,password\nlea@x.example,secret\n",
        "email,user_id,roles\nlea@x.example,1,support\n",
        "email,email\na,b\n",
    ],
)
def test_file_with_other_columns_is_refused_whole(tenant: Tenant, content: str) -> None:
    with pytest.raises(SheetUnreadable):
        sent(tenant, content)
    assert not PeopleImport.objects.exists()
    assert not BulkRun.objects.exists()


def test_limits_are_settings(tenant: Tenant) -> None:
    with pytest.raises(SheetUnreadable, match="larger than 5 MB"):
        sent(tenant, b"x" * (IMPORT_MEGABYTES.of(tenant) * 1_000_000 + 1))
    tenant.settings[IMPORT_ROWS.key] = 1
    with pytest.raises(SheetUnreadable, match="more than 1 rows"):
        sent(tenant, HEAD + "a@x.example,,,support\nb@x.example,,,support\n")


@pytest.mark.parametrize("form", SheetFormat)
def test_each_format_invites(tenant: Tenant, form: SheetFormat) -> None:
    rows = [("lea@x.example", "Lea", "Vogt", ["support"])]
    columns = ("email", "first_name", "last_name", "roles")
    run = done(sent(tenant, b"".join(sheet_bytes(form, columns, rows)), form))
    assert told(run) == [("done", "Invited.")]
    assert StaffInvitation.objects.get().roles == ["support"]


def test_person_without_a_mailbox_of_ours_learns_nothing_of_others(
    tenant: Tenant, other_tenant: Tenant
) -> None:
    with tenant_context(other_tenant.pk):
        elsewhere = MembershipFactory().user
    run = sent(tenant, HEAD + f"{elsewhere.email},,,support\nnew@x.example,,,support\n")
    assert told(run) == [("planned", ""), ("planned", "")]


def test_trail_names_file_digest_and_counts(tenant: Tenant) -> None:
    sent(tenant, HEAD + "lea@x.example,,,support\nx,,,support\n")
    values = AuditValues.objects.get(entry__act="accounts.people_import").after
    assert (values["file_name"], values["rows"], values["problems"]) == ("people.csv", 2, 1)
    assert len(values["sha256"]) == 64


def test_ten_thousand_rows_are_read_and_planned_within_half_a_minute(tenant: Tenant) -> None:
    rows = [
        {"email": f"p{number}@x.example", "first_name": "A", "last_name": "B", "roles": ["support"]}
        for number in range(10_000)
    ]
    tenant_roles_seed(tenant)
    content = json.dumps(rows).encode()
    began = time.process_time()
    run = people_import(
        actor=SYSTEM,
        tenant=tenant,
        file_name="p.json",
        content=content,
        form=SheetFormat.JSON,
    )
    read = time.process_time() - began
    run = worked(run)
    assert read < 10
    assert time.process_time() - began < 30
    assert run.row_count == 10_000
    assert run.rows.filter(state="planned").count() == 10_000


def test_invitations_of_a_file_leave_at_a_pace(tenant: Tenant) -> None:
    tenant_roles_seed(tenant)
    pace = INVITATIONS_A_MINUTE.of(tenant)
    lines = "".join(f"p{number}@x.example,,,support\n" for number in range(pace + 5))
    run = sent(tenant, HEAD + lines)
    bulk_confirm(actor=SYSTEM, run_id=run.pk, reason="")
    bulk_work(run.pk)
    assert StaffInvitation.objects.count() <= pace


def test_nobody_imports_more_than_they_could_invite_by_hand(tenant: Tenant) -> None:
    sender = actor_with(["users:import", "users:create"])
    tenant_roles_seed(tenant)
    with pytest.raises(GrantExceedsOwn):
        invitation_create(actor=sender, tenant=tenant, email="a@x.example", roles=["support"])
    run = sent(tenant, HEAD + "a@x.example,,,support\n", actor=sender)
    assert told(run)[0][0] == "skipped"
