"""The gateway for Stripe keeps the contract's basics against localstripe, which is not ours."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from billing.providers.payments.base import ChargeState
from ispplatform.core.errors import ProviderRejected
from ispplatform.core.providers.building import provider_for
from tests.billing.gateways.contract import GatewayBasics
from tests.billing.gateways.localstripe_process import LocalStripe
from tests.factories.billing import StripeFactory


class TestStripeAgainstLocalstripe(GatewayBasics):
    """The basics and the form's two ways to hand over a card."""

    @pytest.fixture(autouse=True)
    def _open(self, tenant, localstripe: LocalStripe) -> Iterator[None]:
        self.counterpart = localstripe
        self.gateway = provider_for(StripeFactory(api_base=localstripe.base))
        yield
        localstripe.forget()

    def token(self, behavior: str) -> str:
        return self.counterpart.card(behavior)

    def test_a_card_of_a_setup_is_kept_once_the_browser_confirmed_it(self):
        setup = self.gateway.begin_card(customer_reference=self.of_customer())
        with pytest.raises(ProviderRejected, match="not confirmed"):
            self.gateway.attach_method(setup.reference, customer_reference=self.of_customer())
        self.counterpart.post(
            f"/v1/setup_intents/{setup.reference}/confirm",
            client_secret=setup.client_secret,
            payment_method=self.token("succeeds"),
        )
        card = self.gateway.attach_method(setup.reference, customer_reference=self.of_customer())
        assert card.last_four == "4242"
        with pytest.raises(ProviderRejected, match="another customer"):
            self.gateway.attach_method(setup.reference, customer_reference="cus_another")

    def test_the_customer_confirms_at_the_bank(self):
        waiting = self.gateway.charge(self.order(method_reference=self.card("authenticates")))
        assert self.gateway.charge_secret(waiting.reference)
        back = self.counterpart.answer_bank(waiting.action_url)
        assert back == "https://northwind.example/billing/payments/1"
        settled = self.gateway.read_charge(waiting.reference)
        assert (settled.state, settled.amount) == (ChargeState.SETTLED, Decimal("119.00"))

    def test_the_customer_does_not_confirm(self):
        waiting = self.gateway.charge(self.order(method_reference=self.card("authenticates")))
        self.counterpart.answer_bank(waiting.action_url, answer="no")
        receipt = self.gateway.read_charge(waiting.reference)
        assert (receipt.state, receipt.decline_code) == (
            ChargeState.DECLINED,
            "authentication_failed",
        )
