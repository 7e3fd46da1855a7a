"""Names and zones through the APIs, the portal and the back office."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from domains.models import (
    DelegationCheck,
    DnsRecord,
    DnsZone,
    Domain,
    SandboxRecordSet,
    SandboxRegistration,
)
from domains.services.zones import zone_create
from ispplatform.core.clock import system_now
from ispplatform.core.models import Operation, ProviderConnection
from ispplatform.core.tenancy.context import tenant_context
from ispplatform.core.testing import run_until_quiet
from tests.callers import Caller, anonymous_caller, key_caller, portal_caller
from tests.factories.accounts import PASSWORD, PortalAccountFactory
from tests.factories.customers import CustomerFactory
from tests.factories.domains import registered_domain
from tests.house import SYSTEM, House
from tests.pages.staff import staff_client


@pytest.fixture
def domain(house: House) -> Domain:
    return registered_domain(
        customer=house.customer, connection=house.registrar, name="shop.example"
    )


@pytest.fixture
def zone(house: House, domain: Domain) -> DnsZone:
    made = zone_create(actor=SYSTEM, name="shop.example", customer=house.customer, domain=domain)
    run_until_quiet()
    return made


@pytest.fixture
def program(house: House) -> Caller:
    return key_caller(house.tenant, "domains:*", "dns:*", "customers:read", "connections:manage")


@pytest.fixture
def holder(house: House) -> Caller:
    return portal_caller(house.tenant, house.customer.pk)


# ------------------------------------------------------------------------------------------ API


def test_availability_is_open_to_everybody_in_the_shop(house: House):
    body = {"names": ["free.example", "taken.example"]}

    answer = anonymous_caller("/api/portal/v1")("POST", "domains/availability", body)

    assert [(one["name"], one["status"], one["is_available"]) for one in answer.data] == [
        ("free.example", "available", True),
        ("taken.example", "taken", False),
    ]
    assert anonymous_caller()("POST", "domains/availability", body).status == 401


def test_a_program_manages_a_name(domain: Domain, program: Caller):
    address = f"domains/{domain.pk}"
    shown = program("GET", address)
    assert shown.data["registrant"]["city"] == "Berlin"
    assert shown.data["registrar"] == domain.connection.name

    assert program("PATCH", address, {"auto_renew": False}).data["auto_renew"] is False
    stale = program("PATCH", address, {"auto_renew": True}, If_Match=shown.headers["ETag"])
    assert (stale.status, stale.code) == (412, "STALE_OBJECT")
    assert program("POST", f"{address}/lock", {"locked": False}).data["is_locked"] is False
    servers = ["ns1.other.example", "ns2.other.example"]
    assert program("PUT", f"{address}/nameservers", {"name_servers": servers}).status == 200
    assert program("POST", f"{address}/renew", {"years": 2}).status == 200
    run_until_quiet()
    remote = SandboxRegistration.objects.get()
    assert (remote.is_locked, remote.name_servers) == (False, servers)
    assert remote.expires_at.year == domain.expires_at.year + 2
    code = program("POST", f"{address}/transfer-code", {})
    assert code.data["transfer_code"].startswith("SB-")
    assert code.headers["Cache-Control"] == "no-store"


def test_a_holder_may_do_less_than_staff_and_only_with_its_own(
    house: House, domain: Domain, holder: Caller
):
    stranger = portal_caller(house.tenant, CustomerFactory().pk)
    address = f"domains/{domain.pk}"
    assert holder("GET", "domains").data["total"] == 1
    assert holder("GET", address).data["name"] == "shop.example"
    assert "registrar" not in holder("GET", address).data
    assert holder("POST", f"{address}/renew", {}).status == 404
    assert holder("POST", f"{address}/lock", {"locked": False}).status == 200
    assert stranger("GET", "domains").data["total"] == 0
    assert stranger("GET", address).status == 404
    assert stranger("POST", f"{address}/lock", {"locked": True}).status == 404
    assert stranger("POST", f"{address}/transfer-code", {}).status == 404


def test_the_holder_is_replaced_field_by_field(domain: Domain, holder: Caller):
    body = {
        "first_name": "Grace",
        "last_name": "Example",
        "email": "grace@customer.example",
        "phone": "+49 30 7654321",
        "street": "Ufer 1",
        "city": "Hamburg",
        "postal_code": "20095",
        "country": "DE",
    }
    assert holder("PUT", f"domains/{domain.pk}/contacts", body).status == 200
    run_until_quiet()
    assert SandboxRegistration.objects.get().registrant["email"] == "grace@customer.example"
    bad = holder("PUT", f"domains/{domain.pk}/contacts", {**body, "phone": "call me"})
    assert (bad.status, bad.code) == (422, "REGISTRANT_INCOMPLETE")
    assert bad.body["error"]["details"]["field"] == "phone"


def test_records_through_both_doors(zone: DnsZone, program: Caller, holder: Caller):
    address = f"dns-zones/{zone.pk}/records"
    record = {"name": "www", "type": "a", "content": "192.0.2.1"}
    made = holder("POST", address, record)
    assert (made.status, made.data["type"], made.data["ttl"]) == (201, "A", 3600)
    one = f"{address}/{made.data['id']}"
    assert program("PATCH", one, {"content": "192.0.2.9", "ttl": 60}).data["ttl"] == 60
    run_until_quiet()
    assert SandboxRecordSet.objects.get(type="A").contents == ["192.0.2.9"]
    clash = holder("POST", address, {**record, "type": "CNAME", "content": "shop.example"})
    assert (clash.status, clash.code) == (409, "DNS_RECORD_CONFLICT")
    bad = holder("POST", address, {**record, "content": "192.0.2.999"})
    assert (bad.status, bad.body["error"]["details"]["field"]) == (422, "content")
    assert [row["content"] for row in holder("GET", f"{address}?type=A").data["records"]] == [
        "192.0.2.9"
    ]
    assert holder("DELETE", one).status == 200
    assert holder("GET", one).status == 404
    assert DnsRecord.objects.count() == 0


def test_a_zone_file_is_planned_before_it_is_carried_out(zone: DnsZone, holder: Caller):
    address = f"dns-zones/{zone.pk}"
    text = "\n".join(f"h{number} 300 IN A 192.0.2.{number}" for number in range(1, 13))
    planned = holder("POST", f"{address}/import", {"text": text, "dry_run": True})
    assert (planned.data["creates"], planned.data["needs_force"]) == (12, False)
    assert DnsRecord.objects.count() == 0

    assert holder("POST", f"{address}/import", {"text": text}).status == 200
    run_until_quiet()
    assert DnsRecord.objects.count() == 12
    refused = holder("POST", f"{address}/import", {"text": "one IN A 192.0.2.1"})
    assert (refused.status, refused.code) == (409, "ZONE_PLAN_NEEDS_FORCE")
    forced = holder("POST", f"{address}/import", {"text": "one IN A 192.0.2.1", "force": True})
    assert forced.data["deletes"] == 12


def test_zones_are_made_pushed_and_deleted_by_staff(house: House, program: Caller, holder: Caller):
    made = program("POST", "dns-zones", {"name": "Müller.example"})
    assert made.data["name"] == "xn--mller-kva.example"
    again = program("POST", "dns-zones", {"name": "müller.example"})
    assert (again.status, again.code) == (409, "ZONE_ALREADY_HERE")
    assert program("POST", f"dns-zones/{made.data['id']}/push", {}).status == 200
    assert holder("GET", f"dns-zones/{made.data['id']}").status == 404
    assert program("DELETE", f"dns-zones/{made.data['id']}").status == 200
    run_until_quiet()
    assert DnsZone.objects.get().status == "deleted"


def test_registrars_are_kept_without_showing_their_secrets(house: House, program: Caller):
    body = {"name": "Second", "backend": "sandbox", "config": {"balance": 50}}
    made = program("POST", "registrars", body)
    assert made.data["state"] == "untested"
    tested = program("POST", f"registrars/{made.data['id']}/test", {})
    assert (tested.data["state"], "balance 50" in tested.data["state_sentence"]) == (
        "working",
        True,
    )
    assert "credentials" not in made.data
    assert program("DELETE", f"registrars/{made.data['id']}").status == 200
    assert ProviderConnection.objects.get(name="Second").is_active is False
    unknown = program("POST", "registrars", {**body, "backend": "nobody"})
    assert unknown.status == 422


# --------------------------------------------------------------------------------------- portal


class Browser:
    """A customer's browser; requests leave the test in its tenant."""

    def __init__(self, house: House, customer_id=None) -> None:
        self.house = house
        self.client = Client()
        account = PortalAccountFactory(customer_id=customer_id or house.customer.pk)
        self.post("/login", name=account.portal_id, password=PASSWORD)

    def get(self, path: str):
        with tenant_context(self.house.tenant.pk):
            return self.client.get(path)

    def post(self, path: str, **values: str):
        with tenant_context(self.house.tenant.pk):
            return self.client.post(path, values, follow=True)


