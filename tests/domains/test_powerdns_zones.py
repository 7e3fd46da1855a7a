"""Zones through the whole platform to a real PowerDNS and back over the DNS."""

import pytest
from django.urls import reverse
from dns.dnssec import make_ds, validate
from dns.name import from_text
from dns.rdataclass import IN
from dns.rdatatype import NSEC, RRSIG

from domains.choices import ZoneStatus
from domains.errors import ZoneNotAdoptable
from domains.models import DnsRecord, DnsZone
from domains.services.adoption import zone_adopt
from domains.services.records import record_add, record_remove
from domains.services.zones import zone_create, zone_delete, zone_push
from ispplatform.core.clock import system_now
from ispplatform.core.errors import NotPermitted
from ispplatform.core.models import Operation, OperationExchange, ProviderConnection, Tenant
from ispplatform.core.models.connections import ConnectionState
from ispplatform.core.providers.services import connection_create, connection_test
from ispplatform.core.tenancy.context import tenant_context
from ispplatform.core.testing import run_until_quiet
from tests.actors import staff
from tests.factories.customers import CustomerFactory
from tests.house import SYSTEM
from tests.pages.staff import staff_client
from tests.powerdns import API_KEY, NAME_SERVERS, PowerDnsServer

pytestmark = pytest.mark.needs_powerdns

ZONE = "shop.example"


@pytest.fixture
def zone(live_tenant: Tenant, powerdns: PowerDnsServer) -> DnsZone:
    """A zone that is on the server."""
    powerdns.connection()
    made = zone_create(actor=SYSTEM, name=ZONE, customer=CustomerFactory())
    run_until_quiet()
    made.refresh_from_db()
    return made


def added(zone: DnsZone, name: str, content: str, kind: str = "A", **more: int) -> DnsRecord:
    return record_add(actor=SYSTEM, zone=zone, name=name, record_type=kind, content=content, **more)


def states(kind: str = "dns.zone_push") -> list[str]:
    return list(Operation.objects.filter(kind=kind).order_by("id").values_list("state", flat=True))


def test_staff_connect_a_server_and_test_it(live_tenant: Tenant, powerdns: PowerDnsServer):
    manager = staff("connections:manage")
    made = connection_create(
        actor=manager,
        kind="dns",
        backend="powerdns",
        name="Berlin",
        config={"url": powerdns.url, "name_servers": ", ".join(NAME_SERVERS)},
        credentials={"api_key": API_KEY},
    )
    assert made.config["zone_kind"] == "Native"

    tested = connection_test(actor=manager, connection_id=made.pk)

    assert tested.state == ConnectionState.WORKING
    assert tested.state_sentence.startswith("PowerDNS localhost at 127.0.0.1, version 4.")
    assert API_KEY not in str(OperationExchange.objects.values_list("request_headers", flat=True))


def test_the_form_of_the_back_office_makes_the_connection_and_tests_it(
    live_tenant: Tenant, powerdns: PowerDnsServer
):
    client = staff_client(live_tenant, "admin")
    address = "/admin/connections/new/?backend=dns/powerdns"
    values = {
        "name": "Berlin",
        "config__url": powerdns.url,
        "config__name_servers": ", ".join(NAME_SERVERS),
        "config__zone_kind": "Master",
        "config__server_id": "localhost",
        "secret__api_key": API_KEY,
    }
    with tenant_context(live_tenant.pk):
        assert 'name="config__hostmaster"' in client.get(address).content.decode()
        client.post(address, values)
    row = ProviderConnection.objects.get(name="Berlin")
    assert (row.config["zone_kind"], row.credentials) == ("Master", {"api_key": API_KEY})

    with tenant_context(live_tenant.pk):
        act = reverse("admin:core_providerconnection_act", args=[row.pk, "test"])
        page = client.post(act, follow=True).content.decode()

    assert "PowerDNS localhost at 127.0.0.1, version 4." in page
    assert API_KEY not in page


