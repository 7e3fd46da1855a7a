"""Asking the DNS for the texts of a name."""

from collections.abc import Iterable
from typing import Any

import dns.exception
import dns.nameserver
import dns.resolver

from ispplatform.core.errors import ProviderUnavailable

LOOK_UP_SECONDS = 5.0
DNS_PORT = 53


def txt_records(name: str, *, resolvers: list[str], seconds_left: float) -> list[str]:
    """Return the TXT records of a name, each as one text; none where there is no such name.

    Args:
        resolvers: addresses, with a port after a colon where it is not 53; empty takes the
            machine's own.

    Raises:
        ProviderUnavailable: no resolver answers.
    """
    try:
        found = _resolver(resolvers).resolve(
            name,
            "TXT",
            raise_on_no_answer=False,
            lifetime=min(LOOK_UP_SECONDS, max(seconds_left, 0.1)),
        )
    except dns.resolver.NXDOMAIN:
        return []
    except (dns.exception.DNSException, OSError) as error:
        raise ProviderUnavailable(f"No resolver answers about {name}.") from error
    rows: Iterable[Any] = found.rrset or []
    return [b"".join(row.strings).decode("utf-8", "replace") for row in rows]


def _resolver(addresses: list[str]) -> dns.resolver.Resolver:
    if not addresses:
        return dns.resolver.Resolver()
    made = dns.resolver.Resolver(configure=False)
    made.nameservers = [
        dns.nameserver.Do53Nameserver(host, int(port or DNS_PORT))
        for host, _, port in (address.partition(":") for address in addresses)
    ]
    return made
