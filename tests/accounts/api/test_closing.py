"""Closing one's own log-in and coming back over both interfaces."""

from rest_framework.test import APIClient

from accounts.models import AccessLink, User
from accounts.selectors.mails import access_link_address
from ispplatform.core.models import Tenant
from tests.accounts.people import portal_program, staff_program
from tests.accounts.services.test_factor_resets import protected
from tests.callers import key_caller
from tests.factories.accounts import PASSWORD, MembershipFactory

PORTAL = "/api/portal/v1/"
PROOF = {"password": PASSWORD}


def active(user_id: object) -> bool:
    return User.objects.get(pk=user_id).is_active


def test_colleague_pauses_and_comes_back(tenant: Tenant, api: APIClient) -> None:
    call, me = staff_program(tenant, "support")
    wrong = call("post", "users/me/deactivate", {"password": "no"})
    done = call("post", "users/me/deactivate", PROOF)
    after = call("get", "users/me")

    path = "/api/v1/users/me/reactivate"
    asked = api.post(path, {"email": me.user.email, **PROOF}, format="json")
    unknown = api.post(path, {"email": "x@mail.example", **PROOF}, format="json")
    token = access_link_address(AccessLink.objects.get()).rpartition("/")[2]
    back = api.post(path, {"token": token}, format="json")
    again = api.post(path, {"token": token}, format="json")
    empty = api.post(path, {}, format="json")

    assert (wrong.status_code, done.status_code, after.status_code) == (422, 200, 401)
    assert asked.status_code == 200
    same = ("success", "data", "message")
    assert [asked.json()[n] for n in same] == [unknown.json()[n] for n in same]
    assert (back.status_code, again.status_code, empty.status_code) == (200, 422, 422)
    assert active(me.user_id)


def test_deletion_is_at_once_unless_soft_is_said(tenant: Tenant) -> None:
    MembershipFactory(is_owner=True)
    first, one = staff_program(tenant, "support")
    second, two = staff_program(tenant, "support")

    unknown = first("delete", "users/me?mode=later", PROOF)
    soft = first("delete", "users/me?mode=soft", PROOF)
    hard = second("delete", "users/me", PROOF)

    assert (unknown.status_code, soft.status_code, hard.status_code) == (422, 200, 200)
    assert User.objects.get(pk=one.user_id).erase_at is not None
    assert User.objects.get(pk=two.user_id).erased_at is not None


def test_customer_closes_over_the_portal_interface(tenant: Tenant, api: APIClient) -> None:
    first, paused = portal_program(tenant)
    second, gone = portal_program(tenant)

    done = first("post", f"{PORTAL}account/deactivate", PROOF)
    asked = api.post(
        f"{PORTAL}auth/reactivate", {"email": paused.user.email, **PROOF}, format="json"
    )
    wrong = second("delete", f"{PORTAL}account?mode=hard", {"password": "no"})
    deleted = second("delete", f"{PORTAL}account?mode=hard", PROOF)

    assert (done.status_code, asked.status_code) == (200, 200)
    assert AccessLink.objects.get().user_id == paused.user_id
    assert (wrong.status_code, deleted.status_code) == (422, 200)
    assert User.objects.get(pk=gone.user_id).erased_at is not None


def test_code_is_asked_for_where_there_is_a_second_factor(tenant: Tenant) -> None:
    call, account = portal_program(tenant)
    protected(account.user)

    without = call("delete", f"{PORTAL}account", PROOF)
    wrong = call("delete", f"{PORTAL}account", {**PROOF, "code": "000000"})

    assert (without.status_code, wrong.status_code) == (401, 401)
    assert active(account.user_id)


def test_key_has_no_log_in_to_close(tenant: Tenant) -> None:
    key = key_caller(tenant, "*")

    assert key("POST", "users/me/deactivate", PROOF).status == 403
    assert key("DELETE", "users/me", PROOF).status == 403


def test_strangers_and_last_owners_are_refused(tenant: Tenant, api: APIClient) -> None:
    call, me = staff_program(tenant, "support")
    me.is_owner = True
    me.save(update_fields=["is_owner"])

    assert api.delete("/api/v1/users/me").status_code == 401
    assert api.delete(f"{PORTAL}account").status_code == 401
    refused = call("delete", "users/me", PROOF)

    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "LAST_OWNER")
    assert active(me.user_id)
