"""Reading the mirror: always through our own rows, so that nobody sees another company's."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from djstripe.models import (
    BalanceTransaction,
    Charge,
    PaymentIntent,
    Payout,
    Refund,
    StripeModel,
)
from djstripe.models import Dispute as StripeDispute

from billing.models import Dispute, MirroredObject, Payment
from billing.models import Refund as OurRefund
from billing.providers.payments.stripe.access import STRIPE
from billing.providers.payments.stripe.amounts import from_units

Row = Payment | OurRefund | Dispute
_MODELS: dict[str, type[StripeModel]] = {
    "payment_intent": PaymentIntent,
    "charge": Charge,
    "refund": Refund,
    "dispute": StripeDispute,
    "payout": Payout,
    "balance_transaction": BalanceTransaction,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class AtStripe:
    """What the mirror knows of one row of ours.

    Args:
        amount, status: as Stripe has them; None and empty while nothing is copied.
        fee, net: of the movement of Stripe's balance, in ``net_currency``.
        payout: Stripe's id of the payout that it was paid out with, and how that stands.
        read_at: when Stripe was last asked.
        failure: why the copy is missing or old.
        url: the page of Stripe's dashboard.
    """

    reference: str
    amount: Decimal | None = None
    currency: str = ""
    status: str = ""
    fee: Decimal | None = None
    net: Decimal | None = None
    net_currency: str = ""
    payout: str = ""
    payout_status: str = ""
    payout_at: datetime | None = None
    read_at: datetime | None = None
    failure: str = ""
    url: str = ""


@dataclass
class Copies:
    """Copies of one connection, by reference; read in one query for each kind."""

    rows: dict[str, MirroredObject] = field(default_factory=dict)
    data: dict[str, StripeModel] = field(default_factory=dict)


def copies_for(objects: Iterable[MirroredObject]) -> Copies:
    """Return the copies behind rows of ours; one that is another account's is left out."""
    found = Copies(rows={row.reference: row for row in objects})
    for kind, model in _MODELS.items():
        wanted = {row.reference: row for row in found.rows.values() if row.kind == kind}
        for copy in model.objects.filter(id__in=wanted) if wanted else []:
            if copy.djstripe_owner_account_id == wanted[copy.id].account:
                found.data[copy.id] = copy
    return found


def at_stripe(row: Row) -> AtStripe | None:
    """Return what Stripe says of a payment, refund or dispute; None for one it knows nothing of."""
    payment = row if isinstance(row, Payment) else row.payment
    reference = row.reference if isinstance(row, Dispute) else row.gateway_reference
    if payment.connection is None or payment.connection.backend != STRIPE or not reference:
        return None
    found = _family(payment.connection_id, reference, payment.gateway_reference)
    copy = found.data.get(reference) or _charge_in(found, row)
    mine = found.rows.get(copy.id if copy else reference)
    if mine is None or copy is None:
        return AtStripe(
            reference=reference,
            read_at=mine.read_at if mine else None,
            failure=mine.failure if mine else "",
        )
    said = copy.stripe_data
    currency = str(said["currency"]).upper()
    return AtStripe(
        reference=reference,
        amount=from_units(said["amount"], currency),
        currency=currency,
        status=str(said.get("status") or "").replace("_", " "),
        read_at=mine.read_at,
        failure=mine.failure,
        url=copy.get_stripe_dashboard_url(),
        **_moved(found, said),
    )


def _charge_in(found: Copies, row: Row) -> StripeModel | None:
    """Return the charge of a payment: a comparison reads charges, and no payment as such."""
    charges = [copy for copy in found.data.values() if isinstance(copy, Charge)]
    taken = [copy for copy in charges if copy.stripe_data.get("status") == "succeeded"]
    return next(iter(taken or charges), None) if isinstance(row, Payment) else None


def _family(connection_id: UUID | None, reference: str, charge: str) -> Copies:
    """Return the copies of a payment and of all that belongs to it."""
    objects = MirroredObject.objects.filter(connection_id=connection_id)
    own = list(objects.filter(charge_reference=charge)) if charge else []
    own += list(objects.filter(reference=reference).exclude(charge_reference=charge or "-"))
    found = copies_for(own)
    moves = [move for copy in found.data.values() for move in _movements(copy.stripe_data)]
    more = list(objects.filter(reference__in=moves))
    payouts = {row.payout_reference for row in more} - {""}
    more += list(objects.filter(reference__in=payouts))
    added = copies_for(more)
    return Copies(rows=found.rows | added.rows, data=found.data | added.data)


def _movements(said: dict[str, Any]) -> list[str]:
    moves = said.get("balance_transactions") or [said.get("balance_transaction")]
    return [move for move in moves if isinstance(move, str)]


def _moved(found: Copies, said: dict[str, Any]) -> dict[str, Any]:
    """Return fee, rest and payout of what an object moved in Stripe's balance."""
    charge = found.data.get(str(said.get("latest_charge") or ""))
    source = charge.stripe_data if charge is not None else said
    moves = [found.data[name] for name in _movements(source) if name in found.data]
    if not moves:
        return {}
    currency = str(moves[0].stripe_data["currency"]).upper()
    references = [found.rows[move.id].payout_reference for move in moves if move.id in found.rows]
    payout = next((name for name in references if name), "")
    told = found.data[payout].stripe_data if payout in found.data else {}
    arrives = told.get("arrival_date")
    return {
        "fee": from_units(sum(move.stripe_data.get("fee") or 0 for move in moves), currency),
        "net": from_units(sum(move.stripe_data.get("net") or 0 for move in moves), currency),
        "net_currency": currency,
        "payout": payout,
        "payout_status": str(told.get("status") or "").replace("_", " "),
        "payout_at": datetime.fromtimestamp(arrives, UTC) if arrives else None,
    }
