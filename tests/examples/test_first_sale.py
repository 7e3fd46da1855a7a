"""The documented example sells over real HTTP, while workers do their work."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import override_settings
from pytest_django.live_server_helper import LiveServer

from accounts.services.roles import tenant_roles_seed
from billing.models import SandboxCharge
from domains.models import SandboxRegistration
from hosting.models import SandboxPanelAccount, SandboxPanelMailbox
from ispplatform.core.models import Tenant
from ispplatform.core.tenancy.context import tenant_context
from ispplatform.core.testing import run_until_quiet
from sales.models import Order
from tests.callers import key_caller
from tests.factories.accounts import PASSWORD, PortalAccountFactory
from tests.factories.core import TenantFactory
from tests.sales.conftest import Shop, open_shop

EXAMPLE = Path(settings.BASE_DIR) / "docs" / "examples" / "first_sale.py"
WAIT_SECONDS = 420
SCOPES = ("customers:*", "orders:*", "payments:*", "payment_methods:*", "plans:read", "services:*")

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def open_company(live_server: LiveServer) -> Iterator[Shop]:
    """A shop that other processes can reach."""
    tenant: Tenant = TenantFactory(slug="northwind", name="Northwind Hosting", is_default=True)
    with tenant_context(tenant.pk), override_settings(ALLOWED_HOSTS=["*"]):
        tenant_roles_seed(tenant)
        yield open_shop(tenant)


def sold(live_server: LiveServer, way: str, **environment: str) -> str:
    """Run the example to its end, doing the workers' work meanwhile, and return what it says."""
    given = {"ISP_URL": live_server.url, "ISP_DOMAIN": "kontor.example", **environment}
    with subprocess.Popen(
        [sys.executable, str(EXAMPLE), way],
        env={**os.environ, **given},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as example:
        deadline = time.monotonic() + WAIT_SECONDS
        while example.poll() is None:
            assert time.monotonic() < deadline, "the example never ends"
            run_until_quiet()
            time.sleep(0.05)
        assert example.stdout is not None
        said = example.stdout.read()
    assert example.returncode == 0, said
    return said


def works_once() -> None:
    """Check the counterparts' own books."""
    assert Order.objects.get().status == "completed"
    assert SandboxCharge.objects.get().state == "settled"
    assert SandboxRegistration.objects.get().name == "kontor.example"
    assert SandboxPanelAccount.objects.get().domain == "kontor.example"
    assert SandboxPanelMailbox.objects.get().address == "info@kontor.example"


def test_a_program_sells_with_an_api_key(live_server: LiveServer, open_company: Shop) -> None:
    key = key_caller(open_company.tenant, *SCOPES).headers["Authorization"].split()[1]

    said = sold(live_server, "staff", ISP_API_KEY=key)

    assert said.splitlines()[0].endswith("completed, 16.66 EUR")
    works_once()


def test_a_customer_buys_with_a_log_in(live_server: LiveServer, open_company: Shop) -> None:
    account = PortalAccountFactory(customer_id=open_company.customer.pk)

    said = sold(live_server, "portal", ISP_PORTAL_ID=account.portal_id, ISP_PASSWORD=PASSWORD)

    assert said.splitlines()[0].endswith("completed, 16.66 EUR")
    works_once()
