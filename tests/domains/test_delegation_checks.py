"""Looking at names from outside: against real servers, and in a sandbox company."""

import socket
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import settings

from domains.choices import DelegationStatus, DomainStatus
from domains.errors import DomainNotActive, DomainNotFound
from domains.findings import SENTENCES, finding_sentences
from domains.models import DelegationCheck, DnsZone, Domain, SandboxRegistration
from domains.providers.dns import world
from domains.services.delegation import delegation_check_start
from domains.services.records import record_add
from domains.services.zones import zone_create
from domains.workflows.delegation import delegation_checks_run
from ispplatform.core.clock import system_now
from ispplatform.core.errors import NotPermitted
from ispplatform.core.models import AuditEntry, Operation, ProviderConnection, Tenant
from ispplatform.core.testing import run_until_quiet
from tests.actors import portal, staff
from tests.domains.test_doors import Browser
from tests.factories.customers import CustomerFactory
from tests.factories.domains import DelegationCheckFactory, DomainFactory, registered_domain
from tests.house import SYSTEM, House
from tests.powerdns import NAME_SERVERS, PowerDnsServer
from tests.resolver import Resolver, resolver

REGISTRY = "ns.registry.example"


def looked_at(domain: Domain) -> DelegationCheck:
    """Look, as a worker does, and return what is noted."""
    DelegationCheck.objects.update(asked_at=system_now() - timedelta(hours=1))
    delegation_check_start(actor=SYSTEM, domain=domain)
    run_until_quiet()
    return DelegationCheck.objects.get(domain=domain)


def states(check: DelegationCheck) -> dict[str, str]:
    return {one["host"]: one["state"] for one in check.servers}


# ------------------------------------------------------------------------- the world itself


@pytest.fixture
def registry(registry_process: PowerDnsServer) -> PowerDnsServer:
    """The servers of the ending ``example``, which lead ``shop.example`` to ours."""
    registry_process.clear()
    zone = {"name": "example.", "kind": "Native", "nameservers": [f"{REGISTRY}."]}
    registry_process.api("POST", "/zones", zone).raise_for_status()
    hosts = [f"{host}." for host in NAME_SERVERS]
    registry_process.change("example", "shop.example", "NS", *hosts)
    for host in (REGISTRY, *NAME_SERVERS):
        registry_process.change("example", host, "A", "127.0.0.1")
    return registry_process


@pytest.fixture
def asked(
    registry: PowerDnsServer, powerdns: PowerDnsServer, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Resolver]:
    """The resolver that the installation asks."""
    ports = dict.fromkeys(NAME_SERVERS, powerdns.dns_port)
    with resolver(registry.dns_port, ports) as running:
        addresses = {host: f"127.0.0.1:{port}" for host, port in ports.items()}
        addresses[REGISTRY] = f"127.0.0.1:{registry.dns_port}"
        monkeypatch.setattr(settings, "DNS_RESOLVERS", [running.address])
        monkeypatch.setattr(settings, "DNS_SERVER_ADDRESSES", addresses)
        yield running


@pytest.fixture
def domain(live_tenant: Tenant, powerdns: PowerDnsServer, asked: Resolver) -> Domain:
    """A registered name of a live company; our own row only, its registrar is never asked."""
    registrar = ProviderConnection.objects.create(
        kind="registrar", backend="sandbox", name="Registrar", is_sandbox=False
    )
    return DomainFactory(connection=registrar, name="shop.example", name_servers=list(NAME_SERVERS))


@pytest.fixture
def zone(domain: Domain, powerdns: PowerDnsServer) -> DnsZone:
    """Its zone, on our server."""
    powerdns.connection()
    made = zone_create(actor=SYSTEM, name=domain.name, customer=domain.customer, domain=domain)
    run_until_quiet()
    made.refresh_from_db()
    return made


@pytest.mark.needs_powerdns
def test_a_name_that_leads_to_our_servers_is_right(domain: Domain, zone: DnsZone):
    check = looked_at(domain)

    assert (check.status, check.findings) == (DelegationStatus.RIGHT, [])
    assert check.leads_to == list(NAME_SERVERS)
    assert [one["serial"] for one in check.servers] == [zone.serial, zone.serial]
    assert check.checked_at is not None


