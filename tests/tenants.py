"""Fixtures: the company that a test works for, and one that it must never see."""

from collections.abc import Iterator

import pytest

from ispplatform.core.models import Tenant, TenantMode
from ispplatform.core.tenancy.context import tenant_context
from tests.factories.core import TenantFactory


@pytest.fixture
def tenant(db: None) -> Iterator[Tenant]:
    """The installation's default company; the test body runs inside its scope."""
    row = TenantFactory(slug="northwind", name="Northwind Hosting", is_default=True)
    with tenant_context(row.pk):
        yield row


@pytest.fixture
def live_tenant(db: None) -> Iterator[Tenant]:
    """A company that acts for real; the test body runs inside its scope."""
    row = TenantFactory(
        slug="northwind", name="Northwind Hosting", is_default=True, mode=TenantMode.LIVE
    )
    with tenant_context(row.pk):
        yield row


@pytest.fixture
def other_tenant(db: None) -> Tenant:
    """A second company; enter its scope by ``tenant_context(other_tenant.pk)``."""
    return TenantFactory(slug="rival", name="Rival Networks")
