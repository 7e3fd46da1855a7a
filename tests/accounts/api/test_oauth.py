"""OAuth 2.0: what programs get from people and for themselves, and what they do not."""

from datetime import timedelta
from typing import Any

import jwt
import pytest
import time_machine
from django.test import Client

from accounts.choices import GrantType, MembershipStatus, SessionKind
from accounts.models import AuthorizationCode, ClientToken, OAuthClient, Session
from accounts.rules.scope_words import SCOPE_WORDS
from accounts.rules.seeded_roles import CUSTOMER_ROLE
from accounts.services.integrations import integration_end
from accounts.services.roles import membership_set_roles
from accounts.services.users import membership_set_status
from ispplatform.core.actors import Actor
from ispplatform.core.clock import system_now
from ispplatform.core.models import AuditEntry, Tenant
from ispplatform.core.permissions import permissions_seeded_for
from tests.accounts.oauth import (
    AUTHORIZE,
    INTROSPECT,
    REVOKE,
    TOKEN,
    VERIFIER,
    agreed,
    browser_of,
    exchanged,
    form,
    page_of,
    wish,
)
from tests.accounts.people import Program, acts, colleague, customer, staff_program
from tests.factories.accounts import REDIRECT_URI, IntegrationFactory, OAuthClientFactory

SYSTEM = Actor.system("tests")
STAFF_SCOPES = ["customers:read", "users:read"]


@pytest.fixture
def program(tenant: Tenant) -> OAuthClient:
    """A program that asks colleagues."""
    return OAuthClientFactory(scopes=STAFF_SCOPES)


@pytest.fixture
def machine(tenant: Tenant) -> OAuthClient:
    """A program that acts for itself."""
    return OAuthClientFactory(
        grant_types=[GrantType.CLIENT_CREDENTIALS.value], redirect_uris=[], scopes=STAFF_SCOPES
    )


def _tokens(tenant: Tenant, client: OAuthClient, *roles: str) -> Any:
    account = colleague(tenant, *(roles or ("support",)))
    return exchanged(client, agreed(browser_of(account), client)["code"]).json()


def _own(machine: OAuthClient, **values: Any) -> Any:
    return form(TOKEN, machine, grant_type="client_credentials", **values)


def _get(token: str, path: str = "users") -> Any:
    return Program(token)("GET", path)


# ------------------------------------------------------------------------------ the flows


def test_colleague_agrees_and_the_program_acts_within_scopes_and_roles(
    tenant: Tenant, program: OAuthClient
) -> None:
    account = colleague(tenant, "support")
    browser = browser_of(account)

    led = Client(HTTP_HOST="northwind.localhost").get(AUTHORIZE, wish(program))
    assert (led.status_code, led["Location"]) == (302, page_of(program))
    shown = browser.get(page_of(program)).content.decode()
    assert program.integration.name in shown
    assert "See customers" in shown
    back = agreed(browser, program)
    assert (back["state"], back["iss"]) == ("xyz", tenant.base_url)
    answer = exchanged(program, back["code"])

    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    tokens = answer.json()
    assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 3600)
    assert tokens["scope"] == "customers:read users:read"
    claims = jwt.decode(tokens["access_token"], options={"verify_signature": False})
    assert (claims["sub"], claims["client_id"]) == (str(account.user_id), program.client_id)
    assert (claims["iss"], claims["scope"]) == (tenant.base_url, "customers:read users:read")
    assert _get(tokens["access_token"]).status_code == 200
    beyond = _get(tokens["access_token"], "roles")
    assert beyond.status_code == 403
    assert beyond.json()["error"]["code"] == "INSUFFICIENT_SCOPE"
    assert beyond["WWW-Authenticate"] == (
        'Bearer realm="api", error="insufficient_scope", scope="roles:read"'
    )
    assert acts()[-2:] == ["accounts.oauth_consent", "accounts.oauth_log_in"]
    assert Session.objects.get(client=program).scopes == STAFF_SCOPES


def test_customer_agrees_and_the_program_acts_for_that_customer_alone(tenant: Tenant) -> None:
    client = OAuthClientFactory(side=SessionKind.PORTAL, scopes=["own_profile:read"])
    browser = browser_of(customer(tenant))

    shown = browser.get(page_of(client))
    tokens = exchanged(client, agreed(browser, client)["code"]).json()

    assert "See your name, e-mail address and telephone" in shown.content.decode()
    assert "form-action 'self' https://books.example" in shown["Content-Security-Policy"]
    token = tokens["access_token"]
    assert _get(token, "/api/portal/v1/account/profile").status_code == 200
    assert _get(token, "/api/portal/v1/account/sessions").status_code == 403
    assert _get(token).json()["error"]["code"] == "WRONG_API"


