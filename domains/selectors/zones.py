"""Zones and records as somebody may see them."""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from domains.errors import RecordNotFound, ZoneNotFound
from domains.models import DnsRecord, DnsZone
from domains.providers.dns.base import NS_TTL_SECONDS
from domains.rules.names import full_name
from domains.rules.record_sets import RecordSet, ZoneRecord, record_sets_of
from ispplatform.core.actors import Actor


def zones_for(actor: Actor) -> QuerySet[DnsZone]:
    """Return the zones that ``actor`` may see, newest first; a customer sees its own.

    Raises:
        NotPermitted: it may see none.
    """
    actor.require("dns:read")
    rows = DnsZone.objects.live().order_by("-id")
    return rows.of_customer(actor.customer_id) if actor.is_customer else rows


def zone_by_id(zone_id: UUID, *, actor: Actor) -> DnsZone:
    """Return one zone with its customer, domain and server.

    Raises:
        ZoneNotFound: there is none that ``actor`` may see.
    """
    rows = zones_for(actor).select_related("customer", "domain", "connection")
    try:
        return rows.get(pk=zone_id)
    except (DnsZone.DoesNotExist, ValidationError):
        raise ZoneNotFound("There is no such zone.") from None


def live_zone(name: str) -> DnsZone | None:
    """Return the zone of ``name`` (A-labels) that we serve, or None."""
    return DnsZone.objects.live().filter(name=name).select_related("connection").first()


def records_of(zone: DnsZone) -> list[DnsRecord]:
    """Return the records of a zone: the zone itself first, then by name and type."""
    rows = zone.records.all()
    return sorted(rows, key=lambda row: (row.name != "@", row.name, row.type, row.priority or 0))


def record_by_id(record_id: UUID, *, zone: DnsZone) -> DnsRecord:
    """Return one record of a zone.

    Raises:
        RecordNotFound: the zone has none with this id.
    """
    try:
        return zone.records.get(pk=record_id)
    except (DnsRecord.DoesNotExist, ValidationError):
        raise RecordNotFound("There is no such record in this zone.") from None


def desired_sets(zone: DnsZone) -> list[RecordSet]:
    """Return what the server is to hold of a zone: its NS set and all its records."""
    own = RecordSet(
        name=full_name("@", zone.name),
        type="NS",
        ttl=NS_TTL_SECONDS,
        contents=tuple(sorted(f"{host}." for host in zone.name_servers)),
    )
    return sorted([own, *record_sets_of(zone.name, zone_records(zone))])


def zone_records(zone: DnsZone) -> list[ZoneRecord]:
    """Return the records of a zone as rules compare them."""
    return [row.record for row in zone.records.all()]
