"""Identity providers by the staff API: people set them up, secrets never come out."""

from typing import Any

import pytest

from accounts.models import IdentityProvider
from ispplatform.core.models import Tenant
from ispplatform.core.tenancy.context import tenant_context
from tests.accounts.fake_openid import FakeOpenId
from tests.accounts.people import Program, acts, staff_program
from tests.accounts.sign_on import DOMAIN, SECRET, provider_of
from tests.factories.accounts import PASSWORD

PATH = "identity-providers"


def _body(**changes: Any) -> dict[str, Any]:
    body = {
        "name": "Harbour ID",
        "issuer": "https://id.northwind.example",
        "client_id": "back office",
        "client_secret": SECRET,
        "domains": [DOMAIN],
        "password": PASSWORD,
        **changes,
    }
    return {name: value for name, value in body.items() if value is not None}


@pytest.fixture
def call(tenant: Tenant) -> Program:
    """A program of somebody who may do everything."""
    return staff_program(tenant, "admin")[0]


def test_provider_is_made_shown_changed_tested_and_deleted(
    tenant: Tenant, call: Program, openid: FakeOpenId
) -> None:
    made = call("POST", PATH, _body(issuer=openid.issuer, factor_acr_values=["phr"]))

    assert made.status_code == 201, made.json()
    data = made.json()["data"]
    path = f"{PATH}/{data['id']}"
    assert data["redirect_uri"] == (f"{tenant.base_url}/admin/sign-on/{data['id']}/callback/")
    assert (data["is_active"], data["state"], data["factor_acr_values"]) == (
        False,
        "untested",
        ["phr"],
    )
    assert SECRET not in made.content.decode()
    assert call("GET", PATH).json()["data"][0]["id"] == data["id"]
    assert SECRET not in call("GET", path).content.decode()

    changed = call("PATCH", path, {"is_active": True, "name": "Pier ID", "password": PASSWORD})
    assert (changed.json()["data"]["is_active"], changed.json()["data"]["name"]) == (
        True,
        "Pier ID",
    )
    assert IdentityProvider.objects.get().client_secret == SECRET
    tested = call("POST", f"{path}/test")
    assert (tested.status_code, tested.json()["data"]["state"]) == (200, "working")
    openid.lies.metadata = {"response_types_supported": ["id_token"]}
    failing = call("POST", f"{path}/test").json()["data"]
    assert failing["state"] == "failing"
    assert failing["state_sentence"] == (
        "The provider does not offer code (response_types_supported)."
    )
    assert call("DELETE", path).status_code == 200
    assert call("GET", path).status_code == 404
    assert acts()[-5:] == [
        "accounts.identity_provider_create",
        "accounts.identity_provider_update",
        "accounts.identity_provider_test",
        "accounts.identity_provider_test",
        "accounts.identity_provider_delete",
    ]


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"password": None}, 422, "password"),
        ({"password": "wrong"}, 422, "password"),
        ({"issuer": "http://id.northwind.example"}, 422, "issuer"),
        ({"issuer": None}, 422, "issuer"),
        ({"domains": []}, 422, "domains"),
        ({"domains": ["a b"]}, 422, "domains"),
        ({"client_secret": None}, 422, "client_secret"),
        ({"factor_acr_values": ["a b"]}, 422, "factor_acr_values"),
        ({"secret": "x"}, 422, "secret"),
    ],
)
def test_what_cannot_be_used_makes_nothing(
    tenant: Tenant, call: Program, change: dict[str, Any], status: int, field: str
) -> None:
    answer = call("POST", PATH, _body(**change))

    assert answer.status_code in {400, status}, answer.json()
    assert field in answer.content.decode()
    assert SECRET not in answer.content.decode()
    assert not IdentityProvider.objects.exists()


def test_change_needs_the_password_and_a_new_issuer_the_secret(
    tenant: Tenant, call: Program, openid: FakeOpenId
) -> None:
    path = f"{PATH}/{provider_of(openid, tenant).pk}"

    assert call("PATCH", path, {"name": "Pier ID"}).status_code == 422
    moved = {"issuer": "https://id.evil.example", "password": PASSWORD}
    assert call("PATCH", path, moved).status_code == 422

    kept = IdentityProvider.objects.get()
    assert (kept.name, kept.issuer) == ("Harbour ID", openid.issuer)


def test_same_provider_is_not_made_twice(tenant: Tenant, call: Program) -> None:
    assert call("POST", PATH, _body()).status_code == 201
    assert call("POST", PATH, _body()).status_code == 409
    assert call("POST", PATH, _body(name="Pier ID")).status_code == 409
    assert call("POST", PATH, _body(client_id="another")).status_code == 409
    assert call("POST", PATH, _body(name="Pier ID", client_id="another")).status_code == 201


def test_no_program_sets_one_up(tenant: Tenant, call: Program) -> None:
    people = call("POST", "users", {"email": "a@northwind.example", "roles": ["support"]})
    both = {
        "responsible_id": call("GET", "users/me").json()["data"]["id"],
        "deputy_id": people.json()["data"]["id"],
    }
    integration = call("POST", "integrations", {"name": "Sync", **both}).json()["data"]["id"]
    named = {"name": "sync", "scopes": ["*"], "integration_id": integration}
    made = call("POST", "api-keys", named).json()["data"]
    key = Program(made.get("api_key") or made["key"])

    answer = key("POST", PATH, _body())

    assert answer.status_code == 403
    assert not IdentityProvider.objects.exists()


def test_others_and_other_companies_see_nothing(
    tenant: Tenant, other_tenant: Tenant, call: Program, openid: FakeOpenId
) -> None:
    with tenant_context(other_tenant.pk):
        foreign = provider_of(openid, other_tenant)
    path = f"{PATH}/{foreign.pk}"
    body = {"name": "x", "password": PASSWORD}

    assert call("GET", PATH).json()["data"] == []
    assert [
        call("GET", path).status_code,
        call("PATCH", path, body).status_code,
        call("DELETE", path).status_code,
        call("POST", f"{path}/test").status_code,
    ] == [404] * 4
    low = staff_program(tenant, "operator")[0]
    assert low("GET", PATH).status_code == 403
    assert low("POST", PATH, _body()).status_code == 403
