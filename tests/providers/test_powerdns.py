"""PowerDNS itself: what is written through its API is what it answers over the DNS."""

from pathlib import Path

import pytest
from dns.flags import TC
from dns.rcode import REFUSED

from domains.providers.dns.base import UNMARKED, AdoptingDns, Dns, ZoneOrder
from domains.rules.plans import RecordSetChange
from domains.rules.record_sets import RecordSet
from ispplatform.core.errors import (
    ProviderOutcomeUnknown,
    ProviderRejected,
    ProviderUnavailable,
)
from ispplatform.core.http import Deadline, Exchange, ExchangeRecorder
from ispplatform.core.models import ProviderConnection, Tenant
from ispplatform.core.providers import provider_for
from ispplatform.core.providers.registry import shortcomings_of
from tests.powerdns import API_KEY, PowerDnsServer
from tests.providers.contract_dns import DnsContract
from tests.tls import tls_in_front

pytestmark = pytest.mark.needs_powerdns

ZONE = "shop.example"
ORDER = ZoneOrder(
    name=ZONE,
    name_servers=("ns1.northwind.example", "ns2.northwind.example"),
    owner_mark="0193a1f0-5b1e-7cc3-98c4-dc0c0c07398f",
)


@pytest.fixture
def dns(live_tenant: Tenant, powerdns: PowerDnsServer) -> Dns:
    return provider_for(powerdns.connection())


@pytest.fixture
def shop(dns: Dns) -> Dns:
    """The server with a zone of ours."""
    dns.create_zone(ORDER)
    return dns


def record_set(owner: str, kind: str, *contents: str, ttl: int = 300) -> RecordSet:
    name = f"{ZONE}." if owner == "@" else f"{owner}.{ZONE}."
    return RecordSet(name, kind, ttl, tuple(sorted(contents)))


def put(dns: Dns, *sets: RecordSet) -> None:
    dns.change_zone(ZONE, [RecordSetChange(before=None, after=one) for one in sets])


class TestPowerDns(DnsContract):
    @pytest.fixture
    def dns(self, live_tenant: Tenant, powerdns: PowerDnsServer) -> Dns:
        return provider_for(powerdns.connection())

    def test_it_can_adopt_zones(self, dns: Dns):
        assert shortcomings_of(type(dns), AdoptingDns) == []


LONG_KEY = "v=DKIM1; k=rsa; p=" + "A" * 400
LONG_TEXT = f'"{LONG_KEY[:255]}" "{LONG_KEY[255:]}"'
DIGEST = "ab" * 32
SETS = [
    record_set("@", "A", "192.0.2.1", "192.0.2.2"),
    record_set("@", "AAAA", "2001:db8::1"),
    record_set("@", "MX", "10 mail.shop.example.", "20 mail.backup.example."),
    record_set("@", "CAA", '0 issue "ca.example; policy=ev"', '128 iodef "mailto:a@b.example"'),
    record_set("@", "TXT", '"v=spf1 mx ~all"', '"say \\"hi\\" \\\\ \\195\\164"'),
    record_set("@", "HTTPS", '1 . alpn="h2,h3" ipv4hint="192.0.2.1,192.0.2.2"'),
    record_set("k1._domainkey", "TXT", LONG_TEXT),
    record_set("www", "CNAME", "shop.example."),
    record_set("*", "A", "192.0.2.9"),
    record_set("*.deep", "TXT", '"any"'),
    record_set("-odd_label-", "A", "192.0.2.3"),
    record_set("xn--mller-kva", "A", "192.0.2.4"),
    record_set("_imaps._tcp", "SRV", "0 1 993 mail.shop.example."),
    record_set("_none._tcp", "SRV", "0 0 0 ."),
    record_set("nomail", "MX", "0 ."),
    record_set("_443._tcp", "TLSA", f"3 1 1 {DIGEST}"),
    record_set("_25._tcp", "TLSA", f"3 0 0 {'cd' * 64} {'ef' * 80}"[:8] + "cd" * 60),
    record_set("@", "SSHFP", f"4 2 {DIGEST}"),
    record_set("svc", "SVCB", '1 host.shop.example. alpn="h2" port="8443"'),
    record_set("child", "NS", "ns1.other.example.", "ns2.other.example."),
    record_set("child", "DS", f"60485 13 2 {DIGEST}"),
]


def test_every_type_comes_back_as_it_was_written(shop: Dns):
    put(shop, *SETS)

    found = shop.read_zone(ZONE)

    kept = [one for one in found.record_sets if one.key != (f"{ZONE}.", "NS")]
    assert kept == sorted(SETS)


