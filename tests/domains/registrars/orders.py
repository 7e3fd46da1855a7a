"""Orders that the tests of Route 53 Domains place."""

from dataclasses import replace
from typing import Any

from domains.providers.registrars.base import RegistrationOrder, RenewalOrder
from ispplatform.core.clock import system_now
from tests.domains.registrars.fake_route53 import FakeRoute53
from tests.providers.contract_registrar import HOLDER

NAME = "shop.com"
START = "2026-03-02 09:00:00+00:00"
SERVERS = ("ns1.northwind.example", "ns2.northwind.example")


def order(**changes: Any) -> RegistrationOrder:
    """An order that may have been sent from now on."""
    first = RegistrationOrder(
        idempotency_key="order-1",
        name=NAME,
        years=2,
        registrant=HOLDER,
        name_servers=SERVERS,
        first_sent_at=system_now(),
    )
    return replace(first, **changes)


def renewal(amazon: FakeRoute53, **changes: Any) -> RenewalOrder:
    """An order to renew the name by a year from its present expiry."""
    first = RenewalOrder(
        idempotency_key="renewal-1",
        name=NAME,
        years=1,
        current_expires_at=amazon.names[NAME]["ExpirationDate"],
        first_sent_at=system_now(),
    )
    return replace(first, **changes)
