"""A company whose money is at Stripe and whose accounts are at a panel; both are outside."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from accounts.services.roles import tenant_roles_seed
from billing.models import PaymentMethod
from billing.services.methods import payment_method_add, payment_method_read
from customers.models import Customer
from hosting.models import HostingServer
from ispplatform.core.models import ProviderConnection, Tenant
from ispplatform.run import programs
from tests.billing.conftest import fake_stripe
from tests.billing.gateways.fake_stripe import FakeStripe
from tests.deaths.behavior import in_a_hurry
from tests.deaths.machine import Machine, nursery_running
from tests.factories.billing import StripeFactory
from tests.factories.hosting import HostingServerFactory
from tests.hosting.panels.conftest import authority, connect, connection, start_fake, whm
from tests.house import SYSTEM

__all__ = ["authority", "connect", "connection", "fake_stripe", "start_fake", "whm"]


@pytest.fixture(scope="session")
def nursery(
    django_db_setup: None, own_places: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Any]:
    """What bears the processes of this run; it knows the test's database and directory."""
    log = tmp_path_factory.mktemp("processes") / "log"
    with nursery_running(own_places, log) as running:
        yield (*running, log)


@pytest.fixture
def machine(
    transactional_db: None, nursery: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Machine]:
    """A broker and a mail catcher, and whatever the test starts; nothing outlives the test."""
    running, installation, factor, log = nursery
    machine = Machine(installation, log, running, factor)
    for owner, name, value in in_a_hurry(machine.deadline_seconds):
        monkeypatch.setattr(owner, name, value)  # rows that the test writes say when they are due
    machine.start(programs.broker(installation))
    machine.start(programs.mail_catcher(installation))
    yield machine
    machine.stop()


@pytest.fixture
def gateway(tenant: Tenant, fake_stripe: FakeStripe) -> ProviderConnection:
    """The company's account at the fake."""
    tenant_roles_seed(tenant)
    return StripeFactory(api_base=fake_stripe.base)


@pytest.fixture
def server(connection: ProviderConnection) -> HostingServer:
    """The server that the panel runs on."""
    return HostingServerFactory(connection=connection, name="web1")


@pytest.fixture
def kept(gateway: ProviderConnection, fake_stripe: FakeStripe) -> Callable[..., PaymentMethod]:
    """Keep a card for a customer."""

    def keep(customer: Customer) -> PaymentMethod:
        card = payment_method_read(connection=gateway, token=fake_stripe.card(), customer=customer)
        return payment_method_add(actor=SYSTEM, customer=customer, connection=gateway, card=card)

    return keep
