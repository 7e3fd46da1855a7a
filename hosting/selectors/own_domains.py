"""A domain that a customer owns elsewhere: what has to be set, and what the world sees of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings

from domains.models import DnsZone
from domains.providers.dns.world import World
from domains.rules.names import full_name
from domains.rules.presentation import canonical_content
from domains.rules.record_sets import ZoneRecord
from domains.selectors.domains import live_domain
from hosting.models import HostingAccount
from ispplatform.core.http import Deadline

LOOK_SECONDS = 10.0  # for all questions together


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordLook:
    """A record to set, and whether the world has it; None: nobody could say, or nobody asked."""

    record: ZoneRecord
    is_seen: bool | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnDomainLook:
    """What the world was seen to say of a domain.

    Args:
        name_servers: those that it is led to; None when nobody could say.
        leads_here: whether they are the ones of our zone; None without a zone or an answer.
        records: each record that is to be set elsewhere.
    """

    name_servers: tuple[str, ...] | None
    leads_here: bool | None
    records: tuple[RecordLook, ...]

    @property
    def is_right(self) -> bool:
        """Tell whether nothing is left to set."""
        if self.records:
            return all(one.is_seen for one in self.records)
        return bool(self.leads_here)

    @property
    def is_unknown(self) -> bool:
        """Tell whether the DNS could not be asked."""
        if self.records:
            return all(one.is_seen is None for one in self.records)
        return self.name_servers is None


def is_own_domain(account: HostingAccount) -> bool:
    """Tell whether the customer owns the account's domain elsewhere."""
    mode = account.service.configuration.get("domain_mode")
    return mode == "own" and live_domain(account.domain) is None


def own_domain_look(
    account: HostingAccount, *, zone: DnsZone | None, records: Sequence[ZoneRecord]
) -> OwnDomainLook:
    """Ask the DNS what it says of the account's domain. Never call it inside a transaction.

    Args:
        zone: ours of that name, when we serve one for the customer; its name servers count then.
        records: what is to be set elsewhere, where we serve no zone.
    """
    world = World(
        resolvers=settings.DNS_RESOLVERS,
        addresses=settings.DNS_SERVER_ADDRESSES,
        deadline=Deadline.after(LOOK_SECONDS),
    )
    hosts = world.name_servers(account.domain)
    leads_here = None
    if zone is not None and hosts is not None:
        leads_here = sorted(hosts) == sorted(zone.name_servers)
    return OwnDomainLook(
        name_servers=hosts,
        leads_here=leads_here,
        records=tuple(
            RecordLook(record=one, is_seen=_is_seen(world, account.domain, one)) for one in records
        ),
    )


def _is_seen(world: World, zone: str, record: ZoneRecord) -> bool | None:
    found = world.contents(full_name(record.name, zone), record.type)
    if found is None:
        return None
    wanted = canonical_content(record.type, record.data).lower()
    return wanted in {one.lower() for one in found}
