"""Holding our payments, refunds and disputes against Stripe's. Nothing here moves money."""

from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from billing.models import Dispute, GatewayBooks, MirroredObject, Payment, Refund
from billing.providers.payments.base import PAYMENTS
from billing.providers.payments.stripe.access import STRIPE
from billing.rules.reconciliation import Difference, differences
from billing.selectors.reconciliation import (
    CHARGE,
    DISPUTE,
    LOST,
    REFUND,
    booked_here,
    booked_there,
    our_disputes,
    our_payments,
    our_refunds,
)
from billing.services.attention import STRIPE_DIFFERENCE
from ispplatform.core.actors import Actor
from ispplatform.core.attention import attention_items_open, attention_open, attention_settled
from ispplatform.core.audit import audit
from ispplatform.core.clock import system_now
from ispplatform.core.errors import InvalidInput
from ispplatform.core.ids import uuid7
from ispplatform.core.models.attention import AttentionItem
from ispplatform.core.models.connections import ProviderConnection
from ispplatform.core.models.operations import Operation
from ispplatform.core.models.tenants import Tenant
from ispplatform.core.money import Money
from ispplatform.core.operations import operation_start
from ispplatform.core.operations.attention import ORDINARY
from ispplatform.core.subjects import Subject, subject_of
from ispplatform.core.tenant_settings import TenantSetting, between

STRIPE_COMPARE = "billing.stripe_compare"
COMPARE = "connections:manage"
NIGHTLY = Actor.system("comparison with Stripe")
NIGHT_HOUR = 3  # of the company's day
COMPARED_DAYS: TenantSetting[int] = TenantSetting(
    key="billing.stripe_compared_days",
    default=7,
    label="Days of Stripe's movements that are compared each night",
    check=between(1, 60),
)
Row = Payment | Refund | Dispute | MirroredObject


def comparison_start(*, actor: Actor, connection: ProviderConnection) -> Operation:
    """Have the last days held against Stripe's books now.

    Raises:
        NotPermitted.
        InvalidInput: the connection is not one to Stripe, or is switched off.
    """
    actor.require(COMPARE)
    if not is_comparable(connection):
        raise InvalidInput("Only an active connection to Stripe can be compared.")
    with transaction.atomic():
        started = _started(connection, actor=actor, key=str(uuid7()))
        audit(
            "billing.stripe_compare",
            actor=actor,
            subject=subject_of(connection),
            after={"since": started.params["since"]},
        )
    return started


def is_comparable(connection: ProviderConnection) -> bool:
    """Tell whether a connection can be held against Stripe's books now."""
    return (connection.kind, connection.backend) == (PAYMENTS, STRIPE) and connection.is_active


def comparisons_start_nightly(tenant: Tenant) -> int:
    """Start this night's comparisons of a company, once; tell how many connections it has."""
    now = system_now().astimezone(ZoneInfo(tenant.time_zone))
    if now.hour < NIGHT_HOUR:
        return 0
    rows = ProviderConnection.objects.filter(kind=PAYMENTS, backend=STRIPE, is_active=True)
    connections = list(rows.order_by("pk"))
    for connection in connections:
        key = f"{connection.pk}:{now:%Y-%m-%d}"
        if not Operation.objects.filter(kind=STRIPE_COMPARE, key=key).exists():
            with transaction.atomic():
                _started(connection, actor=NIGHTLY, key=key)
    return len(connections)


def _started(connection: ProviderConnection, *, actor: Actor, key: str) -> Operation:
    books, _ = GatewayBooks.objects.get_or_create(connection=connection)
    days = COMPARED_DAYS.of(connection.tenant)
    return operation_start(
        kind=STRIPE_COMPARE,
        key=key,
        subject=subject_of(books),
        actor=actor,
        params={"since": (system_now() - timedelta(days=days)).isoformat()},
        connection=connection,
    )


def references_to_compare(
    connection: ProviderConnection, *, since: datetime, read_at: datetime
) -> dict[str, set[str]]:
    """Return what is compared, by Stripe's ids: what moved here or there, and what differed before.

    Args:
        read_at: what was read since then is there.
    """
    there = MirroredObject.objects.filter(connection=connection, read_at__gte=read_at)
    refunds = our_refunds(connection).filter(settled_at__gte=since)
    disputes = our_disputes(connection).filter(created_at__gte=since)
    payments = our_payments(connection).filter(settled_at__gte=since)
    found = {
        CHARGE: set(payments.values_list("gateway_reference", flat=True)),
        REFUND: set(refunds.values_list("gateway_reference", flat=True)),
        DISPUTE: set(disputes.values_list("reference", flat=True)),
    }
    for kind, reference, charge in there.values_list("kind", "reference", "charge_reference"):
        if kind in found:
            found[kind].add(charge if kind == CHARGE else reference)
    for row in _open_before(connection).values():
        what, reference = _named(row)
        if what in found:
            found[what].add(reference)
    return found


