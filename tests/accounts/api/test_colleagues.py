"""Colleagues over HTTP: listed, made, changed, and what nobody may do."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Membership, MembershipRole, Role, User
from accounts.services.token_pairs import token_pair
from ispplatform.core.models import AuditEntry, Tenant
from ispplatform.core.tenancy.context import tenant_context
from tests.accounts.people import (
    Program,
    acts,
    colleague,
    customer,
    staff_in,
    staff_program,
)
from tests.factories.accounts import MembershipFactory, RoleFactory

NEW_PASSWORD = "Grey-Kettle-91-Orchard"


def test_list_shows_people_of_this_company_with_their_roles(
    tenant: Tenant, other_tenant: Tenant
) -> None:
    call, me = staff_program(tenant, "admin")
    account = customer(tenant)
    with tenant_context(other_tenant.pk):
        MembershipFactory()

    body = call("GET", "users?sort=created_at").json()

    assert [(row["email"], row["roles"]) for row in body["data"]] == [
        (me.user.email, ["admin"]),
        (account.user.email, ["customer"]),
    ]
    assert body["pagination"]["total"] == 2
    assert body["data"][0]["is_active"] is True
    assert body["data"][0]["last_login"] is not None


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("role=support", ["support"]),
        ("role=agent", ["support"]),
        ("role=customer", ["customer"]),
        ("active=false", ["suspended"]),
        ("filter[status][eq]=suspended", ["suspended"]),
        ("search=FINDME", ["support"]),
    ],
)
def test_list_filters_and_searches(tenant: Tenant, query: str, expected: list[str]) -> None:
    call, _me = staff_program(tenant, "admin")
    people = {
        "support": colleague(tenant, "support").user,
        "suspended": MembershipFactory(status="suspended").user,
        "customer": customer(tenant).user,
    }
    User.objects.filter(pk=people["support"].pk).update(last_name="Findme")

    rows = call("GET", f"users?{query}").json()["data"]

    assert [row["email"] for row in rows] == [people[name].email for name in expected]


def test_list_costs_the_same_however_many_there_are(tenant: Tenant) -> None:
    call, _me = staff_program(tenant, "admin")
    role = Role.objects.get(code="sales")
    call("GET", "users")  # notes once a minute that the session is in use
    counts = []
    for _ in range(2):
        for _ in range(5):
            MembershipFactory(roles=[role])
        with CaptureQueriesContext(connection) as queries:
            assert call("GET", "users").status_code == 200
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 8


def test_new_colleague_gets_a_link_and_only_roles_that_the_maker_holds(tenant: Tenant) -> None:
    call, _me = staff_program(tenant, "admin")

    made = call(
        "POST",
        "users",
        {"email": "Kim@mail.example", "name": "Kim van Dyk", "role": "support", "phone": "1"},
    )

    assert made.status_code == 201, made.json()
    data = made.json()["data"]
    assert data["email"] == "kim@mail.example"
    assert (data["first_name"], data["last_name"], data["roles"]) == ("Kim", "van Dyk", ["support"])
    user = User.objects.get(email="kim@mail.example")
    assert not user.has_usable_password()
    assert acts()[-2:] == ["accounts.user_create", "accounts.access_link_create"]
    assert call("POST", "users", {"email": "kim@mail.example"}).status_code == 409


def _limited_maker(tenant: Tenant) -> tuple[Program, Membership]:
    """Return a colleague who may make colleagues and roles, and nothing else."""
    grants = ["users:create", "users:read", "users:update", "roles:manage", "roles:assign"]
    role = RoleFactory(code="maker", grants=[*grants, "roles:read"])
    colleague(tenant)
    membership = MembershipFactory(roles=[role])
    return Program(token_pair(entry=staff_in(tenant, membership)).access_token), membership


def test_nobody_hands_out_what_they_do_not_hold(tenant: Tenant) -> None:
    call, me = _limited_maker(tenant)
    mine = Role.objects.get(code="maker")
    before = AuditEntry.objects.count()

    tries = [
        call("POST", "users", {"email": "a@mail.example", "roles": ["admin"]}),
        call("POST", f"users/{me.user_id}/roles", {"role": "admin"}),
        call("POST", "roles", {"name": "All", "permissions": ["*"]}),
        call("POST", "roles", {"name": "Keys", "permissions": ["api_keys:manage"]}),
        call("PUT", f"roles/{mine.pk}", {"permissions": ["api_keys:*"]}),
        call("PUT", f"roles/{Role.objects.get(code='admin').pk}", {"permissions": []}),
    ]

    assert [answer.status_code for answer in tries] == [403] * 6
    assert {answer.json()["error"]["code"] for answer in tries} == {"GRANT_EXCEEDS_OWN"}
    assert AuditEntry.objects.count() == before
    assert not User.objects.filter(email="a@mail.example").exists()
    assert MembershipRole.objects.filter(membership=me).count() == 1


@pytest.mark.parametrize(
    "field", ["is_superuser", "is_staff", "tenant", "tenant_id", "is_owner", "roles", "email"]
)
def test_mass_assignment_is_refused_and_changes_nothing(tenant: Tenant, field: str) -> None:
    call, me = staff_program(tenant, "support")
    before = User.objects.filter(pk=me.user_id).values().get()

    answer = call("PATCH", "users/me", {"first_name": "Eve", field: True})

    assert answer.status_code == 422
    assert User.objects.filter(pk=me.user_id).values().get() == before


def test_removed_role_counts_from_the_next_request(tenant: Tenant) -> None:
    admin, _me = staff_program(tenant, "admin")
    call, them = staff_program(tenant, "support")
    assert call("GET", "users").status_code == 200

    assert admin("DELETE", f"users/{them.user_id}/roles/agent").json()["data"]["roles"] == []

    assert call("GET", "users").status_code == 403


def test_suspended_colleague_is_out_at_once_and_comes_back(tenant: Tenant) -> None:
    admin, _me = staff_program(tenant, "admin")
    call, them = staff_program(tenant, "support")

    gone = admin("PATCH", f"users/{them.user_id}/status", {"is_active": False, "reason": "leave"})
    assert gone.json()["data"]["status"] == "suspended"
    assert call("GET", "users/me").status_code == 401
    admin("PATCH", f"users/{them.user_id}/status", {"status": "active"})

    assert staff_in(tenant, them).kind == "staff"


def test_last_owner_cannot_be_suspended(tenant: Tenant) -> None:
    admin, _me = staff_program(tenant, "admin")
    owner = MembershipFactory(is_owner=True)

    refused = admin("PATCH", f"users/{owner.user_id}/status", {"status": "suspended"})

    assert refused.status_code == 409
    assert refused.json()["error"]["code"] == "LAST_OWNER"
    MembershipFactory(is_owner=True)
    assert (
        admin("PATCH", f"users/{owner.user_id}/status", {"status": "suspended"}).status_code == 200
    )


def test_person_of_two_companies_is_changed_by_neither(
    tenant: Tenant, other_tenant: Tenant
) -> None:
    call, _me = staff_program(tenant, "admin")
    shared = MembershipFactory()
    with tenant_context(other_tenant.pk):
        MembershipFactory(user=shared.user)

    answers = [
        call("PUT", f"users/{shared.user_id}", {"first_name": "Eve"}),
        call("POST", f"users/{shared.user_id}/reset-password"),
    ]

    assert [answer.json()["error"]["code"] for answer in answers] == ["SHARED_USER"] * 2
    assert User.objects.get(pk=shared.user_id).first_name == "Robin"


def test_people_of_another_company_are_not_there(tenant: Tenant, other_tenant: Tenant) -> None:
    call, _me = staff_program(tenant, "admin")
    with tenant_context(other_tenant.pk):
        theirs = MembershipFactory()
        role = RoleFactory()

    answers = [
        call("GET", f"users/{theirs.user_id}"),
        call("PUT", f"users/{theirs.user_id}", {"first_name": "Eve"}),
        call("DELETE", f"users/{theirs.user_id}/sessions"),
        call("GET", f"roles/{role.pk}"),
        call("DELETE", f"roles/{role.pk}"),
    ]

    assert [answer.status_code for answer in answers] == [404] * 5


def test_log_ins_of_a_colleague_are_listed_and_ended(tenant: Tenant) -> None:
    admin, _me = staff_program(tenant, "admin")
    call, them = staff_program(tenant, "support")

    (row,) = admin("GET", f"users/{them.user_id}/sessions").json()["data"]
    assert row["user_agent"] == "Firefox on Linux"
    assert row["ip_address"] == "192.0.2.10"
    assert admin("DELETE", f"users/{them.user_id}/sessions/{row['id']}").status_code == 200

    assert call("GET", "users/me").status_code == 401
    assert admin("DELETE", f"users/{them.user_id}/sessions").json()["data"] == {"ended": 0}


def test_stale_version_is_refused(tenant: Tenant) -> None:
    call, _me = staff_program(tenant, "admin")
    them = MembershipFactory()
    tag = call("GET", f"users/{them.user_id}")["ETag"]
    call("PUT", f"users/{them.user_id}", {"first_name": "One"})

    refused = call("PUT", f"users/{them.user_id}", {"first_name": "Two"}, HTTP_IF_MATCH=tag)

    assert refused.status_code == 412
    assert User.objects.get(pk=them.user_id).first_name == "One"
