"""What follows from a gateway's answer about a charge."""

from django.db import transaction

from billing.choices import PaymentState
from billing.events import PaymentActionRequired
from billing.models import Payment, PaymentMethod
from billing.providers.payments.base import ChargeReceipt, ChargeState
from billing.services.attention import charge_mismatch, reservation_lost
from billing.services.locks import locked_claim, locked_payment
from billing.services.payment_checks import FIRST_CHECK, payment_check
from billing.services.payment_reservations import capture_is_decided, reservation_watch
from billing.services.settlement import UNSETTLED, payment_fail, payment_settle
from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.clock import system_now
from ispplatform.core.events import publish
from ispplatform.core.subjects import subject_of

DECLINED = "card_declined"


def charge_note(*, actor: Actor, payment: Payment, receipt: ChargeReceipt) -> Payment:
    """Bring a payment to where the gateway says that its charge stands.

    Safe to repeat and in any order: what is over stays over, and money that came is always taken
    in. An answer in another currency changes nothing and is put before a person.
    """
    if receipt.currency != payment.currency:
        charge_mismatch(payment, sentence=f"The gateway names {receipt.currency}.")
        return payment
    if receipt.state is ChargeState.SETTLED:
        with transaction.atomic():
            settled = payment_settle(
                actor=actor,
                payment=payment,
                amount=receipt.amount,
                gateway_reference=receipt.reference,
            )
            _keep_method(settled)
        return settled
    if receipt.state is ChargeState.DECLINED:
        return payment_fail(
            actor=actor,
            payment=payment,
            code=receipt.decline_code or DECLINED,
            message=receipt.decline_message,
            gateway_reference=receipt.reference,
        )
    return _underway(actor, payment, receipt)


def _underway(actor: Actor, payment: Payment, receipt: ChargeReceipt) -> Payment:
    states = {
        ChargeState.PROCESSING: PaymentState.PROCESSING,
        ChargeState.REQUIRES_ACTION: PaymentState.REQUIRES_ACTION,
        ChargeState.AUTHORIZED: PaymentState.AUTHORIZED,
        ChargeState.CANCELLED: PaymentState.CANCELLED,
    }
    state = states[receipt.state]
    with transaction.atomic():
        locked_claim(payment.document)
        payment = locked_payment(payment.pk)
        if payment.state not in UNSETTLED:
            return _after_the_end(actor, payment, receipt)
        before = payment.state
        if state == PaymentState.AUTHORIZED and capture_is_decided(payment):
            return payment
        payment.state = state
        payment.gateway_reference = receipt.reference or payment.gateway_reference
        payment.action_url = receipt.action_url
        if state == PaymentState.CANCELLED:
            payment.next_check_at = None
        elif state == PaymentState.AUTHORIZED:
            reservation_watch(payment, is_new=before != state)
        elif payment.next_check_at is None:
            payment.next_check_at = system_now() + FIRST_CHECK
        payment.save()
        if before == state:
            return payment
        if (before, state) == (PaymentState.AUTHORIZED, PaymentState.CANCELLED):
            reservation_lost(payment)
        audit(
            "billing.payment_note",
            actor=actor,
            subject=subject_of(payment),
            before={"state": before},
            after={"state": state},
            customer_id=payment.customer_id,
        )
        if state == PaymentState.REQUIRES_ACTION:
            publish(
                PaymentActionRequired(
                    payment_id=payment.pk,
                    customer_id=payment.customer_id,
                    document_id=payment.document_id,
                    amount=payment.amount,
                    currency=payment.currency,
                    action_url=payment.action_url,
                ),
                subject=subject_of(payment),
                customer_id=payment.customer_id,
            )
    return payment


def _after_the_end(actor: Actor, payment: Payment, receipt: ChargeReceipt) -> Payment:
    """Look after a charge that may outlive its payment, which was given up or has failed.

    It is cancelled at the gateway until that says that it is over; money that it takes all the
    same is taken in.
    """
    if payment.state == PaymentState.SETTLED:
        return payment
    if receipt.state is ChargeState.CANCELLED:
        payment.next_check_at = None
        payment.save(update_fields=["next_check_at"])
        return payment
    if payment.next_check_at is not None and payment.gateway_reference:
        return payment
    payment.gateway_reference = payment.gateway_reference or receipt.reference
    payment.save(update_fields=["gateway_reference"])
    audit(
        "billing.charge_outlives",
        actor=actor,
        subject=subject_of(payment),
        after={"state": payment.state, "gateway": receipt.state, "reference": receipt.reference},
        customer_id=payment.customer_id,
    )
    payment_check(payment, actor=actor)
    return payment


def _keep_method(payment: Payment) -> None:
    """Offer the card again next time, when the customer asked for it and the money came."""
    method = payment.payment_method
    if method is None or method.is_saved or not payment.save_method or method.removed_at:
        return
    method.is_saved = True
    has_default = PaymentMethod.objects.filter(
        customer_id=method.customer_id, is_default=True
    ).exists()
    method.is_default = not has_default
    method.save(update_fields=["is_saved", "is_default"])
