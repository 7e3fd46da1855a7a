"""Providers that cannot be used, and that the fake one is as strict as a real one."""

from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest

from accounts.errors import IdentityProviderTrouble
from accounts.models import IdentityProvider, SignOnRequest
from accounts.providers.openid import OpenIdProvider
from accounts.rules.identity_providers import redirect_uri_of
from ispplatform.core.models import Tenant
from tests.accounts.fake_openid import FakeOpenId, b64
from tests.accounts.sign_on import (
    CLIENT_ID,
    DOMAIN,
    SECRET,
    browser,
    goes,
    person,
    provider_of,
    refused,
    worker,
)


@pytest.fixture
def provider(tenant: Tenant, openid: FakeOpenId) -> IdentityProvider:
    """A provider at which a colleague of the company is logged in."""
    worker(tenant, "admin")
    openid.person = person()
    return provider_of(openid, tenant)


@pytest.mark.parametrize(
    "said",
    [
        {"issuer": "https://other.example"},
        {"issuer": None},
        {"token_endpoint": "http://provider.example/token"},
        {"token_endpoint": "https://user:secret@provider.example/token"},
        {"token_endpoint": None},
        {"jwks_uri": "file:///etc/passwd"},
        {"jwks_uri": ["https://provider.example/keys"]},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": "https://provider.example/a\r\nSet-Cookie: x=1"},
        {"userinfo_endpoint": "ftp://provider.example/"},
        {"response_types_supported": ["id_token"]},
        {"id_token_signing_alg_values_supported": ["none", "HS256"]},
        {"code_challenge_methods_supported": ["plain"]},
        {"token_endpoint_auth_methods_supported": ["private_key_jwt"]},
    ],
)
def test_provider_that_cannot_be_used_sends_nobody_anywhere(
    provider: IdentityProvider, openid: FakeOpenId, said: dict[str, Any]
) -> None:
    openid.lies.metadata = said
    web = browser()

    answer = web.get(f"/admin/sign-on/{provider.pk}/")

    assert answer.status_code == 403
    assert "Harbour ID does not answer as it should." in answer.content.decode()
    assert not SignOnRequest.objects.exists()


@pytest.mark.parametrize(
    "address",
    ["http://169.254.169.254/latest", "http://10.0.0.1", "http://127.0.0.1:1", "http://[::1]:1"],
)
def test_private_networks_are_out_of_reach(
    provider: IdentityProvider, openid: FakeOpenId, settings: Any, address: str
) -> None:
    """Else whoever sets a provider up could look around in our own network."""
    settings.SIGN_ON_LOOPBACK = False
    secure = address.replace("http:", "https:")

    with pytest.raises(IdentityProviderTrouble, match="inside a private network") as caught:
        OpenIdProvider(secure).metadata()

    assert caught.value.reason == "unreachable"


def test_operator_names_hosts_that_may_lie_in_a_private_network(
    provider: IdentityProvider, openid: FakeOpenId, settings: Any
) -> None:
    settings.SIGN_ON_LOOPBACK = False
    settings.SIGN_ON_PRIVATE_HOSTS = ["127.0.0.1"]

    with pytest.raises(IdentityProviderTrouble) as caught:
        OpenIdProvider(openid.issuer.replace("http:", "https:")).metadata()

    assert "private network" not in caught.value.message, "it was reached, and spoke no TLS"
    assert "SSL" in caught.value.message


def test_wrong_secret_is_said_in_the_trail_and_not_to_the_person(
    provider: IdentityProvider, openid: FakeOpenId
) -> None:
    openid.clients[CLIENT_ID].secret = "another"
    web = browser()

    shown = refused(web, goes(web, provider), "token_endpoint:invalid_client")

    assert "invalid_client" not in shown
    assert SECRET not in shown


# --------------------------------------------------------------- the provider itself is strict


def _asked(**changes: str | None) -> dict[str, str]:
    values = {
        "response_type": "code",
        "client_id": CLIENT_ID,
        "redirect_uri": "https://here.example/back",
        "scope": "openid email",
        "state": "s" * 43,
        "nonce": "n" * 43,
        "code_challenge": "c" * 43,
        "code_challenge_method": "S256",
        **changes,
    }
    return {name: value for name, value in values.items() if value is not None}


@pytest.mark.parametrize(
    ("change", "violation"),
    [
        ({"client_id": "nobody"}, "unknown client"),
        ({"redirect_uri": "https://here.example/back/"}, "is not registered"),
        ({"code_challenge": None}, "code_challenge"),
        ({"code_challenge_method": "plain"}, "code_challenge_method"),
        ({"state": None}, "state"),
        ({"nonce": None}, "nonce"),
        ({"scope": "email"}, "scope"),
    ],
)
def test_fake_provider_refuses_what_a_real_one_refuses(
    openid: FakeOpenId, change: dict[str, str | None], violation: str
) -> None:
    openid.register(CLIENT_ID, SECRET, "https://here.example/back")
    openid.person = person()

    answer = httpx.get(f"{openid.issuer}/authorize?{urlencode(_asked(**change))}")

    assert answer.status_code == 400 or "error=invalid_request" in answer.headers["Location"]
    assert violation in openid.violations.pop()


def test_fake_provider_takes_a_code_once_from_its_client_with_its_verifier(
    openid: FakeOpenId,
) -> None:
    openid.register(CLIENT_ID, SECRET, "https://here.example/back")
    openid.person = person(email=f"x@{DOMAIN}")
    verifier = "v" * 43
    challenge = b64(sha256(verifier.encode()).digest())

    def exchange(**changes: str) -> httpx.Response:
        asked = _asked(code_challenge=challenge)
        back = httpx.get(f"{openid.issuer}/authorize?{urlencode(asked)}").headers["Location"]
        form = {
            "grant_type": "authorization_code",
            "code": parse_qs(urlsplit(back).query)["code"][0],
            "redirect_uri": asked["redirect_uri"],
            "code_verifier": verifier,
            **changes,
        }
        auth = (urlencode({"": CLIENT_ID})[1:], urlencode({"": SECRET})[1:])
        first = httpx.post(f"{openid.issuer}/token", data=form, auth=auth)
        second = httpx.post(f"{openid.issuer}/token", data=form, auth=auth)
        assert second.json() == {"error": "invalid_grant"}
        return first

    assert exchange().status_code == 200
    assert exchange(code_verifier="w" * 43).json() == {"error": "invalid_grant"}
    assert exchange(redirect_uri="https://here.example/other").json() == {"error": "invalid_grant"}
    assert exchange(code="made up").json() == {"error": "invalid_grant"}
    wrong = httpx.post(f"{openid.issuer}/token", data={"grant_type": "x"}, auth=("a", "b"))
    assert (wrong.status_code, wrong.json()) == (401, {"error": "invalid_client"})


def test_address_to_register_is_the_one_that_answers(provider: IdentityProvider) -> None:
    address = redirect_uri_of(provider.pk, "https://desk.example/")
    assert address == f"https://desk.example/admin/sign-on/{provider.pk}/callback/"
    assert browser().get(urlsplit(address).path).status_code == 403
