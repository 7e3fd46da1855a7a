"""The bank's side of the sandbox: what the customer answers, and the notice that follows."""

from django.db import transaction

from billing.models import Payment, SandboxCharge
from billing.providers.payments.base import ChargeState
from billing.providers.payments.sandbox import charge_taken
from billing.services.locks import locked_payment
from billing.services.payment_checks import payment_check
from ispplatform.core.actors import Actor
from ispplatform.core.errors import NotFound

BANK = Actor.system("sandbox bank")


def sandbox_charge_by_reference(reference: str) -> SandboxCharge:
    """Return a charge of the sandbox gateway.

    Raises:
        NotFound: the sandbox knows none of this reference.
    """
    rows = SandboxCharge.objects.filter(reference=reference).select_related("card", "connection")
    charge = rows.first()
    if charge is None:
        raise NotFound("There is no such payment.")
    return charge


def sandbox_charge_answer(*, reference: str, approved: bool) -> SandboxCharge:
    """Confirm or refuse a charge, as the customer does at the bank, and tell our side.

    A charge that does not wait for an answer stays as it is.

    Raises:
        NotFound: the sandbox knows none of this reference.
    """
    with transaction.atomic():
        charge = sandbox_charge_by_reference(reference)
        if charge.state != ChargeState.REQUIRES_ACTION:
            return charge
        if approved:
            charge.state = charge_taken(charge)
        else:
            charge.state = ChargeState.DECLINED
            charge.decline_code = "authentication_failed"
        charge.save(update_fields=["state", "decline_code"])
    _notify(charge)
    return charge


def _notify(charge: SandboxCharge) -> None:
    """Have our side ask at once, as a gateway's event would."""
    rows = Payment.objects.filter(connection=charge.connection, gateway_reference=charge.reference)
    payment_id = rows.values_list("pk", flat=True).first()
    if payment_id is None:
        return
    with transaction.atomic():
        payment_check(locked_payment(payment_id), actor=BANK)
