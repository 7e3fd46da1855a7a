"""Token pairs over HTTP: log-in, refresh, log-out, and every forged token that we thought of."""

import base64
import hashlib
import hmac
import json
from datetime import timedelta
from typing import Any

import jwt
import pytest
import time_machine
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings
from rest_framework.test import APIClient

from accounts.models import Session
from accounts.services.sessions import sessions_end
from accounts.services.token_pairs import token_pair
from accounts.tokens.keys import token_key_make, token_keys, token_keys_prune
from ispplatform.core.actors import Actor
from ispplatform.core.clock import system_now
from ispplatform.core.models import AuditEntry, Tenant
from ispplatform.core.tenancy.context import tenant_context
from tests.accounts.people import acts, colleague, customer, portal_in, staff_in
from tests.factories.accounts import PASSWORD

LOG_IN = "/api/v1/auth/login"
REFRESH = "/api/v1/auth/refresh"
LOG_OUT = "/api/v1/auth/logout"
ME = "/api/v1/users/me"


def _bearer(token: str) -> dict[str, str]:
    return {"HTTP_AUTHORIZATION": f"Bearer {token}"}


def _post(api: APIClient, path: str, body: dict[str, Any], **headers: str) -> Any:
    return api.post(path, body, format="json", **headers)


def _forged(token: str, **changes: Any) -> dict[str, Any]:
    return {**jwt.decode(token, options={"verify_signature": False}), **changes}


def test_log_in_answers_in_the_shapes_of_all_three_documents(
    tenant: Tenant, api: APIClient
) -> None:
    membership = colleague(tenant, "support")

    answer = _post(api, LOG_IN, {"email": membership.user.email, "password": PASSWORD})

    assert answer.status_code == 200
    body = answer.json()
    data = body["data"]
    assert data["token"] == data["access_token"] == body["access_token"]
    assert data["refreshToken"] == data["refresh_token"] == body["refresh_token"]
    assert data["expiresIn"] == data["expires_in"] == body["expires_in"] == 3600
    assert data["token_type"] == body["token_type"] == "bearer"
    assert data["user"] == body["user"]
    assert data["user"]["roles"] == ["support"]
    assert data["tenant"] == {
        "id": str(tenant.pk),
        "name": "Northwind Hosting",
        "slug": "northwind",
        "mode": "sandbox",
    }
    assert api.get(ME, **_bearer(data["access_token"])).json()["data"]["email"] == (
        membership.user.email
    )


def test_token_is_rs256_with_kid_in_the_jwks_and_the_documented_claims(
    tenant: Tenant, api: APIClient
) -> None:
    entry = staff_in(tenant, colleague(tenant, "support"))
    token = token_pair(entry=entry).access_token

    published = api.get("/.well-known/jwks.json").json()
    header = jwt.get_unverified_header(token)
    (key,) = [one for one in published["keys"] if one["kid"] == header["kid"]]
    claims = jwt.decode(token, jwt.PyJWK(key).key, algorithms=["RS256"])

    assert header["alg"] == "RS256"
    assert key["use"] == "sig"
    assert "d" not in key
    assert claims["sub"] == str(entry.user_id)
    assert claims["tenant_id"] == str(tenant.pk)
    assert claims["session_id"] == str(entry.session_id)
    assert claims["roles"] == ["support"]
    assert claims["permissions"] == sorted(entry.permissions)
    assert claims["type"] == "access"
    assert claims["exp"] - claims["iat"] == 3600


def test_portal_token_names_the_portal_account(tenant: Tenant) -> None:
    account = customer(tenant)
    token = token_pair(entry=portal_in(tenant, account)).access_token

    claims = _forged(token)

    assert claims["sub"] == str(account.pk)
    assert claims["portal_id"] == account.portal_id
    assert claims["account_type"] == "customer"
    assert claims["scope"] == "portal"


