"""What the platform needs of a DNS server, in our own words and types.

Shaped by PowerDNS' HTTP API and Amazon Route 53: the unit is the record set (name and type), a
batch of changes is one transaction, and reading back tells what is really served.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from domains.rules.plans import RecordSetChange
from domains.rules.record_sets import RecordSet
from ispplatform.core.providers import Provider

KIND = "dns"
NS_TTL_SECONDS = 86_400  # of a zone's own NS set
UNMARKED = "unmarked"  # the owner mark of a zone without one, at a server that keeps marks


@dataclass(frozen=True, kw_only=True, slots=True)
class ZoneOrder:
    """A zone to create.

    Args:
        name: A-labels without the final dot.
        name_servers: host names without the final dot; they become the NS set of the zone.
        owner_mark: our id of the zone; servers that can keep a note keep it.
    """

    name: str
    name_servers: tuple[str, ...]
    owner_mark: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RemoteZone:
    """A zone as the server has it.

    Args:
        reference: the server's own id.
        record_sets: everything but SOA, sorted.
        serial: of the SOA.
        owner_mark: as given at its creation; ``UNMARKED`` for a zone that somebody else made at a
            server that keeps marks; empty where the server can keep none.
    """

    name: str
    reference: str
    record_sets: tuple[RecordSet, ...]
    serial: int
    owner_mark: str


@runtime_checkable
class Dns(Provider, Protocol):
    """A DNS server account. Nothing is kept between calls.

    Every method may raise ``ProviderUnavailable``, ``ProviderRejected`` and, when it changes
    something, ``ProviderOutcomeUnknown``; all of them may be repeated.
    """

    def read_zone(self, name: str) -> RemoteZone | None:
        """Return the zone as it is served; None when the server does not have it."""
        ...

    def create_zone(self, order: ZoneOrder) -> None:
        """Make the zone with its NS set; a zone that exists is left as it is."""
        ...

    def change_zone(self, name: str, changes: Sequence[RecordSetChange]) -> None:
        """Carry out all the changes or none."""
        ...

    def delete_zone(self, name: str) -> None:
        """Take the zone away; one that does not exist is gone already."""
        ...


@runtime_checkable
class AdoptingDns(Dns, Protocol):
    """A DNS server whose zones can be given another owner mark."""

    def adopt_zone(self, name: str, *, owner_mark: str) -> None:
        """Mark a zone that was there before as ours; its records stay as they are.

        Raises:
            ProviderRejected: there is no such zone, or it is a copy of another server's.
        """
        ...
