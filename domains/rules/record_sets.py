"""The form in which zones are compared, sent to servers and read back from them."""

from collections.abc import Iterable
from dataclasses import dataclass

from domains.rules.names import full_name


@dataclass(frozen=True, slots=True, order=True)
class RecordSet:
    """All records of one name and type.

    Args:
        name: absolute owner name with its final dot, lower case.
        type: the record type in capitals.
        ttl: seconds.
        contents: canonical presentation texts, sorted; MX and SRV begin with their numbers.
    """

    name: str
    type: str
    ttl: int
    contents: tuple[str, ...]

    @property
    def key(self) -> tuple[str, str]:
        """Return what identifies the set in its zone."""
        return (self.name, self.type)


@dataclass(frozen=True, slots=True)
class ZoneRecord:
    """One record as our tables keep it, valid and canonical (see ``rules.records``).

    Args:
        name: relative to the zone, ``@`` for the zone itself.
        type: the record type in capitals.
        content: presentation text without the priority.
        priority: 0 to 65535 of MX and SRV, else None.
        ttl: seconds.
    """

    name: str
    type: str
    content: str
    priority: int | None
    ttl: int

    @property
    def data(self) -> str:
        """Return the whole presentation text, the priority in front."""
        return self.content if self.priority is None else f"{self.priority} {self.content}"


def record_sets_of(zone: str, records: Iterable[ZoneRecord]) -> list[RecordSet]:
    """Return the records of a zone grouped by name and type, sorted.

    A set has one time to live: the smallest of its records (RFC 2181 s. 5.2 forbids several).
    """
    grouped: dict[tuple[str, str], list[ZoneRecord]] = {}
    for record in records:
        grouped.setdefault((full_name(record.name, zone), record.type), []).append(record)
    return sorted(
        RecordSet(
            name=name,
            type=record_type,
            ttl=min(record.ttl for record in members),
            contents=tuple(sorted({record.data for record in members})),
        )
        for (name, record_type), members in grouped.items()
    )