@pytest.mark.parametrize(
    "attack",
    [
        "none",
        "hs256_with_public_key",
        "foreign_key_known_kid",
        "foreign_kid",
        "no_kid",
        "expired",
        "not_access",
        "no_session",
        "nonsense_ids",
        "changed_payload",
        "other_tenant",
        "garbage",
        "refresh_token",
    ],
)
def test_forged_tokens_are_refused(
    tenant: Tenant, other_tenant: Tenant, api: APIClient, attack: str
) -> None:
    entry = staff_in(tenant, colleague(tenant, "admin"))
    pair = token_pair(entry=entry)
    key = token_keys().signing
    foreign = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    headers = {"kid": key.kid}
    head, payload, signature = pair.access_token.split(".")

    def signed(**changes: Any) -> str:
        claims = {k: v for k, v in _forged(pair.access_token, **changes).items() if v is not None}
        return jwt.encode(claims, key.private, algorithm="RS256", headers=headers)

    public_pem = key.private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    token = {
        "none": lambda: jwt.encode(_forged(pair.access_token), None, "none", headers=headers),
        "hs256_with_public_key": lambda: _hs256(_forged(pair.access_token), public_pem, key.kid),
        "foreign_key_known_kid": lambda: jwt.encode(
            _forged(pair.access_token), foreign, algorithm="RS256", headers=headers
        ),
        "foreign_kid": lambda: jwt.encode(
            _forged(pair.access_token), foreign, algorithm="RS256", headers={"kid": "../../x"}
        ),
        "no_kid": lambda: jwt.encode(_forged(pair.access_token), key.private, algorithm="RS256"),
        "expired": lambda: signed(exp=int(system_now().timestamp()) - 1),
        "not_access": lambda: signed(type="refresh"),
        "no_session": lambda: signed(session_id=None),
        "nonsense_ids": lambda: signed(session_id="' OR 1=1 --"),
        "changed_payload": lambda: f"{head}.{payload[:-2]}AA.{signature}",
        "other_tenant": lambda: signed(tenant_id=str(other_tenant.pk)),
        "garbage": lambda: "a.b.c",
        "refresh_token": lambda: pair.refresh_token,
    }[attack]()

    answer = api.get(ME, **_bearer(token))

    assert answer.status_code == 401
    expected = "TOKEN_EXPIRED" if attack == "expired" else "INVALID_TOKEN"
    assert answer.json()["error"]["code"] == expected
    assert answer["WWW-Authenticate"].startswith("Bearer")
    told = AuditEntry.objects.filter(act="accounts.credential_refused")
    assert [(entry.actor_type, entry.values.reason) for entry in told] == [("anonymous", expected)]


def _hs256(claims: dict[str, Any], secret: bytes, kid: str) -> str:
    """Sign as a confused verifier would accept it; PyJWT itself refuses to make such a token."""

    def part(value: bytes) -> bytes:
        return base64.urlsafe_b64encode(value).rstrip(b"=")

    head = part(json.dumps({"alg": "HS256", "typ": "JWT", "kid": kid}).encode())
    signed = head + b"." + part(json.dumps(claims).encode())
    return (signed + b"." + part(hmac.new(secret, signed, hashlib.sha256).digest())).decode()


def test_access_token_ends_after_an_hour(tenant: Tenant, api: APIClient) -> None:
    with time_machine.travel("2026-03-01 09:00:00+00:00", tick=False) as clock:
        token = token_pair(entry=staff_in(tenant, colleague(tenant, "support"))).access_token
        clock.move_to("2026-03-01 09:59:59+00:00")
        assert api.get(ME, **_bearer(token)).status_code == 200
        clock.move_to("2026-03-01 10:00:00+00:00")
        assert api.get(ME, **_bearer(token)).json()["error"]["code"] == "TOKEN_EXPIRED"


@pytest.mark.parametrize("door", ["body", "camel", "header"])
def test_refresh_takes_the_token_from_body_or_header_and_rotates_it(
    tenant: Tenant, api: APIClient, door: str
) -> None:
    pair = token_pair(entry=staff_in(tenant, colleague(tenant, "support")))

    if door == "header":
        answer = _post(api, REFRESH, {}, **_bearer(pair.refresh_token))
    else:
        name = "refresh_token" if door == "body" else "refreshToken"
        answer = _post(api, REFRESH, {name: pair.refresh_token})

    data = answer.json()["data"]
    assert answer.status_code == 200
    assert data["refresh_token"] != pair.refresh_token
    assert api.get(ME, **_bearer(data["access_token"])).status_code == 200


