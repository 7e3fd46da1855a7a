"""What a colleague took along, gave away, entered and made: read from the audit trail."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils.functional import Promise

from accounts.rules.access_reports import REPORT_SPAN
from ispplatform.core.actors import ActorType
from ispplatform.core.admin.words import code_words
from ispplatform.core.clock import system_now
from ispplatform.core.models import AuditEntry
from ispplatform.core.reported_acts import REPORTED_ACTS, ReportKind

SHOWN = 100
CHUNK = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportLine:
    """One act; ``words`` and what it was done to, as people read them."""

    at: datetime
    kind: str
    act: str
    words: str
    subject_type: str
    subject_id: UUID
    subject: str
    customer_id: UUID | None
    reason: str
    reference: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AccessReport:
    """The last 90 days of a colleague.

    Args:
        counts: how many acts of each kind, zeros included.
        lines: the newest hundred.
        total: how many there are altogether.
    """

    since: datetime
    until: datetime
    counts: dict[str, int]
    lines: list[ReportLine]

    @property
    def total(self) -> int:
        """How many acts the report is about."""
        return sum(self.counts.values())

    @property
    def kinds(self) -> list[tuple[str | Promise, int]]:
        """Each kind in words, with its count."""
        return [(kind.label, self.counts[kind.value]) for kind in ReportKind]


def access_report(user_id: UUID) -> AccessReport:
    """Return what a colleague did in the last 90 days; two statements.

    Args:
        user_id: the person; only acts in the tenant in force count. What a program did for them
            by OAuth is theirs; what keys of integrations did is not.
    """
    until = system_now()
    since = until - REPORT_SPAN
    rows = reported_entries(user_id, since=since, until=until)
    by_act = rows.order_by().values_list("act").annotate(count=Count("pk"))
    counts = {kind.value: 0 for kind in ReportKind}
    for act, count in by_act:
        counts[_kind_of(act)] += count
    lines = [_line(row) for row in rows[:SHOWN]]
    return AccessReport(since=since, until=until, counts=counts, lines=lines)


def report_lines(user_id: UUID, *, since: datetime, until: datetime) -> Iterator[ReportLine]:
    """Yield every line of a report, newest first."""
    rows = reported_entries(user_id, since=since, until=until)
    return (_line(row) for row in rows.iterator(chunk_size=CHUNK))


def reported_entries(
    user_id: UUID, *, since: datetime, until: datetime
) -> QuerySet[AuditEntry, AuditEntry]:
    """Return the entries that a report tells about, with their values, newest first."""
    declared = REPORTED_ACTS.items()
    rows = AuditEntry.objects.filter(
        actor_type=ActorType.USER,
        actor_id=str(user_id),
        act__in=[one.act for one in declared],
        created_at__gte=since,
        created_at__lte=until,
    )
    for one in declared:
        if one.unless is not None:
            rows = rows.exclude(Q(act=one.act) & one.unless)
    return rows.select_related("values").order_by("-created_at", "-id")


def _line(row: AuditEntry) -> ReportLine:
    return ReportLine(
        at=row.created_at,
        kind=_kind_of(row.act),
        act=row.act,
        words=code_words(row.act),
        subject_type=row.subject_type,
        subject_id=row.subject_id,
        subject=row.subject_label,
        customer_id=row.customer_id,
        reason=row.reason,
        reference=row.reference,
    )


def _kind_of(act: str) -> str:
    found = REPORTED_ACTS.get(act)
    return found.kind.value if found is not None else ReportKind.SECRETS.value
