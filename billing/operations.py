"""The effects of billing on the world outside, as the kernel's engine carries them out."""

from decimal import Decimal

from django.urls import reverse

from billing.choices import PaymentState, RefundState
from billing.models import Payment, PaymentMethod, Refund
from billing.providers.payments.base import (
    PAYMENTS,
    ChargeOrder,
    ChargeReceipt,
    ChargeState,
    PaymentGateway,
    RefundOrder,
    RefundOutcome,
    RefundReceipt,
)
from billing.selectors.parties import present_tenant
from billing.selectors.payments import charge_obstacle, known_gateway_customer
from billing.services.charge_outcomes import charge_note
from billing.services.methods import METHOD_DETACH
from billing.services.payment_checks import CHARGE_CANCEL, PAYMENT_SYNC
from billing.services.payment_reservations import CAPTURE
from billing.services.payments import payment_restart
from billing.services.refunds import (
    REFUND,
    refund_fail,
    refund_restart,
    refund_settle,
    refund_underway,
)
from billing.services.refused_charges import CHARGE
from ispplatform.core.actors import Actor, ActorType
from ispplatform.core.errors import ProviderRejected
from ispplatform.core.models.operations import Operation
from ispplatform.core.money import Money
from ispplatform.core.operations import Guarantee, OperationCall, OperationKind, Receipt

GATEWAY = Actor.system("payment gateway")


def _payment(operation: Operation) -> Payment:
    rows = Payment.objects.select_related("payment_method", "document")
    return rows.get(pk=operation.subject_id)


def _charged(receipt: ChargeReceipt) -> Receipt:
    return Receipt(reference=receipt.reference, data=receipt.as_data())


def _noted(operation: Operation, receipt: Receipt) -> None:
    charge_note(
        actor=GATEWAY,
        payment=_payment(operation),
        receipt=ChargeReceipt.from_data(receipt.data),
    )


class PaymentKind(OperationKind):
    """What all operations about one payment share."""

    connection_kind = PAYMENTS

    def settle(self, operation: Operation, receipt: Receipt) -> None:
        _noted(operation, receipt)

    def money_at_stake(self, operation: Operation) -> Money | None:
        payment = _payment(operation)
        return Money(payment.amount, payment.currency)


class ChargeKind(PaymentKind):
    """Charge a card. A decline is an answer and fails the payment; it needs nobody of us."""

    name = CHARGE
    label = "Charge card"
    guarantee = Guarantee.GUARDED

    def call(self, call: OperationCall) -> Receipt:
        payment = _payment(call.operation)
        gateway: PaymentGateway = call.provider
        order = ChargeOrder(
            idempotency_key=call.operation.key,
            amount=payment.amount,
            currency=payment.currency,
            method_reference=_method(payment).gateway_reference,
            description=str(payment.document or payment),
            customer_reference=known_gateway_customer(payment),
            keep_method=payment.save_method,
            capture=not payment.capture_later,
            off_session=bool(call.operation.params.get("off_session")),
            return_url=_return_url(payment),
        )
        return _charged(gateway.charge(order))

    def find(self, call: OperationCall) -> Receipt | None:
        gateway: PaymentGateway = call.provider
        found = gateway.find_charge(
            call.operation.key, customer_reference=known_gateway_customer(_payment(call.operation))
        )
        return None if found is None else _charged(found)

    def is_still_wanted(self, operation: Operation) -> bool:
        payment = _payment(operation)
        return payment.state == PaymentState.CREATED and not charge_obstacle(payment)

    def refused(self, operation: Operation, error: ProviderRejected) -> None:
        _refused(operation, error)

    def cancelled(self, operation: Operation) -> None:
        receipt = ChargeReceipt(
            reference="",
            state=ChargeState.CANCELLED,
            amount=Decimal(0),
            currency=_payment(operation).currency,
        )
        charge_note(actor=GATEWAY, payment=_payment(operation), receipt=receipt)

    def restarted(self, operation: Operation) -> None:
        payment_restart(actor=_decided_by(operation), payment=_payment(operation))


def _decided_by(operation: Operation) -> Actor:
    return Actor(
        type=ActorType(operation.actor_type), id=operation.actor_id, label=operation.actor_label
    )


def _return_url(payment: Payment) -> str:
    """Where the customer lands after confirming at the bank: the payment's own page."""
    return present_tenant().base_url + reverse("billing:payment", args=[payment.pk])


def _method(payment: Payment) -> PaymentMethod:
    if payment.payment_method is None:
        raise ProviderRejected("This payment names no card.")
    return payment.payment_method


def _refused(operation: Operation, error: ProviderRejected) -> None:
    receipt = ChargeReceipt(
        reference="",
        state=ChargeState.DECLINED,
        amount=Decimal(0),
        currency=_payment(operation).currency,
        decline_code="refused_by_gateway",
        decline_message=error.message,
    )
    charge_note(actor=GATEWAY, payment=_payment(operation), receipt=receipt)