def text(answer) -> str:
    return answer.content.decode()


def test_a_customer_runs_its_name_from_its_page(house: House, domain: Domain):
    browser = Browser(house)
    address = f"/portal/domains/{domain.pk}"
    assert "shop.example" in text(browser.get("/portal/domains"))
    assert "Unlock" in text(browser.get(address))

    locked = browser.post(f"{address}/transfer-code")
    assert "is locked against transfer" in text(locked)
    browser.post(f"{address}/lock", locked="0")
    run_until_quiet()
    shown = browser.post(f"{address}/transfer-code")
    assert "SB-" in text(shown)
    assert shown["Cache-Control"] == "no-store"
    browser.post(f"{address}/auto-renew", enabled="0")
    refused = browser.post(f"{address}/name-servers", name_servers="ns1.other.example")
    assert "Use two to 13 different name servers." in text(refused)
    assert "ns1.other.example" in text(refused)
    domain.refresh_from_db()
    assert (domain.auto_renew, domain.is_locked) == (False, False)


def test_a_customer_edits_its_zone(house: House, zone: DnsZone):
    browser = Browser(house)
    address = f"/portal/domains/zones/{zone.pk}"
    wrong = browser.post(address, type="A", name="www", content="nonsense", ttl="3600")
    assert "is not an IPv4 address" in text(wrong)
    assert 'value="nonsense"' in text(wrong)
    added = browser.post(address, type="MX", name="", content="mail", priority="10", ttl="3600")
    assert "mail.shop.example." in text(added)
    assert f'hx-get="{address}/state"' in text(added)
    run_until_quiet()
    assert "Put on the name servers" in text(browser.get(f"{address}/state"))

    record = DnsRecord.objects.get()
    browser.post(f"{address}/records/{record.pk}", name="@", content="mx", priority="5", ttl="300")
    record.refresh_from_db()
    assert (record.content, record.priority) == ("mx.shop.example.", 5)
    plan = browser.post(f"{address}/import", text="www IN A 192.0.2.1")
    assert "This is what would change" in text(plan)
    assert DnsRecord.objects.get() == record
    browser.post(f"{address}/import", text="www IN A 192.0.2.1", confirmed="1")
    assert DnsRecord.objects.get().content == "192.0.2.1"
    assert "www.shop.example." in text(browser.get(f"{address}/export"))
    browser.post(f"{address}/records/{DnsRecord.objects.get().pk}/delete")
    assert DnsRecord.objects.count() == 0


