"""Passkeys of customers: made, shown, removed, and what does not get in with one."""

import json
import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import PasskeyChallenge, PortalAccount, Session
from ispplatform.core.models import AuditEntry, OutboxEvent, Tenant
from tests.accounts.people import acts, colleague, customer, portal_program
from tests.accounts.soft_key import PRESENT, SoftKey
from tests.factories.accounts import PASSWORD, IdentityProviderFactory, PortalAccountFactory

HOST = "northwind.localhost"
ORIGIN = f"http://{HOST}"
API = "/api/portal/v1/"
PAGE = "/account/security/passkeys/"


@pytest.fixture(autouse=True)
def _limits_away(settings: Any) -> None:
    settings.API_LIMITS = {**settings.API_LIMITS, "portal_auth": "1000/minute"}


def _web() -> Client:
    return Client(headers={"Host": HOST})


def _in(account: PortalAccount) -> Client:
    web = _web()
    web.post("/login", {"name": account.portal_id, "password": PASSWORD})
    return web


def _ask(web: Client, path: str, **values: str) -> dict[str, Any]:
    answer = web.post(path, values)
    assert answer.status_code == 200, answer.content
    question: dict[str, Any] = answer.json()
    return question


def _sent(question: dict[str, Any], credential: Any, **more: str) -> dict[str, str]:
    return {
        "challenge_id": question["challenge_id"],
        "credential": json.dumps(credential),
        **more,
    }


def _made(web: Client, **proof: str) -> tuple[SoftKey, list[str]]:
    key = SoftKey(ORIGIN)
    question = _ask(web, f"{PAGE}question", password=PASSWORD, **proof)
    done = web.post(f"{PAGE}new", _sent(question, key.create(question["options"]), name="My phone"))
    codes = re.findall(r"<li>(\d{4}) (\d{4})</li>", done.content.decode())
    return key, [first + last for first, last in codes]


def _reasons() -> list[str]:
    trail = AuditEntry.objects.filter(act="accounts.passkey_refused").order_by("created_at")
    return [entry.reason for entry in trail]


def test_passkey_is_made_after_the_password_and_logs_in_alone(tenant: Tenant) -> None:
    account = customer(tenant)
    web, elsewhere = _in(account), _in(account)

    key, codes = _made(web)

    assert len(codes) == 10
    assert "My phone" in web.get("/account/security").content.decode()
    assert elsewhere.get("/account").status_code == 302
    event = OutboxEvent.objects.get(name="accounts.second_factor_changed")
    assert event.payload["change"] == "passkey_added"
    assert "accounts.passkey_register" in acts()

    visitor = _web()
    question = _ask(visitor, "/login/passkey/question")
    assert question["options"]["publicKey"]["userVerification"] == "required"
    assert question["options"]["publicKey"]["rpId"] == HOST
    assert not question["options"]["publicKey"].get("allowCredentials")
    entered = visitor.post("/login/passkey", _sent(question, key.get(question["options"])))
    assert entered["Location"] == "/portal"
    assert visitor.get("/account").status_code == 200
    session = Session.objects.latest("created_at")
    assert session.factor_verified_at is not None


def test_no_question_for_a_new_passkey_without_the_password(tenant: Tenant) -> None:
    web = _in(customer(tenant))

    refused = web.post(f"{PAGE}question", {"password": "Wrong-Password-1"})

    assert refused.status_code == 422
    assert refused.json()["message"].startswith(
        "The password is not correct. Nothing was changed. Enter your present password once more."
    )
    assert not PasskeyChallenge.objects.exists()
    assert "accounts.proof_refused" in acts()


def test_passkey_is_the_second_factor_after_a_password(tenant: Tenant) -> None:
    account = customer(tenant)
    key, _codes = _made(_in(account))
    web = _in(account)
    assert web.get("/account").status_code == 302
    assert "Use a passkey" in web.get("/login/code").content.decode()

    question = _ask(web, "/login/code/question")
    pressed = key.get(question["options"], flags=PRESENT)  # a key without PIN will do here
    assert web.post("/login/code", _sent(question, pressed))["Location"] == "/portal"

    assert web.get("/account").status_code == 200


