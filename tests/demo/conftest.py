"""One demo company for all tests of a module: loading it takes seconds."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from pytest_django import DjangoDbBlocker

from demo.company import LogIn, demo_tenant, demo_tenants
from demo.loading import demo_load
from demo.removal import demo_remove
from ispplatform.core.models import Tenant

SEED = 7
LIVED = 27  # the cast, the archetypes, and one cast from each of them
CUSTOMERS = LIVED + 9  # and copies of those


@dataclass(frozen=True)
class Demo:
    """The company, who can log in, and what the loader told."""

    tenant: Tenant
    log_ins: list[LogIn]
    told: list[str]


@pytest.fixture(scope="module")
def demo(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Demo]:
    """The demo company, loaded once and removed at the end."""
    with django_db_blocker.unblock():
        told: list[str] = []
        log_ins = demo_load(
            seed=SEED,
            base_url="http://localhost:8000",
            tell=told.append,
            customers=CUSTOMERS,
            lived=LIVED,
        )
        tenant = demo_tenant()
        assert tenant is not None
        yield Demo(tenant, log_ins, told)
        for left in demo_tenants():
            demo_remove(tenant=left)
