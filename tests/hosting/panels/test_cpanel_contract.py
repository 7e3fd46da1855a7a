"""The back end for cPanel & WHM meets the contract, on a fake of such a server."""

from collections.abc import Callable
from typing import Any

import pytest

from hosting.providers.panels.base import Panel
from ispplatform.core.models import ProviderConnection
from ispplatform.core.providers import provider_for
from tests.hosting.panels.fake_cpanel import FakeCpanel
from tests.providers.contract_panel import PanelContract


class TestCpanelOfRoot(PanelContract):
    @pytest.fixture
    def panel(self, connection: ProviderConnection) -> Panel:
        return provider_for(connection)


class TestCpanelOfAReseller(PanelContract):
    """The reseller's packages carry its name, and an older server has no ``uapi_cpanel``."""

    @pytest.fixture
    def panel(
        self,
        start_fake: Callable[..., FakeCpanel],
        connect: Callable[..., ProviderConnection],
    ) -> Panel:
        fake = start_fake(user="northwind")
        fake.functions -= {"uapi_cpanel"}
        made: Any = provider_for(connect(fake, bridge="cpanel"))
        return made
