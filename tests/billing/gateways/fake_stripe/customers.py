"""Customers and the cards that they keep."""

from typing import Any

from tests.billing.gateways.fake_stripe.account import Account
from tests.billing.gateways.fake_stripe.refusals import MISTAKE, Refusal, known_only


class Customers(Account):
    """What requests about customers, cards and set-up intents do."""

    def _create_customer(self, params: dict[str, Any]) -> dict[str, Any]:
        known_only(params, "description", "metadata")
        return self._new("cus", "customer", **{"metadata": {}, **params})

    def _search(self, params: dict[str, Any]) -> dict[str, Any]:
        known_only(params, "query", "limit")
        name, value = (part.strip("'") for part in params["query"][9:].split("]:"))
        rows = [
            row
            for row in self.objects.values()
            if row["object"] == "customer" and row["metadata"].get(name) == value
        ]
        return {
            "object": "search_result",
            "url": "/v1/customers/search",
            "data": rows if self.search_knows else [],
            "has_more": False,
        }

    def _attach_payment_method(self, params: dict[str, Any]) -> dict[str, Any]:
        known_only(params, "id", "customer")
        method = self._find("payment_method", params["id"])
        self._find("customer", params["customer"])
        if self.cards[method["id"]].behavior == "unattachable":
            raise Refusal(
                402,
                "card_error",
                "card_declined",
                "Your card was declined.",
                decline_code="generic_decline",
            )
        if method.get("used_up") or method["customer"]:
            raise Refusal(400, MISTAKE, "payment_method_unexpected_state", "It was used before.")
        method["customer"] = params["customer"]
        return method

    def _detach_payment_method(self, params: dict[str, Any]) -> dict[str, Any]:
        method = self._find("payment_method", params["id"])
        if method["customer"] is None:
            raise Refusal(400, MISTAKE, "", "It is not attached, so detaching is impossible.")
        method["customer"], method["used_up"] = None, True
        return method

    def _create_setup_intent(self, params: dict[str, Any]) -> dict[str, Any]:
        known_only(params, "customer", "usage", "payment_method_types")
        self._find("customer", params["customer"])
        made = self._new("seti", "setup_intent", status="requires_payment_method", **params)
        made["client_secret"] = f"{made['id']}_secret_x"
        made["payment_method"] = None
        return made