def test_every_permission_of_customers_has_words_for_them() -> None:
    assert set(SCOPE_WORDS) == permissions_seeded_for(CUSTOMER_ROLE)


def test_what_the_person_may_not_is_withheld(tenant: Tenant) -> None:
    client = OAuthClientFactory(scopes=["roles:manage", "users:read"])
    browser = browser_of(colleague(tenant, "support"))

    shown = browser.get(page_of(client)).content.decode()
    tokens = exchanged(client, agreed(browser, client)["code"]).json()

    assert "It asks for more than you may do yourself" in shown
    assert tokens["scope"] == "users:read"


def test_role_that_is_taken_away_takes_it_from_the_program_at_once(
    tenant: Tenant, program: OAuthClient
) -> None:
    account = colleague(tenant, "support")
    tokens = exchanged(program, agreed(browser_of(account), program)["code"]).json()
    assert _get(tokens["access_token"]).status_code == 200

    membership_set_roles(actor=SYSTEM, membership=account, codes=["billing"])

    assert _get(tokens["access_token"]).status_code == 403
    membership_set_status(actor=SYSTEM, membership=account, status=MembershipStatus.SUSPENDED)
    assert _get(tokens["access_token"]).status_code == 401


def test_who_does_not_agree_sends_the_program_away(tenant: Tenant, program: OAuthClient) -> None:
    browser = browser_of(colleague(tenant, "support"))

    answer = browser.post(page_of(program), {"decision": "deny"})

    assert answer["Location"].startswith(f"{REDIRECT_URI}?error=access_denied&state=xyz&iss=")
    assert not AuthorizationCode.objects.exists()


def test_program_acts_for_itself_within_its_scopes(tenant: Tenant, machine: OAuthClient) -> None:
    tokens = _own(machine, scope="users:read").json()

    assert tokens["scope"] == "users:read"
    assert "refresh_token" not in tokens
    assert _get(tokens["access_token"]).status_code == 200
    assert _get(tokens["access_token"], "customers").status_code == 403
    assert _get(tokens["access_token"], "users/me").status_code == 403
    assert _get(_own(machine).json()["access_token"], "customers").status_code == 200
    machine.refresh_from_db()
    assert machine.last_used_address == "127.0.0.1"


def test_what_a_program_does_bears_its_name_in_the_trail(tenant: Tenant) -> None:
    machine = OAuthClientFactory(
        grant_types=[GrantType.CLIENT_CREDENTIALS.value], scopes=["roles:manage", "users:read"]
    )
    token = _own(machine).json()["access_token"]

    assert Program(token)("POST", "roles", {"name": "Night", "permissions": ["users:read"]}).json()

    entry = AuditEntry.objects.get(act="accounts.role_create")
    assert (entry.actor_type, entry.actor_id) == ("oauth_client", str(machine.pk))


def test_limits_are_the_programs_own(tenant: Tenant, machine: OAuthClient, program: Any) -> None:
    token = _own(machine).json()["access_token"]

    answer = _get(token)

    assert answer["X-RateLimit-Limit"] == "1000"  # 100 a minute, ten times as much in a sandbox
    delegated = _tokens(tenant, program)["access_token"]
    assert _get(delegated)["X-RateLimit-Limit"] == "1000"
    assert _own(machine)["X-RateLimit-Limit"] == "1000"


def test_program_without_a_secret_proves_itself_by_its_code_alone(tenant: Tenant) -> None:
    client = OAuthClientFactory(is_confidential=False, secret_digest="")
    code = agreed(browser_of(colleague(tenant, "support")), client)["code"]
    values = {
        "grant_type": "authorization_code",
        "client_id": client.client_id,
        "code": code,
        "redirect_uri": REDIRECT_URI,
        "code_verifier": VERIFIER,
    }

    tokens = form(TOKEN, None, **values).json()

    assert _get(tokens["access_token"]).status_code == 200
    again = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    assert form(TOKEN, None, client_id=client.client_id, **again).status_code == 200


def test_refresh_rotates_and_may_ask_for_less(tenant: Tenant, program: OAuthClient) -> None:
    first = _tokens(tenant, program)

    second = form(
        TOKEN,
        program,
        grant_type="refresh_token",
        refresh_token=first["refresh_token"],
        scope="users:read",
    ).json()

    assert second["refresh_token"] != first["refresh_token"]
    assert second["scope"] == "users:read"
    assert _get(second["access_token"]).status_code == 200
    assert _get(second["access_token"], "customers").status_code == 403
    third = form(
        TOKEN, program, grant_type="refresh_token", refresh_token=second["refresh_token"]
    ).json()
    assert _get(third["access_token"], "customers").status_code == 200


