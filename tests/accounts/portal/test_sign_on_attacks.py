"""What an identity provider, a browser or somebody between them may try: nobody is let in by it."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
import time_machine
from django.test import Client

from accounts.models import IdentityLink, IdentityProvider, Session
from ispplatform.core.clock import system_now
from ispplatform.core.models import AuditEntry, Tenant, TenantMode
from ispplatform.core.tenancy.context import tenant_context
from tests.accounts.fake_openid import FakeOpenId
from tests.accounts.sign_on import (
    CLIENT_ID,
    HOST,
    back_from,
    browser,
    comes_back,
    goes,
    is_in,
    person,
    provider_of,
    reasons,
    refused,
    sent_to,
    worker,
)


@pytest.fixture
def provider(tenant: Tenant, openid: FakeOpenId) -> IdentityProvider:
    """A provider at which a colleague of the company is logged in."""
    worker(tenant, "admin")
    openid.person = person()
    return provider_of(openid, tenant)


def _seconds(delta: int) -> int:
    return int(system_now().timestamp()) + delta


# ------------------------------------------------------------------------------ the ID token


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"iss": "https://other.example"}, "iss"),
        ({"iss": None}, "iss"),
        ({"aud": "another client"}, "aud"),
        ({"aud": ["another client"]}, "aud"),
        ({"aud": None}, "aud"),
        ({"aud": [CLIENT_ID, "another client"]}, "azp"),
        ({"aud": [CLIENT_ID, "another client"], "azp": "another client"}, "azp"),
        ({"azp": "another client"}, "azp"),
        ({"exp": -61}, "exp"),
        ({"exp": None}, "times"),
        ({"exp": "soon"}, "times"),
        ({"exp": True}, "times"),
        ({"iat": 120}, "iat"),
        ({"iat": -3600}, "iat"),
        ({"iat": None}, "times"),
        ({"nbf": 120}, "nbf"),
        ({"nonce": "of another request"}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"nonce": 7}, "nonce"),
        ({"at_hash": "of another token"}, "at_hash"),
        ({"sub": ""}, "sub"),
        ({"sub": None}, "sub"),
        ({"sub": 4711}, "sub"),
        ({"sub": "x" * 256}, "sub"),
    ],
)
def test_token_that_says_something_wrong_is_refused(
    provider: IdentityProvider, openid: FakeOpenId, claims: dict[str, Any], reason: str
) -> None:
    times = {"exp", "iat", "nbf"}
    openid.lies.claims = {
        name: _seconds(value) if name in times and type(value) is int else value
        for name, value in claims.items()
    }
    web = browser()

    shown = refused(web, goes(web, provider), f"id_token:{reason}")

    assert "What Harbour ID sent cannot be believed." in shown
    assert reason not in shown.split("Reference")[0].lower().split()
    assert not IdentityLink.objects.exists()


@pytest.mark.parametrize(
    ("claims", "because"),
    [
        ({"exp": -30}, "clocks differ by a minute"),
        ({"iat": 30}, "clocks differ by a minute"),
        ({"aud": [CLIENT_ID]}, "a list of one is one"),
        ({"aud": [CLIENT_ID, "another"], "azp": CLIENT_ID}, "it is for us"),
        ({"at_hash": None}, "it is optional in this flow"),
    ],
)
def test_token_that_is_right_in_another_way_is_believed(
    provider: IdentityProvider, openid: FakeOpenId, claims: dict[str, Any], because: str
) -> None:
    openid.lies.claims = {
        name: _seconds(value) if type(value) is int else value for name, value in claims.items()
    }

    assert goes(browser(), provider).status_code == 302, because


@pytest.mark.parametrize(
    ("lie", "reason"),
    [
        ({"algorithm": "none"}, "id_token:algorithm"),
        ({"algorithm": "HS256"}, "id_token:algorithm"),
        ({"foreign_key": True}, "id_token:signature"),
        ({"tampered": True}, "id_token:signature"),
        ({"token": {"id_token": "not.a.token"}}, "id_token:not_a_token"),
        ({"token": {"id_token": None}}, "token_endpoint:no_id_token"),
        ({"token": {"access_token": None}}, "token_endpoint:no_id_token"),
        ({"token": {"token_type": "mac"}}, "token_endpoint:no_id_token"),
        ({"token": {"id_token": "x" * 20_001}}, "id_token:too_long"),
    ],
)
def test_token_that_nobody_signed_is_refused(
    provider: IdentityProvider, openid: FakeOpenId, lie: dict[str, Any], reason: str
) -> None:
    for name, value in lie.items():
        setattr(openid.lies, name, value)
    web = browser()

    refused(web, goes(web, provider), reason)


def test_token_of_an_unknown_key_makes_the_keys_be_read_once_more_and_no_oftener(
    provider: IdentityProvider, openid: FakeOpenId
) -> None:
    shown, openid.calls = openid.jwks(), []
    openid.rotate()
    openid.jwks = lambda: shown  # type: ignore[method-assign]
    web = browser()

    refused(web, goes(web, provider), "id_token:key_unknown")

    assert openid.calls.count("/keys") == 2


def test_key_for_encryption_or_of_another_kind_signs_nothing(
    provider: IdentityProvider, openid: FakeOpenId
) -> None:
    true = openid.jwks
    openid.jwks = lambda: {  # type: ignore[method-assign]
        "keys": [{**true()["keys"][0], "use": "enc"}, {"kty": "oct", "k": "AA", "alg": "HS256"}]
    }
    web = browser()

    refused(web, goes(web, provider), "answer")


# ------------------------------------------------------------------------------- the way back


def test_answer_counts_once(provider: IdentityProvider, openid: FakeOpenId) -> None:
    web = browser()
    back = back_from(sent_to(web, provider))
    assert comes_back(web, back).status_code == 302
    Session.objects.all().delete()
    openid.calls.clear()

    refused(web, comes_back(web, back), "state_used")

    assert openid.calls == [], "the provider is not asked for a code that was used"


def test_answer_counts_in_the_browser_that_was_sent_only(
    provider: IdentityProvider, openid: FakeOpenId
) -> None:
    """Else somebody would be logged in as the attacker, or the attacker as somebody."""
    web, other = browser(), browser()
    back = back_from(sent_to(web, provider))
    openid.calls.clear()

    refused(other, comes_back(other, back), "other_browser")

    refused(web, comes_back(web, back), "state_used")
    assert openid.calls == []


def test_answer_counts_not_in_a_browser_that_was_sent_by_itself_too(
    provider: IdentityProvider, openid: FakeOpenId
) -> None:
    web, other = browser(), browser()
    back = back_from(sent_to(web, provider))
    sent_to(other, provider)

    refused(other, comes_back(other, back), "other_browser")


@pytest.mark.parametrize("state", [None, "", "made up", "x" * 5000, "\0"])
def test_answer_to_no_question_is_refused(
    provider: IdentityProvider, openid: FakeOpenId, state: str | None
) -> None:
    web = browser()
    back = back_from(sent_to(web, provider))

    refused(web, comes_back(web, back, state=state), "state_unknown")


def test_state_that_comes_twice_is_none(provider: IdentityProvider, openid: FakeOpenId) -> None:
    web = browser()
    parts = urlsplit(back_from(sent_to(web, provider)))
    state = parse_qs(parts.query)["state"][0]

    answer = web.get(f"{parts.path}?{parts.query}&state={state}")

    refused(web, answer, "state_unknown")


def test_answer_after_ten_minutes_is_too_late(
    provider: IdentityProvider, openid: FakeOpenId
) -> None:
    web = browser()
    back = back_from(sent_to(web, provider))

    with time_machine.travel(system_now() + timedelta(minutes=10, seconds=1)):
        refused(web, comes_back(web, back), "state_expired")


@pytest.mark.parametrize("code", [None, "", "made up", "x" * 5000])
def test_code_that_the_provider_did_not_give_is_refused(
    provider: IdentityProvider, openid: FakeOpenId, code: str | None
) -> None:
    web = browser()
    back = back_from(sent_to(web, provider))
    expected = "token_endpoint:invalid_grant" if code == "made up" else "answer:no_code"

    refused(web, comes_back(web, back, code=code), expected)


def test_code_of_another_persons_way_is_refused(
    provider: IdentityProvider, openid: FakeOpenId
) -> None:
    """PKCE: a stolen code is worth nothing on another way, whatever its state."""
    victim, thief = browser(), browser()
    stolen = parse_qs(urlsplit(back_from(sent_to(victim, provider))).query)["code"][0]
    own = back_from(sent_to(thief, provider))

    refused(thief, comes_back(thief, own, code=stolen), "token_endpoint:invalid_grant")


@pytest.mark.parametrize("issuer", ["https://other.example", "", None])
def test_answer_of_another_issuer_is_refused_before_its_code_is_shown(
    provider: IdentityProvider, openid: FakeOpenId, issuer: str | None
) -> None:
    web = browser()
    back = back_from(sent_to(web, provider))
    openid.calls.clear()

    refused(web, comes_back(web, back, iss=issuer), "answer_iss")

    assert "/token" not in openid.calls


def test_provider_that_never_names_itself_may_leave_it_out(
    provider: IdentityProvider, openid: FakeOpenId
) -> None:
    openid.lies.metadata = {"authorization_response_iss_parameter_supported": None}
    openid.lies.answer = {"iss": None}

    assert goes(browser(), provider).status_code == 302


# ------------------------------------------------------------------------ several providers


def test_answer_of_one_provider_is_not_taken_for_anothers(
    tenant: Tenant, provider: IdentityProvider, openid: FakeOpenId
) -> None:
    """Mix-up: the code of an honest provider would be shown to a dishonest one."""
    dishonest = FakeOpenId()
    dishonest.person = person(sub="anybody")
    other = provider_of(dishonest, tenant, name="Other ID", client_id="other")
    web = browser()
    back = back_from(sent_to(web, provider))
    at_the_other = back.replace(str(provider.pk), str(other.pk))
    openid.calls.clear()

    refused(web, comes_back(web, at_the_other), "other_provider")

    assert "/token" not in dishonest.calls
    assert "/token" not in openid.calls
    dishonest.shutdown()
    dishonest.server_close()


def test_subject_of_one_provider_is_nobody_at_another(
    tenant: Tenant, provider: IdentityProvider, openid: FakeOpenId
) -> None:
    goes(browser(), provider)
    Session.objects.all().delete()
    second = FakeOpenId()
    second.person = person(email="mallory@elsewhere.example")  # the same sub
    other = provider_of(second, tenant, name="Other ID", client_id="other")
    web = browser()

    refused(web, goes(web, other), "email_domain")
    second.shutdown()
    second.server_close()


def test_provider_of_another_company_is_not_there(
    tenant: Tenant, other_tenant: Tenant, openid: FakeOpenId
) -> None:
    worker(tenant, "admin")
    openid.person = person()
    with tenant_context(other_tenant.pk):
        foreign = provider_of(openid, other_tenant)
    web = browser()

    assert web.get(f"/admin/sign-on/{foreign.pk}/").status_code == 404
    assert web.get(f"/admin/sign-on/{foreign.pk}/callback/?state=x&code=y").status_code == 404
    assert "Harbour ID" not in web.get("/admin/login/").content.decode()

    rival = Client(HTTP_HOST="rival.localhost:8000")
    back = back_from(sent_to(rival, foreign))
    assert urlsplit(back).hostname == "rival.localhost"
    assert comes_back(web, back).status_code == 404, "its answer counts not at our address"
    assert comes_back(rival, back).status_code == 403, "nor do our colleagues work there"
    with tenant_context(other_tenant.pk):
        assert reasons() == ["no_colleague"]
        assert not Session.objects.exists()


def test_state_of_another_company_is_unknown(
    tenant: Tenant, other_tenant: Tenant, provider: IdentityProvider, openid: FakeOpenId
) -> None:
    with tenant_context(other_tenant.pk):
        foreign = provider_of(openid, other_tenant, client_id="rival client")
    rival, web = Client(HTTP_HOST="rival.localhost:8000"), browser()
    foreign_back = back_from(sent_to(rival, foreign))
    ours = back_from(sent_to(web, provider))
    state = parse_qs(urlsplit(foreign_back).query)["state"][0]

    refused(web, comes_back(web, ours, state=state), "state_unknown")


# ---------------------------------------------------------------------------- browser and host


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/admin/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "http:///evil.example",
        "\thttps://evil.example",
    ],
)
def test_nobody_is_led_elsewhere_after_the_log_in(
    provider: IdentityProvider, openid: FakeOpenId, target: str
) -> None:
    web = browser()

    assert goes(web, provider, target)["Location"] == "/admin/"


def test_planted_session_is_worth_nothing_after_the_log_in(
    provider: IdentityProvider, openid: FakeOpenId
) -> None:
    """Session fixation: the attacker's cookie is in the victim's browser."""
    attacker, victim = browser(), browser()
    sent_to(attacker, provider)
    planted = attacker.cookies["sessionid"].value
    victim.cookies["sessionid"] = planted

    assert goes(victim, provider).status_code == 302

    assert victim.cookies["sessionid"].value != planted
    assert is_in(victim)
    assert not is_in(attacker)


def test_host_header_decides_nothing(provider: IdentityProvider, openid: FakeOpenId) -> None:
    """Whoever comes by another name of the host is first led to the company's own."""
    elsewhere = Client(HTTP_HOST="127.0.0.1:8000")

    answer = elsewhere.get(f"/admin/sign-on/{provider.pk}/?next=/admin/account/")

    assert answer["Location"] == (
        f"http://{HOST}/admin/sign-on/{provider.pk}/?next=%2Fadmin%2Faccount%2F&here=1"
    )
    again = elsewhere.get(f"/admin/sign-on/{provider.pk}/?here=1")
    asked = dict(parse_qsl(urlsplit(again["Location"]).query))
    assert asked["redirect_uri"] == f"http://{HOST}/admin/sign-on/{provider.pk}/callback/"


