"""Reading operations: what needs a person, what happened, why something waits."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils.translation import get_language

from ispplatform.core.attention.selectors import attention_items_open
from ispplatform.core.clock import system_now
from ispplatform.core.leases import SILENT_AFTER_SECONDS, duties_done, duties_overdue, duty_done_at
from ispplatform.core.models.attention import AttentionItem
from ispplatform.core.models.audit import AuditEntry
from ispplatform.core.models.operations import (
    OPEN_STATES,
    Operation,
    OperationExchange,
    OperationState,
)
from ispplatform.core.operations.attention import ORDINARY, URGENT
from ispplatform.core.operations.kinds import kinds
from ispplatform.core.operations.statuses import OPERATION_STATES
from ispplatform.core.operations.watching import SWEEP
from ispplatform.core.pages.formats import datetime_text, format_locale
from ispplatform.core.pages.statuses import status_words
from ispplatform.core.providers.registry import backends
from ispplatform.core.switches.selectors import pause_sentence

TRUTH_SPAN = timedelta(hours=24)
GRACE_SECONDS = 60  # after the start of this process: everything starts at once


def operations_needing_a_person(*, with_snoozed: bool = False) -> QuerySet[Operation]:
    """Return the tenant's operations that wait for somebody, oldest first.

    They are those under *Needs a person*, which knows who looks after each and what is at stake.
    """
    items = attention_items_open(with_snoozed=with_snoozed).filter(kind__in=[URGENT, ORDINARY])
    rows = Operation.objects.filter(pk__in=items.order_by().values("subject_id"))
    return rows.select_related("connection").order_by("id")


def operations_of(subject_type: str, subject_id: object) -> QuerySet[Operation]:
    """Return the operations about one row, newest first."""
    return Operation.objects.filter(subject_type=subject_type, subject_id=subject_id).order_by(
        "-id"
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class TimelineEntry:
    """One line of an operation's history.

    Args:
        exchange: the conversation behind it, where there is one.
    """

    at: datetime
    sentence: str
    exchange: OperationExchange | None = None


def operation_timeline(operation: Operation) -> list[TimelineEntry]:
    """Return what happened to an operation, oldest first: start, exchanges, decisions, end."""
    entries = [
        TimelineEntry(at=operation.created_at, sentence=f"Started by {operation.actor_label}")
    ]
    entries += [
        TimelineEntry(at=row.started_at, sentence=_exchange_sentence(row), exchange=row)
        for row in operation.exchanges.all()
    ]
    decisions = AuditEntry.objects.filter(
        subject_type="core.operation", subject_id=operation.pk
    ).select_related("values")
    entries += [
        TimelineEntry(at=row.created_at, sentence=_decision_sentence(row)) for row in decisions
    ]
    entries += [
        TimelineEntry(at=item.opened_at, sentence=f"Put before a person: {item.sentence}")
        for item in AttentionItem.objects.filter(subject_id=operation.pk)
    ]
    if operation.finished_at is not None:
        entries.append(
            TimelineEntry(at=operation.finished_at, sentence=operation.get_state_display())
        )
    return sorted(entries, key=lambda entry: entry.at)


def waiting_for(operation: Operation) -> str:
    """Return in one sentence what an open operation waits for; empty when it is over."""
    if operation.state == OperationState.NEEDS_PERSON:
        return "a person"
    if operation.state not in OPEN_STATES:
        return ""
    if sentence := pause_sentence(operation):
        return sentence
    if operation.state == OperationState.RUNNING:
        return "the provider's answer"
    if kinds.known(operation.kind) is None:
        return f"a release that knows {operation.kind}"
    if _waits_for_its_turn(operation):
        return "an earlier operation about the same thing"
    now = system_now()
    connection = operation.connection
    closed_until = connection.circuit_open_until if connection else None
    if connection and closed_until and closed_until > now:
        return f"{connection.name}, which does not answer; next try {_time(closed_until)}"
    if operation.state == OperationState.ACCEPTED:
        return accepted_sentence(operation)
    if operation.next_attempt_at > now:
        return f"the next try {_time(operation.next_attempt_at)}"
    return "a free worker"


def accepted_sentence(operation: Operation) -> str:
    """Return who decides later about an accepted request, since when, and when it is asked next."""
    since = operation.accepted_at or operation.created_at
    again = _moment(operation.next_attempt_at)
    return f"the {_who_decides(operation)}, since {_moment(since)}, next look {again}"


def operation_state_words(operation: Operation) -> str:
    """Return the staff's words for the state; they name who decides about an accepted request.

    Needs ``connection``.
    """
    if operation.state == OperationState.ACCEPTED:
        return f"Waiting for the {_who_decides(operation)}"
    return str(status_words(OPERATION_STATES, operation.state).staff)


def _who_decides(operation: Operation) -> str:
    connection = operation.connection
    if connection is None:
        return "provider"
    return backends.party_of(connection.kind)


@dataclass(frozen=True, kw_only=True, slots=True)
class AutomationTruth:
    """The one line of truth about automation.

    Args:
        last_run_at: when the sweep last ran, anywhere in the installation; None when never.
        age_seconds: how long ago; None when never.
        done: operations that took place within the last 24 hours.
        failed: operations refused within the last 24 hours, or before a person now.
        waiting: operations that are open now.
        is_silent: nothing ran for 15 minutes.
        overdue: the duties that were not done for long, by name.
    """

    last_run_at: datetime | None
    age_seconds: int | None
    done: int
    failed: int
    waiting: int
    is_silent: bool
    overdue: tuple[str, ...] = ()


def operations_of_truth(figure: str) -> QuerySet[Operation]:
    """Return the operations behind a figure of the line of truth: done, failed or waiting."""
    lately = Q(finished_at__gte=system_now() - TRUTH_SPAN)
    behind = {
        "done": lately & Q(state=OperationState.SUCCEEDED),
        "failed": (lately & Q(state=OperationState.REJECTED))
        | Q(state=OperationState.NEEDS_PERSON),
        "waiting": Q(state__in=OPEN_STATES),
    }
    return Operation.objects.filter(behind[figure])


def automation_truth_line() -> AutomationTruth:
    """Return the truth for the tenant in force; two queries."""
    now = system_now()
    day = now - TRUTH_SPAN
    # Each from an index alone; with an "or" between them the database reads every operation. Of
    # those that ended, SQLite would rather read all there ever were in these states than a day's:
    # no index has the expression that stands for the state.
    state = Coalesce("state", Value(""))
    over = [OperationState.SUCCEEDED, OperationState.REJECTED]
    ended = _by_state(Operation.objects.filter(finished_at__gte=day), state, over)
    here = [*OPEN_STATES, OperationState.NEEDS_PERSON]
    standing = _by_state(Operation.objects.all(), F("state"), here)
    counts = dict(ended.union(standing, all=True))
    done = duties_done()
    last_run_at = done.get(SWEEP)
    age = None if last_run_at is None else int((now - last_run_at).total_seconds())
    return AutomationTruth(
        last_run_at=last_run_at,
        age_seconds=age,
        is_silent=age is None or age > SILENT_AFTER_SECONDS,
        overdue=tuple(duties_overdue(grace_seconds=GRACE_SECONDS, done=done)),
        done=counts.get(OperationState.SUCCEEDED, 0),
        failed=counts.get(OperationState.REJECTED, 0) + counts.get(OperationState.NEEDS_PERSON, 0),
        waiting=sum(counts.get(state, 0) for state in OPEN_STATES),
    )


def _by_state(
    operations: QuerySet[Operation], state: Any, states: list[OperationState]
) -> QuerySet[Operation, tuple[str, int]]:
    rows = operations.order_by().annotate(is_in=state).filter(is_in__in=states)
    return rows.values_list("is_in").annotate(count=Count("pk"))


def automation_is_silent() -> bool:
    """Tell whether no sweep ran for 15 minutes, anywhere in the installation."""
    last_run_at = duty_done_at(SWEEP)
    if last_run_at is None:
        return True
    return (system_now() - last_run_at).total_seconds() > SILENT_AFTER_SECONDS


def _waits_for_its_turn(operation: Operation) -> bool:
    return (
        operation.in_order
        and Operation.objects.filter(
            subject_type=operation.subject_type,
            subject_id=operation.subject_id,
            in_order=True,
            lane_sequence__lt=operation.lane_sequence,
            state__in=OPEN_STATES,
        ).exists()
    )


def _exchange_sentence(row: OperationExchange) -> str:
    outcome = row.error or (f"answered {row.status}" if row.status else "answered")
    return f"Attempt {row.attempt}: {row.method} {row.url} {outcome} ({row.duration_ms} ms)"


def _decision_sentence(row: AuditEntry) -> str:
    act = row.act.removeprefix("core.operation_").replace("_", " ")
    reason = f": {row.reason}" if row.reason else ""
    return f"{row.actor_label}: {act}{reason}"


def _moment(at: datetime) -> str:
    return datetime_text(at, format_locale(get_language() or "en"))


def _time(at: datetime) -> str:
    return f"at {at:%H:%M:%S} UTC"
