"""What happens to a payment whose time has come: it is asked for, or it ends."""

from billing.choices import PaymentState
from billing.models import Payment
from billing.services.attention import reservation_asks, reservation_lost, reservation_was_asked
from billing.services.payment_checks import payment_check
from billing.services.payment_reservations import FREED_AFTER
from billing.services.payments import payment_give_up
from ispplatform.core.actors import Actor
from ispplatform.core.clock import system_now


def payment_look_after(payment: Payment, *, actor: Actor) -> None:
    """Do what is due for a locked payment, in the caller's transaction."""
    if payment.state == PaymentState.CREATED:
        payment_give_up(actor, payment, reason="Nobody has authorized it.")
    elif payment.state != PaymentState.AUTHORIZED:
        payment_check(payment, actor=actor)
    elif reservation_was_asked(payment):
        payment_give_up(actor, payment, reason="The reservation would have lapsed.")
        reservation_lost(payment)
    else:
        reservation_asks(payment, until=FREED_AFTER)
        payment.next_check_at = system_now() + FREED_AFTER
        payment.save(update_fields=["next_check_at"])