@pytest.mark.parametrize("tcp", [False, True], ids=["udp", "tcp"])
def test_every_type_is_answered_over_the_dns(shop: Dns, powerdns: PowerDnsServer, tcp: bool):
    put(shop, *SETS)
    delegated = {"child"}

    for one in SETS:
        if one.name.split(".")[0] in delegated:
            continue
        name = one.name.replace("*", "whatever")
        # A long answer does not fit into a datagram: it is asked for again over TCP.
        cut = not tcp and powerdns.ask(name, one.type).flags & TC
        assert powerdns.answers(name, one.type, tcp=tcp or bool(cut)) == list(one.contents)
    reply = powerdns.ask("child.shop.example", "A", tcp=tcp)
    assert reply.answer == []
    assert [data.to_text() for data in reply.authority[0]] == [
        "ns1.other.example.",
        "ns2.other.example.",
    ]
    assert powerdns.answers("shop.example", "NS", tcp=tcp) == [
        "ns1.northwind.example.",
        "ns2.northwind.example.",
    ]


def test_times_to_live_are_those_that_were_set(shop: Dns, powerdns: PowerDnsServer):
    put(shop, record_set("a", "A", "192.0.2.1", ttl=60), record_set("b", "A", "192.0.2.1", ttl=777))
    assert powerdns.ask("a.shop.example", "A").answer[0].ttl == 60
    assert powerdns.ask("b.shop.example", "A").answer[0].ttl == 777
    assert powerdns.ask("shop.example", "NS").answer[0].ttl == 86_400


def test_the_start_of_authority_is_ours_and_its_serial_moves(
    live_tenant: Tenant, powerdns: PowerDnsServer
):
    made = provider_for(powerdns.connection(hostmaster="dns.team@northwind.example"))
    made.create_zone(ORDER)
    (first,) = powerdns.answers(ZONE, "SOA")
    primary, mailbox, serial, *times = first.split()
    assert (primary, mailbox) == ("ns1.northwind.example.", "dns\\.team.northwind.example.")
    assert times == ["10800", "3600", "1209600", "3600"]
    assert int(serial) == made.read_zone(ZONE).serial

    for number in range(3):
        put(made, record_set("www", "A", f"192.0.2.{number}"))

    (last,) = powerdns.answers(ZONE, "SOA")
    assert int(last.split()[2]) == int(serial) + 3 == made.read_zone(ZONE).serial


def test_an_alias_makes_room_for_an_address_in_one_batch(shop: Dns, powerdns: PowerDnsServer):
    alias, address = (
        record_set("www", "CNAME", "shop.example."),
        record_set("www", "A", "192.0.2.5"),
    )
    put(shop, alias)

    shop.change_zone(
        ZONE,
        [
            RecordSetChange(before=None, after=address),
            RecordSetChange(before=alias, after=None),
        ],
    )

    assert powerdns.answers("www.shop.example", "A") == ["192.0.2.5"]
    assert powerdns.answers("www.shop.example", "CNAME") == []


def test_comments_on_the_server_stay(shop: Dns, powerdns: PowerDnsServer):
    comment = {"content": "printer in the cellar", "account": "joe"}
    powerdns.change(ZONE, f"lp.{ZONE}", "A", "192.0.2.8", comments=[comment])

    put(shop, record_set("lp", "A", "192.0.2.18"), record_set("www", "A", "192.0.2.1"))

    kept = powerdns.rows(ZONE)[f"lp.{ZONE}.", "A"]
    assert [record["content"] for record in kept["records"]] == ["192.0.2.18"]
    assert [one["content"] for one in kept["comments"]] == ["printer in the cellar"]


def test_only_the_sets_that_change_are_sent(live_tenant: Tenant, powerdns: PowerDnsServer):
    kept: list[Exchange] = []
    dns = provider_for(powerdns.connection(), recorder=ExchangeRecorder(kept.append, [API_KEY]))
    dns.create_zone(ORDER)
    put(dns, record_set("a", "A", "192.0.2.1"), record_set("b", "A", "192.0.2.1"))
    kept.clear()

    put(dns, record_set("a", "A", "192.0.2.2"))

    patch = kept[-1]
    assert (patch.method, patch.status) == ("PATCH", 204)
    assert "192.0.2.2" in patch.request_body
    assert f"b.{ZONE}" not in patch.request_body
    assert API_KEY not in str(kept)