@pytest.mark.parametrize("which", ["access_token", "refresh_token"])
def test_revoked_token_ends_everything_at_once(
    tenant: Tenant, program: OAuthClient, which: str
) -> None:
    tokens = _tokens(tenant, program)

    assert form(REVOKE, program, token=tokens[which]).status_code == 200

    assert _get(tokens["access_token"]).status_code == 401
    again = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    assert form(TOKEN, program, **again).json() == {"error": "invalid_grant"}
    ended = AuditEntry.objects.get(act="accounts.session_end")
    assert (ended.actor_type, ended.actor_id) == ("oauth_client", str(program.pk))


def test_own_token_is_revoked_alone(tenant: Tenant, machine: OAuthClient) -> None:
    first, second = (_own(machine).json()["access_token"] for _ in range(2))

    assert form(REVOKE, machine, token=first).status_code == 200

    assert [_get(first).status_code, _get(second).status_code] == [401, 200]
    assert ClientToken.objects.filter(ended_at=None).count() == 1


def test_introspection_tells_a_program_of_the_tokens_of_its_integration(
    tenant: Tenant, program: OAuthClient
) -> None:
    tokens = _tokens(tenant, program)
    sibling = OAuthClientFactory(integration=program.integration)

    told = form(INTROSPECT, sibling, token=tokens["access_token"]).json()

    assert told["active"] is True
    assert told["client_id"] == program.client_id
    assert told["scope"] == "customers:read users:read"
    assert told["exp"] - told["iat"] == 3600
    assert form(INTROSPECT, program, token=tokens["refresh_token"]).json()["active"] is True
    for client, text in (
        (OAuthClientFactory(), tokens["access_token"]),
        (program, "nonsense"),
        (program, Program(_tokens(tenant, program)["access_token"]).headers["HTTP_AUTHORIZATION"]),
    ):
        assert form(INTROSPECT, client, token=text).json() == {"active": False}
    form(REVOKE, program, token=tokens["access_token"])
    assert form(INTROSPECT, program, token=tokens["access_token"]).json() == {"active": False}


def test_metadata_names_the_endpoints_at_the_companys_own_address(tenant: Tenant) -> None:
    told = Client(HTTP_HOST="northwind.localhost").get("/.well-known/oauth-authorization-server")

    assert told.json()["issuer"] == tenant.base_url
    assert told.json()["token_endpoint"] == f"{tenant.base_url}/api/v1/oauth/token"
    assert told.json()["code_challenge_methods_supported"] == ["S256"]


def test_person_sees_and_takes_back_what_programs_may(tenant: Tenant, program: Any) -> None:
    call, me = staff_program(tenant, "support")
    browser = browser_of(me)
    tokens = exchanged(program, agreed(browser, program)["code"]).json()

    listed = call("GET", "users/me/applications").json()["data"]
    page = browser.get("/admin/account/").content.decode()

    assert [(one["name"], one["scopes"]) for one in listed] == [
        (program.integration.name, STAFF_SCOPES)
    ]
    assert "Programs that act for you" in page
    channels = {row["channel"] for row in call("GET", "users/me/sessions").json()["data"]}
    assert channels == {"api", "browser"}
    assert call("DELETE", f"users/me/applications/{listed[0]['id']}").status_code == 200
    assert call("DELETE", f"users/me/applications/{listed[0]['id']}").status_code == 404
    assert _get(tokens["access_token"]).status_code == 401
    assert call("GET", "users").status_code == 200


def test_ending_all_log_ins_of_a_colleague_ends_what_programs_may_for_them(
    tenant: Tenant, program: OAuthClient
) -> None:
    admin, _me = staff_program(tenant, "admin")
    account = colleague(tenant, "support")
    token = exchanged(program, agreed(browser_of(account), program)["code"]).json()["access_token"]

    ended = admin("DELETE", f"users/{account.user_id}/sessions").json()["data"]["ended"]

    assert ended == 2
    assert _get(token).status_code == 401


def test_customer_takes_back_on_the_account_page(tenant: Tenant) -> None:
    client = OAuthClientFactory(side=SessionKind.PORTAL, scopes=["own_profile:read"])
    browser = browser_of(customer(tenant))
    token = exchanged(client, agreed(browser, client)["code"]).json()["access_token"]
    session = Session.objects.get(client=client)
    assert client.integration.name in browser.get("/account").content.decode()

    browser.post(f"/account/applications/{session.pk}/end")

    assert _get(token, "/api/portal/v1/account/profile").status_code == 401
    assert client.integration.name not in browser.get("/account").content.decode()


def test_program_does_not_look_after_the_account_of_its_person(
    tenant: Tenant, program: OAuthClient
) -> None:
    token = _tokens(tenant, program, "admin")["access_token"]

    answers = [_get(token, path).status_code for path in ("users/me", "users/me/sessions")]

    assert answers == [403, 403]


