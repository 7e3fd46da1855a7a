"""What the doors of this app are tried with."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from rest_framework.test import APIClient

from tests.accounts.fake_openid import FakeOpenId


@pytest.fixture(autouse=True)
def _fresh_counters() -> Iterator[None]:
    """Begin each test with no request counted and nothing remembered."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture(autouse=True)
def _decisions_from_the_rows(settings: Any) -> None:
    """Decide by the rows: a test's transaction never commits, and what is forgotten on commit
    would stay remembered. What the shared cache remembers has tests of its own.
    """
    settings.SHARED_DECISION_CACHE = False


@pytest.fixture
def api() -> APIClient:
    """Return a client that sends JSON, as programs do."""
    return APIClient()


@pytest.fixture
def openid(settings: Any) -> Iterator[FakeOpenId]:
    """An identity provider on this machine; what it is asked in a wrong form fails the test."""
    settings.SIGN_ON_LOOPBACK = True
    settings.API_LIMITS = {**settings.API_LIMITS, "auth": "1000/minute", "anonymous": "1000/minute"}
    fake = FakeOpenId()
    yield fake
    fake.shutdown()
    fake.server_close()
    assert fake.violations == []
