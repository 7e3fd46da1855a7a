"""What follows from an object that was read anew because a gateway said that it changed.

Each function answers with the sentence that stands beside the notice, and whether it was for us.
"""

from uuid import UUID

from billing.choices import RefundState
from billing.models import Payment, PaymentMethod, Refund
from billing.providers.payments.base import (
    ChargeReceipt,
    DisputeReceipt,
    MethodReceipt,
    RefundOutcome,
    RefundReceipt,
)
from billing.services.attention import charge_mismatch
from billing.services.charge_outcomes import charge_note
from billing.services.disputes import dispute_note
from billing.services.methods import payment_method_note
from billing.services.refunds import (
    refund_fail,
    refund_returned,
    refund_settle,
    refund_underway,
)
from ispplatform.core.actors import Actor

Outcome = tuple[bool, str]  # for us; sentence
NOT_OURS: Outcome = (False, "It is about nothing of ours.")


def charge_reported(*, actor: Actor, connection_id: UUID, receipt: ChargeReceipt) -> Outcome:
    """Bring the payment of a charge to where the charge stands.

    A charge that carries our key and is not the payment's own is put before a person.
    """
    payments = Payment.objects.filter(connection_id=connection_id)
    payment = payments.filter(gateway_reference=receipt.reference).first()
    if payment is None:
        payment = payments.filter(pk=id_in_key(receipt.idempotency_key)).first()
    if payment is None:
        return NOT_OURS
    if payment.gateway_reference not in {"", receipt.reference}:
        sentence = f"The gateway has a second charge for it, {receipt.reference}."
        charge_mismatch(payment, sentence=sentence)
        return True, sentence
    noted = charge_note(actor=actor, payment=payment, receipt=receipt)
    return True, f"The payment is {noted.get_state_display().lower()}."


def refund_reported(*, actor: Actor, connection_id: UUID, receipt: RefundReceipt) -> Outcome:
    """Bring a refund to where the gateway says that it stands.

    One that was made at the gateway and not here is put before a person.
    """
    refunds = Refund.objects.filter(payment__connection_id=connection_id)
    refund = refunds.filter(gateway_reference=receipt.reference).first()
    if refund is None:
        refund = refunds.filter(pk=id_in_key(receipt.idempotency_key)).first()
    if refund is None:
        return _unknown_refund(connection_id, receipt)
    if (refund.amount, refund.currency) != (receipt.amount, receipt.currency):
        sentence = f"The gateway says that {receipt.amount} {receipt.currency} went back."
        charge_mismatch(refund.payment, sentence=sentence)
        return True, sentence
    if receipt.outcome is RefundOutcome.FAILED:
        fails = refund_returned if refund.state == RefundState.SETTLED else refund_fail
        refund = fails(
            actor=actor,
            refund=refund,
            code=receipt.failure_code,
            message=receipt.failure_message,
        )
    elif receipt.outcome is RefundOutcome.PROCESSING:
        refund = refund_underway(refund=refund, gateway_reference=receipt.reference)
    else:
        refund = refund_settle(actor=actor, refund=refund, gateway_reference=receipt.reference)
    return True, f"The refund is {refund.get_state_display().lower()}."


def _unknown_refund(connection_id: UUID, receipt: RefundReceipt) -> Outcome:
    rows = Payment.objects.filter(
        connection_id=connection_id, gateway_reference=receipt.charge_reference
    ).exclude(gateway_reference="")
    payment = rows.first()
    if payment is None:
        return NOT_OURS
    sentence = f"{receipt.amount} {receipt.currency} were refunded at the gateway and not here."
    charge_mismatch(payment, sentence=sentence)
    return True, sentence


def dispute_reported(*, actor: Actor, connection_id: UUID, receipt: DisputeReceipt) -> Outcome:
    """Keep how a dispute about one of our payments stands."""
    rows = Payment.objects.filter(
        connection_id=connection_id, gateway_reference=receipt.charge_reference
    ).exclude(gateway_reference="")
    payment = rows.first()
    if payment is None:
        return NOT_OURS
    dispute = dispute_note(actor=actor, payment=payment, receipt=receipt)
    return True, f"The dispute is {dispute.get_state_display().lower()}."


def method_reported(
    *, actor: Actor, connection_id: UUID, reference: str, card: MethodReceipt | None
) -> Outcome:
    """Bring a kept card to what the gateway says of it; None: it keeps it no more."""
    rows = PaymentMethod.objects.filter(
        connection_id=connection_id, gateway_reference=reference, removed_at=None
    )
    method = rows.first()
    if method is None:
        return NOT_OURS
    payment_method_note(actor=actor, method=method, card=card)
    return True, "The card is renewed." if card else "The card is gone."


def id_in_key(key: str) -> UUID | None:
    """Return the id of the row that an operation's key begins with; ``…~2`` is a second try."""
    try:
        return UUID(key.partition("~")[0])
    except ValueError:
        return None