def test_lost_answer_may_be_asked_for_again_until_the_successor_is_used(
    tenant: Tenant, api: APIClient
) -> None:
    first = token_pair(entry=staff_in(tenant, colleague(tenant, "support"))).refresh_token

    _lost = _post(api, REFRESH, {"refresh_token": first})
    second = _post(api, REFRESH, {"refresh_token": first}).json()["data"]["refresh_token"]
    third = _post(api, REFRESH, {"refresh_token": second})
    assert third.status_code == 200

    replayed = _post(api, REFRESH, {"refresh_token": first})

    assert replayed.status_code == 401
    assert Session.objects.get().end_reason == "A used refresh token was shown."
    assert _post(api, REFRESH, {"refresh_token": third.json()["refresh_token"]}).status_code == 401
    assert "accounts.session_end" in acts()


def test_used_refresh_token_ends_the_log_in_after_a_minute(tenant: Tenant, api: APIClient) -> None:
    with time_machine.travel("2026-03-01 09:00:00+00:00", tick=False) as clock:
        pair = token_pair(entry=staff_in(tenant, colleague(tenant, "support")))
        successor = _post(api, REFRESH, {"refresh_token": pair.refresh_token}).json()
        clock.move_to("2026-03-01 09:01:01+00:00")

        replayed = _post(api, REFRESH, {"refresh_token": pair.refresh_token})

        assert replayed.status_code == 401
        assert api.get(ME, **_bearer(successor["access_token"])).status_code == 401


def test_two_successors_of_one_token_cannot_both_live(tenant: Tenant, api: APIClient) -> None:
    first = token_pair(entry=staff_in(tenant, colleague(tenant, "support"))).refresh_token
    mine = _post(api, REFRESH, {"refresh_token": first}).json()["refresh_token"]
    thiefs = _post(api, REFRESH, {"refresh_token": first}).json()["refresh_token"]
    assert _post(api, REFRESH, {"refresh_token": mine}).status_code == 200

    stolen = _post(api, REFRESH, {"refresh_token": thiefs})

    assert stolen.status_code == 401
    assert Session.objects.get().ended_at is not None


@pytest.mark.parametrize("text", ["", "x", "A" * 128, "é", "../..", "eyJhbGciOiJub25lIn0.e30."])
def test_refresh_with_nonsense_is_refused(tenant: Tenant, api: APIClient, text: str) -> None:
    answer = _post(api, REFRESH, {"refresh_token": text})

    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "INVALID_TOKEN"


def test_refresh_token_of_a_future_generation_is_refused(tenant: Tenant, api: APIClient) -> None:
    entry = staff_in(tenant, colleague(tenant, "support"))

    answer = _post(
        api, REFRESH, {"refresh_token": token_pair(entry=entry, generation=7).refresh_token}
    )

    assert answer.status_code == 401


def test_refresh_token_of_a_customer_does_not_open_the_staff_door(
    tenant: Tenant, api: APIClient
) -> None:
    pair = token_pair(entry=portal_in(tenant, customer(tenant)))

    assert _post(api, REFRESH, {"refresh_token": pair.refresh_token}).status_code == 403
    portal = _post(api, "/api/portal/v1/auth/refresh", {"refresh_token": pair.refresh_token})
    assert portal.status_code == 200


def test_log_out_ends_both_tokens_at_once(tenant: Tenant, api: APIClient) -> None:
    pair = token_pair(entry=staff_in(tenant, colleague(tenant, "support")))

    answer = _post(api, LOG_OUT, {"refreshToken": pair.refresh_token}, **_bearer(pair.access_token))

    assert answer.status_code == 200
    assert api.get(ME, **_bearer(pair.access_token)).status_code == 401
    assert _post(api, REFRESH, {"refresh_token": pair.refresh_token}).status_code == 401


def test_log_out_with_somebody_elses_refresh_token_ends_only_the_own_log_in(
    tenant: Tenant, api: APIClient
) -> None:
    mine = token_pair(entry=staff_in(tenant, colleague(tenant, "support")))
    theirs = token_pair(entry=staff_in(tenant, colleague(tenant, "sales")))

    _post(api, LOG_OUT, {"refresh_token": theirs.refresh_token}, **_bearer(mine.access_token))

    assert api.get(ME, **_bearer(theirs.access_token)).status_code == 200


