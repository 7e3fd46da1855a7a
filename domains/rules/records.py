"""DNS records: what a person types becomes canonical presentation text, or a sentence that helps.

Source: RFC 1035, 2782 (SRV), 8659 (CAA), 6698 (TLSA), 4255 (SSHFP), 9460 (SVCB, HTTPS).
"""

import ipaddress
import re
from typing import Any

import dns.exception
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype

from domains.errors import InvalidDomainName, InvalidRecord
from domains.rules.names import owner_name, parse_domain_name
from domains.rules.record_sets import ZoneRecord

RECORD_TYPES = (
    "A",
    "AAAA",
    "CNAME",
    "MX",
    "TXT",
    "SRV",
    "CAA",
    "NS",
    "TLSA",
    "SSHFP",
    "DS",
    "HTTPS",
    "SVCB",
)
WITH_PRIORITY = frozenset({"MX", "SRV"})
MIN_TTL_SECONDS = 60
MAX_TTL_SECONDS = 604_800  # one week
MAX_TXT_OCTETS = 4096
_TXT_CHUNK_OCTETS = 255
_TARGET_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")


def record_of(
    *, zone: str, name: str, record_type: str, content: str, priority: int | None, ttl: int
) -> ZoneRecord:
    """Return the canonical record that a person described.

    Targets without a final dot are taken as absolute when they hold a dot, as names inside the
    zone when they are a single label, and as the zone itself when they are ``@``. TXT needs no
    quotes. For MX and SRV the priority may stand in ``priority`` or in front of the content.

    Args:
        zone: A-label name without the final dot.
        ttl: seconds, 60 to 604800.

    Raises:
        InvalidRecord: with the ``field`` that is wrong and what would be right.
    """
    kind = record_type.strip().upper()
    if kind not in RECORD_TYPES:
        raise InvalidRecord(
            f"{kind[:20] or 'This'} is not a type that can be set here. "
            f"Use one of {', '.join(RECORD_TYPES)}.",
            field="type",
        )
    if not MIN_TTL_SECONDS <= ttl <= MAX_TTL_SECONDS:
        raise InvalidRecord(f"Use {MIN_TTL_SECONDS} to {MAX_TTL_SECONDS} seconds.", field="ttl")
    owner = owner_name(name, zone)
    text, number = _without_priority(kind, content.strip(), priority)
    data = _presentation(kind, text, zone)
    whole = data if number is None else f"{number} {data}"
    canonical = _canonical(kind, whole, zone)
    if number is not None:
        canonical = canonical.partition(" ")[2]
    if kind == "NS" and owner == "@":
        raise InvalidRecord(
            "The name servers of the zone itself are set on the domain, not here.", field="name"
        )
    if kind == "CNAME" and owner == "@":
        raise InvalidRecord(
            "The zone itself cannot be an alias (CNAME). Set A and AAAA records instead.",
            field="type",
        )
    return ZoneRecord(name=owner, type=kind, content=canonical, priority=number, ttl=ttl)


def _without_priority(kind: str, content: str, priority: int | None) -> tuple[str, int | None]:
    """Return the content without its priority, and the priority of MX and SRV."""
    if kind not in WITH_PRIORITY:
        if priority is not None:
            raise InvalidRecord(f"{kind} records have no priority.", field="priority")
        return content, None
    parts = content.split()
    expected = {"MX": 1, "SRV": 3}[kind]
    if len(parts) == expected + 1 and parts[0].isdigit():
        given = int(parts[0])
        if priority is not None and priority != given:
            raise InvalidRecord("The priority is given twice, differently.", field="priority")
        priority, content = given, " ".join(parts[1:])
    if priority is None:
        raise InvalidRecord(f"{kind} records need a priority, for example 10.", field="priority")
    if not 0 <= priority <= 65535:
        raise InvalidRecord("Use 0 to 65535.", field="priority")
    return content, priority


