"""Where a request came from, without believing headers that anybody can send."""

import ipaddress
from typing import Protocol

from django.conf import settings

IPV6_GROUP_BITS = 64  # one subscriber line holds at least this many addresses


class HasMeta(Protocol):
    """What is read of a request."""

    META: dict[str, str]


def client_address(request: HasMeta) -> str:
    """Return the address of the client in its one normal form; empty when there is none.

    With ``settings.TRUSTED_PROXY_COUNT`` = n the n-th entry from the right of
    ``X-Forwarded-For`` counts; with 0, the default, only the connection itself.
    """
    peer = request.META.get("REMOTE_ADDR", "")
    hops = settings.TRUSTED_PROXY_COUNT
    if hops:
        chain = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
        if len(chain) >= hops and (named := normal_address(chain[-hops])):
            return named
    return normal_address(peer)


def address_group(address: str) -> str:
    """Return what counts as one origin for limits: an IPv4 address, or an IPv6 /64."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return str(parsed)
    return str(ipaddress.ip_network((parsed, IPV6_GROUP_BITS), strict=False))


def normal_address(text: str) -> str:
    """Return an IP address in its one form (IPv4-mapped IPv6 as IPv4), or an empty string."""
    try:
        parsed = ipaddress.ip_address(text.strip().strip("[]").partition("%")[0])
    except ValueError:
        return ""
    mapped = getattr(parsed, "ipv4_mapped", None)
    return str(mapped or parsed)
