"""What waits in silence: operations behind a dead provider, or of a kind this release lacks."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid5

from django.db import transaction
from django.db.models import Count

from ispplatform.core.actors import Actor
from ispplatform.core.attention import attention_open, attention_settled
from ispplatform.core.audit import audit
from ispplatform.core.clock import system_now
from ispplatform.core.events import publish
from ispplatform.core.leases import SILENT_AFTER_SECONDS, duties_overdue, duty_done_at
from ispplatform.core.models.attention import AttentionItem
from ispplatform.core.models.connections import ConnectionState, ProviderConnection
from ispplatform.core.models.operations import OPEN_STATES, Operation
from ispplatform.core.models.tenants import Tenant
from ispplatform.core.money import Money
from ispplatform.core.operations.kinds import kinds
from ispplatform.core.providers.events import ConnectionStateChanged
from ispplatform.core.subjects import Subject, subject_of
from ispplatform.core.tenant_settings import TenantSetting, between

SWEEP = "core.sweep_operations"  # the duty by which one sees that automation runs
DOWN = "core.connection_down"
DUTY_SILENT = "core.duty_silent"
ALL_SILENT = "core.automation_silent"
UNKNOWN = "core.unknown_operations"
WATCHER = Actor.system("circuit breaker")
ADDED_UP = 500  # operations whose money is added up; more need no exact figure
CIRCUIT_ALARM_MINUTES = TenantSetting(
    key="core.circuit_alarm_minutes",
    default=15,
    label="Minutes without an answer after which a provider connection needs a person",
    check=between(1, 1440),
)


def connections_watch(tenant: Tenant) -> int:
    """Put the connections before a person that have not answered for a while; return how many.

    Call it in the tenant. A row that is open already is told the present numbers.
    """
    before = system_now() - timedelta(minutes=CIRCUIT_ALARM_MINUTES.of(tenant))
    rows = ProviderConnection.objects.filter(circuit_opened_at__lte=before, is_active=True)
    ids = list(rows.values_list("pk", flat=True))
    for connection_id in ids:
        with transaction.atomic():
            locked = ProviderConnection.objects.select_for_update().filter(
                pk=connection_id, circuit_opened_at__lte=before
            )
            for connection in locked:
                _show_down(connection)
    return len(ids)


def connection_answers(connection: ProviderConnection) -> None:
    """Note that a connection answers again, and close its matter; in the caller's transaction."""
    subject = subject_of(connection)
    if attention_settled(kind=DOWN, subject=subject, resolution="It answers again."):
        _set_state(connection, ConnectionState.WORKING, "It answers again.")


def unknown_operations_watch(tenant: Tenant) -> int:
    """Put operations before a person whose kind this release lacks; return how many there are."""
    known = [kind.name for kind in kinds.all()]
    rows = Operation.objects.filter(state__in=OPEN_STATES, next_attempt_at__lte=system_now())
    counts = dict(
        rows.exclude(kind__in=known)
        .order_by()
        .values("kind")
        .annotate(count=Count("pk"))
        .values_list("kind", "count")
    )
    subject = Subject(type="core.tenant", id=tenant.pk, label=tenant.name)
    if not counts:
        attention_settled(kind=UNKNOWN, subject=subject, resolution="None waits any more.")
        return 0
    named = ", ".join(f"{name} ({count})" for name, count in sorted(counts.items()))
    attention_open(
        kind=UNKNOWN,
        subject=subject,
        sentence=f"Operations wait that this release cannot carry out: {named}. "
        "They go on with a release that knows them; nothing is lost.",
    )
    return sum(counts.values())


def duties_watch(tenant: Tenant) -> int:
    """Put the duties before a person that were not done for long; return how many.

    Each is told once per silence, and closes itself when it has been done.
    """
    attention_settled(kind=ALL_SILENT, subject=_automation(tenant), resolution="It runs again.")
    overdue = duties_overdue(grace_seconds=SILENT_AFTER_SECONDS)
    silent = {uuid5(tenant.pk, f"silent {name}"): name for name in overdue}
    items = AttentionItem.objects.filter(kind=DUTY_SILENT, resolved_at=None)
    for subject_id in list(items.values_list("subject_id", flat=True)):
        if subject_id not in silent:
            subject = Subject(type="core.duty", id=subject_id)
            attention_settled(kind=DUTY_SILENT, subject=subject, resolution="It was done.")
    for subject_id, name in silent.items():
        attention_open(
            kind=DUTY_SILENT,
            subject=Subject(type="core.duty", id=subject_id, label=name),
            sentence=f"{name} is silent, or fails every time. {overdue[name]}",
        )
    return len(silent)


def silence_show(tenant: Tenant) -> AttentionItem:
    """Put before a person that nothing runs by itself any more; closed by the first run after it.

    Call it in the tenant, from a process that is neither worker nor beat.
    """
    last_run_at = duty_done_at(SWEEP)
    since = "ever" if last_run_at is None else f"since {last_run_at:%Y-%m-%d %H:%M} UTC"
    return attention_open(
        kind=ALL_SILENT,
        subject=_automation(tenant),
        sentence=f"Nothing has run by itself {since}: no order is set up, no card charged, no mail "
        "sent. Nothing is lost; it goes on when worker and beat run again.",
    )


def _automation(tenant: Tenant) -> Subject:
    return Subject(type="core.duty", id=uuid5(tenant.pk, ALL_SILENT), label="automation")


def _show_down(connection: ProviderConnection) -> None:
    waiting = Operation.objects.filter(connection=connection, state__in=OPEN_STATES)
    since = f"{connection.circuit_opened_at:%Y-%m-%d %H:%M} UTC"
    sentence = f"It has not answered since {since}."
    if connection.state != ConnectionState.FAILING:
        _set_state(connection, ConnectionState.FAILING, sentence)
    attention_open(
        kind=DOWN,
        subject=subject_of(connection),
        sentence=f"{connection} has not answered since {since}, and {waiting.count()} operations "
        "wait for it. It is asked every ten minutes; when it answers, they go on by themselves.",
        money=_money_waiting(list(waiting.order_by("id")[:ADDED_UP])),
    )


def _money_waiting(rows: list[Operation]) -> Money | None:
    """Return what is known to be at stake; None when it is nothing, or of several currencies."""
    sums: dict[str, Decimal] = {}
    for row in rows:
        kind = kinds.known(row.kind)
        money = kind.money_at_stake(row) if kind is not None else None
        if money is not None:
            sums[money.currency] = sums.get(money.currency, Decimal()) + money.amount
    if len(sums) != 1:
        return None
    ((currency, amount),) = sums.items()
    return Money(amount, currency)


def _set_state(connection: ProviderConnection, state: ConnectionState, sentence: str) -> None:
    before = connection.state
    connection.state, connection.state_sentence = state, sentence
    connection.tested_at = system_now()
    connection.save(update_fields=["state", "state_sentence", "tested_at"])
    audit(
        "core.connection_state",
        actor=WATCHER,
        subject=subject_of(connection),
        before={"state": before},
        after={"state": state, "sentence": sentence},
    )
    if state == before:
        return
    publish(
        ConnectionStateChanged(
            connection_id=connection.pk,
            kind=connection.kind,
            connection_name=connection.name,
            state=state,
            sentence=sentence,
        ),
        subject=subject_of(connection),
    )
