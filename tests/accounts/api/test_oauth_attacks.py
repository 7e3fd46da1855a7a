"""What attackers try at the OAuth server: each is refused, changes nothing, and is in the trail."""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import time_machine
from django.test import Client

from accounts.choices import GrantType, SessionKind
from accounts.models import AuthorizationCode, ClientToken, OAuthClient, Session
from accounts.services.portal_views import portal_view_begin
from accounts.services.token_pairs import token_pair
from ispplatform.core.clock import system_now
from ispplatform.core.models import AuditEntry, Tenant
from ispplatform.core.tenancy.context import tenant_context
from tests.accounts.oauth import (
    AUTHORIZE,
    FORM,
    INTROSPECT,
    REVOKE,
    TOKEN,
    VERIFIER,
    agreed,
    basic,
    browser_of,
    exchanged,
    form,
    page_of,
    wish,
)
from tests.accounts.people import LAPTOP, Program, colleague, customer, staff_in
from tests.factories.accounts import REDIRECT_URI, OAuthClientFactory

__all__ = ["LAPTOP", "portal_view_begin"]


@pytest.fixture
def program(tenant: Tenant) -> OAuthClient:
    """A program that asks colleagues."""
    return OAuthClientFactory(scopes=["users:read"])


def _code(tenant: Tenant, client: OAuthClient) -> str:
    return agreed(browser_of(colleague(tenant, "support")), client)["code"]


def _refusals() -> list[str]:
    rows = AuditEntry.objects.filter(act="accounts.oauth_refused").order_by("created_at")
    return [entry.values.reason for entry in rows]


def _users(token: str) -> int:
    status: int = Program(token)("GET", "users").status_code
    return status


def test_code_that_is_shown_twice_opens_nothing_and_ends_what_it_opened(
    tenant: Tenant, program: OAuthClient
) -> None:
    code = _code(tenant, program)
    tokens = exchanged(program, code).json()
    assert _users(tokens["access_token"]) == 200

    again = exchanged(program, code)

    assert (again.status_code, again.json()) == (400, {"error": "invalid_grant"})
    assert _users(tokens["access_token"]) == 401
    session = Session.objects.get(client=program)
    assert session.end_reason == "An authorization code was shown twice."
    assert _refusals() == ["invalid_grant"]
    ended = AuditEntry.objects.get(act="accounts.session_end")
    assert ended.values.reason == "An authorization code was shown twice."


@pytest.mark.parametrize(
    "changes",
    [
        {"code_verifier": "another-verifier-of-more-than-forty-three-characters"},
        {"code_verifier": None},
        {"redirect_uri": f"{REDIRECT_URI}/more"},
        {"redirect_uri": "https://evil.example/"},
        {"code": "nonsense"},
        {"grant_type": "password"},
        {"grant_type": "client_credentials"},
        {"grant_type": None},
    ],
)
def test_code_without_its_proof_opens_nothing(
    tenant: Tenant, program: OAuthClient, changes: dict[str, Any]
) -> None:
    code = changes.pop("code", None) or _code(tenant, program)
    values = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": REDIRECT_URI,
        "code_verifier": VERIFIER,
        **changes,
    }

    answer = form(TOKEN, program, **{name: value for name, value in values.items() if value})

    assert answer.status_code == 400
    assert "access_token" not in answer.json()
    assert not Session.objects.filter(client=program).exists()
    assert not ClientToken.objects.exists()
    assert len(_refusals()) == 1


def test_guess_at_the_proof_burns_the_code(tenant: Tenant, program: OAuthClient) -> None:
    code = _code(tenant, program)
    wrong = "another-verifier-of-more-than-forty-three-characters"

    assert exchanged(program, code, code_verifier=wrong).json()["error"] == "invalid_grant"

    assert exchanged(program, code).json() == {"error": "invalid_grant"}
    assert not Session.objects.filter(client=program).exists()


