"""The gateway for Stripe keeps the whole contract against our strict fake, in fair and foul."""

from decimal import Decimal
from typing import Any

import pytest

from billing.providers.payments.base import CardFormKind, ChargeState, CustomerOrder, RefundOutcome
from billing.providers.payments.stripe.access import check_access, is_live_account
from billing.providers.payments.stripe.amounts import from_units, to_units
from billing.providers.payments.stripe.transport import API_VERSION
from ispplatform.core.errors import (
    InvalidInput,
    ProviderOutcomeUnknown,
    ProviderRejected,
    ProviderUnavailable,
)
from ispplatform.core.http import Deadline
from ispplatform.core.models import OperationExchange, ProviderConnection
from ispplatform.core.providers.building import provider_for
from ispplatform.core.providers.errors import ConnectionModeMismatch
from ispplatform.core.providers.exchanges import recorder_for
from ispplatform.core.providers.services import connection_create, connection_test
from tests.billing.gateways.contract import GatewayContract
from tests.billing.gateways.fake_stripe import FakeStripe
from tests.core.providers.test_connections import MANAGER, make_live
from tests.factories.billing import StripeFactory

INTENTS = "/v1/payment_intents"
KEYS = {"secret_key": "sk_test_northwind", "publishable_key": "pk_test_northwind"}


