"""Looking at a name from outside. It changes nothing anywhere, so it may be repeated."""

from collections.abc import Mapping

from django.conf import settings

from domains.choices import ServerState
from domains.models import DelegationCheck, DnsZone, Domain
from domains.providers.dns.world import World
from domains.rules.delegation import (
    Delegation,
    ServerAnswer,
    answer_plain,
    delegation_findings,
)
from domains.selectors.zones import live_zone
from domains.services.delegation import CHECK, delegation_checked
from ispplatform.core.errors import ProviderUnavailable
from ispplatform.core.http import Deadline
from ispplatform.core.models.operations import Operation
from ispplatform.core.operations import Guarantee, OperationCall, OperationKind, Receipt
from ispplatform.core.providers import provider_built


class CheckDelegation(OperationKind):
    """Asks the DNS what it says of a name; in a sandbox company, the sandbox accounts."""

    name = CHECK
    label = "Look at a domain from outside"
    guarantee = Guarantee.CONVERGENT
    call_deadline_seconds = 60.0
    lease_seconds = 150.0
    max_attempts = 3
    in_order = True
    is_urgent = False

    def call(self, call: OperationCall) -> Receipt:
        domain = _domain_of(call.operation)
        zone = live_zone(domain.name)
        ours = _serials(zone)
        if domain.connection.is_sandbox:
            seen = _sandbox_seen(domain, zone, call.deadline)
        else:
            world = World(
                resolvers=settings.DNS_RESOLVERS,
                addresses=settings.DNS_SERVER_ADDRESSES,
                deadline=call.deadline,
            )
            trusted = zone.name_servers if zone is not None else []
            seen = world.delegation(domain.name, domain.name_servers, trusted=trusted)
        status, findings = delegation_findings(seen, wanted=domain.name_servers, ours=ours)
        known = seen.registry if seen.registry is not None else seen.resolver
        return Receipt(
            data={
                "status": status.value,
                "findings": [finding.plain() for finding in findings],
                "leads_to": list(known or ()),
                "servers": [answer_plain(answer) for answer in seen.servers],
            }
        )

    def settle(self, operation: Operation, receipt: Receipt) -> None:
        delegation_checked(
            check_id=operation.subject_id,
            status=receipt.data["status"],
            findings=receipt.data["findings"],
            leads_to=receipt.data["leads_to"],
            servers=receipt.data["servers"],
        )


def _domain_of(operation: Operation) -> Domain:
    check = DelegationCheck.objects.select_related("domain__connection").get(
        pk=operation.subject_id
    )
    return check.domain


def _serials(zone: DnsZone | None) -> Mapping[str, int]:
    """Return the serial that each name server of ours should have reached."""
    if zone is None or not zone.is_pushed:
        return {}
    return dict.fromkeys(zone.name_servers, zone.serial)


def _sandbox_seen(domain: Domain, zone: DnsZone | None, deadline: Deadline) -> Delegation:
    """Return what the world would see, were the sandbox accounts the world."""
    seen = provider_built(domain.connection, deadline=deadline).info(domain.name)
    if seen is None:
        raise ProviderUnavailable(f"The registrar does not show {domain.name}.")
    hosts = tuple(sorted(seen.name_servers))
    remote = None
    if zone is not None and zone.connection.is_sandbox:
        remote = provider_built(zone.connection, deadline=deadline).read_zone(domain.name)
    served = dict.fromkeys(zone.name_servers, remote.serial) if zone and remote else {}
    servers = tuple(
        ServerAnswer(
            host=host,
            address="",
            state=ServerState.ANSWERS if host in served else ServerState.REFUSES,
            serial=served.get(host),
        )
        for host in domain.name_servers
    )
    return Delegation(registry=hosts, resolver=hosts, is_refused=False, servers=servers)