@pytest.mark.needs_powerdns
def test_a_name_that_leads_elsewhere_is_told_so(
    domain: Domain, zone: DnsZone, registry: PowerDnsServer
):
    registry.change("example", "shop.example", "NS", "ns1.old.example.", "ns2.old.example.")

    check = looked_at(domain)

    assert check.status == DelegationStatus.ELSEWHERE
    assert finding_sentences(check.findings) == [
        "The registry leads to ns1.old.example, ns2.old.example. "
        "It should lead to ns1.northwind.example, ns2.northwind.example."
    ]


@pytest.mark.needs_powerdns
def test_a_name_that_the_registry_does_not_know_leads_nowhere(
    domain: Domain, zone: DnsZone, registry: PowerDnsServer
):
    registry.change("example", "shop.example", "NS")
    check = looked_at(domain)
    assert check.status == DelegationStatus.ELSEWHERE
    assert check.findings[0]["code"] == "nowhere"


@pytest.mark.needs_powerdns
def test_a_server_without_the_zone_is_named(domain: Domain, powerdns: PowerDnsServer):
    check = looked_at(domain)
    assert check.status == DelegationStatus.INCOMPLETE
    assert set(states(check).values()) == {"refuses"}


@pytest.mark.needs_powerdns
def test_a_server_with_older_records_is_named(domain: Domain, zone: DnsZone):
    DnsZone.objects.update(serial=zone.serial + 1)
    check = looked_at(domain)
    assert check.findings == [{"code": "late", "hosts": ", ".join(NAME_SERVERS), "wanted": ""}]