def test_what_a_person_types_is_what_the_world_is_answered(zone: DnsZone, powerdns: PowerDnsServer):
    assert (zone.status, zone.is_pushed) == (ZoneStatus.ACTIVE, True)
    assert powerdns.answers(ZONE, "NS") == [f"{host}." for host in NAME_SERVERS]
    (authority,) = powerdns.answers(ZONE, "SOA")
    assert int(authority.split()[2]) == zone.serial
    added(zone, "", "10 mail", "MX")
    added(zone, "Müller", "192.0.2.4")
    added(zone, "long", "x" * 300, "TXT")
    added(zone, "@", '0 issue "ca.example"', "CAA")
    added(zone, "_sip._tcp", "5 5060 pbx", "SRV", priority=1)
    gone = added(zone, "gone", "192.0.2.9")
    run_until_quiet()
    record_remove(actor=SYSTEM, zone=zone, record_id=gone.pk)
    run_until_quiet()

    assert powerdns.answers(ZONE, "MX") == ["10 mail.shop.example."]
    assert powerdns.answers("xn--mller-kva.shop.example", "A") == ["192.0.2.4"]
    assert powerdns.answers("long.shop.example", "TXT") == [f'"{"x" * 255}" "{"x" * 45}"']
    assert powerdns.answers(ZONE, "CAA") == ['0 issue "ca.example"']
    assert powerdns.answers("_sip._tcp.shop.example", "SRV") == ["1 5 5060 pbx.shop.example."]
    assert powerdns.answers("gone.shop.example", "A") == []
    zone.refresh_from_db()
    (authority,) = powerdns.answers(ZONE, "SOA")
    assert int(authority.split()[2]) == zone.serial
    assert set(states()) <= {"succeeded", "cancelled"}


def test_a_change_by_hand_is_put_right_when_it_is_small(zone: DnsZone, powerdns: PowerDnsServer):
    added(zone, "www", "192.0.2.1")
    run_until_quiet()
    powerdns.change(ZONE, f"www.{ZONE}", "A", "198.51.100.66")
    powerdns.change(ZONE, f"stray.{ZONE}", "A", "198.51.100.67")

    zone_push(actor=SYSTEM, zone=zone)
    run_until_quiet()

    assert powerdns.answers(f"www.{ZONE}", "A") == ["192.0.2.1"]
    assert powerdns.answers(f"stray.{ZONE}", "A") == []


def test_a_large_change_by_hand_is_shown_and_not_overwritten(
    zone: DnsZone, powerdns: PowerDnsServer
):
    for number in range(12):
        added(zone, f"h{number}", "192.0.2.1")
    run_until_quiet()
    for number in range(6):
        powerdns.change(ZONE, f"h{number}.{ZONE}", "A", "198.51.100.66")

    added(zone, "one-more", "192.0.2.1")
    run_until_quiet()

    zone.refresh_from_db()
    assert "Somebody else changed shop.example on the server: 6 of 13" in zone.trouble
    assert powerdns.answers(f"one-more.{ZONE}", "A") == []
    assert powerdns.answers(f"h0.{ZONE}", "A") == ["198.51.100.66"]

    zone_push(actor=SYSTEM, zone=zone, force=True)
    run_until_quiet()

    zone.refresh_from_db()
    assert (zone.trouble, zone.is_pushed) == ("", True)
    assert powerdns.answers(f"h0.{ZONE}", "A") == ["192.0.2.1"]
    assert powerdns.answers(f"one-more.{ZONE}", "A") == ["192.0.2.1"]


def test_changes_made_while_the_server_is_down_arrive_when_it_is_back(
    zone: DnsZone, powerdns: PowerDnsServer
):
    powerdns.stop()
    try:
        added(zone, "www", "192.0.2.1")
        added(zone, "ftp", "192.0.2.2")
        run_until_quiet()
        assert "pending" in states()
    finally:
        powerdns.start()
    Operation.objects.filter(state="pending").update(next_attempt_at=system_now())
    run_until_quiet()

    zone.refresh_from_db()
    assert zone.is_pushed
    assert powerdns.answers(f"www.{ZONE}", "A") == ["192.0.2.1"]
    assert powerdns.answers(f"ftp.{ZONE}", "A") == ["192.0.2.2"]


def test_a_zone_that_vanished_is_made_again(zone: DnsZone, powerdns: PowerDnsServer):
    added(zone, "www", "192.0.2.1")
    run_until_quiet()
    powerdns.clear()

    zone_push(actor=SYSTEM, zone=zone)
    run_until_quiet()

    assert powerdns.answers(f"www.{ZONE}", "A") == ["192.0.2.1"]


def test_a_zone_that_is_signed_on_the_server_stays_signed(zone: DnsZone, powerdns: PowerDnsServer):
    powerdns.api("PUT", f"/zones/{ZONE}.", {"dnssec": True}).raise_for_status()
    added(zone, "www", "192.0.2.1")
    run_until_quiet()

    zone.refresh_from_db()
    assert (zone.is_pushed, zone.trouble) == (True, "")
    apex = from_text(f"{ZONE}.")
    (delegation, *_) = powerdns.api("GET", f"/zones/{ZONE}./cryptokeys").json()[0]["ds"][1:]
    keys, signed_keys = powerdns.ask(ZONE, "DNSKEY", tcp=True, dnssec=True).answer
    made = make_ds(apex, keys[0], "SHA256").to_text()
    assert made == delegation
    for name, kind in ((ZONE, "SOA"), (f"www.{ZONE}", "A")):
        answer, signature = powerdns.ask(name, kind, tcp=True, dnssec=True).answer
        validate(answer, signature, {apex: keys})
    validate(keys, signed_keys, {apex: keys})
    absent = powerdns.ask(f"absent.{ZONE}", "A", tcp=True, dnssec=True)
    proofs = [found for found in absent.authority if found.rdtype == NSEC]
    assert proofs
    for proof in proofs:
        signature = absent.find_rrset(absent.authority, proof.name, IN, RRSIG, NSEC)
        validate(proof, signature, {apex: keys})