class TestStripeGateway(GatewayContract):
    """The contract, and what is Stripe's own."""

    @pytest.fixture(autouse=True)
    def _open(self, tenant, fake_stripe: FakeStripe) -> None:
        self.fake = fake_stripe
        self.connection = StripeFactory(api_base=fake_stripe.base)
        self.gateway = provider_for(self.connection)

    def token(self, behavior: str) -> str:
        return self.fake.card(behavior)

    def intents(self) -> list[dict[str, Any]]:
        return [row for row in self.fake.objects.values() if row["object"] == "payment_intent"]

    def test_the_charge_carries_our_key_and_what_the_bank_needs(self):
        self.gateway.charge(self.order(keep_method=True))
        (intent,) = self.intents()
        assert intent["metadata"] == {"isp_key": "k1"}
        assert intent["setup_future_usage"] == "off_session"
        assert intent["customer"] == self.of_customer()
        assert "k1" in self.fake.keys

    def test_without_the_customer_nothing_is_agreed_for_later(self):
        self.gateway.charge(self.order(keep_method=True, off_session=True))
        assert self.intents()[0]["setup_future_usage"] is None

    @pytest.mark.parametrize(
        ("bank_says", "code", "words"),
        [
            ("generic_decline", "card_declined", "declined"),
            ("insufficient_funds", "insufficient_funds", "not enough money"),
            ("lost_card", "lost_card", "Your bank declined the card."),
            ("stolen_card", "stolen_card", "Your bank declined the card."),
            ("fraudulent", "fraudulent", "Your bank declined the card."),
            ("expired_card", "expired_card", "expired"),
        ],
    )
    def test_a_decline_says_why_but_never_accuses(self, bank_says, code, words):
        receipt = self.gateway.charge(
            self.order(method_reference=self.card(f"declined:{bank_says}"))
        )
        assert receipt.decline_code == code
        assert words in receipt.decline_message
        assert self.found("k1") == receipt

    def test_a_charge_is_found_when_stripe_has_forgotten_the_key(self):
        made = self.gateway.charge(self.order())
        for number in range(3):
            self.gateway.charge(self.order(f"later-{number}"))
        self.fake.keys.clear()
        assert self.found("k1") == made
        assert self.found("never-sent") is None

    def test_a_charge_is_found_beyond_the_first_page(self):
        card = self.card()
        made = self.gateway.charge(self.order(method_reference=card))
        first = self.fake.objects[made.reference]
        for number in range(150):
            copy = {**first, "id": f"pi_9{number:013d}", "metadata": {}}
            self.fake.objects[copy["id"]] = copy
        assert self.found("k1") == made

    def test_a_lost_answer_is_an_unknown_outcome_and_is_found(self):
        order = self.order()
        self.fake.trouble("lost", INTENTS)
        with pytest.raises(ProviderOutcomeUnknown):
            self.gateway.charge(order)
        found = self.found("k1")
        assert found is not None
        assert found.state is ChargeState.SETTLED
        assert self.gateway.charge(order) == found
        assert len(self.intents()) == 1

    @pytest.mark.parametrize(("kind", "charges"), [("before", 0), ("after", 1)])
    def test_a_500_is_unknown_and_its_replay_stays_so(self, kind, charges):
        order = self.order()
        self.fake.trouble(kind, INTENTS)
        for _ in range(2):  # Stripe keeps the 500 and says it again
            with pytest.raises(ProviderOutcomeUnknown):
                self.gateway.charge(order)
        assert len(self.intents()) == charges
        assert (self.found("k1") is not None) is bool(charges)

    @pytest.mark.parametrize("kind", ["limit", "locked"])
    def test_too_many_requests_and_locks_did_nothing(self, kind):
        order = self.order()
        self.fake.trouble(kind, INTENTS)
        with pytest.raises(ProviderUnavailable):
            self.gateway.charge(order)
        assert self.intents() == []
        assert self.gateway.charge(order).state is ChargeState.SETTLED

    def test_a_key_in_use_may_be_our_own_first_request(self):
        order = self.order()
        self.fake.trouble("in_use", INTENTS)
        with pytest.raises(ProviderOutcomeUnknown):
            self.gateway.charge(order)

    def test_a_look_up_that_fails_proves_nothing(self):
        self.of_customer()
        self.fake.trouble("before", INTENTS, method="GET")
        with pytest.raises(ProviderUnavailable):
            self.found("k1")

    def test_nobody_listens(self):
        self.connection.config = {"api_base": "http://127.0.0.1:9"}
        with pytest.raises(ProviderUnavailable):
            provider_for(self.connection).charge(self.order())

    def test_nothing_leaves_after_the_deadline(self):
        order = self.order()
        late = provider_for(self.connection, deadline=Deadline.after(0))
        with pytest.raises(ProviderUnavailable):
            late.charge(order)
        assert self.intents() == []

    def test_a_wrong_key_fails_the_test_and_refuses_no_payment(self):
        order = self.order()
        key, self.fake.key = self.fake.key, "sk_test_another"
        with pytest.raises(ProviderUnavailable, match="Invalid API Key"):
            self.gateway.charge(order)
        with pytest.raises(ProviderRejected, match="Invalid API Key"):
            self.gateway.probe()
        self.fake.key = key
        assert self.gateway.charge(order).state is ChargeState.SETTLED

    def test_a_lost_refund_is_found_and_not_sent_twice(self):
        charge = self.gateway.charge(self.order()).reference
        order = self.refund_order(charge, "119.00")
        self.fake.trouble("lost", "/v1/refunds")
        with pytest.raises(ProviderOutcomeUnknown):
            self.gateway.refund(order)
        self.fake.keys.clear()
        found = self.gateway.find_refund("r1", charge_reference=charge)
        assert found is not None
        assert found.outcome is RefundOutcome.SETTLED

    def test_a_refund_that_settled_may_fail_days_later(self):
        charge = self.gateway.charge(self.order()).reference
        refund = self.gateway.refund(self.refund_order(charge, "119.00"))
        self.fake.fail_refund(refund.reference)
        later = self.gateway.read_refund(refund.reference)
        assert (later.outcome, later.failure_code) == (
            RefundOutcome.FAILED,
            "expired_or_canceled_card",
        )

    def test_a_lost_capture_is_read_as_taken(self):
        held = self.gateway.charge(self.order(capture=False))
        self.fake.trouble("lost", "/capture")
        with pytest.raises(ProviderOutcomeUnknown):
            self.gateway.capture(held.reference, amount=Decimal("100.00"), currency="EUR")
        taken = self.gateway.read_charge(held.reference)
        assert (taken.state, taken.amount) == (ChargeState.SETTLED, Decimal("100.00"))

    def test_a_late_charge_is_processing_and_cannot_be_given_up(self):
        late = self.gateway.charge(self.order(method_reference=self.card("late")))
        assert late.state is ChargeState.PROCESSING
        assert self.gateway.cancel_charge(late.reference).state is ChargeState.PROCESSING

    def test_a_customer_is_made_again_only_when_nobody_remembers(self):
        order = CustomerOrder(idempotency_key="c1", reference="customer-1", label="100001")
        self.of_customer()
        self.fake.search_knows = False
        assert self.gateway.find_customer("customer-1") is None
        assert self.gateway.create_customer(order) == self.of_customer()
        self.fake.search_knows = True
        self.fake.keys.clear()
        assert self.gateway.find_customer("customer-1") == self.of_customer()

    def test_a_card_is_kept_from_a_confirmed_setup_of_its_own_customer(self):
        setup = self.gateway.begin_card(customer_reference=self.of_customer())
        with pytest.raises(ProviderRejected, match="not confirmed"):
            self.gateway.attach_method(setup.reference, customer_reference=self.of_customer())
        self.fake.confirm_setup(setup.reference, self.token("succeeds"))
        with pytest.raises(ProviderRejected, match="another customer"):
            self.gateway.attach_method(setup.reference, customer_reference="cus_x")
        card = self.gateway.attach_method(setup.reference, customer_reference=self.of_customer())
        assert card.last_four == "4242"
        again = self.gateway.attach_method(card.reference, customer_reference=self.of_customer())
        assert again == card
        with pytest.raises(ProviderRejected, match="another customer"):
            self.gateway.attach_method(card.reference, customer_reference="cus_x")

    def test_a_card_that_the_bank_refuses_is_not_kept(self):
        with pytest.raises(ProviderRejected) as caught:
            self.card("unattachable")
        assert caught.value.message == "Your bank declined the card."

    def test_the_browser_gets_the_publishable_key(self):
        form = self.gateway.card_form()
        assert (form.kind, form.publishable_key) == (CardFormKind.STRIPE, "pk_test_northwind")

    def test_exchanges_are_kept_without_secrets(self):
        gateway = provider_for(self.connection, recorder=recorder_for(self.connection))
        receipt = gateway.charge(self.order())
        gateway.read_charge(receipt.reference)
        rows = list(OperationExchange.objects.order_by("pk"))
        assert [row.method for row in rows] == ["POST", "GET"]
        assert rows[0].request_headers["stripe-version"] == API_VERSION
        for row in rows:
            said = f"{row.request_headers}{row.request_body}{row.response_body}"
            assert "sk_test_northwind" not in said
            assert "_secret_x" not in said
        assert "isp_key" in rows[0].request_body

    def test_the_probe_says_what_stripe_forbids_yet(self):
        self.fake.charges_enabled = False
        assert "does not let" in self.gateway.probe().sentence

    def test_a_key_of_the_other_mode_is_found_out_by_the_test(self):
        self.fake.livemode = True
        tested = connection_test(actor=MANAGER, connection_id=self.connection.pk)
        assert tested.state == "failing"
        with pytest.raises(ConnectionModeMismatch):
            provider_for(ProviderConnection.objects.get(pk=self.connection.pk))


