"""Both sides of a comparison with Stripe: our rows, and the copies of its objects."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from djstripe.models import StripeModel

from billing.choices import DisputeState, PaymentState, RefundMethod, RefundState
from billing.models import Dispute, MirroredObject, Payment, Refund
from billing.providers.payments.base import DisputeOutcome, RefundOutcome
from billing.providers.payments.stripe.amounts import from_units
from billing.providers.payments.stripe.receipts import dispute_receipt, refund_receipt
from billing.rules.reconciliation import Booked, Stand
from billing.selectors.mirror import copies_for
from ispplatform.core.models.connections import ProviderConnection

# So long a notice may be under way, or be worked on, before a difference is one.
GRACE = timedelta(hours=1)
CHARGE, REFUND, DISPUTE = "charge", "refund", "dispute"
LOST = "lost dispute"


def our_payments(connection: ProviderConnection) -> Any:
    """Return the payments that Stripe knows."""
    return Payment.objects.filter(connection=connection).exclude(gateway_reference="")


def our_refunds(connection: ProviderConnection) -> Any:
    """Return the refunds that Stripe knows."""
    rows = Refund.objects.filter(
        payment__connection=connection, method=RefundMethod.ORIGINAL_PAYMENT_METHOD
    )
    return rows.exclude(gateway_reference="")


def our_disputes(connection: ProviderConnection) -> Any:
    """Return the disputes that Stripe told of."""
    return Dispute.objects.filter(connection=connection)


def booked_here(connection: ProviderConnection, what: str, references: set[str]) -> list[Booked]:
    """Return our side of what these references name."""
    if what == CHARGE:
        payments = our_payments(connection).filter(gateway_reference__in=references)
        return [_payment(row) for row in payments]
    if what == REFUND:
        refunds = our_refunds(connection).filter(gateway_reference__in=references)
        return [_refund(row) for row in refunds]
    disputes = our_disputes(connection).filter(reference__in=references)
    return [_dispute(row, what) for row in disputes]


def booked_there(
    connection: ProviderConnection, what: str, references: set[str], *, now: datetime
) -> list[Booked]:
    """Return Stripe's side of what these references name, as far as it is copied."""
    objects = MirroredObject.objects.filter(connection=connection)
    if what == CHARGE:
        rows = objects.filter(charge_reference__in=references, kind=CHARGE)
        return _charges(copies_for(rows).data.values(), now)
    kind = DISPUTE if what == LOST else what
    found = copies_for(objects.filter(reference__in=references, kind=kind)).data.values()
    told = _refund_told if what == REFUND else _dispute_told
    return [_held_back(told(row.stripe_data, what), row, now) for row in found]


def _payment(row: Payment) -> Booked:
    is_settled = row.state == PaymentState.SETTLED
    over = {PaymentState.FAILED, PaymentState.CANCELLED}
    return Booked(
        reference=row.gateway_reference,
        what=CHARGE,
        amount=row.amount_settled if is_settled else row.amount,
        currency=row.currency,
        stand=Stand.MOVED if is_settled else Stand.NOT_MOVED if row.state in over else Stand.OPEN,
    )


def _refund(row: Refund) -> Booked:
    stands = {RefundState.SETTLED: Stand.MOVED, RefundState.FAILED: Stand.NOT_MOVED}
    return Booked(
        reference=row.gateway_reference,
        what=REFUND,
        amount=row.amount,
        currency=row.currency,
        stand=stands.get(RefundState(row.state), Stand.OPEN),
    )


def _dispute(row: Dispute, what: str) -> Booked:
    is_lost = row.state == DisputeState.LOST
    stand = Stand.MOVED if what == DISPUTE or is_lost else Stand.NOT_MOVED
    return Booked(
        reference=row.reference,
        what=what,
        amount=row.amount,
        currency=row.currency,
        stand=stand,
    )


def _charges(rows: Iterable[StripeModel], now: datetime) -> list[Booked]:
    """Return one booking for each payment: a declined attempt beside a good one counts nothing."""
    made: dict[str, Booked] = {}
    for row in sorted(rows, key=lambda row: row.stripe_data.get("status") == "succeeded"):
        booked = _held_back(_charge_told(row.stripe_data), row, now)
        made[booked.reference] = booked
    return list(made.values())


def _charge_told(said: Mapping[str, Any]) -> Booked:
    currency = str(said["currency"]).upper()
    taken = said.get("amount_captured") or 0
    is_taken = said.get("status") == "succeeded" and taken
    pending = said.get("status") == "pending" or (said.get("status") == "succeeded" and not taken)
    return Booked(
        reference=str(said["payment_intent"]),
        what=CHARGE,
        amount=from_units(taken or said["amount"], currency),
        currency=currency,
        stand=Stand.MOVED if is_taken else Stand.OPEN if pending else Stand.NOT_MOVED,
    )


def _refund_told(said: Mapping[str, Any], what: str) -> Booked:
    receipt = refund_receipt(said)
    stands = {RefundOutcome.SETTLED: Stand.MOVED, RefundOutcome.FAILED: Stand.NOT_MOVED}
    return Booked(
        reference=receipt.reference,
        what=what,
        amount=receipt.amount,
        currency=receipt.currency,
        stand=stands.get(receipt.outcome, Stand.OPEN),
    )


def _dispute_told(said: Mapping[str, Any], what: str) -> Booked:
    receipt = dispute_receipt({**said, "balance_transactions": []})  # copies hold their ids only
    is_lost = receipt.outcome is DisputeOutcome.LOST
    return Booked(
        reference=receipt.reference,
        what=what,
        amount=receipt.amount,
        currency=receipt.currency,
        stand=Stand.MOVED if what == DISPUTE or is_lost else Stand.NOT_MOVED,
    )


def _held_back(booked: Booked, row: StripeModel, now: datetime) -> Booked:
    """Return a booking, undecided while the notice of it may still be under way."""
    created = row.stripe_data.get("created")
    if created is None or datetime.fromtimestamp(created, UTC) <= now - GRACE:
        return booked
    return replace(booked, stand=Stand.OPEN)
