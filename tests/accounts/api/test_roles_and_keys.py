"""Roles and API keys over HTTP."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from rest_framework.test import APIClient

from accounts.models import ApiKey, Role
from accounts.tokens.encoding import base64url, from_base64url
from ispplatform.core.clock import system_now
from ispplatform.core.models import Tenant, TenantMode
from tests.accounts.people import (
    Program,
    colleague,
    staff_program,
)
from tests.factories.accounts import IntegrationFactory, MembershipFactory

NEW_PASSWORD = "Grey-Kettle-91-Orchard"


def test_own_role_is_made_changed_and_deleted(tenant: Tenant) -> None:
    call, _me = staff_program(tenant, "admin")

    made = call("POST", "roles", {"name": "Night Shift", "permissions": ["users:read"]}).json()
    role = made["data"]
    assert (role["code"], role["permissions"]) == ("night-shift", ["users:read"])
    changed = call("PUT", f"roles/{role['id']}", {"permissions": ["users:*"]}).json()["data"]
    assert changed["permissions"] == [
        "users:activity",
        "users:create",
        "users:end_access",
        "users:export",
        "users:import",
        "users:read",
        "users:report",
        "users:update",
    ]
    assert call("POST", "roles", {"name": "Night Shift"}).status_code == 409
    holder = MembershipFactory(roles=[Role.objects.get(pk=role["id"])])
    assert call("DELETE", f"roles/{role['id']}").json()["error"]["code"] == "ROLE_IN_USE"
    call("DELETE", f"users/{holder.user_id}/roles/night-shift")

    assert call("DELETE", f"roles/{role['id']}").status_code == 200
    assert not Role.objects.filter(pk=role["id"]).exists()


def test_changed_role_counts_for_its_holders_at_once(tenant: Tenant) -> None:
    admin, _me = staff_program(tenant, "admin")
    call, _them = staff_program(tenant, "support")
    role = Role.objects.get(code="support")
    assert call("GET", "users").status_code == 200

    admin("PUT", f"roles/{role.pk}", {"permissions": ["roles:read"]})

    assert call("GET", "users").status_code == 403
    assert call("GET", "roles").status_code == 200
    role.refresh_from_db()
    assert role.is_customised


def test_unknown_permissions_are_refused(tenant: Tenant) -> None:
    call, _me = staff_program(tenant, "admin")

    answer = call("POST", "roles", {"name": "X", "permissions": ["unicorns:ride"]})

    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "PERMISSION_UNKNOWN"


def test_report_names_the_holders_of_each_permission(tenant: Tenant) -> None:
    call, me = staff_program(tenant, "admin")
    helper = colleague(tenant, "support")
    owner = MembershipFactory(is_owner=True)

    report = {row["code"]: row for row in call("GET", "permissions/audit").json()["data"]}

    everybody = sorted([me.user.email, helper.user.email, owner.user.email])
    assert report["users:read"]["users"] == everybody
    assert "support" in report["users:read"]["roles"]
    assert report["roles:manage"]["users"] == sorted([me.user.email, owner.user.email])
    assert {row["code"] for row in call("GET", "permissions").json()["data"]} == set(report)


def _key(call: Program, **body: Any) -> Any:
    named = {"integration_id": str(IntegrationFactory().pk)} if "integration_id" not in body else {}
    return call("POST", "api-keys", {"name": "sync", "scopes": ["users:read"], **named, **body})


def test_key_is_shown_once_and_opens_what_its_scopes_say(tenant: Tenant) -> None:
    call, _me = staff_program(tenant, "admin")

    made = _key(call)

    assert made.status_code == 201, made.json()
    data = made.json()["data"]
    key = data["key"]
    assert key.startswith("test_pk_")
    integration = ApiKey.objects.get().integration
    assert data["integration"] == integration.name
    assert data["responsible"] == integration.responsible.email
    row = ApiKey.objects.get()
    assert key not in str(row.__dict__)
    assert "key" not in call("GET", f"api-keys/{row.pk}").json()["data"]
    program = Program(key)
    assert program("GET", "users").status_code == 200
    assert program("GET", "roles").status_code == 403
    assert program("GET", "users/me").status_code == 403
    by_header = APIClient().get("/api/v1/users", HTTP_X_API_KEY=key)
    assert by_header.status_code == 200
    row.refresh_from_db()
    assert row.last_used_at is not None
    assert row.last_used_address == "127.0.0.1"


@pytest.mark.parametrize(
    "change", ["revoke", "expire", "garble", "foreign_tenant", "mode", "portal"]
)
def test_keys_that_do_not_open(tenant: Tenant, other_tenant: Tenant, change: str) -> None:
    call, _me = staff_program(tenant, "admin")
    made = _key(call).json()["data"]
    key, path, moment = made["key"], "/api/v1/users", system_now()
    if change == "revoke":
        assert call("DELETE", f"api-keys/{made['id']}").status_code == 200
    elif change == "expire":
        ApiKey.objects.update(expires_at=moment)
    elif change == "garble":
        key = f"{key[:-1]}{'A' if key[-1] != 'A' else 'E'}"
    elif change == "foreign_tenant":
        secret = from_base64url(key.removeprefix("test_pk_"))[16:]
        key = "test_pk_" + base64url(other_tenant.pk.bytes + secret)
    elif change == "mode":
        Tenant.objects.filter(pk=tenant.pk).update(mode=TenantMode.LIVE)
        cache.clear()
    else:
        path = "/api/portal/v1/account/profile"

    answer = Program(key)("GET", path)

    assert answer.status_code == (403 if change in {"mode", "portal"} else 401)


@pytest.mark.parametrize(
    ("network", "status"), [("127.0.0.0/8", 200), ("192.0.2.0/24", 403), ("::1/128", 403)]
)
def test_key_is_bound_to_its_networks(tenant: Tenant, network: str, status: int) -> None:
    call, _me = staff_program(tenant, "admin")
    key = _key(call, networks=[network]).json()["data"]["key"]

    assert Program(key)("GET", "users").status_code == status
    assert Program(key)("GET", "users", HTTP_X_FORWARDED_FOR="192.0.2.9").status_code == status


@pytest.mark.parametrize(
    "body",
    [
        {"scopes": []},
        {"scopes": ["unicorns:ride"]},
        {"networks": ["not a network"]},
        {"expires_at": "2020-01-01T00:00:00Z"},
        {"integration_id": "0196b5a0-0000-7000-8000-000000000001"},
    ],
)
def test_bad_keys_are_not_made(tenant: Tenant, body: dict[str, Any]) -> None:
    call, _me = staff_program(tenant, "admin")

    assert _key(call, **body).status_code == 422
    assert not ApiKey.objects.exists()


def test_rotation_overlaps_and_then_ends_the_old_key(tenant: Tenant) -> None:
    call, _me = staff_program(tenant, "admin")
    old = _key(call).json()["data"]

    new = call("POST", f"api-keys/{old['id']}/rotate", {"overlap_seconds": 600})

    assert new.status_code == 201
    fresh = new.json()["data"]["key"]
    assert [Program(key)("GET", "users").status_code for key in (old["key"], fresh)] == [200, 200]
    assert call("POST", f"api-keys/{old['id']}/rotate", {}).status_code == 422
    with time_machine.travel(system_now() + timedelta(seconds=601), tick=False):
        assert [Program(key)("GET", "users").status_code for key in (old["key"], fresh)] == [
            401,
            200,
        ]


def test_key_cannot_make_a_key_stronger_than_itself(tenant: Tenant) -> None:
    call, _me = staff_program(tenant, "admin")
    key = _key(call, scopes=["api_keys:manage"]).json()["data"]["key"]

    refused = _key(Program(key), scopes=["*"])

    assert refused.status_code == 403
    assert ApiKey.objects.count() == 1
