"""The billing run against the same rows inserted by the database itself."""

import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from bench.rows import Row
from bench.stage import Stage
from billing.choices import SubscriptionStatus
from billing.models import (
    Document,
    DocumentLine,
    DocumentTax,
    Invoice,
    JournalEntry,
    JournalLine,
    Subscription,
    SubscriptionPeriod,
)
from billing.workflows.renewals import renewals_run
from catalog.models import Plan, Price
from ispplatform.core.clock import business_today
from ispplatform.core.ids import uuid7
from ispplatform.core.models import AuditEntry, AuditValues, OutboxEvent
from ispplatform.core.models.events import SequenceCounter
from ispplatform.core.tasks import without_messages
from ispplatform.core.tenancy.base import TenantModel
from ispplatform.core.tenancy.context import tenant_context

SHARE_OF_RAW, SECOND_RUN_SHARE = 0.25, 0.01
LINES = 2  # of an invoice
WRITTEN: tuple[type[TenantModel], ...] = (
    Document,
    DocumentLine,
    DocumentTax,
    Invoice,
    JournalEntry,
    JournalLine,
    SubscriptionPeriod,
    SequenceCounter,
    OutboxEvent,
    AuditEntry,
    AuditValues,
)
# Columns that must differ in a copy: SQL that makes the value anew.
ANEW = {
    (Document, "number"): "'X' || number",
    (SubscriptionPeriod, "period_start"): "date(period_start, '-1 day')",
}
FIRST_COPY = UUID("10000000-0000-0000-0000-000000000000")  # see MOST_COPIES in bench/data.py
NAMES_A_ROW = frozenset({"subject_id", "scope_id"})


def renewals_measured(stage: Stage, *, customers: int) -> Iterator[Row]:
    """Measure a run over so many customers, a run after it, and the database by itself."""
    with tenant_context(stage.tenant.pk), without_messages():
        _subscriptions_fill(stage, customers)
        first = uuid7()
        run = _seconds(lambda: renewals_run(stage.tenant), expected=customers)
        second = _seconds(lambda: renewals_run(stage.tenant), expected=0)
        written = {"pk__gt": first, "pk__lt": FIRST_COPY}
        rows = sum(model._default_manager.filter(**written).count() for model in WRITTEN)
        raw = _seconds(lambda: _copy(first), expected=rows)
    share = raw / run
    yield Row(
        what=f"billing run, {customers:,} invoices of two lines",
        measured=f"{share:.1%}",
        goal=f"at least {SHARE_OF_RAW:.0%}",
        against=f"INSERT SELECT of its {rows:,} rows; {customers / run:.0f} invoices a second",
        is_missed=share < SHARE_OF_RAW,
    )
    yield Row(
        what="a second run, share of the first's time",
        measured=f"{second / run:.2%}",
        goal=f"under {SECOND_RUN_SHARE:.0%}",
        is_missed=second / run >= SECOND_RUN_SHARE,
    )


def _subscriptions_fill(stage: Stage, customers: int) -> None:
    plan = Plan.objects.get(code="web")
    price = Price.objects.create(
        plan=plan,
        currency="EUR",
        cycle="monthly",
        amount=Decimal("10.00"),
        valid_from=date(2024, 1, 1),
    )
    begins_on = business_today(stage.tenant) + timedelta(days=3)
    Subscription.objects.bulk_create(
        [
            Subscription(
                customer=customer,
                price=price,
                label=f"Web {number}",
                cycle="monthly",
                anchor_day=begins_on.day,
                status=SubscriptionStatus.ACTIVE,
                started_on=begins_on - timedelta(days=30),
                current_period_start=begins_on - timedelta(days=30),
                current_period_end=begins_on,
                next_billing_on=begins_on,
            )
            for customer in stage.customers[:customers]
            for number in range(LINES)
        ],
        batch_size=2000,
    )


def _seconds(act: Callable[[], int], *, expected: int) -> float:
    started = time.process_time()
    done = act()
    seconds = time.process_time() - started
    if done != expected:
        raise RuntimeError(f"{done} instead of {expected} were done.")
    return max(seconds, 1e-6)


def _copy(first: UUID) -> int:
    """Insert every row that the run wrote once more, under other ids, in one transaction."""
    copied = 0
    with transaction.atomic(), connection.cursor() as cursor:
        for model in WRITTEN:
            bounds = [_as_column(model, first), _as_column(model, FIRST_COPY)]
            cursor.execute(_statement(model), bounds)
            copied += cursor.rowcount
    return copied


def _as_column(model: type[TenantModel], value: Any) -> Any:
    return model._meta.pk.get_db_prep_value(value, connection)


def _statement(model: type[TenantModel]) -> str:
    table = connection.ops.quote_name(model._meta.db_table)
    fields: Any = model._meta.concrete_fields
    columns = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    values = ", ".join(_value(model, field) for field in fields)
    return f"INSERT INTO {table} ({columns}) SELECT {values} FROM {table} WHERE id > %s AND id < %s"  # noqa: S608 # nosec B608


def _value(model: type[TenantModel], field: Any) -> str:
    """Return what a copy has in a column: another id wherever a written row is named."""
    if (model, field.name) in ANEW:
        return ANEW[model, field.name]
    column = connection.ops.quote_name(field.column)
    names_written = field.is_relation and field.related_model in WRITTEN
    if field.primary_key or names_written or field.name in NAMES_A_ROW:
        return f"'f' || substr({column}, 2)"
    return column