def test_a_deleted_zone_leaves_the_server(zone: DnsZone, powerdns: PowerDnsServer):
    zone_delete(actor=SYSTEM, zone=zone, reason="Moved.")
    run_until_quiet()

    zone.refresh_from_db()
    assert zone.status == ZoneStatus.DELETED
    assert powerdns.api("GET", f"/zones/{ZONE}.").status_code == 404


# -------------------------------------------------------------------------------- adoption


@pytest.fixture
def theirs(live_tenant: Tenant, powerdns: PowerDnsServer) -> DnsZone:
    """A zone of ours that the server had before, with two records of its own."""
    powerdns.connection()
    body = {"name": f"{ZONE}.", "kind": "Native", "nameservers": ["ns.old.example."]}
    powerdns.api("POST", "/zones", body).raise_for_status()
    powerdns.change(ZONE, f"www.{ZONE}", "A", "192.0.2.1")
    powerdns.change(ZONE, ZONE, "MX", "10 mail.old.example.")
    made = zone_create(actor=SYSTEM, name=ZONE, customer=CustomerFactory())
    added(made, "www", "192.0.2.99")
    added(made, "new", "192.0.2.50")
    run_until_quiet()
    made.refresh_from_db()
    return made


@pytest.mark.parametrize("force", [False, True])
def test_a_zone_that_was_there_before_stays_as_it_is(
    theirs: DnsZone, powerdns: PowerDnsServer, force: bool
):
    before = powerdns.rows(ZONE)

    zone_push(actor=SYSTEM, zone=theirs, force=force)
    zone_delete(actor=SYSTEM, zone=theirs)
    run_until_quiet()

    theirs.refresh_from_db()
    assert "not touched unless it is adopted" in theirs.trouble
    assert theirs.status == ZoneStatus.PENDING
    assert powerdns.rows(ZONE) == before


def test_an_adopted_zone_keeps_its_records_and_is_ours(theirs: DnsZone, powerdns: PowerDnsServer):
    with pytest.raises(NotPermitted):
        zone_adopt(actor=staff("dns:update"), zone=theirs)

    zone_adopt(actor=staff("dns:push"), zone=theirs)
    run_until_quiet()

    theirs.refresh_from_db()
    assert (theirs.status, theirs.trouble, theirs.is_pushed) == (ZoneStatus.ACTIVE, "", True)
    assert powerdns.answers(f"www.{ZONE}", "A") == ["192.0.2.1"]
    assert powerdns.answers(ZONE, "MX") == ["10 mail.old.example."]
    assert powerdns.answers(f"new.{ZONE}", "A") == ["192.0.2.50"]
    assert powerdns.answers(ZONE, "NS") == [f"{host}." for host in NAME_SERVERS]
    assert sorted(theirs.records.values_list("name", "content")) == [
        ("@", "mail.old.example."),
        ("new", "192.0.2.50"),
        ("www", "192.0.2.1"),
    ]
    with pytest.raises(ZoneNotAdoptable):
        zone_adopt(actor=SYSTEM, zone=theirs)


def test_what_cannot_be_kept_here_is_not_adopted(theirs: DnsZone, powerdns: PowerDnsServer):
    powerdns.change(ZONE, f"cdn.{ZONE}", "ALIAS", "cdn.example.")
    before = powerdns.rows(ZONE)

    zone_adopt(actor=SYSTEM, zone=theirs)
    run_until_quiet()

    theirs.refresh_from_db()
    assert "holds what cannot be kept here" in theirs.trouble
    assert powerdns.rows(ZONE) == before
    assert theirs.records.count() == 2


def test_the_zone_of_another_company_cannot_be_adopted(theirs: DnsZone, powerdns: PowerDnsServer):
    powerdns.api("PUT", f"/zones/{ZONE}.", {"account": "of-another-company"}).raise_for_status()

    zone_adopt(actor=SYSTEM, zone=theirs)
    run_until_quiet()

    theirs.refresh_from_db()
    assert "carries the mark of somebody else" in theirs.trouble
    assert powerdns.api("GET", f"/zones/{ZONE}.").json()["account"] == "of-another-company"