class CaptureKind(PaymentKind):
    """Take money that is reserved."""

    name = CAPTURE
    label = "Capture payment"
    guarantee = Guarantee.GUARDED

    def call(self, call: OperationCall) -> Receipt:
        payment = _payment(call.operation)
        gateway: PaymentGateway = call.provider
        amount = Decimal(call.operation.params["amount"])
        receipt = gateway.capture(
            payment.gateway_reference, amount=amount, currency=payment.currency
        )
        return _charged(receipt)

    def find(self, call: OperationCall) -> Receipt | None:
        gateway: PaymentGateway = call.provider
        receipt = gateway.read_charge(_payment(call.operation).gateway_reference)
        return _charged(receipt) if receipt.state is ChargeState.SETTLED else None

    def is_still_wanted(self, operation: Operation) -> bool:
        return _payment(operation).state == PaymentState.PROCESSING

    def refused(self, operation: Operation, error: ProviderRejected) -> None:
        _refused(operation, error)


class PaymentSyncKind(PaymentKind):
    """Ask how a charge stands that was not decided at once."""

    name = PAYMENT_SYNC
    label = "Ask for payment"
    guarantee = Guarantee.CONVERGENT
    in_order = True
    refusal_needs_person = True

    def call(self, call: OperationCall) -> Receipt:
        gateway: PaymentGateway = call.provider
        return _charged(gateway.read_charge(_payment(call.operation).gateway_reference))

    def is_still_wanted(self, operation: Operation) -> bool:
        return not _payment(operation).is_final


class ChargeCancelKind(PaymentKind):
    """Give up a charge that took no money, so that it cannot take any later."""

    name = CHARGE_CANCEL
    label = "Cancel charge"
    guarantee = Guarantee.CONVERGENT
    in_order = True

    def call(self, call: OperationCall) -> Receipt:
        gateway: PaymentGateway = call.provider
        return _charged(gateway.cancel_charge(_payment(call.operation).gateway_reference))


class RefundKind(OperationKind):
    """Send money back by the gateway."""

    name = REFUND
    label = "Refund"
    guarantee = Guarantee.GUARDED
    connection_kind = PAYMENTS

    def call(self, call: OperationCall) -> Receipt:
        refund = _refund(call.operation)
        gateway: PaymentGateway = call.provider
        order = RefundOrder(
            idempotency_key=call.operation.key,
            charge_reference=refund.payment.gateway_reference,
            amount=refund.amount,
            currency=refund.currency,
        )
        return _refunded(gateway.refund(order))

    def find(self, call: OperationCall) -> Receipt | None:
        gateway: PaymentGateway = call.provider
        charge = _refund(call.operation).payment.gateway_reference
        found = gateway.find_refund(call.operation.key, charge_reference=charge)
        return None if found is None else _refunded(found)

    def is_still_wanted(self, operation: Operation) -> bool:
        return _refund(operation).state == RefundState.CREATED

    def settle(self, operation: Operation, receipt: Receipt) -> None:
        refund = _refund(operation)
        said = RefundReceipt.from_data(receipt.data)
        if said.outcome is RefundOutcome.FAILED:
            refund_fail(
                actor=GATEWAY,
                refund=refund,
                code=said.failure_code,
                message=said.failure_message,
            )
        elif said.outcome is RefundOutcome.PROCESSING:
            refund_underway(refund=refund, gateway_reference=said.reference)
        else:
            refund_settle(actor=GATEWAY, refund=refund, gateway_reference=said.reference)

    def refused(self, operation: Operation, error: ProviderRejected) -> None:
        refund_fail(
            actor=GATEWAY, refund=_refund(operation), code=error.code, message=error.message
        )

    def cancelled(self, operation: Operation) -> None:
        refund_fail(
            actor=GATEWAY,
            refund=_refund(operation),
            code="cancelled",
            message="The refund was cancelled.",
        )

    def restarted(self, operation: Operation) -> None:
        refund_restart(actor=_decided_by(operation), refund=_refund(operation))

    def money_at_stake(self, operation: Operation) -> Money | None:
        refund = _refund(operation)
        return Money(refund.amount, refund.currency)


def _refund(operation: Operation) -> Refund:
    return Refund.objects.select_related("payment").get(pk=operation.subject_id)


def _refunded(receipt: RefundReceipt) -> Receipt:
    return Receipt(reference=receipt.reference, data=receipt.as_data())


class MethodDetachKind(OperationKind):
    """Have the gateway forget a card."""

    name = METHOD_DETACH
    label = "Forget card"
    guarantee = Guarantee.CONVERGENT
    in_order = True
    connection_kind = PAYMENTS

    def call(self, call: OperationCall) -> Receipt:
        gateway: PaymentGateway = call.provider
        method = PaymentMethod.objects.get(pk=call.operation.subject_id)
        gateway.detach_method(method.gateway_reference)
        return Receipt(reference=method.gateway_reference)

    def settle(self, operation: Operation, receipt: Receipt) -> None:
        """Nothing follows: the method left every list when it was removed."""