@pytest.mark.needs_powerdns
def test_a_silent_server_and_one_without_address_are_named(
    domain: Domain,
    zone: DnsZone,
    registry: PowerDnsServer,
    monkeypatch: pytest.MonkeyPatch,
):
    first, second = NAME_SERVERS
    with socket.socket(type=socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        addresses = {**settings.DNS_SERVER_ADDRESSES}
        addresses[first] = f"127.0.0.1:{silent.getsockname()[1]}"
        del addresses[second]
        monkeypatch.setattr(settings, "DNS_SERVER_ADDRESSES", addresses)
        registry.change("example", second, "A")

        check = looked_at(domain)

    assert states(check) == {first: "silent", second: "nameless"}
    assert check.status == DelegationStatus.INCOMPLETE


@pytest.mark.needs_powerdns
def test_a_customers_name_server_inside_a_private_network_is_not_asked(
    domain: Domain, registry: PowerDnsServer
):
    hosts = ["router.example", "ns2.northwind.example"]
    registry.change("example", "router.example", "A", "127.0.0.1")
    registry.change("example", "shop.example", "NS", *(f"{host}." for host in hosts))
    Domain.objects.update(name_servers=hosts)
    domain.refresh_from_db()

    assert states(looked_at(domain))["router.example"] == "inside"


@pytest.mark.needs_powerdns
def test_a_name_that_resolvers_refuse_is_not_right(domain: Domain, zone: DnsZone, asked: Resolver):
    asked.fails_for = {"shop.example"}
    check = looked_at(domain)
    assert (check.status, check.findings[0]["code"]) == (DelegationStatus.INCOMPLETE, "refused")


@pytest.mark.needs_powerdns
def test_without_any_answer_nothing_is_claimed(
    domain: Domain, asked: Resolver, monkeypatch: pytest.MonkeyPatch
):
    nobody = dict.fromkeys(NAME_SERVERS, "127.0.0.1:1")
    monkeypatch.setattr(settings, "DNS_RESOLVERS", ["127.0.0.1:1"])
    monkeypatch.setattr(settings, "DNS_SERVER_ADDRESSES", nobody)
    monkeypatch.setattr(world, "LOOK_UP_SECONDS", 0.3)
    check = looked_at(domain)
    assert check.status == DelegationStatus.UNKNOWN
    assert finding_sentences(check.findings) == [
        "Neither the registry nor a resolver could be asked."
    ]


# ------------------------------------------------------------------------ sandbox and doors


@pytest.fixture
def offline(house: House) -> Domain:
    """A name of a sandbox company, with its zone on the sandbox server."""
    made = registered_domain(
        customer=house.customer, connection=house.registrar, name="shop.example"
    )
    zone_create(actor=SYSTEM, name=made.name, customer=house.customer, domain=made)
    run_until_quiet()
    return made


def test_a_sandbox_company_asks_its_sandboxes(offline: Domain):
    assert looked_at(offline).status == DelegationStatus.RIGHT

    SandboxRegistration.objects.update(name_servers=["ns1.old.example", "ns2.old.example"])
    found = looked_at(offline)

    assert found.status == DelegationStatus.ELSEWHERE
    assert found.leads_to == ["ns1.old.example", "ns2.old.example"]
    assert DelegationCheck.objects.count() == 1
    noted = AuditEntry.objects.filter(act="domains.delegation_checked")
    assert noted.count() == 2
    looked_at(offline)
    assert noted.count() == 2, "what was seen before is not noted again"


def test_a_change_of_records_is_seen(offline: Domain):
    before = looked_at(offline).servers[0]["serial"]
    record_add(
        actor=SYSTEM,
        zone=offline.zones.get(),
        name="www",
        record_type="A",
        content="192.0.2.1",
    )
    run_until_quiet()
    after = looked_at(offline)
    assert (after.status, after.servers[0]["serial"]) == (DelegationStatus.RIGHT, before + 1)


def test_who_may_look_and_at_what(offline: Domain):
    with pytest.raises(NotPermitted):
        delegation_check_start(actor=staff("dns:read"), domain=offline)
    stranger = portal(CustomerFactory().pk, "domains:read")
    with pytest.raises(DomainNotFound):
        delegation_check_start(actor=stranger, domain=offline)
    Domain.objects.update(status=DomainStatus.RELEASED)
    with pytest.raises(DomainNotActive):
        delegation_check_start(actor=SYSTEM, domain=offline)
    assert DelegationCheck.objects.count() == 0


def test_a_second_press_asks_nothing_new(offline: Domain):
    first = delegation_check_start(actor=SYSTEM, domain=offline)
    delegation_check_start(actor=SYSTEM, domain=offline)
    run_until_quiet()
    delegation_check_start(actor=SYSTEM, domain=offline)
    assert Operation.objects.filter(kind="domains.delegation_check").count() == 1

    DelegationCheck.objects.update(
        status=DelegationStatus.ASKED, asked_at=system_now() - timedelta(minutes=11)
    )
    again = delegation_check_start(actor=SYSTEM, domain=offline)
    assert again.pk == first.pk
    assert Operation.objects.filter(kind="domains.delegation_check").count() == 2


def test_names_are_looked_at_in_their_turn(house: House):
    def seen(days: int, status: DelegationStatus) -> Domain:
        at = system_now() - timedelta(days=days)
        domain = registered_domain(customer=house.customer, connection=house.registrar)
        DelegationCheckFactory(domain=domain, status=status, asked_at=at, checked_at=at)
        return domain

    due = {
        seen(2, DelegationStatus.INCOMPLETE).pk,
        seen(8, DelegationStatus.RIGHT).pk,
        registered_domain(customer=house.customer, connection=house.registrar).pk,
    }
    seen(2, DelegationStatus.RIGHT)
    seen(0, DelegationStatus.ELSEWHERE)
    DomainFactory(connection=house.registrar, status=DomainStatus.RELEASED)

    assert delegation_checks_run() == 3

    asked = DelegationCheck.objects.filter(status=DelegationStatus.ASKED)
    assert set(asked.values_list("domain_id", flat=True)) == due
    assert delegation_checks_run() == 0


def test_a_customer_looks_from_its_page(house: House, offline: Domain):
    browser = Browser(house)
    address = f"/portal/domains/{offline.pk}"
    assert "Check now" in browser.get(address).content.decode()

    asked = browser.post(f"{address}/dns-check").content.decode()
    assert f'hx-get="{address}/dns-check"' in asked
    run_until_quiet()

    part = browser.get(f"{address}/dns-check").content.decode()
    assert "Right" in part
    assert "answers, serial" in part
    assert "hx-get" not in part
    stranger = Browser(house, CustomerFactory().pk)
    assert stranger.get(f"{address}/dns-check").status_code == 404
    assert stranger.post(f"{address}/dns-check").status_code == 404
    assert DelegationCheck.objects.count() == 1


def test_every_finding_has_its_sentence():
    for code in SENTENCES:
        (sentence,) = finding_sentences([{"code": code, "hosts": "h", "wanted": "w"}])
        assert "{" not in sentence
