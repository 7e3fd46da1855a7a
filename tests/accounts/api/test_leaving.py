"""The end of a colleague's access and the report over the staff API."""

import csv
import io

import pytest

from accounts.choices import MembershipStatus
from accounts.models import Membership
from accounts.services.token_pairs import token_pair
from ispplatform.core.models import Tenant
from ispplatform.core.tenancy.context import tenant_context
from tests.accounts.people import Program, colleague, customer, staff_in, staff_program
from tests.accounts.services.test_access_ends import acting
from tests.accounts.services.test_access_reports import noted
from tests.accounts.services.test_factor_resets import protected
from tests.callers import key_caller
from tests.factories.accounts import PASSWORD, IntegrationFactory, MembershipFactory
from tests.factories.customers import CustomerFactory

END = {"reason": "left", "password": PASSWORD}


def test_plan_is_shown_and_the_end_is_carried_out(tenant: Tenant) -> None:
    admin, me = staff_program(tenant, "admin")
    leaving = colleague(tenant, "support")
    theirs = Program(token_pair(entry=staff_in(tenant, leaving)).access_token)
    CustomerFactory(assigned_to=leaving.user)
    row = IntegrationFactory(responsible=leaving.user)
    path = f"users/{leaving.user_id}/end-access"
    assert theirs("get", "users/me").status_code == 200

    plan = admin("get", path).json()["data"]
    follower = {"integration_id": str(row.pk), "user_id": str(me.user_id)}
    done = admin("post", path, {**END, "work_to": str(me.user_id), "followers": [follower]})

    assert (plan["log_ins"], plan["roles"]) == (1, ["Support"])
    assert plan["integrations"][0]["name"] == row.name
    assert plan["work"] == [{"key": "matters", "count": 0}, {"key": "customers", "count": 1}]
    assert done.status_code == 200
    told = done.json()["data"]
    assert (told["status"], told["log_ins"], told["integrations"]) == ("ended", 1, 1)
    assert theirs("get", "users/me").status_code == 401
    shown = admin("get", f"users/{leaving.user_id}").json()["data"]
    assert (shown["status"], shown["is_active"], shown["roles"]) == ("ended", False, [])
    listed = admin("get", "users?status=ended").json()["data"]
    assert [one["id"] for one in listed] == [str(leaving.user_id)]


def test_delete_is_the_same_act(tenant: Tenant) -> None:
    admin, _ = staff_program(tenant, "admin")
    leaving = colleague(tenant, "support")

    refused = admin("delete", f"users/{leaving.user_id}", {"reason": "left"})
    done = admin("delete", f"users/{leaving.user_id}", END)

    assert (refused.status_code, done.status_code) == (422, 200)
    assert Membership.objects.get(pk=leaving.pk).status == MembershipStatus.ENDED
    assert admin("get", f"users/{leaving.user_id}").status_code == 200, "the row stays"


def test_password_and_code_are_asked_for_and_wrong_ones_end_nothing(tenant: Tenant) -> None:
    admin, me = staff_program(tenant, "admin")
    leaving = colleague(tenant, "support")
    path = f"users/{leaving.user_id}/end-access"

    without = admin("post", path, {"reason": "left"})
    wrong = admin("post", path, {**END, "password": "Wrong-Harbour-27-Lanterns"})
    protected(me.user)
    no_code = admin("post", path, END)

    assert [one.status_code for one in (without, wrong)] == [422, 422]
    assert without.json()["error"]["code"] == "PASSWORD_WRONG"
    assert no_code.status_code == 401
    assert Membership.objects.get(pk=leaving.pk).status == MembershipStatus.ACTIVE


def test_key_ends_whom_it_may_and_shows_no_password(tenant: Tenant) -> None:
    few = key_caller(tenant, "users:end_access", "users:read")
    whole = key_caller(tenant, "*")
    leaving = colleague(tenant, "support")
    path = f"users/{leaving.user_id}/end-access"

    refused = few("POST", path, {"reason": "left"})
    done = whole("POST", path, {"reason": "left"})

    assert (refused.status, refused.code) == (403, "GRANT_EXCEEDS_OWN")
    assert done.status == 200


def test_who_may_not_is_refused(tenant: Tenant) -> None:
    support, _ = staff_program(tenant, "support")
    leaving = colleague(tenant)
    base = f"users/{leaving.user_id}"

    answers = [
        support("post", f"{base}/end-access", END),
        support("get", f"{base}/end-access"),
        support("delete", base, END),
        support("post", f"{base}/return", {"roles": ["support"]}),
        support("get", f"{base}/access-report"),
        support("get", f"{base}/access-report/file"),
    ]

    assert {one.status_code for one in answers} == {403}


@pytest.mark.parametrize("who", ["other tenant", "customer"])
def test_who_is_no_colleague_here_is_unknown(
    tenant: Tenant, other_tenant: Tenant, who: str
) -> None:
    admin, _ = staff_program(tenant, "admin")
    if who == "customer":
        user_id = customer(tenant).user_id
    else:
        with tenant_context(other_tenant.pk):
            user_id = MembershipFactory().user_id
    base = f"users/{user_id}"

    answers = [
        admin("post", f"{base}/end-access", END),
        admin("get", f"{base}/end-access"),
        admin("delete", base, END),
        admin("post", f"{base}/return", {"roles": ["support"]}),
        admin("get", f"{base}/access-report"),
        admin("get", f"{base}/access-report/file"),
    ]

    assert {one.status_code for one in answers} == {404}


def test_status_cannot_say_ended_nor_bring_back(tenant: Tenant) -> None:
    admin, _ = staff_program(tenant, "admin")
    leaving = colleague(tenant, "support")
    path = f"users/{leaving.user_id}"

    assert admin("patch", f"{path}/status", {"status": "ended"}).status_code == 422
    admin("post", f"{path}/end-access", END)
    back = admin("patch", f"{path}/status", {"is_active": True})
    given = admin("post", f"{path}/roles", {"role": "support"})
    returned = admin("post", f"{path}/return", {"roles": ["support"]})

    assert (back.status_code, back.json()["error"]["code"]) == (409, "ACCESS_ENDED")
    assert back.json()["error"]["details"]["next_step"]
    assert given.status_code == 409
    assert returned.status_code == 200
    shown = admin("get", path).json()["data"]
    assert (shown["status"], shown["roles"]) == ("active", ["support"])


def test_report_and_its_file(tenant: Tenant) -> None:
    admin, _ = staff_program(tenant, "admin")
    watched = colleague(tenant)
    noted(acting(watched), "domains.domain_auth_code", label="=evil.example")
    path = f"users/{watched.user_id}/access-report"

    told = admin("get", path).json()["data"]
    file = admin("get", f"{path}/file")

    assert (told["total"], told["counts"]["secrets"]) == (1, 1)
    assert told["lines"][0]["act"] == "domains.domain_auth_code"
    assert file["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in file["Content-Disposition"]
    rows = list(csv.reader(io.StringIO(file.content.decode("utf-8-sig"))))
    assert rows[1][4] == "'=evil.example"
