"""What every payment gateway must do; each back end runs it against its counterparts.

A subclass gives ``gateway`` and ``token(behavior)``. ``GatewayContract`` is the whole of it;
``GatewayBasics`` is what a lenient counterpart can prove: one that forgets idempotency keys, gives
back more than came and charges cards that were taken away. Classes without ``Test`` in their name
are not collected by themselves.
"""

from decimal import Decimal
from typing import Any

import pytest

from billing.providers.payments.base import (
    ChargeOrder,
    ChargeState,
    CustomerOrder,
    PaymentGateway,
    RefundOrder,
    RefundOutcome,
)
from ispplatform.core.errors import ProviderRejected


class GatewayBasics:
    """The contract as far as any counterpart keeps it."""

    gateway: PaymentGateway
    customer = ""

    def token(self, behavior: str) -> str:
        """Return a one-time token of a card that behaves so: succeeds, declined, authenticates."""
        raise TypeError(f"{type(self).__name__} needs token().")

    def card(self, behavior: str = "succeeds") -> str:
        return self.gateway.attach_method(
            self.token(behavior), customer_reference=self.of_customer()
        ).reference

    def of_customer(self) -> str:
        """Return the gateway's id of the customer whom all this is about."""
        if not self.customer:
            order = CustomerOrder(idempotency_key="c1", reference="customer-1", label="100001")
            self.customer = self.gateway.create_customer(order)
        return self.customer

    def found(self, key: str) -> Any:
        return self.gateway.find_charge(key, customer_reference=self.of_customer())

    def order(self, key: str = "k1", **values: Any) -> ChargeOrder:
        given = {
            "idempotency_key": key,
            "amount": Decimal("119.00"),
            "currency": "EUR",
            "description": "PF-2026-00001",
            "customer_reference": self.of_customer(),
            "return_url": "https://northwind.example/billing/payments/1",
        }
        if "method_reference" not in values:
            values["method_reference"] = self.card()
        return ChargeOrder(**{**given, **values})

    def test_a_probe_tells_whose_account_it_is(self):
        report = self.gateway.probe()
        assert report.account
        assert report.is_live is False

    def test_a_card_is_known_by_its_last_four(self):
        card = self.gateway.attach_method(
            self.token("succeeds"), customer_reference=self.of_customer()
        )
        assert (card.brand, card.last_four) == ("visa", "4242")
        assert card.reference
        assert card.expires_year is not None

    def test_an_unknown_token_is_refused(self):
        with pytest.raises(ProviderRejected):
            self.gateway.attach_method("no-such-token", customer_reference=self.of_customer())

    def test_a_charge_settles_and_is_found_by_its_key(self):
        assert self.found("k1") is None
        receipt = self.gateway.charge(self.order())
        assert (receipt.state, receipt.amount, receipt.currency) == (
            ChargeState.SETTLED,
            Decimal("119.00"),
            "EUR",
        )
        assert self.found("k1") == receipt
        assert self.gateway.read_charge(receipt.reference) == receipt

    def test_a_declined_card_is_an_answer_with_a_reason(self):
        receipt = self.gateway.charge(self.order(method_reference=self.card("declined")))
        assert receipt.state is ChargeState.DECLINED
        assert receipt.decline_code == "card_declined"
        assert receipt.decline_message

    def test_a_card_may_want_the_customer(self):
        receipt = self.gateway.charge(self.order(method_reference=self.card("authenticates")))
        assert receipt.state is ChargeState.REQUIRES_ACTION
        assert receipt.action_url

    def test_a_currency_without_decimals(self):
        receipt = self.gateway.charge(self.order(amount=Decimal(1200), currency="JPY"))
        assert (receipt.amount, receipt.currency) == (Decimal(1200), "JPY")

    def test_money_is_reserved_and_taken_in_part(self):
        receipt = self.gateway.charge(self.order(capture=False))
        assert receipt.state is ChargeState.AUTHORIZED
        with pytest.raises(ProviderRejected):
            self.gateway.capture(receipt.reference, amount=Decimal("119.01"), currency="EUR")
        taken = self.gateway.capture(receipt.reference, amount=Decimal("100.00"), currency="EUR")
        assert (taken.state, taken.amount) == (ChargeState.SETTLED, Decimal("100.00"))
        with pytest.raises(ProviderRejected):
            self.gateway.capture(receipt.reference, amount=Decimal("1.00"), currency="EUR")

    def test_a_charge_that_took_no_money_can_be_given_up(self):
        waiting = self.gateway.charge(self.order(method_reference=self.card("authenticates")))
        assert self.gateway.cancel_charge(waiting.reference).state is ChargeState.CANCELLED
        assert self.gateway.cancel_charge(waiting.reference).state is ChargeState.CANCELLED
        settled = self.gateway.charge(self.order("k2"))
        assert self.gateway.cancel_charge(settled.reference).state is ChargeState.SETTLED

    def test_an_unknown_charge_is_refused(self):
        with pytest.raises(ProviderRejected):
            self.gateway.read_charge("no-such-charge")

    def refund_order(self, reference: str, amount: str, key: str = "r1") -> RefundOrder:
        return RefundOrder(
            idempotency_key=key,
            charge_reference=reference,
            amount=Decimal(amount),
            currency="EUR",
        )

    def test_what_took_no_money_is_not_refunded(self):
        declined = self.gateway.charge(self.order(method_reference=self.card("declined")))
        with pytest.raises(ProviderRejected):
            self.gateway.refund(self.refund_order(declined.reference, "1.00"))

    def test_a_refund_goes_back_and_is_found_by_its_key(self):
        charge = self.gateway.charge(self.order()).reference
        assert self.gateway.find_refund("r1", charge_reference=charge) is None
        refund = self.gateway.refund(self.refund_order(charge, "19.00"))
        assert (refund.outcome, refund.amount) == (RefundOutcome.SETTLED, Decimal("19.00"))
        assert self.gateway.find_refund("r1", charge_reference=charge) == refund
        assert self.gateway.read_refund(refund.reference) == refund

    def test_an_unknown_refund_is_refused(self):
        with pytest.raises(ProviderRejected):
            self.gateway.read_refund("no-such-refund")

    def test_the_form_of_its_cards_is_known_without_asking(self):
        assert self.gateway.card_form().kind