def test_code_is_too_old_after_a_minute(tenant: Tenant, program: OAuthClient) -> None:
    code = _code(tenant, program)

    with time_machine.travel(system_now() + timedelta(seconds=61), tick=False):
        answer = exchanged(program, code)

    assert answer.json() == {"error": "invalid_grant"}
    assert not Session.objects.filter(client=program).exists()


def test_code_of_another_program_opens_nothing(tenant: Tenant, program: OAuthClient) -> None:
    thief = OAuthClientFactory(scopes=["users:read"])
    code = _code(tenant, program)

    assert exchanged(thief, code).json() == {"error": "invalid_grant"}

    assert exchanged(program, code).status_code == 200


@pytest.mark.parametrize("secret", ["", "cs_wrong", "cs_of-the-test", "é"])
def test_wrong_secret_is_refused_at_every_endpoint(
    tenant: Tenant, program: OAuthClient, secret: str
) -> None:
    code = _code(tenant, program)
    tokens = exchanged(program, code).json()

    for path, values in (
        (TOKEN, {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}),
        (REVOKE, {"token": tokens["access_token"]}),
        (INTROSPECT, {"token": tokens["access_token"]}),
    ):
        answer = form(path, program, secret, **values)
        assert (answer.status_code, answer.json()) == (401, {"error": "invalid_client"})
        assert "WWW-Authenticate" in answer

    assert _users(tokens["access_token"]) == 200
    assert _refusals() == ["invalid_client"]


def test_program_without_a_secret_may_not_ask_what_tokens_open(tenant: Tenant) -> None:
    client = OAuthClientFactory(is_confidential=False, secret_digest="")

    answer = form(INTROSPECT, None, client_id=client.client_id, token="x")

    assert answer.status_code == 401


def test_confidential_program_cannot_pass_as_one_without_a_secret(
    tenant: Tenant, program: OAuthClient
) -> None:
    answer = form(
        TOKEN,
        None,
        client_id=program.client_id,
        grant_type="authorization_code",
        code=_code(tenant, program),
        redirect_uri=REDIRECT_URI,
        code_verifier=VERIFIER,
    )

    assert (answer.status_code, answer.json()) == (401, {"error": "invalid_client"})
    assert not Session.objects.filter(client=program).exists()


@pytest.mark.parametrize(
    "uri",
    [
        f"{REDIRECT_URI}/evil",
        f"{REDIRECT_URI}?next=evil",
        f"{REDIRECT_URI}.evil.example",
        "https://books.example.evil.example/callback",
        "https://books.example@evil.example/callback",
        "https://books.example/Callback",
        "http://books.example/callback",
        "https://books.example:444/callback",
        "https://books.example/callback/../x",
        "javascript:alert(1)",
        "//evil.example",
        "",
        None,
    ],
)
def test_browser_is_sent_to_no_address_that_was_not_registered(
    tenant: Tenant, program: OAuthClient, uri: str | None
) -> None:
    browser = browser_of(colleague(tenant, "support"))
    address = page_of(program, redirect_uri=uri)

    shown, sent = browser.get(address), browser.post(address, {"decision": "allow"})

    assert (shown.status_code, sent.status_code) == (400, 400)
    assert "Location" not in sent
    assert not AuthorizationCode.objects.exists()
    assert len(_refusals()) == 1


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "none"}, "unauthorized_client"),
        ({"response_type": "code token"}, "unauthorized_client"),
        ({"response_type": None}, "invalid_request"),
        ({"scope": "users:update"}, "invalid_scope"),
        ({"scope": "*"}, "invalid_scope"),
        ({"scope": "unicorns:ride users:read"}, "invalid_scope"),
    ],
)
def test_wish_that_is_not_granted_goes_back_with_its_state_and_no_code(
    tenant: Tenant, program: OAuthClient, changes: dict[str, Any], error: str
) -> None:
    browser = browser_of(colleague(tenant, "admin"))

    answer = browser.post(page_of(program, **changes), {"decision": "allow"})

    assert answer.status_code == 302
    assert answer["Location"].startswith(f"{REDIRECT_URI}?")
    told = dict(parse_qsl(urlsplit(answer["Location"]).query))
    assert (told["error"], told["state"], told["iss"]) == (error, "xyz", tenant.base_url)
    assert "code" not in told
    assert not AuthorizationCode.objects.exists()
    assert len(_refusals()) == 1


