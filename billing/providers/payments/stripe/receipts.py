"""What Stripe's objects say, in our words."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import stripe

from billing.providers.payments.base import (
    ChargeOrder,
    ChargeReceipt,
    ChargeState,
    DisputeOutcome,
    DisputeReceipt,
    MethodReceipt,
    RefundOutcome,
    RefundReceipt,
)
from billing.providers.payments.stripe.amounts import from_units
from billing.providers.payments.stripe.declines import decline_code, decline_sentence
from ispplatform.core.errors import ProviderRejected

OUR_KEY = "isp_key"  # the name under which our idempotency key stands in Stripe's metadata
OUR_CUSTOMER = "isp_customer"

_STATES = {
    "succeeded": ChargeState.SETTLED,
    "processing": ChargeState.PROCESSING,
    "requires_confirmation": ChargeState.PROCESSING,
    "requires_action": ChargeState.REQUIRES_ACTION,
    "requires_capture": ChargeState.AUTHORIZED,
    "requires_payment_method": ChargeState.DECLINED,
    "canceled": ChargeState.CANCELLED,
}
_OUTCOMES = {
    "succeeded": RefundOutcome.SETTLED,
    "failed": RefundOutcome.FAILED,
    "canceled": RefundOutcome.FAILED,
}
# Source: https://docs.stripe.com/api/disputes/object; a warning that is closed cost nothing.
_DISPUTES = {
    "won": DisputeOutcome.WON,
    "warning_closed": DisputeOutcome.WON,
    "prevented": DisputeOutcome.WON,
    "lost": DisputeOutcome.LOST,
}


def charge_receipt(intent: Mapping[str, Any]) -> ChargeReceipt:
    """Return how a PaymentIntent stands.

    Args:
        intent: with ``latest_charge`` as an id or expanded.
    """
    currency = intent["currency"].upper()
    state = _STATES.get(intent["status"], ChargeState.PROCESSING)
    taken = intent.get("amount_received") if state is ChargeState.SETTLED else None
    code = ""
    if state is ChargeState.DECLINED:
        error: Mapping[str, Any] = intent.get("last_payment_error") or {}
        code = decline_code(error.get("code"), error.get("decline_code"))
    return ChargeReceipt(
        reference=intent["id"],
        state=state,
        amount=from_units(taken or intent["amount"], currency),
        currency=currency,
        action_url=_action_url(intent) if state is ChargeState.REQUIRES_ACTION else "",
        decline_code=code,
        decline_message=decline_sentence(code) if code else "",
        idempotency_key=_key_of(intent),
    )


def _key_of(thing: Mapping[str, Any]) -> str:
    return str((thing.get("metadata") or {}).get(OUR_KEY) or "")


def _action_url(intent: Mapping[str, Any]) -> str:
    redirect = (intent.get("next_action") or {}).get("redirect_to_url") or {}
    return str(redirect.get("url") or "")


def declined_receipt(error: stripe.CardError, order: ChargeOrder) -> ChargeReceipt:
    """Return a decline: from the PaymentIntent that Stripe sends along, else from the error."""
    body: Any = error.json_body or {}
    said = body.get("error") or {}
    intent = said.get("payment_intent")
    if intent:
        return charge_receipt(intent)
    code = decline_code(error.code, said.get("decline_code"))
    return ChargeReceipt(
        reference="",
        state=ChargeState.DECLINED,
        amount=Decimal(order.amount),
        currency=order.currency,
        decline_code=code,
        decline_message=decline_sentence(code),
    )


def refund_receipt(refund: Mapping[str, Any]) -> RefundReceipt:
    """Return how a refund stands."""
    currency = refund["currency"].upper()
    outcome = _OUTCOMES.get(refund["status"], RefundOutcome.PROCESSING)
    reason = ""
    if outcome is RefundOutcome.FAILED:
        reason = str(refund.get("failure_reason") or "refund_failed")
    return RefundReceipt(
        reference=refund["id"],
        outcome=outcome,
        amount=from_units(refund["amount"], currency),
        currency=currency,
        failure_code=reason,
        failure_message="The card's bank refused the refund." if reason else "",
        charge_reference=str(refund.get("payment_intent") or ""),
        idempotency_key=_key_of(refund),
    )


def dispute_receipt(dispute: Mapping[str, Any]) -> DisputeReceipt:
    """Return how a dispute stands."""
    currency = dispute["currency"].upper()
    due_by = (dispute.get("evidence_details") or {}).get("due_by")
    # Source: https://docs.stripe.com/api/disputes/object: one line when the money was taken,
    # another when it was given back; amounts and fees in the currency of the payout.
    booked = list(dispute.get("balance_transactions") or [])
    fee_currency = booked[0]["currency"].upper() if booked else ""
    fee = from_units(sum(line["fee"] for line in booked), fee_currency) if booked else Decimal(0)
    return DisputeReceipt(
        reference=dispute["id"],
        charge_reference=str(dispute.get("payment_intent") or ""),
        outcome=_DISPUTES.get(dispute["status"], DisputeOutcome.OPEN),
        amount=from_units(dispute["amount"], currency),
        currency=currency,
        reason=str(dispute.get("reason") or ""),
        respond_by=datetime.fromtimestamp(due_by, UTC) if due_by else None,
        is_withdrawn=sum(line["amount"] for line in booked) < 0,
        fee=fee,
        fee_currency=fee_currency,
    )


def method_receipt(method: Mapping[str, Any]) -> MethodReceipt:
    """Return what may be shown of a card.

    Raises:
        ProviderRejected: it is no card.
    """
    card = method.get("card")
    if not card:
        raise ProviderRejected("Only cards are kept.")
    return MethodReceipt(
        reference=method["id"],
        brand=str(card.get("brand") or "card"),
        last_four=str(card.get("last4") or ""),
        expires_month=card.get("exp_month"),
        expires_year=card.get("exp_year"),
        country=str(card.get("country") or "").upper()[:2],
    )


def customer_of(thing: Mapping[str, Any]) -> str:
    """Return the id of the customer that an object names, expanded or not; empty for none."""
    customer = thing.get("customer")
    if isinstance(customer, str) or customer is None:
        return customer or ""
    return str(customer["id"])
