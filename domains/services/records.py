"""Changing the records of a zone: one at a time, by template, or the whole zone by a plan."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from domains.choices import ZoneStatus
from domains.errors import ManagedRecord, ZoneNotFound
from domains.models import DnsRecord, DnsZone
from domains.rules.plans import ZonePlan, zone_plan
from domains.rules.record_sets import ZoneRecord, record_sets_of
from domains.rules.records import record_of
from domains.rules.templates import PlacedRecord, TemplateChange, template_change
from domains.rules.zones import check_record_fits, check_zone
from domains.selectors.zones import record_by_id, zone_records
from domains.services.locks import check_own, zone_locked
from domains.services.zones import zone_changed
from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.subjects import subject_of

NO_ZONE = "There is no such zone."


def record_add(
    *,
    actor: Actor,
    zone: DnsZone,
    name: str,
    record_type: str,
    content: str,
    priority: int | None = None,
    ttl: int | None = None,
) -> DnsRecord:
    """Add one record and start bringing the server to it.

    Args:
        ttl: seconds; None takes the zone's.

    Raises:
        NotPermitted: no ``dns:update``.
        ZoneNotFound: it is another customer's.
        InvalidRecord, RecordConflict: with the ``field`` and what would be right.
    """
    with transaction.atomic():
        row = _editable(actor, zone)
        record = record_of(
            zone=row.name,
            name=name,
            record_type=record_type,
            content=content,
            priority=priority,
            ttl=row.default_ttl if ttl is None else ttl,
        )
        check_record_fits(record, zone_records(row))
        added = _written(row, record)
        _audit("domains.record_add", actor, row, after=_told(record))
        zone_changed(row, actor=actor)
    return added


def record_update(
    *,
    actor: Actor,
    zone: DnsZone,
    record_id: UUID,
    name: str | None = None,
    content: str | None = None,
    priority: int | None = None,
    ttl: int | None = None,
) -> DnsRecord:
    """Change one record; what is None stays. A record of a template becomes the customer's own.

    Raises:
        RecordNotFound: the zone has none with this id.
        NotPermitted, ZoneNotFound, InvalidRecord, RecordConflict: see ``record_add``.
    """
    with transaction.atomic():
        row = _editable(actor, zone)
        kept = record_by_id(record_id, zone=row)
        before = kept.record
        after = record_of(
            zone=row.name,
            name=before.name if name is None else name,
            record_type=before.type,
            content=before.content if content is None else content,
            priority=before.priority if priority is None else priority,
            ttl=before.ttl if ttl is None else ttl,
        )
        if after == before:
            return kept
        others = [other.record for other in row.records.exclude(pk=kept.pk)]
        check_record_fits(after, others)
        kept.name, kept.content = after.name, after.content
        kept.priority, kept.ttl, kept.source = after.priority, after.ttl, ""
        kept.save(update_fields=["name", "content", "priority", "ttl", "source"])
        _audit("domains.record_update", actor, row, before=_told(before), after=_told(after))
        zone_changed(row, actor=actor)
    return kept


def record_remove(*, actor: Actor, zone: DnsZone, record_id: UUID) -> None:
    """Take one record out of the zone.

    Raises:
        ManagedRecord: a template keeps it: it would come back.
        RecordNotFound, NotPermitted, ZoneNotFound: see ``record_update``.
    """
    with transaction.atomic():
        row = _editable(actor, zone)
        kept = record_by_id(record_id, zone=row)
        if kept.source:
            raise ManagedRecord(
                "The platform keeps this record for your hosting or mail. Change it instead: "
                "then it is yours."
            )
        _audit("domains.record_remove", actor, row, before=_told(kept.record))
        kept.delete()
        zone_changed(row, actor=actor)


def zone_replace_plan(zone: DnsZone, records: Sequence[ZoneRecord]) -> ZonePlan:
    """Return what replacing all records of the zone by ``records`` would do; nothing is written.

    Raises:
        RecordConflict: they cannot stand together.
    """
    check_zone(records)
    return zone_plan(
        zone.name,
        existing=record_sets_of(zone.name, zone_records(zone)),
        desired=record_sets_of(zone.name, records),
    )


def zone_replace(
    *, actor: Actor, zone: DnsZone, records: Sequence[ZoneRecord], force: bool = False
) -> ZonePlan:
    """Replace all records of a zone; a change that is large needs ``force``.

    Records that stay the same keep their template; all others are the customer's own.

    Returns:
        The plan that was carried out; empty when nothing changed.

    Raises:
        ZonePlanNeedsForce: it is large; nothing was written.
        NotPermitted, ZoneNotFound, RecordConflict: see ``record_add``.
    """
    with transaction.atomic():
        row = _editable(actor, zone)
        plan = zone_replace_plan(row, records)
        if plan.is_empty:
            return plan
        plan.raise_if_unsafe(force=force)
        wanted = set(records)
        gone = [kept.pk for kept in row.records.all() if kept.record not in wanted]
        present = {kept.record for kept in row.records.all()}
        row.records.filter(pk__in=gone).delete()
        _write_all(row, [record for record in records if record not in present], source="")
        _audit(
            "domains.zone_replace",
            actor,
            row,
            after={action: plan.count(action) for action in ("create", "update", "delete")},
        )
        zone_changed(row, actor=actor)
    return plan


def zone_template_apply(
    *, actor: Actor, zone: DnsZone, source: str, template: Iterable[ZoneRecord]
) -> TemplateChange:
    """Lay a template's records beside the customer's own (see ``rules.templates``).

    An empty template takes the records of ``source`` away. Nothing is pushed when nothing changes.

    Raises:
        NotPermitted: no ``dns:update``.
    """
    with transaction.atomic():
        row = _editable(actor, zone)
        kept = list(row.records.all())
        change = template_change(
            source=source,
            template=template,
            present=[PlacedRecord(one.record, one.source) for one in kept],
        )
        if change.is_empty:
            return change
        gone = set(change.removed)
        row.records.filter(
            pk__in=[one.pk for one in kept if one.source == source and one.record in gone]
        ).delete()
        for before, after in change.altered:
            same = next(one for one in kept if one.record == before)
            same.content = after.content
            same.save(update_fields=["content"])
        _write_all(row, change.added, source=source)
        _audit(
            "domains.zone_template_apply",
            actor,
            row,
            after={
                "template": source,
                "added": len(change.added),
                "removed": len(change.removed),
                "altered": len(change.altered),
                "left_out": [f"{record.name} {record.type}" for record, _ in change.left_out],
            },
        )
        zone_changed(row, actor=actor)
    return change


def _editable(actor: Actor, zone: DnsZone) -> DnsZone:
    actor.require("dns:update")
    check_own(actor, zone.customer_id, ZoneNotFound(NO_ZONE))
    row = zone_locked(zone.pk)
    if row.status == ZoneStatus.DELETED:
        raise ZoneNotFound(NO_ZONE)
    return row


def _written(zone: DnsZone, record: ZoneRecord, source: str = "") -> DnsRecord:
    return DnsRecord.objects.create(
        zone=zone,
        name=record.name,
        type=record.type,
        content=record.content,
        priority=record.priority,
        ttl=record.ttl,
        source=source,
    )


def _write_all(zone: DnsZone, records: Iterable[ZoneRecord], *, source: str) -> None:
    DnsRecord.objects.bulk_create(
        DnsRecord(
            zone=zone,
            name=record.name,
            type=record.type,
            content=record.content,
            priority=record.priority,
            ttl=record.ttl,
            source=source,
        )
        for record in records
    )


def _told(record: ZoneRecord) -> dict[str, object]:
    return {"name": record.name, "type": record.type, "data": record.data, "ttl": record.ttl}


def _audit(act: str, actor: Actor, zone: DnsZone, **sides: Any) -> None:
    audit(act, actor=actor, subject=subject_of(zone), customer_id=zone.customer_id, **sides)
