"""Asking the gateway for a payment that it did not decide at once, or that was given up."""

from datetime import timedelta

from django.db import transaction

from billing.choices import PaymentState
from billing.models import Payment
from billing.services.locks import locked_payment
from billing.services.settlement import UNSETTLED
from ispplatform.core.actors import Actor
from ispplatform.core.backoff import Backoff
from ispplatform.core.clock import system_now
from ispplatform.core.models.operations import Operation
from ispplatform.core.operations import operation_start
from ispplatform.core.subjects import subject_of

PAYMENT_SYNC = "billing.payment_sync"
CHARGE_CANCEL = "billing.charge_cancel"
FIRST_CHECK = timedelta(seconds=30)
CHECKS = Backoff(first_seconds=60, factor=2, cap_seconds=6 * 3600)


def payment_check_now(*, actor: Actor, payment: Payment) -> None:
    """Ask the gateway at once for a payment that waits for the customer; else do nothing.

    Raises:
        PaymentNotFound.
    """
    with transaction.atomic():
        locked = locked_payment(payment.pk)
        if locked.state == PaymentState.REQUIRES_ACTION:
            payment_check(locked, actor=actor)


def payment_check(payment: Payment, *, actor: Actor) -> Operation:
    """Start asking for one payment, inside the caller's transaction; the next time comes later.

    One that is over for us is cancelled at the gateway once more, which also tells how it stands.
    """
    payment.checks_count += 1
    payment.next_check_at = system_now() + CHECKS.after(payment.checks_count, key=payment.pk)
    payment.save(update_fields=["checks_count", "next_check_at"])
    return operation_start(
        kind=PAYMENT_SYNC if payment.state in UNSETTLED else CHARGE_CANCEL,
        key=f"{payment.pk}:{payment.checks_count}",
        subject=subject_of(payment),
        actor=actor,
        connection=payment.connection,
        customer_id=payment.customer_id,
    )