def test_unknown_program_leads_nowhere(tenant: Tenant, program: OAuthClient) -> None:
    asked = {**wish(program), "client_id": "nonsense"}

    assert Client(HTTP_HOST="northwind.localhost").get(AUTHORIZE, asked).status_code == 404
    answer = form(TOKEN, None, client_id="nonsense", grant_type="client_credentials")
    assert (answer.status_code, answer.json()) == (401, {"error": "invalid_client"})


def test_name_that_is_given_twice_is_refused(tenant: Tenant, program: OAuthClient) -> None:
    browser = browser_of(colleague(tenant, "support"))

    assert browser.get(f"{page_of(program)}&redirect_uri=https://evil.example/").status_code == 400
    body = "grant_type=authorization_code&grant_type=client_credentials&code=x"
    answer = Client(HTTP_HOST="northwind.localhost").post(
        TOKEN, body, content_type=FORM, headers={"Authorization": basic(program)}
    )
    assert answer.json()["error"] == "invalid_request"


def test_consent_needs_the_browsers_own_form(tenant: Tenant, program: OAuthClient) -> None:
    browser = browser_of(colleague(tenant, "support"))
    strict = Client(enforce_csrf_checks=True, HTTP_HOST="northwind.localhost")
    strict.cookies = browser.cookies

    answer = strict.post(page_of(program), {"decision": "allow"})

    assert answer.status_code == 403
    assert not AuthorizationCode.objects.exists()


def test_page_cannot_be_framed(tenant: Tenant, program: OAuthClient) -> None:
    shown = browser_of(colleague(tenant, "support")).get(page_of(program))

    assert "frame-ancestors 'none'" in shown["Content-Security-Policy"]
    assert "no-store" in shown["Cache-Control"]


def test_colleague_cannot_agree_for_a_program_of_another_company(
    tenant: Tenant, other_tenant: Tenant
) -> None:
    with tenant_context(other_tenant.pk):
        foreign = OAuthClientFactory(scopes=["users:read"])
        page = page_of(foreign)
    browser = browser_of(colleague(tenant, "support"))

    answer = browser.post(page, {"decision": "allow"})

    assert answer.status_code == 400
    with tenant_context(other_tenant.pk):
        assert not AuthorizationCode.objects.exists()


def test_customer_cannot_agree_for_a_program_of_colleagues(
    tenant: Tenant, program: OAuthClient
) -> None:
    page = page_of(program).replace("/admin/authorize/", "/account/authorize")

    answer = browser_of(customer(tenant)).post(page, {"decision": "allow"})

    assert answer.status_code == 400
    assert not AuthorizationCode.objects.exists()


def test_replayed_refresh_token_ends_the_programs_log_in(
    tenant: Tenant, program: OAuthClient
) -> None:
    def refreshed(token: str) -> Any:
        return form(TOKEN, program, grant_type="refresh_token", refresh_token=token)

    first = exchanged(program, _code(tenant, program)).json()["refresh_token"]
    second = refreshed(first).json()["refresh_token"]
    third = refreshed(second).json()

    replayed = refreshed(first)

    assert (replayed.status_code, replayed.json()) == (400, {"error": "invalid_grant"})
    assert _users(third["access_token"]) == 401
    assert refreshed(third["refresh_token"]).json() == {"error": "invalid_grant"}
    session = Session.objects.get(client=program)
    assert session.end_reason == "A used refresh token was shown."
    assert _refusals() == ["invalid_grant"]