def test_what_is_not_served_is_not_read_and_unknown_types_are(shop: Dns, powerdns: PowerDnsServer):
    disabled = {"records": [{"content": "192.0.2.1", "disabled": True}]}
    powerdns.change(ZONE, f"off.{ZONE}", "A", "192.0.2.1", **disabled)
    powerdns.change(ZONE, f"pointer.{ZONE}", "ALIAS", "cdn.example.")
    powerdns.change(ZONE, f"old.{ZONE}", "PTR", "host.example.")

    found = {one.key: one.contents for one in shop.read_zone(ZONE).record_sets}

    assert (f"off.{ZONE}.", "A") not in found
    assert found[f"pointer.{ZONE}.", "ALIAS"] == ("cdn.example.",)
    assert found[f"old.{ZONE}.", "PTR"] == ("host.example.",)


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        (record_set("www", "A", "not.an.address"), "www.shop.example./A"),
        (record_set("www", "TXT", "no quotes"), "www.shop.example./TXT"),
        (record_set("@", "CNAME", "other.example."), "Conflicts with pre-existing RRset"),
        (RecordSet("www.elsewhere.example.", "A", 300, ("192.0.2.1",)), "out of zone"),
    ],
)
def test_a_refusal_is_told_in_the_words_of_the_server(
    shop: Dns, powerdns: PowerDnsServer, wanted: RecordSet, sentence: str
):
    before = powerdns.rows(ZONE)
    with pytest.raises(ProviderRejected) as refusal:
        put(shop, wanted)
    assert sentence in refusal.value.message
    assert refusal.value.params["status"] == 422
    assert powerdns.rows(ZONE) == before


@pytest.mark.slow
def test_a_secondary_server_is_told_of_each_change(
    live_tenant: Tenant, tmp_path_factory: pytest.TempPathFactory
):
    copies = PowerDnsServer(tmp_path_factory.mktemp("secondary"), "secondary=yes")
    first = PowerDnsServer(
        tmp_path_factory.mktemp("primary"),
        "primary=yes",
        "allow-axfr-ips=127.0.0.1",
        f"also-notify=127.0.0.1:{copies.dns_port}",
    )
    try:
        copies.start()
        first.start()
        dns = provider_for(first.connection(zone_kind="Master"))
        dns.create_zone(ORDER)
        body = {"name": f"{ZONE}.", "kind": "Slave", "masters": [f"127.0.0.1:{first.dns_port}"]}
        copies.api("POST", "/zones", body).raise_for_status()

        put(dns, record_set("www", "A", "192.0.2.1"))

        assert copies.answers_soon(f"www.{ZONE}", "A") == ["192.0.2.1"]
        # By itself it would ask again after the refresh time of the SOA, three hours.
        put(dns, record_set("ftp", "A", "192.0.2.2"))
        assert copies.answers_soon(f"ftp.{ZONE}", "A") == ["192.0.2.2"]
    finally:
        first.stop()
        copies.stop()


# ------------------------------------------------------------------------------ whose zones


def test_a_zone_that_was_there_before_is_read_but_not_touched(dns: Dns, powerdns: PowerDnsServer):
    powerdns.api("POST", "/zones", {"name": f"{ZONE}.", "kind": "Native"}).raise_for_status()
    powerdns.change(ZONE, f"www.{ZONE}", "A", "192.0.2.1")
    before = powerdns.rows(ZONE)

    dns.create_zone(ORDER)

    assert dns.read_zone(ZONE).owner_mark == UNMARKED
    with pytest.raises(ProviderRejected, match="not made by this platform"):
        put(dns, record_set("www", "A", "192.0.2.66"))
    with pytest.raises(ProviderRejected, match="not made by this platform"):
        dns.delete_zone(ZONE)
    assert powerdns.rows(ZONE) == before

    dns.adopt_zone(ZONE, owner_mark=ORDER.owner_mark)

    assert dns.read_zone(ZONE).owner_mark == ORDER.owner_mark
    put(dns, record_set("www", "A", "192.0.2.66"))
    assert powerdns.answers(f"www.{ZONE}", "A") == ["192.0.2.66"]


def test_a_copy_of_another_servers_zone_is_not_touched(dns: Dns, powerdns: PowerDnsServer):
    copy = {"name": f"{ZONE}.", "kind": "Slave", "masters": ["192.0.2.53"], "account": "mark"}
    powerdns.api("POST", "/zones", copy).raise_for_status()
    for act in (
        lambda: put(dns, record_set("www", "A", "192.0.2.1")),
        lambda: dns.delete_zone(ZONE),
        lambda: dns.adopt_zone(ZONE, owner_mark="mine"),
    ):
        with pytest.raises(ProviderRejected, match="a copy of another server's zone"):
            act()
    assert powerdns.api("GET", f"/zones/{ZONE}.").json()["account"] == "mark"