ATTACKS = {
    "of another host": {"host": "evil.example"},
    "of another origin": {"origin": "https://northwind.localhost.evil.example"},
    "of another port": {"origin": "http://northwind.localhost:9999"},
    "inside somebody's page": {"crossOrigin": True},
    "of another question": {"challenge": "A" * 43},
    "of a registration": {"type": "webauthn.create"},
    "without PIN or finger": {"flags": PRESENT},
    "without a touch": {"flags": 0},
    "of a copied key": {"count": 0},
    "of somebody else": {"user_handle": bytes(16)},
    "of nobody": {"user_handle": b""},
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_answer_that_is_not_honest_opens_nothing(tenant: Tenant, attack: str) -> None:
    account = customer(tenant)
    key, _codes = _made(_in(account))
    key.count = 5
    Authenticator.objects.filter(type="webauthn").update(
        data={**Authenticator.objects.get(type="webauthn").data, "sign_count": 5}
    )
    begun = Session.objects.count()
    visitor = _web()
    question = _ask(visitor, "/login/passkey/question")

    refused = visitor.post(
        "/login/passkey", _sent(question, key.get(question["options"], **ATTACKS[attack]))
    )

    assert refused["Location"] == "/login"
    assert "This passkey was not accepted." in visitor.get("/login").content.decode()
    assert visitor.get("/account").status_code == 302
    assert Session.objects.count() == begun
    assert len(_reasons()) == 1
    assert Authenticator.objects.get(type="webauthn").data["sign_count"] == 5


def test_signature_of_another_key_opens_nothing(tenant: Tenant) -> None:
    key, _codes = _made(_in(customer(tenant)))
    forged = SoftKey(ORIGIN)
    forged.credential_id, forged.user_handle = key.credential_id, key.user_handle
    visitor = _web()
    question = _ask(visitor, "/login/passkey/question")

    visitor.post("/login/passkey", _sent(question, forged.get(question["options"])))

    assert visitor.get("/account").status_code == 302
    assert len(_reasons()) == 1


def test_answer_opens_once_and_a_question_is_answered_once(tenant: Tenant) -> None:
    key, _codes = _made(_in(customer(tenant)))
    visitor, thief = _web(), _web()
    question = _ask(visitor, "/login/passkey/question")
    answer = _sent(question, key.get(question["options"]))
    assert visitor.post("/login/passkey", answer)["Location"] == "/portal"

    thief.post("/login/passkey", answer)
    thief.post("/login/passkey", _sent(question, key.get(question["options"])))

    assert thief.get("/account").status_code == 302
    assert _reasons() == ["no open question"] * 2


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "nonsense", '{"id": "x", "rawId": 1}', "[" * 30_000, "null"]
)
def test_what_is_no_answer_is_refused(tenant: Tenant, text: str) -> None:
    customer(tenant)
    visitor = _web()
    question = _ask(visitor, "/login/passkey/question")

    answer = visitor.post(
        "/login/passkey", {"challenge_id": question["challenge_id"], "credential": text}
    )

    assert answer["Location"] == "/login"
    assert not Session.objects.exists()


def test_question_of_one_session_is_not_answered_in_another(tenant: Tenant) -> None:
    account = customer(tenant)
    web = _in(account)
    question = _ask(web, f"{PAGE}question", password=PASSWORD)
    thief = _in(PortalAccountFactory())

    thief.post(
        f"{PAGE}new",
        _sent(question, SoftKey(ORIGIN).create(question["options"]), name="Theirs"),
    )

    assert not Authenticator.objects.exists()
    assert _reasons() == ["no open question"]


def test_passkeys_of_others_are_neither_named_nor_removed(tenant: Tenant) -> None:
    _made(_in(customer(tenant)))
    row = Authenticator.objects.get(type="webauthn")
    thief = _in(PortalAccountFactory())
    _key, codes = _made(thief)

    thief.post(f"{PAGE}{row.pk}/name", {"name": "Mine now"})
    refused = thief.post(f"{PAGE}{row.pk}/remove", {"password": PASSWORD, "code": codes[0]})

    assert "There is no such passkey." in refused.content.decode()
    row.refresh_from_db()
    assert row.data["name"] == "My phone"


def test_last_passkey_goes_with_the_recovery_codes_after_proof_by_itself(tenant: Tenant) -> None:
    account = customer(tenant)
    web = _in(account)
    key, _codes = _made(web)
    row = Authenticator.objects.get(type="webauthn")
    web.post(f"{PAGE}{row.pk}/name", {"name": "  Blue   key "})
    assert "Blue key" in web.get("/account/security").content.decode()
    refused = web.post(f"{PAGE}{row.pk}/remove", {"password": PASSWORD, "code": "000000"})
    assert "This code is not correct." in refused.content.decode()

    question = _ask(web, "/login/code/question")
    done = web.post(
        f"{PAGE}{row.pk}/remove",
        _sent(question, key.get(question["options"]), password=PASSWORD),
    )

    assert done["Location"] == "/account/security"
    assert not Authenticator.objects.exists()
    assert {"accounts.passkey_rename", "accounts.passkey_remove"} <= set(acts())


