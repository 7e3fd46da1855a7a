"""Money that is only reserved, or only prepared to be: each has an end."""

from datetime import timedelta

from billing.choices import PaymentState
from billing.models import Payment
from ispplatform.core.clock import system_now
from ispplatform.core.models.operations import Operation

CAPTURE = "billing.capture"
PREPARED_FOR = timedelta(days=7)  # a payment that nobody has authorized
# Card networks let a reservation lapse after five to seven days, some a little earlier.
ASKED_AFTER = timedelta(days=3)
FREED_AFTER = timedelta(days=1)  # after it was asked what becomes of it


def capture_is_decided(payment: Payment) -> bool:
    """Tell whether the reserved money is being taken: an older word of the gateway is no news."""
    return (
        payment.state == PaymentState.PROCESSING
        and Operation.objects.filter(kind=CAPTURE, key=str(payment.pk)).exists()
    )


def reservation_watch(payment: Payment, *, is_new: bool) -> None:
    """Note, unsaved, when somebody is asked what becomes of the reserved money."""
    if is_new or payment.next_check_at is None:
        payment.next_check_at = system_now() + ASKED_AFTER
