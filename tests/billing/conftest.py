"""What most tests of billing need: a customer, a clerk, a payment account."""

from collections.abc import Iterator

import pytest

from customers.models import Customer
from ispplatform.core.actors import Actor, ActorType
from ispplatform.core.models import ProviderConnection, Tenant
from tests.billing.gateways.fake_stripe import FakeStripe, fake_stripe_running
from tests.billing.gateways.localstripe_process import LocalStripe, localstripe_running
from tests.factories.billing import GatewayFactory, addressed_customer
from tests.house import house

__all__ = ["house"]

CLERK_MAY = (
    "invoices:read invoices:create invoices:send invoices:void invoices:number "
    "credit_notes:create payments:read payments:create payments:record payments:capture "
    "payments:cancel payments:refund credits:read credits:grant credits:grant_any credits:apply "
    "payment_methods:read payment_methods:manage subscriptions:read subscriptions:update "
    "ledger:read"
)


@pytest.fixture
def customer(tenant: Tenant) -> Customer:
    """A person in Berlin."""
    return addressed_customer()


@pytest.fixture
def clerk() -> Actor:
    """Somebody of the billing department."""
    return Actor(
        type=ActorType.USER,
        id="42",
        label="clerk@northwind.example",
        permissions=frozenset(CLERK_MAY.split()),
    )


@pytest.fixture
def stranger() -> Actor:
    """Staff without any permission."""
    return Actor(type=ActorType.USER, id="43", label="stranger@northwind.example")


@pytest.fixture
def gateway(tenant: Tenant) -> ProviderConnection:
    """The company's sandbox gateway."""
    return GatewayFactory()


@pytest.fixture(scope="session")
def localstripe() -> Iterator[LocalStripe]:
    """localstripe on this machine."""
    with localstripe_running() as running:
        yield running


@pytest.fixture
def fake_stripe() -> Iterator[FakeStripe]:
    """Our strict fake of Stripe, with empty books."""
    with fake_stripe_running() as running:
        yield running
