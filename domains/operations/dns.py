"""Putting zones on their servers and taking them off."""

from collections.abc import Sequence
from typing import Any

from domains.choices import LIVE_DOMAIN_STATUSES
from domains.errors import InvalidRecord, ZonePlanUnsafe
from domains.models import DnsZone
from domains.providers.dns.base import KIND, UNMARKED, AdoptingDns, Dns, RemoteZone, ZoneOrder
from domains.rules.plans import zone_plan
from domains.rules.record_sets import RecordSet
from domains.selectors.zones import desired_sets
from domains.services.adoption import ADOPT, records_of_sets, zone_adopted
from domains.services.pushing import zone_gone, zone_push_refused, zone_pushed
from domains.services.zones import DELETE, PUSH
from ispplatform.core.backoff import Backoff
from ispplatform.core.errors import ProviderError, ProviderRejected, ProviderUnavailable
from ispplatform.core.models.operations import Operation
from ispplatform.core.operations import Guarantee, OperationCall, OperationKind, Receipt


def zone_of(operation: Operation) -> DnsZone:
    """Return the zone that an operation is about."""
    return DnsZone.objects.select_related("domain").get(pk=operation.subject_id)


class PushZone(OperationKind):
    """Brings a server to our records, in one batch, and reads it back.

    A server that differs from what it was last seen to have is somebody else's work as well: when
    much of it differs, nothing is overwritten and a person looks.
    """

    name = PUSH
    label = "Push DNS zone"
    guarantee = Guarantee.CONVERGENT
    connection_kind = KIND
    backoff = Backoff(first_seconds=5, factor=2, cap_seconds=1800)
    max_attempts = 20
    in_order = True

    def call(self, call: OperationCall) -> Receipt:
        zone = zone_of(call.operation)
        version = zone.version
        dns: Dns = call.provider
        remote = dns.read_zone(zone.name)
        if remote is None:
            dns.create_zone(_order(zone))
            remote = _read(dns, zone)
        else:
            _check_ours(zone, remote)
            if not call.operation.params["force"]:
                _check_unchanged(zone, remote)
        wanted = desired_sets(zone)
        plan = zone_plan(zone.name, existing=remote.record_sets, desired=wanted)
        if not plan.is_empty:
            dns.change_zone(zone.name, plan.changes)
            remote = _read(dns, zone)
            if not zone_plan(zone.name, existing=remote.record_sets, desired=wanted).is_empty:
                raise ProviderUnavailable(f"The server does not show the new {zone.name} yet.")
        return Receipt(
            reference=remote.reference,
            data={"version": version, "serial": remote.serial, "sets": _plain(wanted)},
        )

    def settle(self, operation: Operation, receipt: Receipt) -> None:
        zone_pushed(
            zone_id=operation.subject_id,
            version=receipt.data["version"],
            serial=receipt.data["serial"],
            sets=receipt.data["sets"],
        )

    def refused(self, operation: Operation, error: ProviderRejected) -> None:
        zone_push_refused(zone_id=operation.subject_id, reason=error.message)

    def stuck(self, operation: Operation, error: ProviderError) -> None:
        zone_push_refused(zone_id=operation.subject_id, reason=error.message)

    def is_still_wanted(self, operation: Operation) -> bool:
        zone = zone_of(operation)
        return zone.status != "deleted" and (operation.params["force"] or not zone.is_pushed)


class DeleteZone(OperationKind):
    """Takes a zone off its server, after a look whether it is ours."""

    name = DELETE
    label = "Delete DNS zone"
    guarantee = Guarantee.CONVERGENT
    connection_kind = KIND
    in_order = True

    def call(self, call: OperationCall) -> Receipt:
        zone = zone_of(call.operation)
        remote = call.provider.read_zone(zone.name)
        if remote is not None:
            _check_ours(zone, remote)
            call.provider.delete_zone(zone.name)
        return Receipt()

    def settle(self, operation: Operation, receipt: Receipt) -> None:
        zone_gone(
            zone_id=operation.subject_id,
            unless_domain_lives=operation.params["unless_domain_lives"],
        )

    def is_still_wanted(self, operation: Operation) -> bool:
        if not operation.params["unless_domain_lives"]:
            return True
        domain = zone_of(operation).domain
        return domain is None or domain.status not in LIVE_DOMAIN_STATUSES


class AdoptZone(OperationKind):
    """Marks a zone that its server had before as ours and takes its records over."""

    name = ADOPT
    label = "Adopt DNS zone"
    guarantee = Guarantee.CONVERGENT
    connection_kind = KIND
    in_order = True

    def call(self, call: OperationCall) -> Receipt:
        zone, dns = zone_of(call.operation), call.provider
        if not isinstance(dns, AdoptingDns):
            raise ProviderRejected("This DNS server keeps no mark of whose a zone is.")
        remote = dns.read_zone(zone.name)
        if remote is None:
            raise ProviderRejected(f"The server has no zone {zone.name}.")
        if remote.owner_mark not in {UNMARKED, str(zone.pk)}:
            raise ProviderRejected(f"{zone.name} on the server carries the mark of somebody else.")
        try:
            records_of_sets(zone, remote.record_sets)
        except InvalidRecord as error:
            raise ProviderRejected(
                f"{zone.name} on the server holds what cannot be kept here: {error.message}"
            ) from error
        dns.adopt_zone(zone.name, owner_mark=str(zone.pk))
        return Receipt(data={"serial": remote.serial, "sets": _plain(remote.record_sets)})

    def settle(self, operation: Operation, receipt: Receipt) -> None:
        zone_adopted(
            zone_id=operation.subject_id,
            sets=receipt.data["sets"],
            serial=receipt.data["serial"],
        )

    def refused(self, operation: Operation, error: ProviderRejected) -> None:
        zone_push_refused(zone_id=operation.subject_id, reason=error.message)

    def is_still_wanted(self, operation: Operation) -> bool:
        return zone_of(operation).is_adoptable


def _order(zone: DnsZone) -> ZoneOrder:
    return ZoneOrder(name=zone.name, name_servers=tuple(zone.name_servers), owner_mark=str(zone.pk))


def _read(dns: Dns, zone: DnsZone) -> RemoteZone:
    remote = dns.read_zone(zone.name)
    if remote is None:
        raise ProviderUnavailable(f"The server does not show {zone.name} yet.")
    return remote


def _check_ours(zone: DnsZone, remote: RemoteZone) -> None:
    if remote.owner_mark not in {"", str(zone.pk)}:
        raise ZonePlanUnsafe(
            f"{zone.name} on the server carries another mark than ours: it is not touched."
            if remote.owner_mark != UNMARKED
            else f"{zone.name} was on the server before: it is not touched unless it is adopted."
        )


def _check_unchanged(zone: DnsZone, remote: RemoteZone) -> None:
    """Return when the server has about what it was last seen to have."""
    if not zone.pushed_sets:
        return
    seen = [
        RecordSet(found["name"], found["type"], found["ttl"], tuple(found["contents"]))
        for found in zone.pushed_sets
    ]
    drift = zone_plan(zone.name, existing=seen, desired=remote.record_sets)
    if drift.unsafe_reason:
        raise ZonePlanUnsafe(
            f"Somebody else changed {zone.name} on the server: {len(drift.changes)} of "
            f"{drift.existing_count} record sets differ. Nothing was overwritten."
        )


def _plain(sets: Sequence[RecordSet]) -> list[dict[str, Any]]:
    return [
        {"name": one.name, "type": one.type, "ttl": one.ttl, "contents": list(one.contents)}
        for one in sets
    ]
