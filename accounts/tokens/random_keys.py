"""API keys: random, shown once, kept as a digest. The tenant stands in the key, in clear."""

import secrets
from dataclasses import dataclass
from uuid import UUID

from accounts.choices import ApiKeyMode
from accounts.tokens.encoding import base64url, from_base64url, text_digest

PREFIXES = {ApiKeyMode.LIVE: "live_pk_", ApiKeyMode.TEST: "test_pk_"}
_ID_BYTES = 16
_SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class PresentedKey:
    """A well-formed key as somebody showed it; whether it exists is for the table to say."""

    tenant_id: UUID
    mode: ApiKeyMode
    digest: str


def api_key_text(*, tenant_id: UUID, mode: ApiKeyMode) -> str:
    """Return a new key of 72 characters."""
    return PREFIXES[mode] + base64url(tenant_id.bytes + secrets.token_bytes(_SECRET_BYTES))


def is_api_key(text: str) -> bool:
    """Tell whether the text claims to be an API key."""
    return text.startswith(tuple(PREFIXES.values()))


def read_api_key(text: str) -> PresentedKey | None:
    """Return what a key says of itself; None when it has not the form of one."""
    for mode, prefix in PREFIXES.items():
        if text.startswith(prefix):
            value = from_base64url(text.removeprefix(prefix))
            if value is None or len(value) != _ID_BYTES + _SECRET_BYTES:
                return None
            tenant_id = UUID(bytes=value[:_ID_BYTES])
            return PresentedKey(tenant_id=tenant_id, mode=mode, digest=text_digest(text))
    return None


def key_hint(text: str) -> str:
    """Return what may be shown of a key later: its prefix and last four characters."""
    return f"{text[:8]}…{text[-4:]}"
