"""OAuth client ids and secrets. The tenant stands in the id, in clear; a secret is shown once."""

import secrets
from uuid import UUID

from accounts.tokens.encoding import base64url, from_base64url

BEGINNING = "cs_"
_ID_BYTES = 16
_SECRET_BYTES = 32


def client_id_text(*, tenant_id: UUID, row_id: UUID) -> str:
    """Return the client id of a row, 43 characters."""
    return base64url(tenant_id.bytes + row_id.bytes)


def read_client_id(text: str) -> tuple[UUID, UUID] | None:
    """Return the tenant's and the row's id that a client id names; None when it is none."""
    value = from_base64url(text)
    if value is None or len(value) != 2 * _ID_BYTES:
        return None
    return UUID(bytes=value[:_ID_BYTES]), UUID(bytes=value[_ID_BYTES:])


def client_secret_text() -> str:
    """Return a new secret of 46 characters."""
    return BEGINNING + base64url(secrets.token_bytes(_SECRET_BYTES))


def secret_hint(text: str) -> str:
    """Return what may be shown of a secret later."""
    return f"{BEGINNING}…{text[-4:]}"
