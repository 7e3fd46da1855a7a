"""Tokens for one act: one request, once, by whoever holds them, as whoever made them."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from accounts.models import Session, TemporaryToken
from accounts.services.integrations import integration_end
from accounts.services.roles import membership_set_roles
from accounts.services.sessions import sessions_end
from ispplatform.core.actors import Actor
from ispplatform.core.clock import system_now
from ispplatform.core.models import AuditEntry, Tenant
from tests.accounts.oauth import agreed, browser_of, exchanged
from tests.accounts.people import Program, acts, colleague, portal_program, staff_program
from tests.factories.accounts import IntegrationFactory, OAuthClientFactory

SYSTEM = Actor.system("tests")
USERS = "/api/v1/users"
ROLES = "/api/v1/roles"
PROFILE = "/api/portal/v1/account/profile"


def _make(call: Program, path: str = USERS, **body: Any) -> Any:
    base = "/api/portal/v1" if path.startswith("/api/portal") else "/api/v1"
    return call("POST", f"{base}/temporary-tokens", {"path": path, **body})


def test_token_is_good_for_its_one_request_once(tenant: Tenant) -> None:
    call, me = staff_program(tenant, "admin")

    made = _make(call)

    assert made.status_code == 201, made.json()
    data = made.json()["data"]
    assert (data["method"], data["path"], data["permission"]) == ("GET", USERS, "users:read")
    holder = Program(data["token"])
    used = holder("GET", USERS, REMOTE_ADDR="192.0.2.7")
    assert used.status_code == 200
    assert [row["email"] for row in used.json()["data"]] == [me.user.email]
    again = holder("GET", USERS)
    assert (again.status_code, again.json()["error"]["code"]) == (401, "INVALID_TOKEN")
    row = TemporaryToken.objects.get()
    assert row.used_address == "192.0.2.7"
    assert acts()[-3:] == [
        "accounts.temporary_token_create",
        "accounts.temporary_token_use",
        "accounts.credential_refused",
    ]
    assert call("GET", "temporary-tokens").json()["data"] == []


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ROLES),
        ("POST", USERS),
        ("DELETE", USERS),
        ("GET", f"{USERS}?limit=100"),
        ("GET", "/api/v1/users/me"),
        ("GET", "/api/v1/temporary-tokens"),
        ("POST", "/api/v1/temporary-tokens"),
    ],
)
def test_another_request_is_refused_and_does_not_use_the_token_up(
    tenant: Tenant, method: str, path: str
) -> None:
    call, _me = staff_program(tenant, "admin")
    holder = Program(_make(call).json()["data"]["token"])

    refused = holder(method, path)

    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "ACCESS_DENIED")
    assert TemporaryToken.objects.get().used_at is None
    assert AuditEntry.objects.filter(act="accounts.credential_refused").count() == 1
    assert holder("GET", USERS).status_code == 200


def test_token_for_an_act_that_writes_writes_once(tenant: Tenant) -> None:
    call, _me = staff_program(tenant, "admin")
    holder = Program(_make(call, ROLES, method="POST").json()["data"]["token"])

    first = holder("POST", ROLES, {"name": "Night", "permissions": ["roles:manage"]})
    second = holder("POST", ROLES, {"name": "Day", "permissions": ["roles:manage"]})

    assert (first.status_code, second.status_code) == (201, 401)
    assert acts().count("accounts.role_create") == 1


def test_customer_hands_out_a_request_of_their_own_side_alone(tenant: Tenant) -> None:
    call, account = portal_program(tenant)

    token = _make(call, PROFILE).json()["data"]["token"]

    assert Program(token)("GET", PROFILE).json()["data"]["portal_id"] == account.portal_id
    for path in (USERS, "/api/portal/v1/account/change-password"):
        body = {"path": path, "method": "POST"}
        assert call("POST", "/api/portal/v1/temporary-tokens", body).status_code == 422


def test_token_of_a_key_dies_with_the_key(tenant: Tenant) -> None:
    call, _me = staff_program(tenant, "admin")
    integration = IntegrationFactory()
    named = {"name": "a", "scopes": ["users:read"], "integration_id": str(integration.pk)}
    key = Program(call("POST", "api-keys", named).json()["data"]["key"])
    used, left = (_make(key).json()["data"]["token"] for _ in range(2))

    assert Program(used)("GET", USERS).status_code == 200
    integration_end(actor=SYSTEM, integration_id=integration.pk)
    assert Program(left)("GET", USERS).status_code == 401


def test_token_dies_with_the_log_in_and_with_the_right_of_who_made_it(tenant: Tenant) -> None:
    call, me = staff_program(tenant, "support")
    first, second = (_make(call).json()["data"]["token"] for _ in range(2))

    membership_set_roles(actor=SYSTEM, membership=me, codes=["billing"])
    assert Program(first)("GET", USERS).status_code == 403
    sessions_end(actor=SYSTEM, sessions=Session.objects.filter(user=me.user), reason="out")
    assert Program(second)("GET", USERS).status_code == 401


def test_token_runs_out(tenant: Tenant) -> None:
    call, _me = staff_program(tenant, "admin")
    token = _make(call, expires_in=60).json()["data"]["token"]

    with time_machine.travel(system_now() + timedelta(seconds=61), tick=False):
        late = Program(token)("GET", USERS)

    assert late.json()["error"]["code"] == "TOKEN_EXPIRED"
    assert TemporaryToken.objects.get().used_at is None


def test_token_is_listed_and_ended_by_who_made_it_alone(tenant: Tenant) -> None:
    call, _me = staff_program(tenant, "admin")
    other, _them = staff_program(tenant, "admin")
    made = _make(call).json()["data"]

    listed = call("GET", "temporary-tokens").json()["data"]
    assert [(one["id"], "token" in one) for one in listed] == [(made["id"], False)]
    assert other("GET", "temporary-tokens").json()["data"] == []
    assert other("DELETE", f"temporary-tokens/{made['id']}").status_code == 404
    assert call("DELETE", f"temporary-tokens/{made['id']}").status_code == 200
    assert Program(made["token"])("GET", USERS).status_code == 401


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"path": "/api/v1/nothing"}, 422),
        ({"path": "https://evil.example/api/v1/users"}, 422),
        ({"path": "//evil.example/api/v1/users"}, 422),
        ({"path": f"{USERS}#x"}, 422),
        ({"path": "/admin/"}, 422),
        ({"path": PROFILE}, 422),
        ({"path": "/api/v1/users/me"}, 422),
        ({"path": "/api/v1/auth/login", "method": "POST"}, 422),
        ({"path": "/api/v1/temporary-tokens", "method": "POST"}, 422),
        ({"path": USERS, "method": "HEAD"}, 422),
        ({"path": USERS, "expires_in": 9}, 422),
        ({"path": USERS, "expires_in": 3601}, 422),
        ({"path": ROLES, "method": "POST"}, 403),
    ],
)
def test_tokens_that_are_not_made(tenant: Tenant, body: dict[str, Any], status: int) -> None:
    call, _me = staff_program(tenant, "support")

    assert call("POST", "temporary-tokens", body).status_code == status
    assert not TemporaryToken.objects.exists()


def test_program_that_acts_for_somebody_hands_nothing_on(tenant: Tenant) -> None:
    client = OAuthClientFactory(scopes=["users:read"])
    code = agreed(browser_of(colleague(tenant, "support")), client)["code"]
    token = exchanged(client, code).json()["access_token"]

    assert _make(Program(token)).status_code == 403
    assert not TemporaryToken.objects.exists()
