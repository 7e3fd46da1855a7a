"""One demo company for all tests of this package: loading it takes many seconds."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from pytest_django import DjangoDbBlocker

from demo.company import LogIn, demo_tenant
from demo.loading import demo_load
from ispplatform.core.models import Tenant
from tests.database import Copies

SEED = 7
LIVED = 27  # the cast, the archetypes, and one cast from each of them
CUSTOMERS = LIVED + 9  # and copies of those


@dataclass(frozen=True)
class Demo:
    """The company, who can log in, and what the loader told."""

    tenant: Tenant
    log_ins: list[LogIn]
    told: list[str]


@pytest.fixture(scope="package")
def demo(django_db_setup: Copies, django_db_blocker: DjangoDbBlocker) -> Iterator[Demo]:
    """The demo company, loaded once; the next test finds a fresh database."""
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
        django_db_setup.renew()