def test_ending_an_integration_ends_its_clients_with_all_they_hold(
    tenant: Tenant, program: OAuthClient
) -> None:
    machine = OAuthClientFactory(
        integration=program.integration,
        grant_types=[GrantType.CLIENT_CREDENTIALS.value],
        scopes=STAFF_SCOPES,
    )
    texts = [_tokens(tenant, program)["access_token"], _own(machine).json()["access_token"]]

    integration_end(actor=SYSTEM, integration_id=program.integration_id, reason="over")

    assert [_get(text).status_code for text in texts] == [401, 401]
    assert _own(machine).json() == {"error": "invalid_client"}


# ----------------------------------------------------------------------------- the clients


def _make(call: Program, **body: Any) -> Any:
    return call(
        "POST",
        "oauth/clients",
        {
            "integration_id": str(IntegrationFactory().pk),
            "name": "web",
            "side": "staff",
            "scopes": ["users:*"],
            "redirect_uris": [REDIRECT_URI],
            **body,
        },
    )


def test_client_is_made_and_its_secret_shown_once(tenant: Tenant) -> None:
    call, _me = staff_program(tenant, "admin")

    made = _make(call)

    assert made.status_code == 201, made.json()
    data = made.json()["data"]
    row = OAuthClient.objects.get()
    assert data["client_id"] == row.client_id
    assert data["scopes"] == [
        "users:activity",
        "users:create",
        "users:end_access",
        "users:export",
        "users:import",
        "users:read",
        "users:report",
        "users:update",
    ]
    assert data["client_secret"] not in str(row.__dict__)
    assert "client_secret" not in call("GET", f"oauth/clients/{row.pk}").json()["data"]
    shown = call("GET", f"integrations/{row.integration_id}").json()["data"]
    assert [one["name"] for one in shown["oauth_clients"]] == ["web"]
    assert call("DELETE", f"oauth/clients/{row.pk}").status_code == 200
    assert acts()[-2:] == ["accounts.oauth_client_create", "accounts.oauth_client_end"]


def test_rotated_secret_overlaps_and_then_ends(tenant: Tenant, machine: OAuthClient) -> None:
    call, _me = staff_program(tenant, "admin")

    made = call("POST", f"oauth/clients/{machine.pk}/rotate", {"overlap_seconds": 600})

    fresh = made.json()["data"]["client_secret"]
    asked = {"grant_type": "client_credentials"}
    assert _own(machine).status_code == 200
    assert form(TOKEN, machine, fresh, **asked).status_code == 200
    with time_machine.travel(system_now() + timedelta(seconds=601), tick=False):
        assert _own(machine).json() == {"error": "invalid_client"}
        assert form(TOKEN, machine, fresh, **asked).status_code == 200


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"scopes": ["*"]}, 422, "scopes"),
        ({"scopes": ["unicorns:ride"]}, 422, "scopes"),
        ({"side": "portal", "scopes": ["users:read"]}, 422, "scopes"),
        ({"redirect_uris": []}, 422, "redirect_uris"),
        ({"redirect_uris": ["http://books.example/cb"]}, 422, "redirect_uris"),
        ({"redirect_uris": ["https://books.example/cb#x"]}, 422, "redirect_uris"),
        ({"redirect_uris": ["https://*.example/cb"]}, 422, "redirect_uris"),
        ({"redirect_uris": ["https://me:pw@books.example/"]}, 422, "redirect_uris"),
        ({"redirect_uris": ["javascript:alert(1)"]}, 422, "redirect_uris"),
        ({"grant_types": []}, 422, "grant_types"),
        ({"grant_types": ["client_credentials"], "is_confidential": False}, 422, "grant_types"),
        (
            {"grant_types": ["client_credentials"], "side": "portal", "scopes": ["services:read"]},
            422,
            "grant_types",
        ),
    ],
)
def test_bad_clients_are_not_made(
    tenant: Tenant, body: dict[str, Any], status: int, field: str
) -> None:
    call, _me = staff_program(tenant, "admin")

    answer = _make(call, **body)

    assert answer.status_code == status, answer.json()
    assert answer.json()["error"]["details"]["field"] == field
    assert not OAuthClient.objects.exists()


def test_nobody_makes_a_client_stronger_than_themselves(tenant: Tenant) -> None:
    call, _me = staff_program(tenant, "admin")
    key = call(
        "POST",
        "api-keys",
        {
            "name": "a",
            "scopes": ["integrations:manage", "users:read"],
            "integration_id": str(IntegrationFactory().pk),
        },
    ).json()["data"]["key"]

    assert _make(Program(key), scopes=["roles:manage"]).status_code == 403
    assert _make(Program(key), scopes=["users:read"]).status_code == 201