def test_what_does_not_exist_cannot_be_adopted(dns: Dns):
    with pytest.raises(ProviderRejected, match=r"no zone shop\.example"):
        dns.adopt_zone(ZONE, owner_mark="mine")


def test_a_deleted_zone_is_answered_no_more(shop: Dns, powerdns: PowerDnsServer):
    shop.delete_zone(ZONE)
    assert powerdns.ask(ZONE, "SOA").rcode() == REFUSED


def test_unusual_names_of_zones_have_unusual_addresses(dns: Dns, powerdns: PowerDnsServer):
    reverse = "0/25.2.0.192.in-addr.arpa"
    dns.create_zone(
        ZoneOrder(name=reverse, name_servers=ORDER.name_servers, owner_mark=ORDER.owner_mark)
    )
    one = RecordSet(f"1.{reverse}.", "PTR", 300, ("host.shop.example.",))

    dns.change_zone(reverse, [RecordSetChange(before=None, after=one)])

    assert one in dns.read_zone(reverse).record_sets
    assert powerdns.answers(f"1.{reverse}", "PTR") == ["host.shop.example."]
    dns.delete_zone(reverse)
    assert dns.read_zone(reverse) is None


# ----------------------------------------------------------------------------- how it fails


def test_the_probe_tells_the_version(dns: Dns):
    report = dns.probe()
    assert report.account == "PowerDNS localhost at 127.0.0.1"
    assert report.note.startswith("version 4.")
    assert report.is_live is None


@pytest.mark.parametrize(
    ("config", "key", "sentence"),
    [
        ({}, "wrong", "refuses the API key"),
        ({"server_id": "elsewhere"}, API_KEY, "no PowerDNS API with the server elsewhere"),
    ],
)
def test_wrong_access_is_a_definite_no(
    live_tenant: Tenant, powerdns: PowerDnsServer, config: dict[str, str], key: str, sentence: str
):
    connection = powerdns.connection(**config)
    connection.credentials = {"api_key": key}
    dns = provider_for(connection)
    with pytest.raises(ProviderRejected, match=sentence):
        dns.probe()
    with pytest.raises(ProviderRejected):
        dns.create_zone(ORDER)
    assert powerdns.api("GET", "/zones").json() == []


def test_a_server_that_hangs_leaves_the_outcome_unknown(
    live_tenant: Tenant, powerdns: PowerDnsServer
):
    connection = powerdns.connection()
    provider_for(connection).create_zone(ORDER)
    with powerdns.silent():
        with pytest.raises(ProviderUnavailable):
            provider_for(connection, deadline=Deadline.after(0.4)).read_zone(ZONE)
        with pytest.raises(ProviderOutcomeUnknown):
            # Its first byte has to leave in time, on a busy machine too.
            provider_for(connection, deadline=Deadline.after(2)).create_zone(
                ZoneOrder(name="late.example", name_servers=ORDER.name_servers, owner_mark="m")
            )
        with pytest.raises(ProviderUnavailable):
            # The look at the zone comes first and is lost: nothing was changed.
            put(
                provider_for(connection, deadline=Deadline.after(0.4)),
                record_set("www", "A", "192.0.2.1"),
            )
    assert powerdns.answers(f"www.{ZONE}", "A") == []


def test_a_server_that_is_stopped_got_nothing(live_tenant: Tenant, powerdns: PowerDnsServer):
    dns = provider_for(powerdns.connection())
    dns.create_zone(ORDER)
    powerdns.stop()
    try:
        for act in (
            lambda: dns.read_zone(ZONE),
            lambda: put(dns, record_set("www", "A", "192.0.2.1")),
            lambda: dns.delete_zone(ZONE),
            dns.probe,
        ):
            with pytest.raises(ProviderUnavailable):
                act()
    finally:
        powerdns.start()
    assert dns.read_zone(ZONE) is not None


def test_a_certificate_of_ones_own_authority_is_trusted_and_no_other(
    live_tenant: Tenant, powerdns: PowerDnsServer, tmp_path: Path
):
    with tls_in_front(powerdns.api_port, tmp_path) as (url, authority):
        trusting = provider_for(powerdns.connection(url=url, ca_file=str(authority)))
        trusting.create_zone(ORDER)
        assert trusting.read_zone(ZONE).owner_mark == ORDER.owner_mark
        ProviderConnection.objects.all().delete()
        with pytest.raises(ProviderUnavailable, match="CERTIFICATE_VERIFY_FAILED"):
            provider_for(powerdns.connection(url=url)).delete_zone(ZONE)
    assert powerdns.answers(ZONE, "NS") != []
