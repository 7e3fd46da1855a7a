"""What colleagues do with their own account over HTTP."""

import pyotp
from rest_framework.test import APIClient

from accounts.services.token_pairs import token_pair
from ispplatform.core.models import Tenant
from tests.accounts.people import (
    Program,
    staff_in,
    staff_program,
)
from tests.factories.accounts import PASSWORD

NEW_PASSWORD = "Grey-Kettle-91-Orchard"


def test_own_account_shows_and_changes_itself(tenant: Tenant) -> None:
    call, me = staff_program(tenant, "support")

    changed = call(
        "PATCH", "users/me", {"name": "Ada Berg", "preferences": {"notifications": {"sms": True}}}
    ).json()["data"]

    assert changed["id"] == str(me.user_id)
    assert (changed["first_name"], changed["last_name"]) == ("Ada", "Berg")
    assert changed["preferences"]["notifications"] == {
        "email": True,
        "sms": True,
        "push": False,
        "in_app": True,
    }
    assert changed["permissions"] == call("GET", "auth/permissions").json()["data"]
    assert call("PUT", "users/me/preferences", {"theme": "dark"}).json()["data"]["theme"] == "dark"


def test_own_password_change_keeps_this_log_in_and_ends_the_others(tenant: Tenant) -> None:
    call, me = staff_program(tenant, "support")
    other = Program(token_pair(entry=staff_in(tenant, me)).access_token)

    answer = call(
        "POST",
        "users/me/password",
        {"current_password": PASSWORD, "new_password": NEW_PASSWORD},
    )

    assert answer.status_code == 200
    assert call("GET", "users/me").status_code == 200
    assert other("GET", "users/me").status_code == 401
    assert staff_in(tenant, me, NEW_PASSWORD).kind == "staff"


def test_second_factor_is_set_up_used_and_removed_over_the_api(tenant: Tenant) -> None:
    call, me = staff_program(tenant, "support")
    setup = call("POST", "users/me/2fa/enable").json()["data"]
    app = pyotp.parse_uri(setup["otpauth_url"])
    assert app.secret == setup["secret"]
    assert app.issuer == "Northwind Hosting"
    assert call("POST", "users/me/2fa/verify", {"code": "000000"}).status_code == 401
    codes = call("POST", "users/me/2fa/verify", {"code": app.now()}).json()["data"]
    assert len(codes["recovery_codes"]) == 10

    body = {"email": me.user.email, "password": PASSWORD}
    missing = APIClient().post("/api/v1/auth/login", body, format="json")
    assert missing.status_code == 428
    assert missing.json()["error"]["code"] == "TWO_FACTOR_REQUIRED"
    wrong = APIClient().post(
        "/api/v1/auth/login", {**body, "two_factor_code": "000000"}, format="json"
    )
    assert wrong.status_code == 401
    right = APIClient().post(
        "/api/v1/auth/login",
        {**body, "code": codes["recovery_codes"][0]},
        format="json",
    )
    assert right.status_code == 200

    proof = {"password": PASSWORD, "code": codes["recovery_codes"][1]}
    fresh = call("POST", "users/me/2fa/recovery-codes", proof).json()["data"]["recovery_codes"]
    assert not set(fresh) & set(codes["recovery_codes"])
    assert call("POST", "users/me/2fa/disable", proof).status_code == 401, "the old codes are dead"
    off = call("POST", "users/me/2fa/disable", {"password": PASSWORD, "code": fresh[0]})
    assert off.status_code == 200
    assert APIClient().post("/api/v1/auth/login", body, format="json").status_code == 200


def test_password_is_judged_with_suggestions(tenant: Tenant) -> None:
    judge = APIClient()

    weak = judge.post("/api/v1/auth/password/validate", {"password": "Password1!"}, format="json")
    good = judge.post("/api/v1/auth/password/validate", {"password": NEW_PASSWORD}, format="json")

    assert weak.json()["data"]["valid"] is False
    assert weak.json()["data"]["suggestions"]
    assert good.json()["data"] == {"valid": True, "score": 4, "problems": [], "suggestions": []}