def test_refresh_token_is_good_at_its_own_door_and_for_its_own_program_only(
    tenant: Tenant, program: OAuthClient
) -> None:
    thief = OAuthClientFactory(scopes=["users:read"])
    stolen = exchanged(program, _code(tenant, program)).json()["refresh_token"]
    persons = token_pair(entry=staff_in(tenant, colleague(tenant, "support"))).refresh_token

    asked = {"grant_type": "refresh_token"}
    assert form(TOKEN, thief, **asked, refresh_token=stolen).json() == {"error": "invalid_grant"}
    assert form(TOKEN, program, **asked, refresh_token=persons).json() == {"error": "invalid_grant"}
    at_the_log_in = Client(HTTP_HOST="northwind.localhost").post(
        "/api/v1/auth/refresh", {"refresh_token": stolen}, content_type="application/json"
    )
    assert at_the_log_in.status_code == 401

    assert form(TOKEN, program, **asked, refresh_token=stolen).status_code == 200


def test_refresh_asks_for_no_more_than_was_agreed(tenant: Tenant) -> None:
    client = OAuthClientFactory(scopes=["roles:read", "users:read"])
    browser = browser_of(colleague(tenant, "support"))
    code = agreed(browser, client, scope="users:read")["code"]
    tokens = exchanged(client, code).json()

    answer = form(
        TOKEN,
        client,
        grant_type="refresh_token",
        refresh_token=tokens["refresh_token"],
        scope="roles:read users:read",
    )

    assert answer.json() == {"error": "invalid_scope"}


def test_nobody_revokes_the_tokens_of_another_program(tenant: Tenant, program: OAuthClient) -> None:
    thief = OAuthClientFactory(scopes=["users:read"])
    tokens = exchanged(program, _code(tenant, program)).json()

    for token in (tokens["access_token"], tokens["refresh_token"], "nonsense"):
        assert form(REVOKE, thief, token=token).status_code == 200

    assert _users(tokens["access_token"]) == 200


def test_programs_own_token_is_not_for_customers(tenant: Tenant) -> None:
    machine = OAuthClientFactory(
        grant_types=[GrantType.CLIENT_CREDENTIALS.value], scopes=["users:read"]
    )
    token = form(TOKEN, machine, grant_type="client_credentials").json()["access_token"]

    answer = Program(token)("GET", "/api/portal/v1/account/profile")

    assert answer.json()["error"]["code"] == "WRONG_API"
    refused = AuditEntry.objects.get(act="accounts.credential_refused")
    assert refused.values.reason == "WRONG_API"


def test_program_that_asks_customers_never_acts_for_itself(tenant: Tenant) -> None:
    client = OAuthClientFactory(side=SessionKind.PORTAL, scopes=["own_profile:read"])

    answer = form(TOKEN, client, grant_type="client_credentials")

    assert (answer.status_code, answer.json()) == (400, {"error": "unauthorized_client"})
    assert not ClientToken.objects.exists()


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "2fa/enable"),
        ("POST", "2fa/disable"),
        ("POST", "2fa/recovery-codes"),
        ("POST", "change-password"),
        ("POST", "email"),
        ("GET", "applications"),
    ],
)
def test_program_of_a_customer_changes_nothing_that_lets_somebody_in(
    tenant: Tenant, method: str, path: str
) -> None:
    client = OAuthClientFactory(
        side=SessionKind.PORTAL,
        scopes=["own_profile:read", "own_profile:update", "own_sessions:manage"],
    )
    account = customer(tenant)
    code = agreed(browser_of(account), client)["code"]
    token = exchanged(client, code).json()["access_token"]

    answer = Program(token)(method, f"/api/portal/v1/account/{path}", {})

    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "INSUFFICIENT_SCOPE"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("{}", "application/json"),
        ("grant_type", FORM),
        ("%ff%fe=1", FORM),
        ("\x00\xff", FORM),
        ("&".join(f"a{n}=1" for n in range(60)), FORM),
    ],
)
def test_body_that_is_no_form_is_a_clear_refusal(
    tenant: Tenant, program: OAuthClient, body: str, kind: str
) -> None:
    answer = Client(HTTP_HOST="northwind.localhost").post(
        TOKEN, body.encode("latin-1"), content_type=kind, headers={"Authorization": basic(program)}
    )

    assert answer.status_code == 400
    assert answer.json()["error"] in {"invalid_request", "unsupported_grant_type"}
