"""The sandboxes meet the contracts, break when they are told to, and record what they did."""

import hashlib
from datetime import timedelta

import pytest
import time_machine

from domains.models import SandboxRegistrarEntry, SandboxRegistration
from domains.providers.dns.base import Dns
from domains.providers.registrars.base import (
    AvailabilityStatus,
    Registrar,
    RegistrationState,
)
from hosting.models import SandboxPanelMailbox
from hosting.providers.panels.base import Panel
from ispplatform.core.errors import (
    ProviderOutcomeUnknown,
    ProviderRejected,
    ProviderUnavailable,
)
from ispplatform.core.http import Exchange, ExchangeRecorder
from ispplatform.core.ids import uuid7
from ispplatform.core.models import FaultMode, ProviderConnection, Tenant
from ispplatform.core.providers import provider_for
from tests.factories.domains import DnsConnectionFactory, RegistrarConnectionFactory
from tests.factories.hosting import PanelConnectionFactory
from tests.house import broken
from tests.providers.contract_dns import DnsContract
from tests.providers.contract_panel import FIRST_PASSWORD, NEW_PASSWORD, PanelContract
from tests.providers.contract_registrar import RegistrarContract


@pytest.fixture
def registrar_connection(tenant: Tenant) -> ProviderConnection:
    return RegistrarConnectionFactory()


class TestSandboxRegistrar(RegistrarContract):
    @pytest.fixture
    def registrar(self, registrar_connection: ProviderConnection) -> Registrar:
        return provider_for(registrar_connection)

    @pytest.mark.parametrize(
        ("label", "status"),
        [
            ("taken-shop", AvailabilityStatus.TAKEN),
            ("premium-shop", AvailabilityStatus.PREMIUM),
            ("reserved-shop", AvailabilityStatus.RESERVED),
            ("silent-shop", AvailabilityStatus.UNKNOWN),
            ("refused-shop", AvailabilityStatus.AVAILABLE),
        ],
    )
    def test_some_labels_behave_in_a_way_of_their_own(
        self, registrar: Registrar, label: str, status: AvailabilityStatus
    ):
        name = f"{label}.example"
        assert registrar.check([name])[0].status is status
        with pytest.raises(ProviderRejected):
            registrar.register(self.order(name))
        assert registrar.info(name) is None
        assert SandboxRegistrarEntry.objects.count() == 0

    def test_a_slow_name_is_pending_for_two_minutes(
        self, registrar: Registrar, registrar_connection: ProviderConnection
    ):
        order = self.order("slow-shop.example")
        with time_machine.travel("2026-03-01 09:00:00+00:00", tick=False) as clock:
            receipt = registrar.register(order)
            assert (receipt.state, receipt.expires_at) == (RegistrationState.PENDING, None)
            assert registrar.progress(receipt.reference).state is RegistrationState.PENDING
            assert registrar.info(order.name) is None
            assert registrar.find_registration(order).state is RegistrationState.PENDING
            clock.shift(timedelta(minutes=2))
            assert registrar.progress(receipt.reference).state is RegistrationState.DONE
            held = registrar.info(order.name)
            assert registrar.find_registration(order).expires_at == held.expires_at

    def test_a_failing_name_is_accepted_and_refused_later(self, registrar: Registrar):
        receipt = registrar.register(self.order("failing-shop.example"))
        assert receipt.state is RegistrationState.PENDING
        progress = registrar.progress(receipt.reference)
        assert progress.state is RegistrationState.REFUSED
        assert "failing-shop.example" in progress.sentence
        assert SandboxRegistrarEntry.objects.count() == 0
        with pytest.raises(ProviderRejected):
            registrar.progress(str(uuid7()))

    def test_it_takes_money_for_each_year_and_stops_at_the_balance(self, tenant: Tenant):
        connection = RegistrarConnectionFactory(config={"balance": 20, "price_per_year": 8})
        registrar = provider_for(connection)

        registrar.register(self.order(years=2))

        assert str(registrar.probe().balance) == "4.00"
        with pytest.raises(ProviderRejected):
            registrar.register(self.order(self.other_name, key="order-2", years=1))
        assert SandboxRegistration.objects.count() == 1


class TestSandboxDns(DnsContract):
    @pytest.fixture
    def dns(self, tenant: Tenant) -> Dns:
        return provider_for(DnsConnectionFactory())


class TestSandboxPanel(PanelContract):
    @pytest.fixture
    def panel(self, tenant: Tenant) -> Panel:
        return provider_for(PanelConnectionFactory())

    def test_a_new_password_replaces_the_first(self, panel: Panel):
        panel.create_account(self.order())
        panel.create_mailbox(self.mailbox())

        panel.set_mailbox_password("contra01", f"info@{self.domain}", NEW_PASSWORD)

        digest = SandboxPanelMailbox.objects.get().password_digest
        assert digest == hashlib.sha256(NEW_PASSWORD.encode()).hexdigest()
        assert digest != hashlib.sha256(FIRST_PASSWORD.encode()).hexdigest()


class TestFaults(RegistrarContract):
    """The contract holds as well once every prepared fault is used up."""

    @pytest.fixture
    def registrar(self, registrar_connection: ProviderConnection) -> Registrar:
        registrar = provider_for(registrar_connection)
        broken(registrar_connection, FaultMode.UNAVAILABLE)
        with pytest.raises(ProviderUnavailable):
            registrar.register(self.order("used-up.example", key="used-up"))
        return registrar

    def test_a_refusal_comes_before_the_act(
        self, registrar: Registrar, registrar_connection: ProviderConnection
    ):
        broken(registrar_connection, FaultMode.REFUSED, call="register")
        with pytest.raises(ProviderRejected):
            registrar.register(self.order())
        assert registrar.info(self.free_name) is None

    def test_a_lost_answer_comes_after_the_act(
        self, registrar: Registrar, registrar_connection: ProviderConnection
    ):
        broken(registrar_connection, FaultMode.ANSWER_LOST)
        with pytest.raises(ProviderOutcomeUnknown):
            registrar.register(self.order())
        assert registrar.find_registration(self.order()) is not None

    def test_a_fault_without_a_name_leaves_reading_alone(
        self, registrar: Registrar, registrar_connection: ProviderConnection
    ):
        broken(registrar_connection, FaultMode.UNAVAILABLE)
        assert registrar.info(self.free_name) is None
        with pytest.raises(ProviderUnavailable):
            registrar.register(self.order())
        registrar.register(self.order())


def test_exchanges_are_recorded_without_passwords(tenant: Tenant):
    kept: list[Exchange] = []
    panel = provider_for(PanelConnectionFactory(), recorder=ExchangeRecorder(kept.append))
    suite = TestSandboxPanel()
    panel.create_account(suite.order())
    panel.create_mailbox(suite.mailbox())

    panel.set_mailbox_password("contra01", f"info@{suite.domain}", NEW_PASSWORD)

    assert [one.method for one in kept] == [
        "sandbox create_account",
        "sandbox create_mailbox",
        "sandbox set_mailbox_password",
    ]
    assert NEW_PASSWORD not in kept[-1].request_body
    assert "contra01" in kept[-1].request_body
