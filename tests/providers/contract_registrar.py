"""What every registrar back end must do. A test module makes a fixture ``registrar`` and calls it.

class TestSandboxRegistrar(RegistrarContract):
    @pytest.fixture
    def registrar(self, tenant): ...
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from domains.providers.registrars.base import (
    AvailabilityStatus,
    Registrar,
    RegistrationOrder,
    RegistrationReceipt,
    RegistrationState,
    RenewalOrder,
)
from domains.rules.registrants import ContactDetails
from domains.rules.terms import years_later
from ispplatform.core.clock import system_now
from ispplatform.core.errors import ProviderRejected
from ispplatform.core.providers.registry import shortcomings_of

HOLDER = ContactDetails(
    reference="0190a1",
    is_company=False,
    first_name="Ada",
    last_name="Example",
    company_name="",
    email="ada@customer.example",
    phone="+49.301234567",
    street="Lindenstraße 12",
    street2="",
    city="Berlin",
    state="",
    postal_code="10969",
    country="DE",
    extra={},
)


class RegistrarContract:
    """The facts that hold of every registrar."""

    year_slack = timedelta(0)
    free_name = "contract-free.example"
    other_name = "contract-other.example"
    name_servers = ("ns1.northwind.example", "ns2.northwind.example")
    other_servers = ("ns3.northwind.example", "ns4.northwind.example")

    @pytest.fixture
    def registrar(self) -> Registrar:
        """The back end under test; a subclass overrides this."""
        raise TypeError("The suite's user makes the registrar.")

    def order(self, name: str = "", key: str = "order-1", years: int = 2) -> RegistrationOrder:
        """An order for a name."""
        return RegistrationOrder(
            idempotency_key=key,
            name=name or self.free_name,
            years=years,
            registrant=HOLDER,
            name_servers=self.name_servers,
            first_sent_at=self.sent_at(),
        )

    def sent_at(self) -> datetime:
        """When an order of this suite was first sent: the engine marks it before each call."""
        return system_now()

    def registered(self, registrar: Registrar) -> RegistrationReceipt:
        """Register the free name the way the platform does, name servers included."""
        receipt = registrar.register(self.order())
        held = registrar.info(self.free_name)
        if held is not None and sorted(held.name_servers) != sorted(self.name_servers):
            registrar.set_name_servers(self.free_name, self.name_servers)
        return receipt

    def renewal(self, expires_at: Any, key: str = "renewal-1", years: int = 1) -> RenewalOrder:
        """An order to renew the free name."""
        return RenewalOrder(
            idempotency_key=key,
            name=self.free_name,
            years=years,
            current_expires_at=expires_at,
            first_sent_at=self.sent_at(),
        )

    def test_it_has_every_method_of_the_protocol(self, registrar: Registrar):
        assert shortcomings_of(type(registrar), Registrar) == []

    def test_the_probe_names_the_account(self, registrar: Registrar):
        assert registrar.probe().account

    def test_a_registered_name_is_ours_and_not_renewed_by_itself(self, registrar: Registrar):
        assert registrar.info(self.free_name) is None

        receipt = self.registered(registrar)

        assert receipt.state is RegistrationState.DONE
        held = registrar.info(self.free_name)
        assert held is not None
        assert (held.is_ours, held.auto_renew) == (True, False)
        assert held.expires_at == receipt.expires_at
        assert abs(held.expires_at - years_later(held.registered_at, 2)) <= self.year_slack
        assert sorted(held.name_servers) == sorted(self.name_servers)

    def test_availability_is_told_in_the_order_asked(self, registrar: Registrar):
        registrar.register(self.order())

        answers = registrar.check([self.other_name, self.free_name])

        assert [(one.name, one.status) for one in answers] == [
            (self.other_name, AvailabilityStatus.AVAILABLE),
            (self.free_name, AvailabilityStatus.TAKEN),
        ]

    def test_a_name_is_registered_once(self, registrar: Registrar):
        first = registrar.register(self.order())
        with pytest.raises(ProviderRejected):
            registrar.register(self.order(key="order-2"))

        assert registrar.info(self.free_name).expires_at == first.expires_at

    def test_an_earlier_registration_is_found_by_its_order_only(self, registrar: Registrar):
        assert registrar.find_registration(self.order()) is None
        receipt = registrar.register(self.order())

        found = registrar.find_registration(self.order())

        assert found is not None
        assert found.expires_at == receipt.expires_at
        later = self.sent_at() + timedelta(hours=1)
        other = replace(self.order(key="somebody-else"), first_sent_at=later)
        assert registrar.find_registration(other) is None

    def test_a_renewal_moves_the_expiry_once(self, registrar: Registrar):
        expires_at = registrar.register(self.order()).expires_at
        order = self.renewal(expires_at)
        assert registrar.find_renewal(order) is None

        receipt = registrar.renew(order)

        assert receipt.expires_at == years_later(expires_at, 1)
        assert registrar.find_renewal(order).expires_at == receipt.expires_at
        with pytest.raises(ProviderRejected):
            registrar.renew(replace(order, idempotency_key="renewal-2"))
        assert registrar.info(self.free_name).expires_at == receipt.expires_at

    def test_a_renewal_from_another_expiry_is_refused(self, registrar: Registrar):
        expires_at = registrar.register(self.order()).expires_at
        with pytest.raises(ProviderRejected):
            registrar.renew(self.renewal(expires_at - timedelta(days=365)))

        assert registrar.info(self.free_name).expires_at == expires_at

    def test_settings_may_be_repeated(self, registrar: Registrar):
        registrar.register(self.order())
        for _ in range(2):
            registrar.set_name_servers(self.free_name, self.other_servers)
            registrar.set_lock(self.free_name, locked=True)
            registrar.set_auto_renew(self.free_name, enabled=False)
            registrar.set_registrant(self.free_name, replace(HOLDER, email="new@x.example"))

        held = registrar.info(self.free_name)
        assert sorted(held.name_servers) == sorted(self.other_servers)
        assert (held.is_locked, held.auto_renew) == (True, False)

    def test_the_transfer_code_of_a_locked_name_is_kept(self, registrar: Registrar):
        registrar.register(self.order())
        registrar.set_lock(self.free_name, locked=True)
        with pytest.raises(ProviderRejected):
            registrar.auth_code(self.free_name)
        registrar.set_lock(self.free_name, locked=False)

        assert len(registrar.auth_code(self.free_name)) >= 6

    def test_names_that_are_not_held_cannot_be_set(self, registrar: Registrar):
        with pytest.raises(ProviderRejected):
            registrar.set_lock(self.free_name, locked=True)
        with pytest.raises(ProviderRejected):
            registrar.set_name_servers(self.free_name, self.other_servers)