def create(**values):
    given = {"kind": "payments", "backend": "stripe", "name": "Stripe", "credentials": KEYS}
    return connection_create(actor=MANAGER, **{**given, **values})


def test_live_and_test_keys_stay_in_their_companies(tenant):
    live = {"secret_key": "sk_live_x", "publishable_key": "pk_live_x"}
    with pytest.raises(ConnectionModeMismatch):
        create(credentials=live)
    assert create().pk
    make_live(tenant)
    with pytest.raises(ConnectionModeMismatch):
        create(name="Test")
    assert create(name="Live", credentials=live).pk


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"secret_key": "pk_test_x"}, "secret_key"),
        ({"secret_key": "sk_northwind"}, "secret_key"),
        ({"publishable_key": "sk_test_x"}, "publishable_key"),
        ({"publishable_key": "pk_live_x"}, "publishable_key"),
        ({"webhook_secrets": "whsec_a\nnone"}, "webhook_secrets"),
    ],
)
def test_keys_that_do_not_fit_are_refused_with_their_field(tenant, change, field):
    with pytest.raises(InvalidInput) as caught:
        create(credentials={**KEYS, **change})
    assert caught.value.params["field"] == field


def test_a_stand_in_for_stripe_is_on_this_machine_and_takes_test_keys_only():
    live = {"secret_key": "rk_live_x", "publishable_key": "pk_live_x"}
    check_access({"api_base": "http://127.0.0.1:1"}, KEYS)
    for config, credentials in (
        ({"api_base": "https://stripe.example"}, KEYS),
        ({"api_base": "http://127.0.0.1:1"}, live),
        ({"account": "northwind"}, KEYS),
    ):
        with pytest.raises(InvalidInput):
            check_access(config, credentials)


def test_the_mode_is_read_from_the_key():
    assert is_live_account({"secret_key": "rk_live_x"}) is True
    assert is_live_account({"secret_key": "sk_test_x"}) is False
    assert is_live_account({"secret_key": "something"}) is None


@pytest.mark.parametrize(
    ("amount", "currency", "units"),
    [
        ("10.00", "EUR", 1000),
        ("500", "JPY", 500),
        ("5", "ISK", 500),
        ("5.120", "KWD", 5120),
    ],
)
def test_amounts_are_written_as_stripe_counts(amount, currency, units):
    assert to_units(Decimal(amount), currency) == units
    assert from_units(units, currency) == Decimal(amount)


@pytest.mark.parametrize(("amount", "currency"), [("5.124", "KWD"), ("5", "UGX"), ("5.00", "MGA")])
def test_amounts_that_stripe_does_not_take_are_refused(amount, currency):
    with pytest.raises(ProviderRejected):
        to_units(Decimal(amount), currency)
