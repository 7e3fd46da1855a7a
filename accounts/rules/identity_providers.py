"""What an identity provider may be set up with, and what its claims mean."""

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
LONGEST_ADDRESS = 300
MOST_DOMAINS = 50
_FORBIDDEN = frozenset("\\<>\"'`{}|^ \t\r\n")
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"(?:{_LABEL}\.)+{_LABEL}")
MULTIPLE_FACTORS = "mfa"  # RFC 8176 s. 2


def address_trouble(address: Any, *, is_loopback_allowed: bool) -> str:
    """Return why an address of a provider cannot be used, as a sentence; empty when it can.

    Args:
        is_loopback_allowed: plain http counts on this machine's own addresses.
    """
    if not isinstance(address, str) or not 0 < len(address) <= LONGEST_ADDRESS:
        return "is missing or too long"
    if not address.isascii() or not address.isprintable() or _FORBIDDEN & set(address):
        return "has characters that no address has"
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
        _port = parts.port
    except ValueError:
        return "is not an address"
    if not host or parts.username is not None or parts.password is not None or "#" in address:
        return "is not an address of a host alone"
    is_here = is_loopback_allowed and host in LOOPBACK
    if parts.scheme != "https" and not (is_here and parts.scheme == "http"):
        return "does not begin with https://"
    return ""


def issuer_trouble(issuer: str, *, is_loopback_allowed: bool) -> str:
    """Return why this cannot be an issuer, as a sentence; empty when it can.

    Source: OpenID Connect Discovery 1.0 s. 3: https, a host, and neither query nor fragment.
    """
    trouble = address_trouble(issuer, is_loopback_allowed=is_loopback_allowed)
    if trouble:
        return f"The issuer {trouble}."
    return "The issuer has no question mark in it." if "?" in issuer else ""


def discovery_address(issuer: str) -> str:
    """Return where a provider says what it is. Source: OpenID Connect Discovery 1.0 s. 4.1."""
    return f"{issuer.removesuffix('/')}/.well-known/openid-configuration"


def normal_domains(domains: Iterable[str]) -> tuple[list[str], str]:
    """Return e-mail domains in their one form, sorted, and the first that is none (else empty)."""
    found = set()
    for one in domains:
        try:
            name = one.strip().lower().removeprefix("@").rstrip(".").encode("idna").decode()
        except UnicodeError:
            return [], one.strip()
        if len(name) > 253 or not _DOMAIN.fullmatch(name):
            return [], one.strip() or one
        found.add(name)
    return sorted(found), ""


def email_domain(email: str) -> str:
    """Return the domain of an e-mail address in its one form; empty when it has none."""
    name = email.rpartition("@")[2].strip().lower()
    try:
        return name.encode("idna").decode()
    except UnicodeError:
        return ""


def is_factor_shown(claims: Mapping[str, Any], acr_values: Iterable[str]) -> bool:
    """Tell whether the claims say that more than one factor was shown.

    ``amr`` holds ``mfa`` (RFC 8176), or ``acr`` is one of the levels that the company named.
    """
    amr, acr = claims.get("amr"), claims.get("acr")
    if isinstance(amr, list) and MULTIPLE_FACTORS in amr:
        return True
    return isinstance(acr, str) and acr in set(acr_values)


def redirect_uri_of(provider_id: UUID, base_url: str) -> str:
    """Return the address to register at a provider: to it colleagues come back, and to no other.

    Each provider has its own, so that what one answers is never taken for another's.
    Source: RFC 9700 s. 4.4.2.2.
    """
    return f"{base_url.rstrip('/')}/admin/sign-on/{provider_id}/callback/"
