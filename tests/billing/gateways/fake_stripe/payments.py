"""Payment intents: charged at once, after the bank asked, late, reserved, or declined."""

import json
from typing import Any

from tests.billing.gateways.fake_stripe import movements
from tests.billing.gateways.fake_stripe.customers import Customers
from tests.billing.gateways.fake_stripe.refusals import MISTAKE, Refusal, known_only

ZERO_DECIMAL = {"jpy", "krw", "clp"}


class Payments(Customers):
    """What requests about payment intents do."""

    def _create_payment_intent(self, params: dict[str, Any]) -> dict[str, Any]:
        known_only(
            params,
            "amount",
            "currency",
            "customer",
            "payment_method",
            "payment_method_types",
            "capture_method",
            "confirm",
            "description",
            "metadata",
            "off_session",
            "return_url",
            "setup_future_usage",
        )
        if params.get("off_session") == "true" and "setup_future_usage" in params:
            raise Refusal(400, MISTAKE, "", "setup_future_usage does not go with off_session.")
        if int(params["amount"]) < 50 and params["currency"] not in ZERO_DECIMAL:
            raise Refusal(400, MISTAKE, "amount_too_small", "Amount must be at least 50 cents.")
        method = self._find("payment_method", params["payment_method"])
        if method["customer"] != params["customer"]:
            raise Refusal(400, MISTAKE, "", "The PaymentMethod belongs to no such customer.")
        intent = self._new(
            "pi",
            "payment_intent",
            status="requires_confirmation",
            amount=int(params["amount"]),
            amount_received=0,
            amount_refunded=0,
            latest_charge=None,
            next_action=None,
            last_payment_error=None,
            **{
                name: params.get(name)
                for name in ("currency", "customer", "payment_method", "capture_method")
            },
            metadata=params.get("metadata", {}),
            return_url=params.get("return_url"),
            setup_future_usage=params.get("setup_future_usage"),
        )
        intent["client_secret"] = f"{intent['id']}_secret_x"
        self._confirm(intent, off_session=params.get("off_session") == "true")
        return intent

    def _confirm(self, intent: dict[str, Any], *, off_session: bool) -> None:
        behavior = self.cards[intent["payment_method"]].behavior
        if behavior == "authenticates" and off_session:
            self._declined(intent, "authentication_required", "authentication_required")
        elif behavior == "authenticates":
            if not intent["return_url"]:
                raise Refusal(400, MISTAKE, "", "Provide a return_url.")
            intent["status"] = "requires_action"
            intent["next_action"] = {
                "type": "redirect_to_url",
                "redirect_to_url": {
                    "url": f"https://hooks.stripe.com/{intent['id']}",
                    "return_url": intent["return_url"],
                },
            }
        elif behavior == "late":
            intent["status"] = "processing"
        elif behavior.startswith("declined"):
            self._declined(intent, "card_declined", behavior.partition(":")[2] or "generic_decline")
        else:
            self._take(intent)

    def _take(self, intent: dict[str, Any]) -> None:
        if intent["capture_method"] == "manual":
            intent["status"] = "requires_capture"
            return
        intent.update(status="succeeded", amount_received=intent["amount"])
        movements.charged(self, intent, intent["amount"])

    def _fail(self, intent: dict[str, Any], code: str, decline_code: str | None) -> dict[str, Any]:
        error = {"type": "card_error", "code": code, "message": "Your card was declined."}
        if decline_code:
            error["decline_code"] = decline_code
        intent.update(status="requires_payment_method", last_payment_error=error)
        return error

    def _declined(self, intent: dict[str, Any], code: str, decline_code: str) -> None:
        error = self._fail(intent, code, decline_code)
        said = {"payment_intent": json.loads(json.dumps(intent)), "decline_code": decline_code}
        raise Refusal(402, "card_error", code, error["message"], **said)

    def _list_payment_intent(self, params: dict[str, Any]) -> dict[str, Any]:
        known_only(params, "customer", "limit", "starting_after")
        self._find("customer", params["customer"])
        rows = [
            row
            for row in self.objects.values()
            if row["object"] == "payment_intent" and row["customer"] == params["customer"]
        ]
        return self._listed("/v1/payment_intents", rows, params)

    def _capture_payment_intent(self, params: dict[str, Any]) -> dict[str, Any]:
        known_only(params, "id", "amount_to_capture")
        intent = self._find("payment_intent", params["id"])
        units = int(params["amount_to_capture"])
        if intent["status"] != "requires_capture" or units > intent["amount"]:
            raise Refusal(400, MISTAKE, "payment_intent_unexpected_state", "It cannot be captured.")
        intent.update(status="succeeded", amount_received=units)
        movements.charged(self, intent, units)
        return intent

    def _cancel_payment_intent(self, params: dict[str, Any]) -> dict[str, Any]:
        intent = self._find("payment_intent", params["id"])
        if intent["status"] in {"succeeded", "canceled", "processing"}:
            raise Refusal(400, MISTAKE, "payment_intent_unexpected_state", "It is over.")
        intent.update(status="canceled", next_action=None)
        return intent
