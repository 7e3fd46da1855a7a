"""Whether an ID token may be believed. Source: OpenID Connect Core 1.0 s. 3.1.3.7.

The signature is PyJWT's matter; which algorithms and keys it may use, and every claim, is decided
here. Only RS256 and ES256 count: the token cannot choose another.
"""

import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import jwt

from accounts.tokens.encoding import base64url, sha256

ALGORITHMS = {"RS256": "RSA", "ES256": "EC"}
LEEWAY_SECONDS = 60
OLDEST_SECONDS = 600
LATEST = 1e11  # seconds since 1970
LEAST_RSA_BITS = 2048
LONGEST_TOKEN = 20_000
LONGEST_SUBJECT = 255


class IdTokenWrong(Exception):
    """The token cannot be believed; ``reason`` is a short word for the audit trail."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class KeyUnknown(IdTokenWrong):
    """No key at hand signed it: the provider may have a new one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Expected:
    """What a token has to say.

    Args:
        nonce: of the request that it answers.
        access_token: what came with it, for ``at_hash``.
        now: real time.
    """

    issuer: str
    client_id: str
    nonce: str
    access_token: str
    now: datetime


def id_token_claims(
    token: str, keys: Sequence[Mapping[str, Any]], expected: Expected
) -> dict[str, Any]:
    """Return the claims of a token that may be believed.

    Args:
        keys: of the provider's JWKS.

    Raises:
        KeyUnknown: none of them fits; read them again, once.
        IdTokenWrong: anything else.
    """
    claims = _signed(token, keys)
    _of_us(claims, expected)
    _of_now(claims, int(expected.now.timestamp()))
    nonce = claims.get("nonce")
    if not isinstance(nonce, str) or not hmac.compare_digest(
        nonce.encode(), expected.nonce.encode()
    ):
        raise IdTokenWrong("nonce")
    if "at_hash" in claims and claims["at_hash"] != _half_hash(expected.access_token):
        raise IdTokenWrong("at_hash")
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT or "\0" in subject:
        raise IdTokenWrong("sub")
    return claims


def _signed(token: str, keys: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    if len(token) > LONGEST_TOKEN:
        raise IdTokenWrong("too_long")
    try:
        header = jwt.get_unverified_header(token)
    except jwt.PyJWTError:
        raise IdTokenWrong("not_a_token") from None
    algorithm = header.get("alg")
    if algorithm not in ALGORITHMS:
        raise IdTokenWrong("algorithm")
    fitting = [found for one in keys if (found := _key(one, algorithm, header.get("kid")))]
    if not fitting:
        raise KeyUnknown("key_unknown")
    if len(fitting) > 1 and "kid" not in header:  # Core s. 10.1
        raise IdTokenWrong("key_unnamed")
    try:
        opened = jwt.PyJWS().decode_complete(token, key=fitting[0], algorithms=[algorithm])
        claims = json.loads(opened["payload"])
    except (jwt.PyJWTError, ValueError, RecursionError):
        raise IdTokenWrong("signature") from None
    if not isinstance(claims, dict):
        raise IdTokenWrong("not_a_token")
    return claims


def _key(found: Mapping[str, Any], algorithm: str, kid: Any) -> jwt.PyJWK | None:
    """Return a key of the set that may have signed with this algorithm under this name."""
    if found.get("kty") != ALGORITHMS[algorithm] or found.get("use", "sig") != "sig":
        return None
    if found.get("alg", algorithm) != algorithm or (kid is not None and found.get("kid") != kid):
        return None
    if algorithm == "ES256" and found.get("crv") != "P-256":
        return None
    try:
        key = jwt.PyJWK.from_dict(dict(found), algorithm=algorithm)
    except (jwt.PyJWTError, ValueError, TypeError):
        return None
    if algorithm == "RS256" and key.key.key_size < LEAST_RSA_BITS:
        return None
    return key


def _of_us(claims: Mapping[str, Any], expected: Expected) -> None:
    if claims.get("iss") != expected.issuer:
        raise IdTokenWrong("iss")
    audience = claims.get("aud")
    named = audience if isinstance(audience, list) else [audience]
    if expected.client_id not in named:
        raise IdTokenWrong("aud")
    party = claims.get("azp")
    if (party is None and len(named) > 1) or (party is not None and party != expected.client_id):
        raise IdTokenWrong("azp")


def _of_now(claims: Mapping[str, Any], now: int) -> None:
    ends = _moment(claims.get("exp"))
    made = _moment(claims.get("iat"))
    begins = _moment(claims.get("nbf", 0))
    if now >= ends + LEEWAY_SECONDS:
        raise IdTokenWrong("exp")
    if not now - OLDEST_SECONDS <= made <= now + LEEWAY_SECONDS:
        raise IdTokenWrong("iat")
    if begins > now + LEEWAY_SECONDS:
        raise IdTokenWrong("nbf")


def _moment(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < LATEST:
        raise IdTokenWrong("times")
    return value


def _half_hash(access_token: str) -> str:
    """Return what ``at_hash`` is for the algorithms with SHA-256. Source: Core s. 3.1.3.6."""
    return base64url(sha256(access_token.encode())[:16])
