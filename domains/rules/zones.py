"""What must be true of a whole zone: records that cannot stand beside each other."""

from collections.abc import Iterable

from domains.errors import RecordConflict
from domains.rules.record_sets import ZoneRecord
from domains.rules.records import txt_value

MAX_RECORDS = 2000


def check_record_fits(new: ZoneRecord, others: Iterable[ZoneRecord]) -> None:
    """Return when ``new`` may stand beside the other records of its zone.

    Raises:
        RecordConflict: it is there already; an alias (CNAME) would not be alone at its name; a
            name would have two SPF or two DMARC records (both are then void); the zone is full.

    Source: RFC 1034 s. 3.6.2, RFC 7208 s. 3.2, RFC 7489 s. 6.6.3.
    """
    count = 0
    for other in others:
        count += 1
        if other.name != new.name:
            continue
        if other.type == new.type and other.data == new.data:
            raise RecordConflict("This record exists already.", field="content")
        if "CNAME" in {other.type, new.type}:
            raise RecordConflict(
                f"{new.name} has a {other.type} record: an alias (CNAME) must be the only record "
                "of its name.",
                field="name",
            )
        purpose = mail_policy(new)
        if purpose and mail_policy(other) == purpose:
            raise RecordConflict(
                f"{new.name} has an {purpose} record already; with two of them, neither counts. "
                "Change the existing one.",
                field="content",
            )
    if count >= MAX_RECORDS:
        raise RecordConflict(f"A zone holds at most {MAX_RECORDS} records.", field="name")


def check_zone(records: Iterable[ZoneRecord]) -> None:
    """Return when all records can stand together.

    Raises:
        RecordConflict: as ``check_record_fits``.
    """
    placed: dict[str, list[ZoneRecord]] = {}
    for total, record in enumerate(records, start=1):
        if total > MAX_RECORDS:
            raise RecordConflict(f"A zone holds at most {MAX_RECORDS} records.", field="name")
        neighbours = placed.setdefault(record.name, [])
        check_record_fits(record, neighbours)
        neighbours.append(record)


def mail_policy(record: ZoneRecord) -> str:
    """Return ``SPF`` or ``DMARC`` for the TXT records of which a name may have one only."""
    if record.type != "TXT":
        return ""
    text = txt_value(record.content).strip().lower()
    if text == "v=spf1" or text.startswith("v=spf1 "):
        return "SPF"
    return "DMARC" if text.startswith("v=dmarc1") else ""
