"""How a customer protects the log-in, and what does not get past it: page and API."""

import re
from typing import Any

import pyotp
import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import LoginFailure, PortalAccount, Session
from ispplatform.core.models import AuditEntry, OutboxEvent, Tenant
from tests.accounts.people import Program, acts, customer, portal_program
from tests.factories.accounts import PASSWORD, PortalAccountFactory

MORNING = "2026-03-01 09:00:10+00:00"
ON = "/account/security/app"
OFF = "/account/security/app/off"
CODES = "/account/security/recovery-codes"
API = "/api/portal/v1/"
CHANGED = "accounts.second_factor_changed"


@pytest.fixture(autouse=True)
def _limits_away(settings: Any) -> None:
    settings.API_LIMITS = {**settings.API_LIMITS, "portal_auth": "1000/minute"}


@pytest.fixture
def clock() -> Any:
    with time_machine.travel(MORNING, tick=False) as traveller:
        yield traveller


def _log_in(account: PortalAccount) -> tuple[Client, Any]:
    web = Client()
    return web, web.post("/login", {"name": account.portal_id, "password": PASSWORD})


def _switched_on(web: Client) -> tuple[pyotp.TOTP, list[str]]:
    """Set an app up on the page; return it with the recovery codes."""
    shown = web.get(ON).content.decode()
    found = re.search(r'<code class="mono">([A-Z2-7]{32})</code>', shown)
    assert found is not None
    app = pyotp.TOTP(found.group(1))
    done = web.post(ON, {"code": app.now(), "password": PASSWORD})
    codes = re.findall(r"<li>(\d{4}) (\d{4})</li>", done.content.decode())
    return app, [first + last for first, last in codes]


def _changes() -> list[str]:
    events = OutboxEvent.objects.filter(name=CHANGED).order_by("id")
    return [event.payload["change"] for event in events]


def test_app_is_switched_on_by_its_code_and_asked_for_at_the_next_log_in(
    tenant: Tenant, clock: Any
) -> None:
    account = customer(tenant)
    web, _ = _log_in(account)
    elsewhere, _ = _log_in(account)
    shown = web.get(ON).content.decode()
    assert "<svg" in shown
    assert "Set up an app" in web.get("/account/security").content.decode()

    app, codes = _switched_on(web)

    assert len(set(codes)) == 10
    state = web.get("/account/security").content.decode()
    assert "10 codes have not been used." in state
    assert codes[0][:4] + " " not in state, "shown once"
    assert elsewhere.get("/account").status_code == 302, "began without a second factor"
    assert _changes() == ["on"]
    assert "accounts.totp_activate" in acts()

    clock.shift(30)
    again, half_open = _log_in(account)
    assert half_open["Location"] == "/login/code?next=%2Fportal"
    assert again.get("/account").status_code == 302
    assert again.post("/login/code", {"code": app.now()})["Location"] == "/portal"
    assert again.get("/account").status_code == 200


@pytest.mark.parametrize(
    ("code", "password", "sentence"),
    [
        ("000000", PASSWORD, "This code is not correct."),
        ("NOW", "Wrong-Password-1", "The password is not correct."),
    ],
)
def test_app_is_not_switched_on_without_its_code_and_the_password(
    tenant: Tenant, clock: Any, code: str, password: str, sentence: str
) -> None:
    web, _ = _log_in(customer(tenant))
    found = re.search(r'mono">([A-Z2-7]{32})<', web.get(ON).content.decode())
    assert found is not None
    typed = pyotp.TOTP(found.group(1)).now() if code == "NOW" else code

    refused = web.post(ON, {"code": typed, "password": password})

    assert sentence in refused.content.decode()
    assert not Authenticator.objects.exists()
    assert _changes() == []


def test_code_that_was_taken_is_refused_at_every_door_for_as_long_as_it_would_count(
    tenant: Tenant, clock: Any
) -> None:
    account = customer(tenant)
    web, _ = _log_in(account)
    app, _codes = _switched_on(web)
    clock.shift(30)
    taken = app.now()
    first, _ = _log_in(account)
    assert first.post("/login/code", {"code": taken}).status_code == 302

    for seconds in (0, 29, 30):  # 59 s later a tolerance of one step would still let it in
        clock.shift(seconds)
        thief, _ = _log_in(account)
        assert (
            "This code is not correct."
            in thief.post("/login/code", {"code": taken}).content.decode()
        )
        assert thief.get("/account").status_code == 302
        LoginFailure.objects.all().delete()
    body = {"portal_id": account.portal_id, "password": PASSWORD, "two_factor_code": taken}
    by_api = APIClient().post(f"{API}auth/login", body, format="json")
    assert (by_api.status_code, by_api.json()["error"]["code"]) == (401, "TWO_FACTOR_INVALID")
    assert acts().count("accounts.log_in_refused") == 4


def test_code_that_switched_the_app_on_logs_nobody_in(tenant: Tenant, clock: Any) -> None:
    account = customer(tenant)
    app, _codes = _switched_on(_log_in(account)[0])

    other, _ = _log_in(account)

    assert other.post("/login/code", {"code": app.now()}).status_code == 200
    assert other.get("/account").status_code == 302


def test_recovery_code_opens_once_and_is_told_by_mail(tenant: Tenant, clock: Any) -> None:
    account = customer(tenant)
    _app, codes = _switched_on(_log_in(account)[0])

    web, _ = _log_in(account)
    assert web.post("/login/code", {"code": f"{codes[4][:4]} {codes[4][4:]}"}).status_code == 302
    other, _ = _log_in(account)
    assert other.post("/login/code", {"code": codes[4]}).status_code == 200

    assert _changes() == ["on", "code_used"]
    assert OutboxEvent.objects.filter(name=CHANGED).latest("id").payload["codes_left"] == 9
    assert "accounts.recovery_code_use" in acts()