def test_back_office_opens_to_colleagues_passkeys_alone(tenant: Tenant) -> None:
    of_customer, _codes = _made(_in(customer(tenant)))
    membership = colleague(tenant, "support")
    desk = _web()
    desk.post("/admin/login/", {"name": membership.user.email, "password": PASSWORD})
    key = SoftKey(ORIGIN)
    wrong = desk.post("/admin/passkey/new-question/", {"password": "Wrong-Password-1"})
    assert (wrong.status_code, Authenticator.objects.filter(user=membership.user).count()) == (
        422,
        0,
    )
    question = _ask(desk, "/admin/passkey/new-question/", password=PASSWORD)
    made = _sent(question, key.create(question["options"]), act="passkey_new", name="Desk")
    assert "Your recovery codes" in desk.post("/admin/account/", made).content.decode()

    for shown, answer_to in ((of_customer, "/admin/"), (key, "/login")):
        door = "/admin/passkey/" if answer_to == "/admin/" else "/login/passkey"
        thief = _web()
        question = _ask(thief, f"{door.rstrip('/')}/question{'/' if '/admin' in door else ''}")
        thief.post(door, _sent(question, shown.get(question["options"])))
        assert "staff_session" not in thief.session
        assert "portal_session" not in thief.session
    visitor = _web()
    question = _ask(visitor, "/admin/passkey/question/")
    answer = _sent(question, key.get(question["options"]))
    assert visitor.post("/login/passkey", answer)["Location"] == "/login", "of the other door"
    question = _ask(visitor, "/admin/passkey/question/")
    answer = _sent(question, key.get(question["options"]))
    assert visitor.post("/admin/passkey/", answer)["Location"] == "/admin/"
    assert visitor.get("/admin/").status_code == 200
    IdentityProviderFactory(is_required=True)  # for the domain of the colleague's address
    late = _web()
    question = _ask(late, "/admin/passkey/question/")
    answer = _sent(question, key.get(question["options"]))
    assert late.post("/admin/passkey/", answer)["Location"] == "/admin/login/"
    assert "Your company logs in with" in late.get("/admin/login/").content.decode()
    assert "staff_session" not in late.session


def test_api_makes_shows_and_removes_passkeys_by_the_same_rules(tenant: Tenant) -> None:
    call, _account = portal_program(tenant)
    call.headers["HTTP_HOST"] = HOST
    refused = call("POST", f"{API}account/passkeys/question", {"password": "Wrong-Password-1"})
    assert refused.status_code == 422
    asked = call("POST", f"{API}account/passkeys/question", {"password": PASSWORD}).json()["data"]
    key = SoftKey(ORIGIN)
    body = {
        "challenge_id": asked["challenge_id"],
        "credential": key.create(asked["options"]),
        "name": "Tablet",
    }
    made = call("POST", f"{API}account/passkeys", body)
    assert made.status_code == 201
    assert call("POST", f"{API}account/passkeys", body).status_code == 401, "answered once"
    (row,) = made.json()["data"]["passkeys"]
    assert (row["name"], row["host"]) == ("Tablet", HOST)
    renamed = call("PATCH", f"{API}account/passkeys/{row['id']}", {"name": "Old tablet"})
    assert renamed.json()["data"]["passkeys"][0]["name"] == "Old tablet"

    visitor = APIClient(headers={"Host": HOST})
    asked = visitor.post(f"{API}auth/passkey/question", format="json").json()["data"]
    body = {"challenge_id": asked["challenge_id"], "credential": key.get(asked["options"])}
    entered = visitor.post(f"{API}auth/passkey", body, format="json")
    assert entered.json()["data"]["two_factor_methods"] == ["passkey", "recovery_code"]
    replayed = visitor.post(f"{API}auth/passkey", body, format="json")
    assert (replayed.status_code, replayed.json()["error"]["code"]) == (401, "PASSKEY_REFUSED")
    proof = {"password": PASSWORD, "code": made.json()["data"]["recovery_codes"][0]}
    wrong = call("POST", f"{API}account/passkeys/{row['id']}/remove", {"password": PASSWORD})
    assert wrong.status_code == 401
    assert call("POST", f"{API}account/passkeys/{row['id']}/remove", proof).status_code == 200
    assert not Authenticator.objects.exists()


def test_passkeys_are_asked_for_at_a_company_s_own_names_only(tenant: Tenant) -> None:
    customer(tenant)

    for host in ("127.0.0.1:8000", "testserver"):
        answer = Client(headers={"Host": host}).post("/login/passkey/question")
        assert answer.status_code == 409
        assert answer.json()["message"].startswith(
            "Passkeys do not work at this address. Nothing was changed. Log in with your password."
        )
    assert not PasskeyChallenge.objects.exists()
