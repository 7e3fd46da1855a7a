"""Zones as text, the way BIND and every registrar's export write them (RFC 1035 s. 5)."""

import dns.exception
import dns.rdatatype
import dns.zone

from domains.errors import InvalidRecord
from domains.rules.names import full_name
from domains.rules.record_sets import RecordSet, ZoneRecord
from domains.rules.records import (
    MAX_TTL_SECONDS,
    MIN_TTL_SECONDS,
    RECORD_TYPES,
    WITH_PRIORITY,
    record_of,
)

MAX_FILE_CHARACTERS = 500_000


def records_of_file(zone: str, text: str, *, default_ttl: int) -> list[ZoneRecord]:
    """Return the records of a zone file, without SOA and without the zone's own NS set.

    Times to live are brought into 60 to 604800 seconds.

    Raises:
        InvalidRecord: the text is no zone file, too long, or holds a type that cannot be set here.
    """
    if len(text) > MAX_FILE_CHARACTERS:
        raise InvalidRecord("The file is too long.", field="text")
    try:
        parsed = dns.zone.from_text(
            f"$TTL {default_ttl}\n{text}",
            origin=f"{zone}.",
            relativize=False,
            check_origin=False,
            allow_include=False,
        )
    except (dns.exception.DNSException, ValueError, KeyError) as exc:
        raise InvalidRecord(f"This is no zone file: {str(exc)[:200]}", field="text") from None
    records = []
    for owner, ttl, data in parsed.iterate_rdatas():
        kind = dns.rdatatype.to_text(data.rdtype)
        name = owner.to_text()
        if kind == "SOA" or (kind == "NS" and name == full_name("@", zone)):
            continue
        if kind not in RECORD_TYPES:
            raise InvalidRecord(
                f"{name} has the type {kind}, which is not kept here.", field="text"
            )
        records.append(_record(zone, name, kind, data.to_text(), ttl))
    return list(dict.fromkeys(records))


def _record(zone: str, name: str, kind: str, data: str, ttl: int) -> ZoneRecord:
    priority = None
    if kind in WITH_PRIORITY:
        number, _, data = data.partition(" ")
        priority = int(number)
    return record_of(
        zone=zone,
        name=name,
        record_type=kind,
        content=data,
        priority=priority,
        ttl=min(max(ttl, MIN_TTL_SECONDS), MAX_TTL_SECONDS),
    )


def file_of_sets(zone: str, sets: list[RecordSet]) -> str:
    """Return record sets as a zone file, one record a line, sorted; it can be read in again."""
    lines = [f"$ORIGIN {zone}."]
    lines += [
        f"{found.name}\t{found.ttl}\tIN\t{found.type}\t{content}"
        for found in sets
        for content in found.contents
    ]
    return "\n".join(lines) + "\n"
