"""Tokens and codes that are stored nowhere: a message code over a row's id proves them.

A refresh token, a mailed link and a mailed code each name a row (in clear) and carry a code that
only this installation's ``SECRET_KEY`` makes. The row says whether it may still be used. A stolen
copy of the database therefore opens nothing, and the mail can be written again at any time.
"""

import hmac
import secrets
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.utils.crypto import salted_hmac

from accounts.tokens.encoding import base64url, from_base64url

_ID_BYTES = 16
_GENERATION_BYTES = 4
_NONCE_BYTES = 12
_MAC_BYTES = 32
_LENGTH = 2 * _ID_BYTES + _GENERATION_BYTES + _NONCE_BYTES + _MAC_BYTES
_CODE_DIGITS = 6


@dataclass(frozen=True, slots=True)
class DerivedToken:
    """What a genuine token names.

    Args:
        tenant_id: whose row it is.
        row_id: the row (a session, a link, a code).
        generation: which of the row's successive tokens this is; 0 where there is only one.
    """

    tenant_id: UUID
    row_id: UUID
    generation: int


def derived_token(
    purpose: str, *, tenant_id: UUID, row_id: UUID, generation: int = 0, fixed: bool = False
) -> str:
    """Return a token of 128 characters for a row.

    Args:
        purpose: what it opens; a token of another purpose is not recognised.
        generation: 0 to 2**32 - 1.
        fixed: make the same text each time, so that a mail can be sent again; else each is new.
    """
    nonce = bytes(_NONCE_BYTES) if fixed else secrets.token_bytes(_NONCE_BYTES)
    body = b"".join(
        (tenant_id.bytes, row_id.bytes, generation.to_bytes(_GENERATION_BYTES, "big"), nonce)
    )
    return base64url(body + _mac(purpose, body, settings.SECRET_KEY))


def read_derived_token(purpose: str, text: str) -> DerivedToken | None:
    """Return what a token of this purpose names, or None when we did not make it."""
    value = from_base64url(text)
    if value is None or len(value) != _LENGTH:
        return None
    body, mac = value[:-_MAC_BYTES], value[-_MAC_BYTES:]
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    if not any(hmac.compare_digest(mac, _mac(purpose, body, key)) for key in keys):
        return None
    generation = body[2 * _ID_BYTES : 2 * _ID_BYTES + _GENERATION_BYTES]
    return DerivedToken(
        tenant_id=UUID(bytes=body[:_ID_BYTES]),
        row_id=UUID(bytes=body[_ID_BYTES : 2 * _ID_BYTES]),
        generation=int.from_bytes(generation, "big"),
    )


def derived_code(purpose: str, *, row_id: UUID) -> str:
    """Return the six digits that belong to a row; the same each time."""
    number = int.from_bytes(_mac(f"code:{purpose}", row_id.bytes, settings.SECRET_KEY), "big")
    return f"{number % 10**_CODE_DIGITS:0{_CODE_DIGITS}}"


def is_derived_code(purpose: str, *, row_id: UUID, code: str) -> bool:
    """Tell, in constant time, whether ``code`` is the row's code."""
    return hmac.compare_digest(derived_code(purpose, row_id=row_id).encode(), code.encode())


def _mac(purpose: str, body: bytes, secret: str) -> bytes:
    return salted_hmac(f"accounts.{purpose}", body, secret=secret, algorithm="sha256").digest()
