"""A connection to the fake of Route 53 Domains, and the back end behind it."""

from collections.abc import Iterator

import pytest

from domains.providers.registrars.route53 import Route53Registrar
from ispplatform.core.http import Exchange, ExchangeRecorder
from ispplatform.core.models import ProviderConnection, Tenant
from ispplatform.core.providers import provider_for
from ispplatform.core.providers.building import secret_values
from tests.domains.registrars.fake_route53 import FakeRoute53, fake_route53
from tests.factories.domains import RegistrarConnectionFactory

KEYS = {"access_key_id": "AKIANORTHWIND", "secret_access_key": "the-secret-access-key"}


@pytest.fixture
def amazon() -> Iterator[FakeRoute53]:
    """The fake, empty."""
    with fake_route53() as account:
        yield account


@pytest.fixture
def amazon_connection(tenant: Tenant, amazon: FakeRoute53) -> ProviderConnection:
    """A connection to the fake; the company is a sandbox, so it counts as a test account."""
    connection: ProviderConnection = RegistrarConnectionFactory(
        backend="route53",
        name="Amazon",
        is_sandbox=False,
        account_mode="test",
        config={"endpoint": amazon.url},
        credentials=KEYS,
    )
    return connection


@pytest.fixture
def kept() -> list[Exchange]:
    """What the recorder kept."""
    return []


@pytest.fixture
def registrar(amazon_connection: ProviderConnection, kept: list[Exchange]) -> Route53Registrar:
    """The back end, with its exchanges in ``kept``."""
    recorder = ExchangeRecorder(kept.append, secrets=secret_values(KEYS))
    found: Route53Registrar = provider_for(amazon_connection, recorder=recorder)
    return found
