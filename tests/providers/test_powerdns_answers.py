"""Answers of PowerDNS' API that a healthy server does not give, from a fake that gives them."""

from collections.abc import Iterator
from typing import Any

import pytest

from domains.providers.dns.base import ZoneOrder
from ispplatform.core.errors import (
    ProviderOutcomeUnknown,
    ProviderRejected,
    ProviderUnavailable,
)
from ispplatform.core.models import ProviderConnection, Tenant
from ispplatform.core.providers import provider_for
from tests.core.providers.test_http import Server, closes, says

ORDER = ZoneOrder(
    name="shop.example",
    name_servers=("ns1.northwind.example", "ns2.northwind.example"),
    owner_mark="mark",
)
JSON = "Content-Type: application/json"


@pytest.fixture
def fake() -> Iterator[Server]:
    running = Server()
    yield running
    running.listener.close()


def access(fake: Server, **config: str) -> Any:
    connection = ProviderConnection.objects.create(
        kind="dns",
        backend="powerdns",
        name="Fake",
        config={"url": f"{fake.url}/api/v1/", "name_servers": "a.example, b.example", **config},
        credentials={"api_key": "key-of-the-fake"},
    )
    return provider_for(connection)


@pytest.mark.parametrize(
    ("answer", "of_reading", "of_creating"),
    [
        (says("500 Oops", "why"), ProviderUnavailable, ProviderOutcomeUnknown),
        (says("302 Found", "", "Location: /x"), ProviderRejected, ProviderRejected),
        (says("403 No", "Forbidden"), ProviderRejected, ProviderRejected),
        (says("400 Bad", "Bad Request"), ProviderRejected, ProviderRejected),
        (says("422 No", "<html>a proxy</html>"), ProviderRejected, ProviderRejected),
        (says("429 Slow", "later"), ProviderUnavailable, ProviderUnavailable),
        (closes, ProviderUnavailable, ProviderOutcomeUnknown),
    ],
)
def test_each_answer_means_one_of_three_things(
    live_tenant: Tenant, fake: Server, answer: Any, of_reading: type, of_creating: type
):
    fake.answer = answer
    dns = access(fake)
    with pytest.raises(of_reading):
        dns.read_zone("shop.example")
    with pytest.raises(of_creating):
        dns.create_zone(ORDER)
    assert fake.requests[0].startswith(b"GET /api/v1/servers/localhost/zones/shop.example. ")
    assert b"X-API-Key: key-of-the-fake" in fake.requests[1]


def test_a_page_in_place_of_the_api_is_unavailable(live_tenant: Tenant, fake: Server):
    fake.answer = says("200 OK", "<html>log in</html>")
    with pytest.raises(ProviderUnavailable):
        access(fake).probe()


def test_a_resolver_with_the_same_api_is_refused(live_tenant: Tenant, fake: Server):
    fake.answer = says("200 OK", '{"id": "localhost", "daemon_type": "recursor"}', JSON)
    with pytest.raises(ProviderRejected, match="an authoritative server is needed"):
        access(fake).probe()


def test_a_contact_that_is_no_address_stops_before_anything_is_sent(
    live_tenant: Tenant, fake: Server
):
    with pytest.raises(ProviderRejected, match="no e-mail address"):
        access(fake, hostmaster="nobody").create_zone(ORDER)
    assert fake.requests == []