def test_new_codes_need_password_and_code_and_end_the_old_ones(tenant: Tenant, clock: Any) -> None:
    account = customer(tenant)
    web, _ = _log_in(account)
    app, codes = _switched_on(web)
    clock.shift(30)

    for password, code in (("Wrong-1-x", app.now()), (PASSWORD, "1")):
        refused = web.post(CODES, {"password": password, "code": code})
        assert "not correct" in refused.content.decode()
    done = web.post(CODES, {"password": PASSWORD, "code": app.now()}).content.decode()

    fresh = [a + b for a, b in re.findall(r"<li>(\d{4}) (\d{4})</li>", done)]
    assert len(fresh) == 10
    assert not set(fresh) & set(codes)
    assert "recovery-codes.txt" in done
    assert web.post(CODES, {"password": PASSWORD, "code": codes[0]}).status_code == 200
    assert _changes() == ["on", "codes_renewed"]


def test_app_is_removed_by_password_and_code_alone(tenant: Tenant, clock: Any) -> None:
    account = customer(tenant)
    web, _ = _log_in(account)
    _app, codes = _switched_on(web)

    refused = web.post(OFF, {"password": PASSWORD, "code": "000000"}).content.decode()
    assert "This code is not correct." in refused
    assert Authenticator.objects.count() == 2
    done = web.post(OFF, {"password": PASSWORD, "code": codes[0]})

    assert done["Location"] == "/account/security"
    assert not Authenticator.objects.exists()
    assert _changes() == ["on", "code_used", "off"]
    _, entered = _log_in(account)
    assert entered["Location"] == "/portal"


def test_stolen_session_does_not_find_the_password_out(tenant: Tenant, clock: Any) -> None:
    """Five guesses lock the person, at the pages, the API and the change of address alike."""
    account = customer(tenant)
    web, _ = _log_in(account)
    _switched_on(web)
    before = acts().count("accounts.proof_refused")

    for number in range(4):
        web.post(OFF, {"password": f"Wrong-{number}-x", "code": "000000"})
    web.post("/account/email", {"email": "evil@mail.example", "password": "Wrong-5-x"})
    locked = web.post(OFF, {"password": PASSWORD, "code": "000000"})

    assert "Too many failed log-ins." in locked.content.decode()
    assert acts().count("accounts.proof_refused") == before + 5
    assert Authenticator.objects.count() == 2
    trail = AuditEntry.objects.filter(act="accounts.proof_refused")
    assert set(trail.values_list("customer_id", flat=True)) == {account.customer_id}


def test_api_has_the_same_rules_and_a_second_step(tenant: Tenant, clock: Any) -> None:
    call, account = portal_program(tenant)
    other = portal_program(tenant)[0]
    setup = call("POST", f"{API}account/2fa/enable").json()["data"]
    app = pyotp.parse_uri(setup["otpauth_url"])
    assert app.secret == setup["secret"]
    first = {"code": app.now(), "password": "Wrong-1-x"}
    assert call("POST", f"{API}account/2fa/verify", first).status_code == 422
    stranger = other("POST", f"{API}account/2fa/verify", {**first, "password": PASSWORD})
    assert stranger.status_code == 401, "the secret is of another log-in"
    codes = call("POST", f"{API}account/2fa/verify", {**first, "password": PASSWORD}).json()
    codes = codes["data"]["recovery_codes"]
    assert call("GET", f"{API}account/2fa").json()["data"] == {
        "enabled": True,
        "methods": ["totp", "recovery_code"],
        "authenticator_app": True,
        "recovery_codes_left": 10,
    }

    body = {"portal_id": account.portal_id, "password": PASSWORD}
    step = APIClient().post(f"{API}auth/login", body, format="json")
    assert (step.status_code, step.json()["error"]["code"]) == (428, "TWO_FACTOR_REQUIRED")
    assert step.json()["error"]["details"]["methods"] == ["totp", "recovery_code"]
    clock.shift(30)
    entered = APIClient().post(
        f"{API}auth/login", {**body, "two_factor_code": app.now()}, format="json"
    )
    assert entered.status_code == 200
    assert entered.json()["data"]["require_two_factor"] is True

    program = Program(entered.json()["data"]["access_token"])
    replayed = {"password": PASSWORD, "code": app.now()}
    assert program("POST", f"{API}account/2fa/disable", replayed).status_code == 401
    proof = {"password": PASSWORD, "code": codes[0]}
    assert (
        len(
            program("POST", f"{API}account/2fa/recovery-codes", proof).json()["data"][
                "recovery_codes"
            ]
        )
        == 10
    )
    assert program("POST", f"{API}account/2fa/disable", proof).status_code == 401
    assert Authenticator.objects.filter(type="totp").count() == 1


def test_neither_api_nor_page_changes_anybody_elses_factor(tenant: Tenant, clock: Any) -> None:
    account = customer(tenant)
    _app, codes = _switched_on(_log_in(account)[0])
    thief, _ = _log_in(PortalAccountFactory())

    assert thief.post(OFF, {"password": PASSWORD, "code": codes[0]})["Location"] == (
        "/account/security"
    )
    assert thief.post(CODES, {"password": PASSWORD, "code": codes[0]}).status_code == 302

    assert Authenticator.objects.filter(user=account.user).count() == 2
    assert not Session.objects.exclude(ended_at=None).filter(user=account.user).exists()
