"""A domain that the customer owns elsewhere: what to set, and a look whether it is set."""

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from uuid import UUID

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from domains.services.zones import zone_create
from hosting.models import HostingAccount
from hosting.services.dns import records_wanted
from ispplatform.core.tenancy.context import tenant_context
from tests.factories.accounts import PASSWORD, PortalAccountFactory
from tests.factories.customers import CustomerFactory
from tests.factories.domains import DomainFactory
from tests.factories.hosting import hosted_account
from tests.house import SYSTEM, House

NAME = "kontor.example"


def portal_client(house: House, customer_id: UUID) -> Client:
    """Return the browser of a customer who has logged in."""
    client = Client()
    account = PortalAccountFactory(customer_id=customer_id)
    with tenant_context(house.tenant.pk):
        client.post("/login", {"name": account.portal_id, "password": PASSWORD})
    return client


class World:
    """A DNS server on loopback that knows the records it was given."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, str], list[str]] = {}
        self.socket = socket.socket(type=socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.socket.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def knows(self, name: str, kind: str, *contents: str) -> None:
        self.known[f"{name}.", kind] = list(contents)

    def _serve(self) -> None:
        while True:
            try:
                wire, asker = self.socket.recvfrom(4096)
            except OSError:
                return
            question = dns.message.from_wire(wire)
            asked = question.question[0]
            kind = dns.rdatatype.to_text(asked.rdtype)
            reply = dns.message.make_response(question, recursion_available=True)
            if found := self.known.get((asked.name.to_text(), kind)):
                reply.answer = [dns.rrset.from_text(asked.name, 60, "IN", kind, *found)]
            with suppress(OSError):
                self.socket.sendto(reply.to_wire(), asker)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    running = World()
    monkeypatch.setattr(settings, "DNS_RESOLVERS", [running.address])
    yield running
    running.socket.close()


@pytest.fixture
def account(house: House) -> HostingAccount:
    return hosted_account(
        server=house.server,
        domain=NAME,
        service__customer=house.customer,
        service__configuration={
            "domain": NAME,
            "domain_unicode": NAME,
            "domain_mode": "own",
        },
    )


@pytest.fixture
def portal(house: House, account: HostingAccount) -> Client:
    return portal_client(house, house.customer.pk)


def shown(house: House, client: Client, account: HostingAccount, **headers: str) -> str:
    with tenant_context(house.tenant.pk):
        address = reverse("hosting:account_dns_check", args=[account.pk])
        answer = client.get(address, headers=headers)
    assert answer.status_code == 200
    return str(answer.content.decode())


def set_all(world: World, account: HostingAccount) -> None:
    for record in records_wanted(account):
        owner = NAME if record.name == "@" else f"{record.name}.{NAME}"
        content = f"{NAME}." if record.data == "@" else record.data
        world.knows(owner, record.type, content)


def test_the_page_names_every_record_and_asks_nobody(house, portal, account, world):
    with tenant_context(house.tenant.pk):
        page = portal.get(reverse("hosting:account", args=[account.pk])).content.decode()
    assert "Check now" in page
    for record in records_wanted(account):
        assert record.data.replace('"', "&quot;") in page
    assert "Not seen yet" not in page


def test_what_is_set_is_seen_and_the_rest_is_named(house, portal, account, world):
    world.knows(NAME, "A", house.server.ipv4)
    part = shown(house, portal, account, HX_Request="true")
    assert part.count("Not seen yet") == len(records_wanted(account)) - 1
    assert part.count(">Seen<") == 1
    assert "Not every record is seen yet." in part
    assert "<html" not in part


def test_when_every_record_is_set_nothing_is_left_to_do(house, portal, account, world):
    set_all(world, account)
    page = shown(house, portal, account)
    assert "Nothing is left to do." in page
    assert "Not seen yet" not in page
    assert "<html" in page


def test_a_dns_that_does_not_answer_is_not_called_wrong(house, portal, account, monkeypatch):
    monkeypatch.setattr(settings, "DNS_RESOLVERS", ["127.0.0.1:1"])
    page = shown(house, portal, account)
    assert "The DNS could not be asked just now." in page
    assert "Not seen yet" not in page


def test_a_zone_of_ours_asks_for_its_name_servers(house, portal, account, world):
    zone = zone_create(actor=SYSTEM, name=NAME, customer=house.customer)
    world.knows(NAME, "NS", "ns1.elsewhere.example.", "ns2.elsewhere.example.")
    page = shown(house, portal, account)
    assert all(host in page for host in zone.name_servers)
    assert "The world is still led to ns1.elsewhere.example, ns2.elsewhere.example." in page
    world.knows(NAME, "NS", *(f"{host}." for host in zone.name_servers))
    assert "Nothing is left to do." in shown(house, portal, account)


def test_a_name_that_was_bought_here_is_not_asked_about(house, portal, account, world):
    DomainFactory(name=NAME, unicode_name=NAME, customer=house.customer)
    with tenant_context(house.tenant.pk):
        answer = portal.get(reverse("hosting:account_dns_check", args=[account.pk]))
    assert answer.status_code == 200
    assert "Check now" not in answer.content.decode()


def test_nobody_looks_at_anothers_account(house, account, world):
    other = portal_client(house, CustomerFactory().pk)
    with tenant_context(house.tenant.pk):
        answer = other.get(reverse("hosting:account_dns_check", args=[account.pk]))
    assert answer.status_code == 404
