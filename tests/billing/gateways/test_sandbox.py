"""The sandbox gateway keeps the contract, and its tricks do what they say."""

from datetime import timedelta
from decimal import Decimal

import pytest

from billing.models import SandboxCard, SandboxCharge
from billing.providers.payments.base import ChargeState, RefundOutcome
from billing.providers.payments.cards import TEST_CARDS, TOKEN_PREFIX, sandbox_token
from ispplatform.core.errors import ProviderOutcomeUnknown, ProviderRejected, ProviderUnavailable
from ispplatform.core.models import OperationExchange
from ispplatform.core.models.sandbox import FaultMode, SandboxFault
from ispplatform.core.providers.building import provider_for
from ispplatform.core.providers.exchanges import recorder_for
from ispplatform.core.tenancy.lookup import tenant_by_id
from tests.billing.gateways.contract import GatewayContract
from tests.factories.billing import (
    AUTHENTICATES,
    DECLINED,
    LATE,
    REFUND_FAILS,
    SUCCEEDS,
    GatewayFactory,
)

NUMBERS = {
    "succeeds": SUCCEEDS,
    "declined": DECLINED,
    "authenticates": AUTHENTICATES,
    "late": LATE,
    "refund_fails": REFUND_FAILS,
}


class TestSandboxGateway(GatewayContract):
    """The contract and what only the sandbox does."""

    @pytest.fixture(autouse=True)
    def _open(self, gateway):
        self.connection = gateway
        self.gateway = provider_for(gateway)

    def token(self, behavior: str) -> str:
        return sandbox_token(NUMBERS[behavior])

    def fault(self, mode: FaultMode, call: str) -> None:
        SandboxFault.objects.create(connection=self.connection, mode=mode, call=call)

    def test_a_late_charge_settles_by_business_time(self, tenant):
        receipt = self.gateway.charge(self.order(method_reference=self.card("late")))
        assert receipt.state is ChargeState.PROCESSING
        SandboxCharge.objects.update(settles_at=self.gateway.context.business_now())
        assert self.gateway.read_charge(receipt.reference).state is ChargeState.SETTLED
        assert tenant_by_id(tenant.pk).is_sandbox

    def test_a_charge_is_not_settled_before_its_time(self):
        receipt = self.gateway.charge(self.order(method_reference=self.card("late")))
        later = self.gateway.context.business_now() + timedelta(hours=1)
        SandboxCharge.objects.update(settles_at=later)
        assert self.gateway.read_charge(receipt.reference).state is ChargeState.PROCESSING

    def test_a_refund_may_fail_at_the_bank_and_takes_nothing(self):
        charge = self.gateway.charge(self.order(method_reference=self.card("refund_fails")))
        refund = self.gateway.refund(self.refund_order(charge.reference, "119.00"))
        assert refund.outcome is RefundOutcome.FAILED
        assert refund.failure_message
        assert SandboxCharge.objects.get().amount_refunded == 0

    def test_a_lost_answer_is_an_unknown_outcome_and_was_done(self):
        self.fault(FaultMode.ANSWER_LOST, "charge")
        with pytest.raises(ProviderOutcomeUnknown):
            self.gateway.charge(self.order())
        found = self.found("k1")
        assert found is not None
        assert found.state is ChargeState.SETTLED

    def test_an_outage_does_nothing(self):
        order = self.order()
        self.fault(FaultMode.UNAVAILABLE, "charge")
        with pytest.raises(ProviderUnavailable):
            self.gateway.charge(order)
        assert SandboxCharge.objects.count() == 0

    def test_a_refusal_does_nothing(self):
        order = self.order()
        self.fault(FaultMode.REFUSED, "charge")
        with pytest.raises(ProviderRejected):
            self.gateway.charge(order)
        assert SandboxCharge.objects.count() == 0

    def test_two_connections_do_not_see_each_others_charges(self):
        receipt = self.gateway.charge(self.order())
        other = provider_for(GatewayFactory())
        assert other.find_charge("k1", customer_reference=self.of_customer()) is None
        with pytest.raises(ProviderRejected):
            other.read_charge(receipt.reference)

    def test_every_call_is_recorded(self):
        recorder = recorder_for(self.connection)
        provider_for(self.connection, recorder=recorder).probe()
        assert OperationExchange.objects.get().method == "sandbox probe"


def test_only_published_numbers_become_tokens():
    assert sandbox_token("4242 4242 4242 4242") == f"{TOKEN_PREFIX}4242424242424242"
    for number in ("4111111111111111", "", "4242", "x" * 16):
        with pytest.raises(ValueError, match="test cards"):
            sandbox_token(number)


def test_the_cards_say_what_they_do():
    assert len(TEST_CARDS) == 11
    for card in TEST_CARDS.values():
        assert len(card.number) == 16
        assert card.spaced.replace(" ", "") == card.number
        assert str(card.label)


def test_a_card_is_kept_for_its_connection_only(gateway):
    card = provider_for(gateway).attach_method(sandbox_token(SUCCEEDS), customer_reference="1")
    assert SandboxCard.objects.get().reference == card.reference
    assert str(SandboxCard.objects.get()) == "test card 4242"
    assert Decimal(card.expires_month or 0) == 12
