"""Editing zones, bringing servers to them, and stopping where somebody else was."""

import pytest

from domains.choices import ZoneStatus
from domains.errors import (
    InvalidRecord,
    ManagedRecord,
    RecordConflict,
    RecordNotFound,
    ZoneAlreadyHere,
    ZoneNotFound,
    ZonePlanNeedsForce,
)
from domains.models import DnsRecord, DnsZone, SandboxRecordSet, SandboxZone
from domains.rules.record_sets import ZoneRecord
from domains.rules.zone_files import file_of_sets, records_of_file
from domains.selectors.zones import desired_sets, zone_records
from domains.services.records import (
    record_add,
    record_remove,
    record_update,
    zone_replace,
    zone_template_apply,
)
from domains.services.zones import zone_create, zone_delete, zone_push
from ispplatform.core.clock import system_now
from ispplatform.core.errors import NotPermitted
from ispplatform.core.models import FaultMode, Operation, ProviderConnection, Tenant
from ispplatform.core.testing import run_until_quiet
from tests.actors import portal, staff
from tests.factories.customers import CustomerFactory
from tests.factories.domains import DnsConnectionFactory, DnsZoneFactory, SandboxZoneFactory
from tests.house import SYSTEM, broken


@pytest.fixture
def dns(tenant: Tenant) -> ProviderConnection:
    return DnsConnectionFactory()


@pytest.fixture
def zone(dns: ProviderConnection) -> DnsZone:
    """A zone that is on its server."""
    made = zone_create(actor=SYSTEM, name="shop.example", customer=CustomerFactory())
    run_until_quiet()
    made.refresh_from_db()
    return made


def added(zone: DnsZone, content: str = "192.0.2.1", *, name: str = "www", kind: str = "A"):
    return record_add(actor=SYSTEM, zone=zone, name=name, record_type=kind, content=content)


def served(name: str, kind: str = "A") -> list[str]:
    found = SandboxRecordSet.objects.filter(name=f"{name}.", type=kind).first()
    return found.contents if found else []


def test_a_new_zone_is_served_with_its_name_servers(zone: DnsZone):
    assert (zone.status, zone.is_pushed, zone.default_ttl) == (ZoneStatus.ACTIVE, True, 3600)
    assert served("shop.example", "NS") == ["ns1.sandbox.example.", "ns2.sandbox.example."]
    assert SandboxZone.objects.get().owner_mark == str(zone.pk)
    with pytest.raises(ZoneAlreadyHere):
        zone_create(actor=SYSTEM, name="SHOP.example")
    with pytest.raises(NotPermitted):
        zone_create(actor=staff("dns:read"), name="other.example")
    assert DnsZone.objects.count() == 1


def test_each_change_reaches_the_server(zone: DnsZone):
    first = added(zone)
    second = added(zone, "192.0.2.2")
    run_until_quiet()
    assert served("www.shop.example") == ["192.0.2.1", "192.0.2.2"]

    record_update(actor=SYSTEM, zone=zone, record_id=first.pk, content="192.0.2.9", ttl=60)
    record_remove(actor=SYSTEM, zone=zone, record_id=second.pk)
    run_until_quiet()

    assert served("www.shop.example") == ["192.0.2.9"]
    assert SandboxRecordSet.objects.get(name="www.shop.example.").ttl == 60
    zone.refresh_from_db()
    assert (zone.version, zone.is_pushed) == (5, True)


def test_saving_the_same_sends_nothing(zone: DnsZone):
    record = added(zone)
    run_until_quiet()
    count = Operation.objects.count()

    record_update(actor=SYSTEM, zone=zone, record_id=record.pk, name="www.shop.example")

    assert Operation.objects.count() == count


def test_refusals_write_nothing(zone: DnsZone):
    record = added(zone)
    run_until_quiet()
    operations = Operation.objects.count()
    stranger = portal(CustomerFactory().pk, "dns:update")
    refusals = [
        (RecordConflict, lambda: added(zone)),
        (RecordConflict, lambda: added(zone, "shop.example", kind="CNAME")),
        (InvalidRecord, lambda: added(zone, "no address")),
        (
            ZoneNotFound,
            lambda: record_add(
                actor=stranger, zone=zone, name="x", record_type="A", content="192.0.2.1"
            ),
        ),
        (
            ZoneNotFound,
            lambda: record_remove(actor=stranger, zone=zone, record_id=record.pk),
        ),
        (RecordNotFound, lambda: record_remove(actor=SYSTEM, zone=zone, record_id=zone.pk)),
        (
            NotPermitted,
            lambda: record_remove(actor=staff("dns:read"), zone=zone, record_id=record.pk),
        ),
    ]
    for error, act in refusals:
        with pytest.raises(error):
            act()

    assert DnsRecord.objects.count() == 1
    assert Operation.objects.count() == operations


def test_a_record_of_a_template_becomes_the_customers_when_it_is_changed(zone: DnsZone):
    wanted = ZoneRecord(name="@", type="A", content="192.0.2.80", priority=None, ttl=3600)
    zone_template_apply(actor=SYSTEM, zone=zone, source="hosting", template=[wanted])
    record = DnsRecord.objects.get()
    with pytest.raises(ManagedRecord):
        record_remove(actor=SYSTEM, zone=zone, record_id=record.pk)

    record_update(actor=SYSTEM, zone=zone, record_id=record.pk, content="198.51.100.1")
    change = zone_template_apply(actor=SYSTEM, zone=zone, source="hosting", template=[wanted])

    assert [record for record, _ in change.left_out] == [wanted]
    record.refresh_from_db()
    assert (record.content, record.source) == ("198.51.100.1", "")


