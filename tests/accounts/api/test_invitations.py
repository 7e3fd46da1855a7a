"""Invitations, numbers and time lines over HTTP and on their pages, and what nobody may do."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.choices import MembershipStatus, SessionChannel
from accounts.errors import InvalidCredentials
from accounts.models import EmailCode, Membership, Session, StaffInvitation, User
from accounts.selectors.invitations import invitation_token
from accounts.selectors.mails import EMAIL_CODE
from accounts.selectors.user_numbers import user_numbers
from accounts.services.invitations import invitation_create
from accounts.services.logins import staff_log_in
from accounts.services.roles import tenant_roles_seed
from accounts.services.users import membership_set_status, user_update
from accounts.tokens.derived import derived_code, derived_token
from ispplatform.core.actors import Actor
from ispplatform.core.clock import system_now
from ispplatform.core.models import AuditEntry, OutboxEvent, Tenant
from ispplatform.core.tenancy.context import tenant_context
from tests.accounts.oauth import browser_of
from tests.accounts.people import (
    LAPTOP,
    acts,
    colleague,
    customer,
    portal_program,
    staff_in,
    staff_program,
)
from tests.factories.accounts import PASSWORD, MembershipFactory, PortalAccountFactory, RoleFactory

NEW_PASSWORD = "Grey-Kettle-91-Orchard"
LEA = "lea@northwind.example"


def invited(tenant: Tenant, email: str = LEA) -> StaffInvitation:
    tenant_roles_seed(tenant)
    return invitation_create(
        actor=Actor.system("tests"), tenant=tenant, email=email, roles=["support"]
    )


def age(minutes: int) -> None:
    StaffInvitation.objects.update(sent_at=system_now() - timedelta(minutes=minutes))


def test_colleague_is_invited_listed_sent_again_and_withdrawn(tenant: Tenant) -> None:
    call, me = staff_program(tenant, "admin")

    made = call("POST", "users/invitations", {"email": LEA, "role": "agent"})

    assert made.status_code == 201
    row = made.json()["data"]
    assert (row["status"], row["roles"], row["invited_by"]) == ("open", ["support"], me.user.email)
    assert made["Location"] == f"/api/v1/users/invitations/{row['id']}"
    listed = call("GET", "users/invitations").json()["data"]
    assert [one["email"] for one in listed] == [LEA]
    assert "token" not in str(listed)
    age(2)
    again = call("POST", f"users/invitations/{row['id']}/resend")
    assert (again.status_code, again.json()["data"]["sent_count"]) == (200, 2)
    assert call("DELETE", f"users/invitations/{row['id']}").status_code == 200
    assert call("GET", "users/invitations").json()["data"] == []
    withdrawn = call("GET", "users/invitations?status=cancelled").json()["data"]
    assert [one["id"] for one in withdrawn] == [row["id"]]
    over = call("DELETE", f"users/invitations/{row['id']}")
    assert (over.status_code, over.json()["error"]["code"]) == (409, "INVITATION_OVER")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"email": LEA, "roles": ["admin"]}, 403, "GRANT_EXCEEDS_OWN"),
        ({"email": LEA, "roles": ["support"], "is_owner": True}, 422, "VALIDATION_ERROR"),
        ({"email": LEA, "roles": ["support"], "password": "x"}, 422, "VALIDATION_ERROR"),
        ({"email": LEA, "roles": ["support"], "expires_at": "2099-01-01"}, 422, "VALIDATION_ERROR"),
        ({"email": "no address", "roles": ["support"]}, 422, "VALIDATION_ERROR"),
        ({"email": LEA}, 422, "VALIDATION_ERROR"),
        ({"email": LEA, "roles": ["nobody"]}, 422, "ROLE_UNKNOWN"),
    ],
)
def test_refused_invitations_write_nothing(
    tenant: Tenant, body: dict[str, Any], status: int, code: str
) -> None:
    call, me = staff_program(tenant, "support")
    helper = RoleFactory(code="people", grants=["users:create", *_support_grants(me)])
    me.held_roles.create(role=helper)
    before = AuditEntry.objects.count()

    answer = call("POST", "users/invitations", body)

    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert not StaffInvitation.objects.exists()
    assert AuditEntry.objects.count() == before


def _support_grants(membership: Membership) -> list[str]:
    return list(membership.roles.get().grants)


def test_who_may_not_make_colleagues_invites_nobody(tenant: Tenant) -> None:
    call, _me = staff_program(tenant, "support")
    row = invited(tenant)
    answers = [
        call("POST", "users/invitations", {"email": "x@y.example", "roles": ["support"]}),
        call("DELETE", f"users/invitations/{row.pk}"),
        call("POST", f"users/invitations/{row.pk}/resend"),
    ]
    assert [answer.status_code for answer in answers] == [403, 403, 403]


def test_invitations_of_another_company_are_not_there(tenant: Tenant, other_tenant: Tenant) -> None:
    with tenant_context(other_tenant.pk):
        theirs = invited(other_tenant)
    call, _me = staff_program(tenant, "admin")
    answers = [
        call("GET", f"users/invitations/{theirs.pk}"),
        call("DELETE", f"users/invitations/{theirs.pk}"),
        call("POST", f"users/invitations/{theirs.pk}/resend"),
    ]
    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert call("GET", "users/invitations").json()["data"] == []


def test_invitation_is_accepted_over_the_interface(tenant: Tenant, api: APIClient) -> None:
    token = invitation_token(invited(tenant))
    body = {"token": token, "password": NEW_PASSWORD, "first_name": "Lea"}

    answer = api.post("/api/v1/users/invitations/accept", body, format="json")

    assert answer.status_code == 200
    user = User.objects.get(email=LEA)
    shown = {"user_id": str(user.pk), "email": LEA, "roles": ["support"]}
    assert answer.json()["data"] == shown
    assert api.post("/api/v1/users/invitations/accept", body, format="json").status_code == 422


def test_invited_person_accepts_on_the_page(tenant: Tenant, client: Client) -> None:
    address = f"/invitation/{invitation_token(invited(tenant))}"
    shown = client.get(address)
    assert LEA in shown.content.decode()
    assert shown["Cache-Control"] == "no-store"
    body = {
        "first_name": "Lea",
        "last_name": "Vogt",
        "new_password": NEW_PASSWORD,
        "repeated": "another",
    }
    assert "The two passwords differ." in client.post(address, body).content.decode()
    assert not User.objects.filter(email=LEA).exists()

    done = client.post(address, {**body, "repeated": NEW_PASSWORD})

    assert done["Location"] == "/admin/login/"
    assert User.objects.get(email=LEA).get_full_name() == "Lea Vogt"
    gone = client.get(address)
    assert (gone.status_code, "does not work" in gone.content.decode()) == (422, True)


def test_page_asks_somebody_known_for_the_password_they_have(
    tenant: Tenant, client: Client
) -> None:
    account = customer(tenant)
    address = f"/invitation/{invitation_token(invited(tenant, account.user.email))}"
    assert "You have a log-in with this address already" in client.get(address).content.decode()
    refused = client.post(address, {"new_password": NEW_PASSWORD}).content.decode()
    assert "The password is not correct." in refused
    assert client.post(address, {"new_password": PASSWORD}).status_code == 302
    assert Membership.objects.filter(user=account.user).exists()


def test_colleague_is_invited_sent_again_and_withdrawn_on_the_pages(tenant: Tenant) -> None:
    browser = browser_of(colleague(tenant, "admin"))
    listed = browser.get("/admin/accounts/membership/").content.decode()
    assert "/admin/colleagues/invite/" in listed
    body = {"email": LEA, "first_name": "", "last_name": "", "roles": ["support", "billing"]}

    made = browser.post("/admin/colleagues/invite/", body)

    row = StaffInvitation.objects.get()
    page = f"/admin/accounts/staffinvitation/{row.pk}"
    assert made["Location"] == f"{page}/change/"
    assert row.roles == ["billing", "support"]
    shown = browser.get("/admin/accounts/staffinvitation/").content.decode()
    assert "Waiting for an answer" in shown
    age(2)
    browser.post(f"{page}/act/again/")
    row.refresh_from_db()
    assert row.sent_count == 2
    browser.post(f"{page}/act/cancel/")
    assert "Withdrawn" in browser.get("/admin/accounts/staffinvitation/").content.decode()
    assert LEA not in browser.get(
        "/admin/accounts/staffinvitation/?status=open"
    ).content.decode().replace("recently", "")


def test_page_of_inviting_needs_the_right_and_a_role(tenant: Tenant) -> None:
    assert (
        browser_of(colleague(tenant, "support")).get("/admin/colleagues/invite/").status_code == 403
    )
    asked = browser_of(colleague(tenant, "admin")).post("/admin/colleagues/invite/", {"email": LEA})
    assert "This field is required" in asked.content.decode()
    assert not StaffInvitation.objects.exists()


# ------------------------------------------------------------------------------- in numbers


def test_numbers_count_people_by_state_factor_log_in_and_role(tenant: Tenant) -> None:
    call, _me = staff_program(tenant, "admin")
    lately, long_ago = colleague(tenant, "support"), colleague(tenant, "support", "billing")
    staff_in(tenant, lately)
    staff_in(tenant, long_ago)
    Session.objects.filter(membership=long_ago).update(
        last_seen_at=system_now() - timedelta(days=31)
    )
    colleague(tenant)
    gone = colleague(tenant, "sales")
    membership_set_status(
        actor=Actor.system("tests"), membership=gone, status=MembershipStatus.SUSPENDED
    )
    PortalAccountFactory()
    PortalAccountFactory(status="disabled")
    invited(tenant)
    invited(tenant, "late@northwind.example")
    StaffInvitation.objects.filter(email__startswith="late").update(expires_at=system_now())

    data = call("GET", "users/stats").json()["data"]

    assert {name: data[name] for name in data if name not in {"by_role", "customers"}} == {
        "total": 5,
        "active": 4,
        "suspended": 1,
        "ended": 0,
        "owners": Membership.objects.filter(is_owner=True).count(),
        "with_second_factor": 0,
        "without_second_factor": 4,
        "seen_recently": 2,
        "never_logged_in": 1,
        "invitations_open": 1,
        "invitations_expired": 1,
    }
    by_role = {code: count for code, count in data["by_role"].items() if count}
    assert by_role == {"admin": 1, "support": 2, "billing": 1, "sales": 1}
    assert data["customers"] == {"pending": 0, "active": 1, "disabled": 1}


def test_numbers_are_four_statements_however_many_people_there_are(tenant: Tenant) -> None:
    tenant_roles_seed(tenant)
    for _each in range(20):
        MembershipFactory()
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert user_numbers().total == 20
    assert len(asked) == 4


def test_numbers_are_of_this_company(tenant: Tenant, other_tenant: Tenant) -> None:
    with tenant_context(other_tenant.pk):
        colleague(other_tenant, "admin")
        PortalAccountFactory()
        invited(other_tenant)
    call, _me = staff_program(tenant, "admin")
    data = call("GET", "users/stats").json()["data"]
    assert (data["total"], data["invitations_open"], data["customers"]["active"]) == (1, 0, 0)


# ----------------------------------------------------------------------------- the time line


def test_time_line_shows_log_ins_refused_ones_and_both_directions(tenant: Tenant) -> None:
    call, me = staff_program(tenant, "admin")
    sam = colleague(tenant, "admin")
    with pytest.raises(InvalidCredentials):
        staff_in(tenant, sam, "wrong")
    entry = staff_in(tenant, sam)
    other = colleague(tenant, "support")
    user_update(actor=entry.actor(), membership=other, changes={"first_name": "Kim"})
    call("PATCH", f"users/{sam.user_id}", {"first_name": "Sam"})

    lines = call("GET", f"users/{sam.user_id}/activity").json()["data"]

    told = [(line["kind"], line["act"], line["outcome"], line["ip_address"]) for line in lines]
    assert told == [
        ("done_to", "accounts.profile_update", "", ""),
        ("done_by", "accounts.profile_update", "", ""),
        ("access", "accounts.log_in", "succeeded", LAPTOP.address),
        ("access", "accounts.log_in_refused", "refused", LAPTOP.address),
    ]
    assert lines[0]["by"] == me.user.email
    assert lines[2]["device"] == "Firefox"
    assert lines[3]["reason"] == "INVALID_CREDENTIALS"
    only = call("GET", f"users/{sam.user_id}/activity?kind=access").json()["data"]
    assert [line["act"] for line in only] == ["accounts.log_in", "accounts.log_in_refused"]


def test_time_line_goes_on_by_cursor_without_a_gap(tenant: Tenant) -> None:
    call, _me = staff_program(tenant, "admin")
    sam = colleague(tenant, "admin")
    for number in range(7):
        call("PATCH", f"users/{sam.user_id}", {"first_name": f"Sam {number}"})
    address, seen = f"users/{sam.user_id}/activity?limit=3", []
    while address:
        body = call("GET", address).json()
        seen += [line["id"] for line in body["data"]]
        cursor = body["pagination"]["next_cursor"]
        address = f"users/{sam.user_id}/activity?limit=3&cursor={cursor}" if cursor else ""
    wanted = AuditEntry.objects.filter(subject_id=sam.user_id).order_by("-id")
    assert seen == [str(entry.pk) for entry in wanted]
    assert len(seen) == 7


def test_time_line_of_a_customer_holds_what_its_log_in_did(tenant: Tenant) -> None:
    theirs, account = portal_program(tenant)
    theirs("PUT", "/api/portal/v1/account/profile", {"first_name": "Ada"})
    call, _me = staff_program(tenant, "admin")
    lines = call("GET", f"users/{account.user_id}/activity").json()["data"]
    assert ("done_by", "accounts.profile_update") in [(line["kind"], line["act"]) for line in lines]


def test_time_line_needs_its_own_right_and_is_of_this_company(
    tenant: Tenant, other_tenant: Tenant
) -> None:
    with tenant_context(other_tenant.pk):
        stranger = MembershipFactory()
    support, me = staff_program(tenant, "support")
    admin, _me = staff_program(tenant, "admin")
    assert support("GET", f"users/{me.user_id}").status_code == 200
    assert support("GET", f"users/{me.user_id}/activity").status_code == 403
    assert admin("GET", f"users/{stranger.user_id}/activity").status_code == 404


def test_what_a_person_did_in_another_company_is_not_shown(
    tenant: Tenant, other_tenant: Tenant
) -> None:
    sam = colleague(tenant, "admin")
    with tenant_context(other_tenant.pk):
        there = MembershipFactory(user=sam.user)
        membership_set_status(
            actor=Actor.system("tests"), membership=there, status=MembershipStatus.SUSPENDED
        )
    call, _me = staff_program(tenant, "admin")
    assert call("GET", f"users/{sam.user_id}/activity").json()["data"] == []


def test_page_of_the_time_line_turns_and_narrows(tenant: Tenant) -> None:
    call, _me = staff_program(tenant, "admin")
    sam = colleague(tenant, "support")
    staff_in(tenant, sam)
    for number in range(51):
        call("PATCH", f"users/{sam.user_id}", {"first_name": f"Sam {number}"})
    browser = browser_of(colleague(tenant, "admin"))
    page = f"/admin/colleagues/{sam.pk}/activity/"
    assert page in browser.get(f"/admin/accounts/membership/{sam.pk}/change/").content.decode()

    first = browser.get(page).content.decode()
    older = re.search(r'href="(\?kind=&amp;before=[^"]+)"', first)

    assert first.count('class="by"') == 50
    assert LAPTOP.address not in first
    assert older is not None
    second = browser.get(page + older[1].replace("&amp;", "&")).content.decode()
    assert second.count('class="by"') == 2
    assert LAPTOP.address in second
    assert LAPTOP.address in browser.get(f"{page}?kind=access").content.decode()
    assert browser.get(f"{page}?kind=nonsense&before=nonsense").status_code == 200
    assert browser_of(sam).get(page).status_code == 403


# ------------------------------------------------------------------------- proving an address


def test_colleague_proves_the_own_address(tenant: Tenant) -> None:
    call, me = staff_program(tenant, "support")
    User.objects.filter(pk=me.user_id).update(email_verified_at=None)

    asked = call("POST", "users/me/email/verify")

    assert asked.status_code == 202
    row = EmailCode.objects.get(pk=asked.json()["data"]["verification_id"])
    assert row.email == me.user.email
    assert OutboxEvent.objects.filter(name="accounts.email_code_requested").count() == 1
    body = {"verification_id": str(row.pk), "code": derived_code(EMAIL_CODE, row_id=row.pk)}
    assert call("POST", "users/me/email/confirm", body).status_code == 200
    me.user.refresh_from_db()
    assert me.user.email_verified_at is not None
    again = call("POST", "users/me/email/verify")
    assert (again.status_code, again.json()["error"]["code"]) == (409, "EMAIL_PROVED")
    assert "accounts.email_changed" not in OutboxEvent.objects.values_list("name", flat=True)


@pytest.mark.parametrize("by", ["code", "token"])
def test_address_is_proved_without_a_log_in(tenant: Tenant, api: APIClient, by: str) -> None:
    call, me = staff_program(tenant, "support")
    User.objects.filter(pk=me.user_id).update(email_verified_at=None)
    row_id = call("POST", "users/me/email/verify").json()["data"]["verification_id"]
    row = EmailCode.objects.get(pk=row_id)
    bodies = {
        "code": {"verification_id": row_id, "code": derived_code(EMAIL_CODE, row_id=row.pk)},
        "token": {
            "token": derived_token(EMAIL_CODE, tenant_id=tenant.pk, row_id=row.pk, fixed=True)
        },
    }
    host = {"HTTP_X_TENANT_ID": str(tenant.pk)}
    wrong = {"verification_id": row_id, "code": "0"}
    refused = api.post("/api/v1/users/verify-email", wrong, format="json", **host)
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "CODE_INVALID")

    answer = api.post("/api/v1/users/verify-email", bodies[by], format="json", **host)

    assert answer.status_code == 200
    assert answer.json()["data"]["email"] == me.user.email
    assert (
        api.post("/api/v1/users/verify-email", bodies[by], format="json", **host).status_code == 422
    )


def test_invited_colleague_is_kept_out_of_tokens_without_a_second_factor(tenant: Tenant) -> None:
    browser = Client()
    browser.post(
        f"/invitation/{invitation_token(invited(tenant))}",
        {
            "first_name": "Lea",
            "last_name": "Vogt",
            "new_password": NEW_PASSWORD,
            "repeated": NEW_PASSWORD,
        },
    )
    entry = staff_log_in(
        email=LEA,
        password=NEW_PASSWORD,
        device=LAPTOP,
        channel=SessionChannel.BROWSER,
        tenant=tenant,
    ).entry
    assert entry.is_factor_required
    assert not entry.is_factor_verified
    assert "accounts.invitation_accept" in acts()
