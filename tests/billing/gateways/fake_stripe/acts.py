"""What a test, a browser or a bank does at the fake."""

import json
from typing import Any

import stripe

from billing.providers.payments.stripe.transport import API_VERSION
from ispplatform.core.clock import system_now
from tests.billing.gateways.fake_stripe import movements
from tests.billing.gateways.fake_stripe.account import Card, Trouble
from tests.billing.gateways.fake_stripe.answering import Answering


class FakeStripe(Answering):
    """The fake with everything that tests do there."""

    def card(self, behavior: str = "succeeds", last4: str = "4242") -> str:
        """Enter a card into Stripe's form; return its token."""
        made = self._new("pm", "payment_method", type="card", customer=None)
        made["card"] = {"brand": "visa", "last4": last4, "exp_month": 12, "exp_year": 2030}
        self.cards[made["id"]] = Card(behavior, last4)
        return str(made["id"])

    def trouble(self, kind: str, path: str, *, method: str = "POST", times: int = 1) -> None:
        self.troubles.append(Trouble(kind, path, method, times))

    def answer_bank(self, reference: str, *, approved: bool) -> dict[str, Any]:
        """Answer the bank's question about a payment, as its customer does."""
        intent = self.objects[reference]
        assert intent["status"] == "requires_action"
        intent["next_action"] = None
        if approved:
            self._take(intent)
        else:
            self._fail(intent, "payment_intent_authentication_failure", None)
        return intent

    def confirm_setup(self, reference: str, method: str) -> None:
        """Do in the browser what keeps a card."""
        intent = self.objects[reference]
        self.objects[method]["customer"] = intent["customer"]
        intent.update(status="succeeded", payment_method=method)

    def event(self, kind: str, thing: dict[str, Any], **changes: Any) -> dict[str, Any]:
        """An event about an object as it stands now, or as ``changes`` claim."""
        return {
            **self._new("evt", "event", api_version=API_VERSION),
            "type": kind,
            "data": {"object": json.loads(json.dumps({**thing, **changes}))},
        }

    def signed(
        self, event: dict[str, Any], *, secret: str = "whsec_northwind", at: int | None = None
    ) -> tuple[str, str]:
        """The body and the header with which an event is sent; ``at`` is when it was signed."""
        body = json.dumps(event)
        return body, self.signature_of(body, secret=secret, at=at)

    def signature_of(
        self, body: str, *, secret: str = "whsec_northwind", at: int | None = None
    ) -> str:
        """The header for a body."""
        stamp = int(system_now().timestamp()) if at is None else at
        made: str = stripe.WebhookSignature.generate_signature_header(body, secret, stamp)
        return made

    def dispute(self, intent: dict[str, Any], **values: Any) -> dict[str, Any]:
        """The cardholder goes to the bank."""
        return self._new(
            "dp",
            "dispute",
            payment_intent=intent["id"],
            charge=intent["latest_charge"],
            evidence={"customer_name": "Anna Example"},
            amount=intent["amount"],
            currency=intent["currency"],
            status="needs_response",
            reason="fraudulent",
            evidence_details={"due_by": 1800000000},
            balance_transactions=[],
            **values,
        )

    def withdraw(self, dispute: dict[str, Any], *, fee: int = 1500) -> dict[str, Any]:
        """Take the disputed money and a fee from the account, as happens with a real dispute."""
        taken = movements.moved(self, dispute, "adjustment", -dispute["amount"], fee)
        dispute["balance_transactions"].append(taken)
        return dispute

    def decide(self, dispute: dict[str, Any], status: str, *, fee_back: int = 0) -> dict[str, Any]:
        """The bank decides; what is won is given back, the fee where the contract says so."""
        dispute["status"] = status
        if status == "won" and dispute["balance_transactions"]:
            given = movements.moved(self, dispute, "adjustment", dispute["amount"], -fee_back)
            dispute["balance_transactions"].append(given)
        return dispute

    def fail_refund(
        self, reference: str, reason: str = "expired_or_canceled_card"
    ) -> dict[str, Any]:
        """The bank sends a refund back, which may come days after it succeeded."""
        refund = self.objects[reference]
        refund.update(status="failed", failure_reason=reason)
        self.objects[refund["payment_intent"]]["amount_refunded"] -= refund["amount"]
        return refund

    def pay_out(self) -> dict[str, Any]:
        """Stripe pays out, as it does by itself."""
        return movements.paid_out(self)

    def calls(self, path: str, method: str = "POST") -> int:
        """How many requests came for an address, whatever became of them."""
        return sum(1 for seen in self.requests if seen == (method, path))
