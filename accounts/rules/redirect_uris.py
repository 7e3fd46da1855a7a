"""Which addresses a browser may be sent back to with an authorization code."""

from urllib.parse import urlsplit

LONGEST = 500
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_FORBIDDEN = frozenset("*\\#<>\"' \t\r\n")


def redirect_uri_trouble(uri: str) -> str:
    """Return why an address may not be registered, as a sentence; empty when it may.

    Only whole addresses are registered and compared letter by letter.
    Source: RFC 9700 s. 2.1 and 4.1.3, RFC 8252 s. 8.3.
    """
    if len(uri) > LONGEST:
        return f"An address has at most {LONGEST} characters."
    if not uri.isascii() or not uri.isprintable() or _FORBIDDEN & set(uri):
        return "Write the address out: no fragment, no wildcard, no blanks, ASCII only."
    try:
        parts = urlsplit(uri)
        host = parts.hostname or ""
        _port = parts.port
    except ValueError:
        return "This is not an address."
    if parts.scheme not in {"https", "http"} or not host:
        return "Begin with https:// and a host."
    if parts.scheme == "http" and host not in _LOOPBACK:
        return "Use https; http is for this machine (127.0.0.1) only."
    if parts.username is not None or parts.password is not None:
        return "An address names no user."
    return ""


def origin_of(uri: str) -> str:
    """Return scheme, host and port of an address."""
    parts = urlsplit(uri)
    return f"{parts.scheme}://{parts.netloc}"
