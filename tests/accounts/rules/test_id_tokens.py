"""Which keys may have signed an ID token, and what provider addresses and claims mean."""

from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from joserfc import jwt
from joserfc.errors import SecurityWarning
from joserfc.jwk import ECKey, RSAKey

from accounts.rules.id_tokens import Expected, IdTokenWrong, KeyUnknown, id_token_claims
from accounts.rules.identity_providers import (
    discovery_address,
    email_domain,
    issuer_trouble,
    normal_domains,
)

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ISSUER = "https://id.northwind.example"
EXPECTED = Expected(issuer=ISSUER, client_id="desk", nonce="n" * 43, access_token="a", now=NOW)
GOOD = RSAKey.generate_key(2048, {"kid": "one"})
OTHER = RSAKey.generate_key(2048, {"kid": "two"})
CURVE = ECKey.generate_key("P-256", {"kid": "curve"})


def _token(key: Any, algorithm: str = "RS256", **header: Any) -> str:
    seconds = int(NOW.timestamp())
    claims = {
        "iss": ISSUER,
        "aud": "desk",
        "sub": "4711",
        "nonce": "n" * 43,
        "iat": seconds,
        "exp": seconds + 60,
    }
    return jwt.encode({"alg": algorithm, **header}, claims, key, algorithms=[algorithm])


def _shown(key: Any, **changes: Any) -> dict[str, Any]:
    """Return the key as a JWKS shows it; None takes a name away."""
    shown = {**key.as_dict(private=False), **changes}
    return {name: value for name, value in shown.items() if value is not None}


@pytest.mark.parametrize(
    ("keys", "token"),
    [
        ([_shown(GOOD)], _token(GOOD, kid="one")),
        ([_shown(OTHER), _shown(GOOD)], _token(GOOD, kid="one")),
        ([_shown(GOOD)], _token(GOOD)),
        ([_shown(GOOD), _shown(CURVE)], _token(GOOD)),
        ([_shown(CURVE)], _token(CURVE, "ES256", kid="curve")),
        ([_shown(GOOD, use="sig", alg="RS256")], _token(GOOD, kid="one")),
        ([{"kty": "RSA", "n": "broken"}, _shown(GOOD)], _token(GOOD, kid="one")),
    ],
)
def test_token_of_the_providers_key_is_believed(keys: list[dict[str, Any]], token: str) -> None:
    assert id_token_claims(token, keys, EXPECTED)["sub"] == "4711"


@pytest.mark.parametrize(
    ("keys", "token", "reason"),
    [
        ([], _token(GOOD, kid="one"), "key_unknown"),
        ([_shown(OTHER)], _token(GOOD, kid="one"), "key_unknown"),
        ([_shown(GOOD, kid=None)], _token(GOOD, kid="one"), "key_unknown"),
        ([_shown(GOOD, use="enc")], _token(GOOD, kid="one"), "key_unknown"),
        ([_shown(GOOD, alg="RS512")], _token(GOOD, kid="one"), "key_unknown"),
        ([_shown(CURVE, kid="one")], _token(GOOD, kid="one"), "key_unknown"),
        ([_shown(GOOD), _shown(OTHER)], _token(GOOD), "key_unnamed"),
        ([_shown(OTHER, kid="one")], _token(GOOD, kid="one"), "signature"),
        ([_shown(GOOD)], _token(GOOD, "RS512", kid="one"), "algorithm"),
        ([_shown(GOOD)], _token(GOOD, "PS256", kid="one"), "algorithm"),
        ([_shown(GOOD)], "..", "not_a_token"),
        ([_shown(GOOD)], "", "not_a_token"),
        ([_shown(GOOD)], "e30.e30.", "algorithm"),
    ],
)
def test_token_of_another_key_is_not(keys: list[dict[str, Any]], token: str, reason: str) -> None:
    with pytest.raises(IdTokenWrong) as caught:
        id_token_claims(token, keys, EXPECTED)

    assert caught.value.reason == reason
    assert isinstance(caught.value, KeyUnknown) is (reason == "key_unknown")


def test_short_key_is_none() -> None:
    private = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505
    pem = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    with pytest.warns(SecurityWarning):
        short = RSAKey.import_key(pem, {"kid": "short"})

    with pytest.raises(KeyUnknown):
        id_token_claims(_token(OTHER, kid="short"), [_shown(short)], EXPECTED)


@pytest.mark.parametrize(
    ("issuer", "is_right"),
    [
        ("https://id.example", True),
        ("https://id.example:8443/realms/a", True),
        ("https://id.example/", True),
        ("http://127.0.0.1:8000", True),
        ("http://id.example", False),
        ("http://127.0.0.1.evil.example", False),
        ("https://id.example/?a=b", False),
        ("https://id.example/#a", False),
        ("https://me@id.example", False),
        ("https://", False),
        ("https://id.example/ü", False),
        ("https://id.example\n", False),
        ("x" * 301, False),
        ("", False),
    ],
)
def test_issuers(issuer: str, is_right: bool) -> None:
    assert (issuer_trouble(issuer, is_loopback_allowed=True) == "") is is_right


def test_plain_http_on_this_machine_counts_only_where_it_is_allowed() -> None:
    assert issuer_trouble("http://127.0.0.1:8000", is_loopback_allowed=False)


def test_discovery_address_has_one_slash() -> None:
    expected = "https://id.example/a/.well-known/openid-configuration"
    assert discovery_address("https://id.example/a") == expected
    assert discovery_address("https://id.example/a/") == expected


def test_domains_have_one_form() -> None:
    assert normal_domains([" @Mail.Example. ", "mail.example", "bücher.example"]) == (
        ["mail.example", "xn--bcher-kva.example"],
        "",
    )
    assert normal_domains(["mail.example", "no"]) == ([], "no")
    assert email_domain("a@Bücher.Example") == "xn--bcher-kva.example"
    assert email_domain('"a@evil.example"@mail.example') == "mail.example"
    assert email_domain("a@" + "x" * 300 + ".example") == ""