def test_portal_token_is_refused_by_the_staff_api_and_the_other_way_round(
    tenant: Tenant, api: APIClient
) -> None:
    staff = token_pair(entry=staff_in(tenant, colleague(tenant, "admin"))).access_token
    portal = token_pair(entry=portal_in(tenant, customer(tenant))).access_token

    refused = [
        api.get("/api/v1/users", **_bearer(portal)),
        api.get("/api/portal/v1/account/profile", **_bearer(staff)),
    ]

    assert [answer.status_code for answer in refused] == [403, 403]
    assert api.get("/api/portal/v1/account/profile", **_bearer(portal)).status_code == 200


@pytest.mark.parametrize("named", ["own", "slug", "other", "nonsense"])
def test_tenant_header_is_optional_and_must_match(
    tenant: Tenant, other_tenant: Tenant, api: APIClient, named: str
) -> None:
    token = token_pair(entry=staff_in(tenant, colleague(tenant, "admin"))).access_token
    text = {"own": str(tenant.pk), "slug": tenant.slug, "other": str(other_tenant.pk)}.get(
        named, "nonsense"
    )

    answer = api.get("/api/v1/users", HTTP_X_TENANT_ID=text, **_bearer(token))

    assert answer.status_code == (200 if named in {"own", "slug"} else 403)


def test_token_decides_the_tenant_whatever_the_host_says(
    tenant: Tenant, other_tenant: Tenant, api: APIClient
) -> None:
    with tenant_context(other_tenant.pk):
        membership = colleague(other_tenant, "admin")
        token = token_pair(entry=staff_in(other_tenant, membership)).access_token

    rows = api.get("/api/v1/users", HTTP_HOST="northwind.localhost", **_bearer(token)).json()

    assert [row["email"] for row in rows["data"]] == [membership.user.email]


def test_rotated_keys_go_on_verifying_and_log_nobody_out(tenant: Tenant, api: APIClient) -> None:
    entry = staff_in(tenant, colleague(tenant, "support"))
    old = token_pair(entry=entry).access_token

    made = token_key_make()
    new = token_pair(entry=entry).access_token

    assert jwt.get_unverified_header(new)["kid"] == made.kid
    assert api.get(ME, **_bearer(old)).status_code == 200
    assert api.get(ME, **_bearer(new)).status_code == 200
    assert made.path.stat().st_mode & 0o777 == 0o600
    assert token_keys_prune(keep_seconds=3600) == []


def test_pruned_keys_verify_no_more(tenant: Tenant, api: APIClient) -> None:
    entry = staff_in(tenant, colleague(tenant, "support"))
    old = token_pair(entry=entry).access_token
    kid = jwt.get_unverified_header(old)["kid"]
    made = token_key_make()

    with time_machine.travel(system_now() + timedelta(minutes=30), tick=False):
        gone = token_keys_prune(keep_seconds=600)
        assert kid in gone
        assert api.get(ME, **_bearer(old)).status_code == 401
        assert [key.kid for key in token_keys().newest_first] == [made.kid]


def test_ended_session_is_refused_in_every_shape(tenant: Tenant, api: APIClient) -> None:
    membership = colleague(tenant, "support")
    token = token_pair(entry=staff_in(tenant, membership)).access_token

    sessions_end(
        actor=Actor.system("test"),
        sessions=Session.objects.filter(user=membership.user),
        reason="test",
    )

    answer = api.get(ME, **_bearer(token))
    assert answer.status_code == 401
    assert answer.json()["error"]["message"] == "This log-in has ended."


def test_shared_cache_forgets_an_ended_session_within_the_commit(
    tenant: Tenant,
    api: APIClient,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:
    monkeypatch.setattr(settings, "SHARED_DECISION_CACHE", True)
    membership = colleague(tenant, "support")
    token = token_pair(entry=staff_in(tenant, membership)).access_token
    assert api.get(ME, **_bearer(token)).status_code == 200

    with django_capture_on_commit_callbacks(execute=True):
        sessions_end(
            actor=Actor.system("test"),
            sessions=Session.objects.filter(user=membership.user),
            reason="test",
        )

    assert api.get(ME, **_bearer(token)).status_code == 401