class GatewayContract(GatewayBasics):
    """The contract."""

    def test_a_customer_is_made_once_and_found_by_our_id(self):
        order = CustomerOrder(idempotency_key="c1", reference="customer-1", label="100001")
        assert self.gateway.create_customer(order) == self.of_customer()
        assert self.gateway.find_customer("customer-1") == self.of_customer()

    def test_the_same_key_charges_once(self):
        order = self.order()
        assert self.gateway.charge(order).reference == self.gateway.charge(order).reference

    def test_a_key_does_not_serve_two_amounts(self):
        card = self.card()
        self.gateway.charge(self.order(method_reference=card))
        with pytest.raises(ProviderRejected):
            self.gateway.charge(self.order(method_reference=card, amount=Decimal("1.00")))

    def test_without_the_customer_such_a_card_is_declined(self):
        order = self.order(method_reference=self.card("authenticates"), off_session=True)
        receipt = self.gateway.charge(order)
        assert (receipt.state, receipt.decline_code) == (
            ChargeState.DECLINED,
            "authentication_required",
        )

    def test_refunds_go_back_once_each_and_never_beyond_the_charge(self):
        charge = self.gateway.charge(self.order()).reference
        assert self.gateway.find_refund("r1", charge_reference=charge) is None
        first = self.gateway.refund(self.refund_order(charge, "100.00"))
        assert first.outcome is RefundOutcome.SETTLED
        assert self.gateway.refund(self.refund_order(charge, "100.00")) == first
        assert self.gateway.find_refund("r1", charge_reference=charge) == first
        with pytest.raises(ProviderRejected):
            self.gateway.refund(self.refund_order(charge, "19.01", key="r2"))
        rest = self.gateway.refund(self.refund_order(charge, "19.00", key="r3"))
        assert rest.outcome is RefundOutcome.SETTLED

    def test_a_forgotten_card_cannot_be_charged(self):
        card = self.card()
        self.gateway.detach_method(card)
        self.gateway.detach_method(card)
        with pytest.raises(ProviderRejected):
            self.gateway.charge(self.order(method_reference=card))
