"""Refunds, which never exceed what was taken."""

from typing import Any

from tests.billing.gateways.fake_stripe import movements
from tests.billing.gateways.fake_stripe.payments import Payments
from tests.billing.gateways.fake_stripe.refusals import MISTAKE, Refusal, known_only


class Refunds(Payments):
    """What requests about refunds do."""

    def _create_refund(self, params: dict[str, Any]) -> dict[str, Any]:
        known_only(params, "payment_intent", "amount", "metadata")
        intent = self._find("payment_intent", params["payment_intent"])
        if intent["status"] != "succeeded":
            raise Refusal(400, MISTAKE, "", "This PaymentIntent has no successful charge.")
        units = int(params["amount"])
        if units > intent["amount_received"] - intent["amount_refunded"]:
            raise Refusal(400, MISTAKE, "", "The refund is greater than what is left.")
        behavior = self.cards[intent["payment_method"]].behavior
        intent["amount_refunded"] += units
        refund = self._new(
            "re",
            "refund",
            payment_intent=intent["id"],
            amount=units,
            currency=intent["currency"],
            charge=intent["latest_charge"],
            status="pending" if behavior == "refunds_late" else "succeeded",
            failure_reason=None,
            metadata=params.get("metadata", {}),
        )
        movements.moved(self, refund, "refund", -units)
        return refund

    def _list_refund(self, params: dict[str, Any]) -> dict[str, Any]:
        known_only(params, "payment_intent", "limit", "starting_after")
        self._find("payment_intent", params["payment_intent"])
        rows = [
            row
            for row in self.objects.values()
            if row["object"] == "refund" and row["payment_intent"] == params["payment_intent"]
        ]
        return self._listed("/v1/refunds", rows, params)