def _presentation(kind: str, content: str, zone: str) -> str:
    if not content:
        raise InvalidRecord("Say what the record points at.", field="content")
    if any(ord(character) < 32 for character in content):
        raise InvalidRecord("Line breaks and control characters cannot be used.", field="content")
    if kind in {"A", "AAAA"}:
        return _address(kind, content)
    if kind in {"CNAME", "NS"}:
        return _target(content, zone)
    if kind == "MX":
        return "." if content == "." else _target(content, zone)
    if kind == "SRV":
        parts = content.split()
        if len(parts) != 3:
            raise InvalidRecord(
                "Write weight, port and target: 5 443 host.example", field="content"
            )
        target = "." if parts[2] == "." else _target(parts[2], zone)
        return f"{parts[0]} {parts[1]} {target}"
    if kind == "TXT":
        return txt_presentation(content)
    return content


def _address(kind: str, content: str) -> str:
    wanted = ipaddress.IPv4Address if kind == "A" else ipaddress.IPv6Address
    example = "192.0.2.10" if kind == "A" else "2001:db8::10"
    try:
        return str(wanted(content))
    except ValueError:
        raise InvalidRecord(
            f"{content[:60]} is not an IPv{4 if kind == 'A' else 6} address, such as {example}.",
            field="content",
        ) from None


def _target(content: str, zone: str) -> str:
    """Return an absolute target with its final dot."""
    if content == "@":
        return f"{zone}."
    bare = content.removesuffix(".")
    if "." not in bare and not content.endswith("."):
        bare = f"{bare}.{zone}"
    labels = bare.lower().split(".")
    is_plain = all(_TARGET_LABEL.fullmatch(label) for label in labels)
    if len(labels) > 1 and is_plain and not labels[-1].isdigit():
        return f"{'.'.join(labels)}."
    try:
        return f"{parse_domain_name(bare).ascii}."
    except InvalidDomainName:
        raise InvalidRecord(
            f"{content[:60]} is not a host name, such as server.example.", field="content"
        ) from None


def txt_presentation(text: str) -> str:
    """Return the quoted strings of a TXT record, each at most 255 octets.

    Text that already is a row of quoted strings is kept as such.

    Raises:
        InvalidRecord: longer than 4096 octets, or quotes that do not close.
    """
    if text.startswith('"'):
        try:
            rdata: Any = dns.rdata.from_text(dns.rdataclass.IN, dns.rdatatype.TXT, text)
            strings = rdata.strings
        except dns.exception.DNSException:
            raise InvalidRecord("A quotation mark does not close.", field="content") from None
        octets = b"".join(strings)
    else:
        octets, strings = text.encode(), ()
    if len(octets) > MAX_TXT_OCTETS:
        raise InvalidRecord(f"Use at most {MAX_TXT_OCTETS} characters.", field="content")
    chunks = list(strings) or [
        octets[start : start + _TXT_CHUNK_OCTETS]
        for start in range(0, len(octets), _TXT_CHUNK_OCTETS)
    ]
    return " ".join(f'"{_escaped(chunk)}"' for chunk in chunks)


def _escaped(octets: bytes) -> str:
    return "".join(
        f"\\{chr(octet)}"
        if octet in b'"\\'
        else chr(octet)
        if 32 <= octet < 127
        else f"\\{octet:03d}"
        for octet in octets
    )


def txt_value(presentation: str) -> str:
    """Return the text of a TXT record as one string, the way people read it."""
    rdata: Any = dns.rdata.from_text(dns.rdataclass.IN, dns.rdatatype.TXT, presentation)
    return b"".join(rdata.strings).decode(errors="replace")


def _canonical(kind: str, text: str, zone: str) -> str:
    origin = dns.name.from_text(f"{zone}.")
    try:
        data = dns.rdata.from_text(
            dns.rdataclass.IN, dns.rdatatype.from_text(kind), text, origin=origin, relativize=False
        )
    except (dns.exception.DNSException, ValueError, OverflowError) as exc:
        sentence = str(exc) or "This is not in the form that the type needs."
        raise InvalidRecord(
            f"{kind}: {sentence[0].lower()}{sentence[1:200]}", field="content"
        ) from None
    return data.to_text()
