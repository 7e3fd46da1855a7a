"""Access tokens: the one signer and the one verifier for every door (RS256, ``kid``, 3600 s).

Claims inform clients. What a request may do is decided by the session behind ``session_id``.
"""

import json
from collections.abc import Mapping
from typing import Any, cast
from uuid import UUID

import jwt
from django.conf import settings
from rest_framework_simplejwt.exceptions import TokenBackendError, TokenBackendExpiredToken
from rest_framework_simplejwt.tokens import Token

from accounts.errors import TokenExpired, TokenInvalid
from accounts.tokens.encoding import from_base64url
from accounts.tokens.keys import ALGORITHM, token_keys
from ispplatform.core.clock import system_now
from ispplatform.core.ids import uuid7

TYPE_ACCESS = "access"
# What ``session_id`` names when the claim ``use`` is there; a log-in when it is not.
USE_CLIENT = "client"  # a token that a client got for itself
USE_TEMPORARY = "temporary"  # a token for one act
_REQUIRED = ("sub", "tenant_id", "session_id", "jti", "iat", "exp")


def access_token_sign(
    claims: Mapping[str, Any],
    *,
    tenant_id: UUID,
    session_id: UUID,
    lifetime_seconds: int | None = None,
) -> tuple[str, int]:
    """Return a signed access token and its lifetime in seconds.

    Args:
        claims: ``sub`` and what else the client may want to know; ids as text.
        session_id: the row that decides: a log-in, or what the claim ``use`` says.
        lifetime_seconds: None is the usual hour.
    """
    now = int(system_now().timestamp())
    if lifetime_seconds is None:
        lifetime_seconds = int(settings.ACCESS_TOKEN_SECONDS)
    payload = {
        **claims,
        "tenant_id": str(tenant_id),
        "session_id": str(session_id),
        "jti": str(uuid7()),
        "iat": now,
        "exp": now + lifetime_seconds,
        "type": TYPE_ACCESS,
    }
    key = token_keys().signing
    headers = {"kid": key.kid}
    text = jwt.encode(payload, key.private, algorithm=ALGORITHM, headers=headers)
    return text, lifetime_seconds


def access_token_verify(text: str) -> dict[str, Any]:
    """Return the claims of a token that one of our keys signed and that has not expired.

    Raises:
        TokenInvalid: anything else: another algorithm, key, type, a missing claim, no token.
        TokenExpired: it was valid once.
    """
    kid = _named_key(text)
    key = token_keys().by_kid.get(kid) if isinstance(kid, str) else None
    if key is None:
        raise TokenInvalid
    try:
        claims: dict[str, Any] = key.backend.decode(cast(Token, text))  # it reads the text
    except TokenBackendExpiredToken:
        raise TokenExpired from None
    except TokenBackendError:
        raise TokenInvalid from None
    if claims.get("type") != TYPE_ACCESS or any(name not in claims for name in _REQUIRED):
        raise TokenInvalid
    return claims


def claimed_ids(claims: Mapping[str, Any]) -> tuple[UUID, UUID]:
    """Return the tenant's and the session's id from verified claims.

    Raises:
        TokenInvalid: they are not ids.
    """
    try:
        return UUID(claims["tenant_id"]), UUID(claims["session_id"])
    except (ValueError, TypeError, AttributeError):
        raise TokenInvalid from None


def _named_key(text: str) -> Any:
    """Return what a token's head gives as ``kid``, unchecked; None when it cannot be read.

    It only chooses the key: that key's verifier then reads the whole token, and reading it here
    by the same library would do its work twice.
    """
    head = from_base64url(text.partition(".")[0])
    try:
        named = json.loads(head or b"")
    except (ValueError, RecursionError):
        return None
    return named.get("kid") if isinstance(named, dict) else None