def comparison_settle(
    connection: ProviderConnection,
    *,
    since: datetime,
    read_at: datetime,
    movements: int,
    others: int,
) -> list[Difference]:
    """Put every difference before a person and close those that vanished.

    Call it in a transaction, after everything of the period was copied.
    """
    now = system_now()
    found: dict[UUID, Difference] = {}
    wanted = references_to_compare(connection, since=since, read_at=read_at)
    for what, references in wanted.items():
        for noun in (what, LOST) if what == DISPUTE else (what,):
            for one in differences(
                booked_here(connection, noun, references),
                booked_there(connection, noun, references, now=now),
            ):
                row = _row_of(connection, what, one.reference)
                found.setdefault(row.pk, one)
                _open(row, found[row.pk])
    for item, row in _open_before(connection).items():
        if row.pk not in found:
            _close(item, "Both books say the same by now.")
    GatewayBooks.objects.filter(connection=connection).update(
        compared_at=now,
        compared_from=since,
        movements_count=movements,
        others_count=others,
        differences_count=len(found),
    )
    return list(found.values())


def comparison_replaces(comparison: Operation) -> None:
    """Take earlier comparisons off the list of what needs a person: the newest tells."""
    earlier = Operation.objects.filter(kind=STRIPE_COMPARE, subject_id=comparison.subject_id)
    items = attention_items_open(with_snoozed=True).filter(
        kind=ORDINARY, subject_id__in=earlier.exclude(pk=comparison.pk).values("pk")
    )
    for item in items:
        _close(item, "A later comparison was made.")


def _open(row: Row, difference: Difference) -> None:
    attention_open(
        kind=STRIPE_DIFFERENCE,
        subject=subject_of(row),
        sentence=f"{difference.reference}: {difference.sentence}",
        money=Money(difference.amount, difference.currency),
        customer_id=_customer_of(row),
    )


def _close(item: AttentionItem, resolution: str) -> None:
    subject = Subject(type=item.subject_type, id=item.subject_id, label=item.subject_label)
    attention_settled(kind=item.kind, subject=subject, resolution=resolution)


def differences_open(connection: ProviderConnection) -> list[AttentionItem]:
    """Return the rows of *Needs a person* about a connection's differences."""
    return list(_open_before(connection))


def _open_before(connection: ProviderConnection) -> dict[AttentionItem, Row]:
    """Return the open differences of a connection, with the row that each is about."""
    items = list(attention_items_open(with_snoozed=True).filter(kind=STRIPE_DIFFERENCE))
    ids = [item.subject_id for item in items]
    rows: dict[UUID, Row] = {}
    for found in (
        our_payments(connection),
        our_refunds(connection),
        our_disputes(connection),
        MirroredObject.objects.filter(connection=connection),
    ):
        rows |= {row.pk: row for row in found.filter(pk__in=ids)}
    return {item: rows[item.subject_id] for item in items if item.subject_id in rows}


def _named(row: Row) -> tuple[str, str]:
    if isinstance(row, Payment):
        return CHARGE, row.gateway_reference
    if isinstance(row, Refund):
        return REFUND, row.gateway_reference
    if isinstance(row, Dispute):
        return DISPUTE, row.reference
    return row.kind, row.charge_reference if row.kind == CHARGE else row.reference


def _row_of(connection: ProviderConnection, what: str, reference: str) -> Row:
    """Return our row that a reference names, else the one that keeps the copy."""
    row: Row | None
    if what == CHARGE:
        row = our_payments(connection).filter(gateway_reference=reference).first()
    elif what == REFUND:
        row = our_refunds(connection).filter(gateway_reference=reference).first()
    else:
        row = our_disputes(connection).filter(reference=reference).first()
    if row is not None:
        return row
    copies = MirroredObject.objects.filter(connection=connection, kind=what)
    named = "charge_reference" if what == CHARGE else "reference"
    return copies.filter(**{named: reference}).latest("pk")


def _customer_of(row: Row) -> UUID | None:
    if isinstance(row, Payment | Refund):
        return row.customer_id
    return row.payment.customer_id if isinstance(row, Dispute) else None
