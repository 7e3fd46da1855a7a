"""The records that point a domain at a hosting server and its mail."""

from dataclasses import dataclass

from domains.rules.record_sets import ZoneRecord
from domains.rules.records import record_of

TTL_SECONDS = 3600


@dataclass(frozen=True, kw_only=True, slots=True)
class ServerAddresses:
    """What zones are told of a server; host names without the final dot, empty where none."""

    ipv4: str
    ipv6: str
    mail_hostname: str
    spf_include: str


def web_records(zone: str, server: ServerAddresses) -> list[ZoneRecord]:
    """Return the records that bring visitors of the name to the server."""
    records = [_record(zone, "@", "A", server.ipv4), _record(zone, "www", "CNAME", "@")]
    if server.ipv6:
        records.insert(1, _record(zone, "@", "AAAA", server.ipv6))
    return records


def mail_records(zone: str, server: ServerAddresses) -> list[ZoneRecord]:
    """Return the records that bring mail to the server and let mail programs find it.

    Source: RFC 7208 (SPF), RFC 7489 (DMARC, first watched only), RFC 6186 and 8314 (SRV).
    """
    host = server.mail_hostname
    include = f" include:{server.spf_include}" if server.spf_include else f" a:{host}"
    return [
        _record(zone, "@", "MX", f"{host}.", priority=10),
        _record(zone, "@", "TXT", f"v=spf1 mx{include} ~all"),
        _record(zone, "_dmarc", "TXT", "v=DMARC1; p=none"),
        _record(zone, "autoconfig", "CNAME", f"{host}."),
        _record(zone, "autodiscover", "CNAME", f"{host}."),
        _record(zone, "_imaps._tcp", "SRV", f"1 993 {host}.", priority=0),
        _record(zone, "_submissions._tcp", "SRV", f"1 465 {host}.", priority=0),
        _record(zone, "_submission._tcp", "SRV", f"1 587 {host}.", priority=0),
    ]


def _record(
    zone: str, name: str, record_type: str, content: str, *, priority: int | None = None
) -> ZoneRecord:
    return record_of(
        zone=zone,
        name=name,
        record_type=record_type,
        content=content,
        priority=priority,
        ttl=TTL_SECONDS,
    )