def test_pages_of_others_are_not_there(house: House, zone: DnsZone, domain: Domain):
    stranger = Browser(house, CustomerFactory().pk)
    for path in (f"/portal/domains/{domain.pk}", f"/portal/domains/zones/{zone.pk}"):
        assert stranger.get(path).status_code == 404
    assert stranger.post(f"/portal/domains/{domain.pk}/lock", locked="0").status_code == 404
    operations = Operation.objects.count()
    assert (
        stranger.post(f"/portal/domains/zones/{zone.pk}", type="A", content="192.0.2.1").status_code
        == 404
    )
    assert Operation.objects.count() == operations
    assert Client().get(f"/portal/domains/{domain.pk}").status_code == 302


# ---------------------------------------------------------------------------------------- admin


def test_staff_read_a_name_back_and_overwrite_a_zone(house: House, domain: Domain, zone: DnsZone):
    client = staff_client(house.tenant, "operator")
    SandboxRegistration.objects.update(is_locked=False)
    with tenant_context(house.tenant.pk):
        for name, row in (("domains_domain", domain), ("domains_dnszone", zone)):
            assert client.get(reverse(f"admin:{name}_change", args=[row.pk])).status_code == 200
            assert client.get(reverse(f"admin:{name}_changelist")).status_code == 200
        client.post(reverse("admin:domains_domain_act", args=[domain.pk, "read-back"]))
    run_until_quiet()
    domain.refresh_from_db()
    assert domain.drift == ["it is not locked against transfer"]
    before = zone.version
    with tenant_context(house.tenant.pk):
        client.post(reverse("admin:domains_dnszone_act", args=[zone.pk, "push"]))
    zone.refresh_from_db()
    assert zone.version == before + 1


def test_programs_and_staff_look_at_a_name_from_outside(
    house: House, domain: Domain, zone: DnsZone, program: Caller, holder: Caller
):
    address = f"domains/{domain.pk}/dns-check"
    none = holder("GET", address)
    assert (none.status, none.code) == (404, "DELEGATION_NOT_CHECKED")
    asked = holder("POST", address, {})
    assert (asked.status, asked.data["status"]) == (202, "asked")
    run_until_quiet()
    SandboxRegistration.objects.update(name_servers=[])
    found = program("GET", address).data
    assert (found["status"], found["findings"]) == ("right", [])
    assert found["servers"][0]["host"] == "ns1.sandbox.example"
    assert portal_caller(house.tenant, CustomerFactory().pk)("POST", address, {}).status == 404

    client = staff_client(house.tenant, "support")
    DelegationCheck.objects.update(asked_at=system_now() - timedelta(hours=1))
    with tenant_context(house.tenant.pk):
        client.post(reverse("admin:domains_domain_act", args=[domain.pk, "look"]))
    run_until_quiet()
    with tenant_context(house.tenant.pk):
        page = client.get(reverse("admin:domains_domain_change", args=[domain.pk]))
    assert "The registry leads nowhere." in page.content.decode()