def test_too_many_tries_are_slowed_down(
    tenant: Tenant, provider: IdentityProvider, openid: FakeOpenId, settings: Any
) -> None:
    Tenant.objects.filter(pk=tenant.pk).update(mode=TenantMode.LIVE)
    settings.API_LIMITS = {**settings.API_LIMITS, "anonymous": "3/minute"}
    web = browser()
    for _ in range(3):
        comes_back(web, f"http://{HOST}/admin/sign-on/{provider.pk}/callback/", state="guess")

    answer = comes_back(web, f"http://{HOST}/admin/sign-on/{provider.pk}/callback/", state="guess")

    assert answer.status_code == 429
    assert web.get(f"/admin/sign-on/{provider.pk}/").status_code == 429


def test_every_refusal_is_found_by_the_reference_that_its_page_shows(
    provider: IdentityProvider, openid: FakeOpenId
) -> None:
    web = browser()
    shown = set()
    for _ in range(2):
        page = comes_back(
            web, f"http://{HOST}/admin/sign-on/{provider.pk}/callback/", state="guess"
        ).content.decode()
        shown.add(re.search(r"[0-9A-F]{4}-[0-9A-F]{4}", page.split("Reference")[1])[0])

    entries = AuditEntry.objects.filter(act="accounts.sign_on_refused")
    kept = {one.reference.replace("-", "") for one in entries}
    assert len(shown) == 2
    assert kept == {one.replace("-", "") for one in shown}
    assert {one.values.reason for one in entries} == {"state_unknown"}
    assert entries[0].values.after == {"provider": "Harbour ID", "ip_address": "127.0.0.1"}
