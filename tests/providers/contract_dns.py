"""What every DNS back end must do. A test module makes a fixture ``dns``."""

import pytest

from domains.providers.dns.base import Dns, ZoneOrder
from domains.rules.plans import RecordSetChange, zone_plan
from domains.rules.record_sets import RecordSet
from ispplatform.core.errors import ProviderRejected
from ispplatform.core.providers.registry import shortcomings_of


class DnsContract:
    """The facts that hold of every DNS server."""

    zone = "contract.example"
    name_servers = ("ns1.northwind.example", "ns2.northwind.example")

    @pytest.fixture
    def dns(self) -> Dns:
        """The back end under test; a subclass overrides this."""
        raise TypeError("The suite's user makes the server.")

    def made(self, dns: Dns) -> None:
        """Make the zone."""
        dns.create_zone(
            ZoneOrder(name=self.zone, name_servers=self.name_servers, owner_mark="mark-1")
        )

    def records(self) -> list[RecordSet]:
        """One set of many types, canonical."""
        return sorted(
            [
                RecordSet(f"{self.zone}.", "A", 300, ("192.0.2.1", "192.0.2.2")),
                RecordSet(f"{self.zone}.", "AAAA", 300, ("2001:db8::1",)),
                RecordSet(f"{self.zone}.", "MX", 3600, (f"10 mail.{self.zone}.",)),
                RecordSet(f"{self.zone}.", "TXT", 3600, ('"say \\"hi\\""', '"v=spf1 mx ~all"')),
                RecordSet(f"www.{self.zone}.", "CNAME", 3600, (f"{self.zone}.",)),
                RecordSet(f"*.{self.zone}.", "A", 3600, ("192.0.2.9",)),
                RecordSet(
                    f"_imaps._tcp.{self.zone}.", "SRV", 3600, (f"0 1 993 mail.{self.zone}.",)
                ),
                RecordSet(f"{self.zone}.", "CAA", 3600, ('0 issue "ca.example"',)),
            ]
        )

    def put(self, dns: Dns, wanted: list[RecordSet]) -> None:
        """Bring the zone to ``wanted``, its NS set left as it is."""
        existing = [one for one in dns.read_zone(self.zone).record_sets if one.type != "NS"]
        dns.change_zone(self.zone, zone_plan(self.zone, existing=existing, desired=wanted).changes)

    def test_it_has_every_method_of_the_protocol(self, dns: Dns):
        assert shortcomings_of(type(dns), Dns) == []

    def test_the_probe_names_the_account(self, dns: Dns):
        assert dns.probe().account

    def test_a_new_zone_has_its_name_servers(self, dns: Dns):
        assert dns.read_zone(self.zone) is None

        self.made(dns)
        self.made(dns)  # a second time is the first time

        found = dns.read_zone(self.zone)
        assert found.owner_mark in {"", "mark-1"}
        assert [(one.name, one.type, one.contents) for one in found.record_sets] == [
            (f"{self.zone}.", "NS", ("ns1.northwind.example.", "ns2.northwind.example."))
        ]

    def test_what_is_written_is_read_back(self, dns: Dns):
        self.made(dns)

        self.put(dns, self.records())

        found = dns.read_zone(self.zone)
        assert [one for one in found.record_sets if one.type != "NS"] == self.records()

    def test_changes_updates_and_removals_raise_the_serial(self, dns: Dns):
        self.made(dns)
        self.put(dns, self.records())
        before = dns.read_zone(self.zone).serial
        wanted = [
            RecordSet(f"{self.zone}.", "A", 600, ("192.0.2.7",)),
            RecordSet(f"new.{self.zone}.", "TXT", 600, ('"x"',)),
        ]

        self.put(dns, wanted)

        found = dns.read_zone(self.zone)
        assert [one for one in found.record_sets if one.type != "NS"] == wanted
        assert found.serial > before

    def test_a_batch_is_carried_out_whole_or_not_at_all(self, dns: Dns):
        self.made(dns)
        self.put(dns, self.records())
        clash = RecordSet(f"www.{self.zone}.", "A", 300, ("192.0.2.1",))
        fine = RecordSet(f"fine.{self.zone}.", "A", 300, ("192.0.2.1",))
        with pytest.raises(ProviderRejected):
            dns.change_zone(
                self.zone,
                [
                    RecordSetChange(before=None, after=fine),
                    RecordSetChange(before=None, after=clash),
                ],
            )

        found = dns.read_zone(self.zone)
        assert [one for one in found.record_sets if one.type != "NS"] == self.records()

    def test_names_outside_the_zone_are_refused(self, dns: Dns):
        self.made(dns)
        other = RecordSet("www.elsewhere.example.", "A", 300, ("192.0.2.1",))
        with pytest.raises(ProviderRejected):
            dns.change_zone(self.zone, [RecordSetChange(before=None, after=other)])

    def test_a_zone_that_is_not_there_cannot_be_changed(self, dns: Dns):
        one = RecordSet(f"{self.zone}.", "A", 300, ("192.0.2.1",))
        with pytest.raises(ProviderRejected):
            dns.change_zone(self.zone, [RecordSetChange(before=None, after=one)])

    def test_deleting_may_be_repeated(self, dns: Dns):
        self.made(dns)

        dns.delete_zone(self.zone)
        dns.delete_zone(self.zone)

        assert dns.read_zone(self.zone) is None