def test_a_template_that_ends_takes_its_records_along(zone: DnsZone):
    wanted = ZoneRecord(name="@", type="A", content="192.0.2.80", priority=None, ttl=3600)
    own = added(zone)
    zone_template_apply(actor=SYSTEM, zone=zone, source="hosting", template=[wanted])

    zone_template_apply(actor=SYSTEM, zone=zone, source="hosting", template=[])
    run_until_quiet()

    assert [row.pk for row in DnsRecord.objects.all()] == [own.pk]
    assert served("shop.example") == []


def test_replacing_much_of_a_zone_needs_a_yes(zone: DnsZone):
    for number in range(12):
        added(zone, name=f"h{number}")
    run_until_quiet()
    kept = zone_records(zone)[:5]
    with pytest.raises(ZonePlanNeedsForce) as refusal:
        zone_replace(actor=SYSTEM, zone=zone, records=kept)
    assert refusal.value.params == {"creates": 0, "updates": 0, "deletes": 7}
    assert DnsRecord.objects.count() == 12

    plan = zone_replace(actor=SYSTEM, zone=zone, records=kept, force=True)
    run_until_quiet()

    assert plan.count("delete") == 7
    assert DnsRecord.objects.count() == 5
    assert SandboxRecordSet.objects.filter(type="A").count() == 5
    assert zone_replace(actor=SYSTEM, zone=zone, records=kept).is_empty


def test_a_zone_survives_being_written_out_and_read_in(zone: DnsZone):
    added(zone)
    added(zone, "10 mail.shop.example", name="@", kind="MX")
    added(zone, "v=spf1 mx -all", name="@", kind="TXT")
    added(zone, "0 5 443 www.shop.example.", name="_https._tcp", kind="SRV")
    text = file_of_sets(zone.name, desired_sets(zone))

    again = records_of_file(zone.name, text, default_ttl=300)

    assert sorted(again, key=repr) == sorted(zone_records(zone), key=repr)


@pytest.mark.parametrize(
    "text",
    ["this is no zone", "www IN A 999.1.1.1", "$INCLUDE /etc/passwd", "x IN LOC 1 N 1 E 0m"],
)
def test_files_that_cannot_be_read_are_refused(text: str):
    with pytest.raises(InvalidRecord):
        records_of_file("shop.example", text, default_ttl=300)


def test_somebody_elses_changes_on_the_server_are_not_overwritten_unasked(zone: DnsZone):
    for number in range(12):
        added(zone, name=f"h{number}")
    run_until_quiet()
    SandboxRecordSet.objects.filter(type="A").update(contents=["198.51.100.66"])

    added(zone, name="one-more")
    run_until_quiet()

    zone.refresh_from_db()
    assert "Somebody else changed shop.example" in zone.trouble
    assert served("one-more.shop.example") == []
    assert Operation.objects.filter(kind="dns.zone_push", state="rejected").count() == 1

    zone_push(actor=SYSTEM, zone=zone, force=True)
    run_until_quiet()

    zone.refresh_from_db()
    assert (zone.trouble, zone.is_pushed) == ("", True)
    assert served("h0.shop.example") == ["192.0.2.1"]
    with pytest.raises(NotPermitted):
        zone_push(actor=staff("dns:update"), zone=zone)


def test_a_small_difference_on_the_server_is_put_right(zone: DnsZone):
    added(zone)
    run_until_quiet()
    SandboxRecordSet.objects.filter(type="A").update(contents=["198.51.100.66"])

    zone_push(actor=SYSTEM, zone=zone)
    run_until_quiet()

    assert served("www.shop.example") == ["192.0.2.1"]


def test_a_zone_of_somebody_else_is_neither_written_nor_deleted(dns: ProviderConnection):
    SandboxZoneFactory(connection=dns, name="shop.example")
    zone = DnsZoneFactory(connection=dns, name="shop.example")
    zone_push(actor=SYSTEM, zone=zone)
    zone_delete(actor=SYSTEM, zone=zone)

    run_until_quiet()

    zone.refresh_from_db()
    assert "another mark" in zone.trouble
    assert zone.status == ZoneStatus.PENDING
    assert SandboxZone.objects.get().owner_mark == "somebody-else"
    assert SandboxRecordSet.objects.count() == 0


def test_a_deleted_zone_is_gone_and_its_name_is_free(zone: DnsZone):
    zone_delete(actor=SYSTEM, zone=zone, reason="Moved.")
    run_until_quiet()

    zone.refresh_from_db()
    assert zone.status == ZoneStatus.DELETED
    assert SandboxZone.objects.count() == 0
    with pytest.raises(ZoneNotFound):
        added(zone)
    with pytest.raises(ZoneNotFound):
        zone_delete(actor=SYSTEM, zone=zone)
    zone_create(actor=SYSTEM, name="shop.example")


@pytest.mark.parametrize("mode", [FaultMode.UNAVAILABLE, FaultMode.ANSWER_LOST])
def test_a_server_that_breaks_ends_with_what_was_wanted_last(
    zone: DnsZone, dns: ProviderConnection, mode: FaultMode
):
    broken(dns, mode, call="change_zone")
    record = added(zone)
    run_until_quiet()
    record_update(actor=SYSTEM, zone=zone, record_id=record.pk, content="192.0.2.7")

    Operation.objects.filter(state__in=["pending", "unknown"]).update(next_attempt_at=system_now())
    run_until_quiet()

    assert served("www.shop.example") == ["192.0.2.7"]
    zone.refresh_from_db()
    assert zone.is_pushed
