"""A client library that is not ours walks every flow of the OAuth server, over real HTTP."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.httpx_client import OAuth2Client
from django.test import override_settings
from joserfc import jwt
from joserfc.jwk import KeySet
from pytest_django.live_server_helper import LiveServer

from accounts.choices import GrantType, SessionKind
from accounts.models import Role
from accounts.services.roles import tenant_roles_seed
from accounts.tokens.keys import token_key_make
from ispplatform.core.models import Tenant, TenantMode
from ispplatform.core.tenancy.context import tenant_context
from tests.factories.accounts import (
    CLIENT_SECRET,
    PASSWORD,
    MembershipFactory,
    OAuthClientFactory,
    PortalAccountFactory,
)
from tests.factories.core import TenantFactory

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
CALLBACK = "http://127.0.0.1:9/callback"
VERIFIER = "a-verifier-of-more-than-forty-three-characters-0123"
CSRF = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')


@pytest.fixture
def company(live_server: LiveServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Tenant]:
    """A sandbox company whose own address is the running server's."""
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")  # the server speaks HTTP on loopback
    tenant: Tenant = TenantFactory(
        slug="northwind", is_default=True, base_url=live_server.url, mode=TenantMode.SANDBOX
    )
    opened = override_settings(ALLOWED_HOSTS=["*"], BOUND_TO_LOOPBACK=True)
    with opened, tenant_context(tenant.pk):
        tenant_roles_seed(tenant)
        yield tenant


def metadata(tenant: Tenant) -> dict[str, Any]:
    found: dict[str, Any] = httpx.get(
        f"{tenant.base_url}/.well-known/oauth-authorization-server"
    ).json()
    assert found["issuer"] == tenant.base_url
    return found


def sent(browser: httpx.Client, page: httpx.Response, **values: str) -> httpx.Response:
    """Send the form of a page."""
    found = CSRF.search(page.text)
    assert found is not None, page.text[:500]
    form = {"csrfmiddlewaretoken": found[1], **values}
    return browser.post(page.url, data=form, headers={"Referer": str(page.url)})


def agreed(uri: str, name: str) -> str:
    """Follow a program's link in a browser, log in, agree; return where the browser is sent."""
    with httpx.Client(follow_redirects=True) as browser:
        asked = browser.get(uri)
        assert "/login" in asked.url.path
        consent = sent(browser, asked, name=name, password=PASSWORD)
        assert "authorize" in consent.url.path, consent.url
        browser.follow_redirects = False
        answer = sent(browser, consent, decision="allow")
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"]


def claims_of(token: str, told: dict[str, Any]) -> dict[str, Any]:
    """Verify an access token by the published keys, as a resource server would."""
    keys = KeySet.import_key_set(httpx.get(told["jwks_uri"]).json())
    claims: dict[str, Any] = jwt.decode(token, keys, algorithms=["RS256"]).claims
    return claims


def walked(tenant: Tenant, client: OAuth2Client, name: str, path: str) -> None:
    """Authorize, exchange, use, refresh; the caller goes on with what is left."""
    told = metadata(tenant)
    uri, state = client.create_authorization_url(
        told["authorization_endpoint"], code_verifier=VERIFIER
    )
    location = agreed(uri, name)
    answer = parse_qs(urlsplit(location).query)
    assert (answer["state"], answer["iss"]) == ([state], [tenant.base_url])

    first = client.fetch_token(
        told["token_endpoint"],
        authorization_response=location,
        state=state,
        code_verifier=VERIFIER,
    )
    assert client.get(f"{tenant.base_url}{path}").status_code == 200
    claims = claims_of(first["access_token"], told)
    assert claims["iss"] == tenant.base_url
    assert claims["client_id"] == client.client_id
    token_key_make()
    second = client.refresh_token(told["token_endpoint"], refresh_token=first["refresh_token"])
    assert second["refresh_token"] != first["refresh_token"]
    assert claims_of(second["access_token"], told)["session_id"] == claims["session_id"]
    assert client.get(f"{tenant.base_url}{path}").status_code == 200


def test_a_server_acts_for_a_colleague_until_it_revokes_its_token(company: Tenant) -> None:
    account = MembershipFactory(roles=list(Role.objects.filter(code="support")))
    row = OAuthClientFactory(scopes=["users:read"], redirect_uris=[CALLBACK])
    told = metadata(company)
    with OAuth2Client(
        row.client_id,
        CLIENT_SECRET,
        scope="users:read",
        redirect_uri=CALLBACK,
        code_challenge_method="S256",
    ) as client:
        walked(company, client, account.user.email, "/api/v1/users")
        users = client.get(f"{company.base_url}/api/v1/roles")
        assert users.status_code == 403
        assert 'error="insufficient_scope"' in users.headers["WWW-Authenticate"]
        access = client.token["access_token"]
        seen = client.introspect_token(told["introspection_endpoint"], token=access).json()
        assert (seen["active"], seen["scope"]) == (True, "users:read")

        assert client.revoke_token(told["revocation_endpoint"], token=access).status_code == 200

        assert client.get(f"{company.base_url}/api/v1/users").status_code == 401
        seen = client.introspect_token(told["introspection_endpoint"], token=access).json()
        assert seen == {"active": False}
        with pytest.raises(OAuthError) as refused:
            client.refresh_token(
                told["token_endpoint"], refresh_token=client.token["refresh_token"]
            )
    assert refused.value.error == "invalid_grant"


def test_an_app_without_a_secret_acts_for_a_customer(company: Tenant) -> None:
    account = PortalAccountFactory()
    row = OAuthClientFactory(
        side=SessionKind.PORTAL,
        scopes=["own_profile:read"],
        redirect_uris=[CALLBACK],
        is_confidential=False,
        secret_digest="",
    )
    with OAuth2Client(
        row.client_id,
        token_endpoint_auth_method="none",
        scope="own_profile:read",
        redirect_uri=CALLBACK,
        code_challenge_method="S256",
    ) as client:
        walked(company, client, account.portal_id, "/api/portal/v1/account/profile")


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_a_program_acts_for_itself(company: Tenant, method: str) -> None:
    row = OAuthClientFactory(
        grant_types=[GrantType.CLIENT_CREDENTIALS.value], scopes=["roles:read", "users:read"]
    )
    told = metadata(company)
    with OAuth2Client(
        row.client_id, CLIENT_SECRET, token_endpoint_auth_method=method, scope="users:read"
    ) as client:
        token = client.fetch_token(told["token_endpoint"], grant_type="client_credentials")

        assert token["scope"] == "users:read"
        assert claims_of(token["access_token"], told)["sub"] == row.client_id
        assert client.get(f"{company.base_url}/api/v1/users").status_code == 200
        assert client.get(f"{company.base_url}/api/v1/roles").status_code == 403
        with pytest.raises(OAuthError) as refused:
            client.fetch_token(told["token_endpoint"], grant_type="authorization_code", code="x")
    assert refused.value.error in {"unauthorized_client", "invalid_grant"}
