"""Bytes as text for addresses and headers, and back."""

import base64
import binascii
import hashlib


def base64url(value: bytes) -> str:
    """Return the bytes as URL-safe base64 without padding."""
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def from_base64url(text: str) -> bytes | None:
    """Return the bytes of URL-safe base64 without padding; None when it is not that."""
    if not text.isascii():
        return None
    try:
        value = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error:
        return None
    return value if base64url(value) == text else None  # one text per value


def sha256(value: bytes) -> bytes:
    """Return the SHA-256 digest."""
    return hashlib.sha256(value).digest()


def text_digest(text: str) -> str:
    """Return the SHA-256 digest of a text as hex, as the tables keep digests."""
    return hashlib.sha256(text.encode()).hexdigest()
