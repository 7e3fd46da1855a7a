"""Route 53 Domains meets the registrar contract: at our fake whole, at moto's server in part."""

import logging
from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest
from moto.server import ThreadedMotoServer

from domains.providers.registrars.base import Registrar, RegistrationState
from ispplatform.core.errors import ProviderUnavailable
from ispplatform.core.models import ProviderConnection, Tenant
from ispplatform.core.providers import provider_for
from tests.domains.registrars.conftest import KEYS
from tests.factories.domains import RegistrarConnectionFactory
from tests.providers.contract_registrar import RegistrarContract


class TestAtTheFake(RegistrarContract):
    """Everything."""

    @pytest.fixture
    def registrar(self, amazon_connection: ProviderConnection) -> Registrar:
        return provider_for(amazon_connection)


@pytest.fixture
def moto_url() -> Iterator[str]:
    """Moto's server on a free port, knowing nothing yet: its memory is the process's."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        httpx.post(f"http://{host}:{port}/moto-api/reset").raise_for_status()
        yield f"http://{host}:{port}"
    finally:
        server.stop()


class TestAtMoto(RegistrarContract):
    """What moto 5.2 knows: registering, details, operations, name servers, and who asks."""

    free_name = "contract-free.com"
    other_name = "contract-other.com"
    year_slack = timedelta(days=2)  # its years have 365 days

    # It answers 500 to questions for availability, renewals, locks, contacts and transfer codes.
    test_availability_is_told_in_the_order_asked = None
    test_a_registered_name_is_ours_and_not_renewed_by_itself = None  # see below
    test_a_renewal_moves_the_expiry_once = None
    test_a_renewal_from_another_expiry_is_refused = None
    test_settings_may_be_repeated = None
    test_the_transfer_code_of_a_locked_name_is_kept = None

    @pytest.fixture
    def registrar(self, tenant: Tenant, moto_url: str) -> Registrar:
        connection = RegistrarConnectionFactory(
            backend="route53",
            is_sandbox=False,
            account_mode="test",
            config={"endpoint": moto_url},
            credentials=KEYS,
        )
        return provider_for(connection)

    def test_a_registered_name_is_ours_and_gets_our_name_servers(self, registrar: Registrar):
        receipt = registrar.register(self.order())

        assert receipt.state is RegistrationState.DONE
        for _ in range(2):
            registrar.set_name_servers(self.free_name, self.name_servers)
        held = registrar.info(self.free_name)
        assert (held.is_ours, held.auto_renew) == (True, False)
        assert held.expires_at == receipt.expires_at
        assert abs((held.expires_at - held.registered_at).days - 730) <= 2
        assert sorted(held.name_servers) == sorted(self.name_servers)
        assert registrar.progress(receipt.reference).state is RegistrationState.DONE

    def test_what_a_500_answers_is_no_answer(self, registrar: Registrar):
        with pytest.raises(ProviderUnavailable):
            registrar.check([self.free_name])
