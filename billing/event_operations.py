"""Acting on a gateway's notice: read what it is about anew, then do what follows."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from billing.choices import GatewayEventState
from billing.models import GatewayEvent
from billing.providers.payments.base import (
    PAYMENTS,
    ChargeReceipt,
    DisputeReceipt,
    MethodReceipt,
    NoticeTopic,
    PaymentGateway,
    RefundReceipt,
)
from billing.selectors.payments import gateway_customer_of_method
from billing.services.gateway_events import GATEWAY, GATEWAY_EVENT, gateway_event_note
from billing.services.gateway_outcomes import (
    NOT_OURS,
    Outcome,
    charge_reported,
    dispute_reported,
    method_reported,
    refund_reported,
)
from billing.services.mirror import mirror_request
from ispplatform.core.errors import ProviderError, ProviderRejected
from ispplatform.core.models.operations import Operation
from ispplatform.core.operations import Guarantee, OperationCall, OperationKind, Receipt


class GatewayEventKind(OperationKind):
    """Read the object of a notice from the gateway, whatever the notice says of it."""

    name = GATEWAY_EVENT
    label = "Read gateway's notice"
    guarantee = Guarantee.CONVERGENT
    in_order = True
    connection_kind = PAYMENTS

    def call(self, call: OperationCall) -> Receipt:
        event = _event(call.operation)
        return Receipt(reference=event.reference, data=_read(call.provider, event))

    def settle(self, operation: Operation, receipt: Receipt) -> None:
        event = _event(operation)
        is_ours, sentence = _reported(event, receipt.data)
        state = GatewayEventState.PROCESSED if is_ours else GatewayEventState.IGNORED
        gateway_event_note(event_id=event.pk, state=state, sentence=sentence)
        if is_ours:
            mirror_request(event=event)

    def refused(self, operation: Operation, error: ProviderRejected) -> None:
        self.stuck(operation, error)

    def stuck(self, operation: Operation, error: ProviderError) -> None:
        gateway_event_note(
            event_id=_event(operation).pk, state=GatewayEventState.FAILED, sentence=error.message
        )


def _event(operation: Operation) -> GatewayEvent:
    return GatewayEvent.objects.get(pk=operation.subject_id)


def _read(gateway: PaymentGateway, event: GatewayEvent) -> dict[str, Any]:
    if event.topic == NoticeTopic.CHARGE:
        return gateway.read_charge(event.reference).as_data()
    if event.topic == NoticeTopic.REFUND:
        return gateway.read_refund(event.reference).as_data()
    if event.topic == NoticeTopic.DISPUTE:
        return gateway.read_dispute(event.reference).as_data()
    customer = gateway_customer_of_method(event.connection_id, event.reference)
    if not customer:
        return {"is_ours": False}
    card = gateway.read_method(event.reference, customer_reference=customer)
    return {"is_ours": True, "card": None if card is None else asdict(card)}


def _reported(event: GatewayEvent, data: Mapping[str, Any]) -> Outcome:
    of: dict[str, Any] = {"actor": GATEWAY, "connection_id": event.connection_id}
    if event.topic == NoticeTopic.CHARGE:
        return charge_reported(**of, receipt=ChargeReceipt.from_data(data))
    if event.topic == NoticeTopic.REFUND:
        return refund_reported(**of, receipt=RefundReceipt.from_data(data))
    if event.topic == NoticeTopic.DISPUTE:
        return dispute_reported(**of, receipt=DisputeReceipt.from_data(data))
    if not data["is_ours"]:
        return NOT_OURS
    card = MethodReceipt(**data["card"]) if data["card"] else None
    return method_reported(**of, reference=event.reference, card=card)
