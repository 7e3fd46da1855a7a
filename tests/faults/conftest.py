"""A shop whose clock, ids and counterparts the schedules hold in their hands."""

import random
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine

from accounts.services.roles import tenant_roles_seed
from ispplatform.core import ids as ids_module
from ispplatform.core.clock import system_now
from ispplatform.core.events.subscribing import subscribers_muted
from ispplatform.core.http import deadline
from tests.sales.conftest import Shop, shop

__all__ = ["shop"]

START = "2026-03-02 09:00:00+00:00"


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Real time, standing still until a schedule moves it; deadlines count the same time."""
    monkeypatch.setattr(deadline, "monotonic_seconds", lambda: system_now().timestamp())
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


@pytest.fixture(autouse=True)
def ids(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Where ids take their random part from: a schedule puts its own dice there."""
    source = SimpleNamespace(urandom=random.Random(0).randbytes)
    monkeypatch.setattr(ids_module, "os", source)
    return source


@pytest.fixture(autouse=True)
def no_mails() -> Iterator[None]:
    """Let mails unwritten: they are no part of what is proved here, and half of the work."""
    with subscribers_muted("notifications"):
        yield


@pytest.fixture
def stall_shop(shop: Shop) -> Shop:
    """The shop with the roles that its customers hold."""
    tenant_roles_seed(shop.tenant)
    return shop
