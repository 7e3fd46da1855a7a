"""Taking over a zone that was on the server before: its records become ours."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from domains.errors import ZoneNotAdoptable
from domains.models import DnsRecord, DnsZone
from domains.rules.record_sets import RecordSet, ZoneRecord
from domains.rules.zone_files import file_of_sets, records_of_file
from domains.services.locks import zone_locked
from domains.services.zones import zone_changed
from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.ids import uuid7
from ispplatform.core.operations import operation_start
from ispplatform.core.subjects import subject_of

ADOPT = "dns.zone_adopt"
PLATFORM = Actor.system("domains")


def zone_adopt(*, actor: Actor, zone: DnsZone) -> DnsZone:
    """Start taking over a zone that its server had before we made ours.

    Raises:
        NotPermitted: no ``dns:push``.
        ZoneNotAdoptable: the zone is gone, or the server has it from us.
    """
    actor.require("dns:push")
    with transaction.atomic():
        row = zone_locked(zone.pk)
        if not row.is_adoptable:
            raise ZoneNotAdoptable("The server has this zone from us: there is nothing to adopt.")
        audit("domains.zone_adopt", actor=actor, subject=subject_of(row), **_whose(row))
        operation_start(
            kind=ADOPT,
            key=f"{row.pk}:{uuid7()}",
            subject=subject_of(row),
            actor=actor,
            connection=row.connection,
            customer_id=row.customer_id,
        )
    return row


def records_of_sets(zone: DnsZone, sets: Sequence[RecordSet]) -> list[ZoneRecord]:
    """Return what a server has as records of ours, without the zone's own NS set.

    Raises:
        InvalidRecord: it has something that cannot be kept here.
    """
    text = file_of_sets(zone.name, list(sets))
    return records_of_file(zone.name, text, default_ttl=zone.default_ttl)


def zone_adopted(*, zone_id: UUID, sets: Sequence[Mapping[str, Any]], serial: int) -> None:
    """Take over what the server had and start pushing what we have beside it.

    Where both have records of a name and type, or one has an alias, the server's stay.

    Args:
        sets: ``name``, ``type``, ``ttl`` and ``contents`` of each record set of the server.
    """
    zone = zone_locked(zone_id)
    found = [
        RecordSet(one["name"], one["type"], one["ttl"], tuple(one["contents"])) for one in sets
    ]
    theirs = records_of_sets(zone, found)
    ours = list(zone.records.all())
    gone = [row.pk for row in ours if _stands_in_the_way(row.record, theirs)]
    zone.records.filter(pk__in=gone).delete()
    DnsRecord.objects.bulk_create(
        DnsRecord(
            zone=zone,
            name=record.name,
            type=record.type,
            content=record.content,
            priority=record.priority,
            ttl=record.ttl,
        )
        for record in theirs
    )
    zone.pushed_sets = [dict(one) for one in sets]
    zone.serial, zone.trouble = serial, ""
    zone.save(update_fields=["pushed_sets", "serial", "trouble"])
    audit(
        "domains.zone_adopted",
        actor=PLATFORM,
        subject=subject_of(zone),
        after={"records": len(theirs), "replaced": len(gone)},
        **_whose(zone),
    )
    zone_changed(zone, actor=PLATFORM)


def _stands_in_the_way(ours: ZoneRecord, theirs: Sequence[ZoneRecord]) -> bool:
    return any(
        one.name == ours.name and (one.type == ours.type or "CNAME" in {one.type, ours.type})
        for one in theirs
    )


def _whose(zone: DnsZone) -> dict[str, Any]:
    return {"customer_id": zone.customer_id}
