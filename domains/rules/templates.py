"""Sets of records that the platform keeps in a zone, laid beside what the customer put there."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from domains.errors import RecordConflict
from domains.rules.record_sets import ZoneRecord
from domains.rules.records import txt_presentation, txt_value
from domains.rules.zones import check_record_fits, mail_policy


@dataclass(frozen=True, slots=True)
class PlacedRecord:
    """A record of a zone and who keeps it.

    Args:
        record: the canonical record.
        source: name of the template that keeps it; empty for the customer's own.
    """

    record: ZoneRecord
    source: str


@dataclass(frozen=True, slots=True)
class TemplateChange:
    """What laying a template into a zone does.

    Args:
        added: records to write under the template's name.
        removed: records that the template kept and no longer has.
        altered: (record as it is, record as it becomes) of the customer's own SPF record.
        left_out: (record of the template, why it is not written) where the customer's stands.
    """

    added: tuple[ZoneRecord, ...]
    removed: tuple[ZoneRecord, ...]
    altered: tuple[tuple[ZoneRecord, ZoneRecord], ...]
    left_out: tuple[tuple[ZoneRecord, str], ...]

    @property
    def is_empty(self) -> bool:
        """Tell whether the zone stays as it is."""
        return not (self.added or self.removed or self.altered)


def template_change(
    *, source: str, template: Iterable[ZoneRecord], present: Iterable[PlacedRecord]
) -> TemplateChange:
    """Return how to lay ``template`` into a zone without taking anything of the customer's away.

    A record of the template that cannot stand beside what others put there is left out. The one
    exception is SPF: a second one would void both, so the mechanisms are added to the first.

    Args:
        source: the template's name, not empty.
        present: every record of the zone, of all sources.
    """
    wanted = list(template)
    placed = list(present)
    own = [row.record for row in placed if row.source == source]
    kept = [row.record for row in placed if row.source != source]
    added: list[ZoneRecord] = []
    altered: list[tuple[ZoneRecord, ZoneRecord]] = []
    left_out: list[tuple[ZoneRecord, str]] = []
    for record in wanted:
        spf = _spf_beside(record, kept)
        if spf is not None:
            merged = merged_spf(spf, record)
            if merged != spf:
                altered.append((spf, merged))
            continue
        reason = _hindrance(record, kept)
        if reason:
            left_out.append((record, reason))
        elif record not in own:
            added.append(record)
    skipped = {record for record, _ in left_out}
    removed = [record for record in own if record not in wanted or record in skipped]
    return TemplateChange(
        added=tuple(added),
        removed=tuple(removed),
        altered=tuple(altered),
        left_out=tuple(left_out),
    )


def merged_spf(existing: ZoneRecord, wanted: ZoneRecord) -> ZoneRecord:
    """Return ``existing`` with the mechanisms of ``wanted`` that it lacks, before its ``all``.

    Source: RFC 7208 s. 4.6 (evaluated left to right) and s. 5.1 (what follows ``all`` is ignored).
    """
    terms = txt_value(existing.content).split()
    known = {term.lower() for term in terms}
    missing = [
        term
        for term in txt_value(wanted.content).split()[1:]
        if term.lower() not in known and not _is_all(term)
    ]
    if not missing:
        return existing
    cut = next((place for place, term in enumerate(terms) if _is_all(term)), len(terms))
    text = " ".join([*terms[:cut], *missing, *terms[cut:]])
    return replace(existing, content=txt_presentation(text))


def _is_all(term: str) -> bool:
    return term.lower().lstrip("+-~?") == "all" or term.lower().startswith("redirect=")


def _spf_beside(record: ZoneRecord, others: Iterable[ZoneRecord]) -> ZoneRecord | None:
    if mail_policy(record) != "SPF":
        return None
    return next(
        (row for row in others if row.name == record.name and mail_policy(row) == "SPF"), None
    )


def _hindrance(record: ZoneRecord, others: list[ZoneRecord]) -> str:
    """Return why the template's record gives way to the customer's, or an empty string."""
    if record.type != "TXT" and any(
        row.name == record.name and row.type == record.type for row in others
    ):
        return f"{record.name} has its own {record.type} record."
    try:
        check_record_fits(record, others)
    except RecordConflict as conflict:
        return conflict.message
    return ""
