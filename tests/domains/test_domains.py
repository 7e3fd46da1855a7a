"""What the holder can set, what the registrar says, and where the two differ."""

from datetime import timedelta
from typing import Any

import pytest

from domains.choices import DomainStatus
from domains.errors import (
    DomainNotActive,
    DomainNotFound,
    InvalidDomainName,
    InvalidRecord,
    NoDnsServer,
    NoRegistrar,
    RegistrantIncomplete,
    RenewalNotPossible,
)
from domains.models import Domain, RegistrantContact, SandboxRegistration
from domains.providers.registrars.base import AvailabilityStatus
from domains.rules.registrants import epp_phone
from domains.rules.terms import years_later, years_of_period
from domains.selectors.availability import names_answers, names_availability
from domains.selectors.connections import dns_connection, name_servers_of, registrar_for
from domains.selectors.domains import domains_expiring_soon
from domains.services import expiry
from domains.services.expiry import domain_expire
from domains.services.registrants import registrant_ensure
from domains.services.renewal import domain_renew, renewal_done
from domains.services.settings import (
    domain_auth_code,
    domain_set_auto_renew,
    domain_set_lock,
    domain_set_name_servers,
    domain_set_registrant,
)
from domains.workflows.reading import expiries_run, next_expiry_due, readings_run
from ispplatform.core.clock import system_now
from ispplatform.core.errors import NotPermitted, ProviderRejected, ProviderUnavailable
from ispplatform.core.models import (
    AttentionItem,
    AuditEntry,
    AuditValues,
    FaultMode,
    Operation,
    OutboxEvent,
    Tenant,
)
from ispplatform.core.tenancy.context import tenant_context
from ispplatform.core.testing import run_until_quiet
from tests.actors import portal, staff
from tests.factories.catalog import PlanFactory
from tests.factories.customers import CustomerFactory
from tests.factories.domains import (
    DnsConnectionFactory,
    DomainFactory,
    RegistrantFactory,
    registered_domain,
)
from tests.house import SYSTEM, House, broken


def remote() -> SandboxRegistration:
    return SandboxRegistration.objects.get()


# ------------------------------------------------------------------------------------- settings


def test_what_is_set_reaches_the_registrar(tenant: Tenant):
    domain = registered_domain()
    holder = RegistrantFactory(customer=domain.customer, email="new@customer.example")
    hosts = ["NS1.other.example.", "ns2.other.example"]

    domain_set_name_servers(actor=SYSTEM, domain=domain, name_servers=hosts)
    domain_set_lock(actor=SYSTEM, domain=domain, locked=False)
    domain_set_registrant(actor=SYSTEM, domain=domain, registrant=holder)
    run_until_quiet()

    assert remote().name_servers == ["ns1.other.example", "ns2.other.example"]
    assert remote().is_locked is False
    assert remote().registrant["email"] == "new@customer.example"
    domain.refresh_from_db()
    assert domain.drift == []
    changed = OutboxEvent.objects.filter(name="domains.domain_changed")
    assert changed.count() == 3


def test_what_is_so_already_sends_nothing(tenant: Tenant):
    domain = registered_domain()
    domain_set_lock(actor=SYSTEM, domain=domain, locked=True)
    domain_set_auto_renew(actor=SYSTEM, domain=domain, enabled=True)
    domain_set_name_servers(actor=SYSTEM, domain=domain, name_servers=domain.name_servers)
    domain_set_registrant(actor=SYSTEM, domain=domain, registrant=domain.registrant)

    assert Operation.objects.count() == 0
    assert AuditEntry.objects.count() == 0


@pytest.mark.parametrize(
    ("hosts", "error"),
    [
        (["ns1.other.example"], InvalidDomainName),
        (["ns1.other.example", "ns1.other.example"], InvalidDomainName),
        ([f"ns{n}.other.example" for n in range(14)], InvalidDomainName),
        (["ns1", "ns2.other.example"], InvalidRecord),
    ],
)
def test_unusable_name_servers_are_refused(
    tenant: Tenant, hosts: list[str], error: type[Exception]
):
    domain = registered_domain()
    with pytest.raises(error) as refusal:
        domain_set_name_servers(actor=SYSTEM, domain=domain, name_servers=hosts)

    assert refusal.value.params["field"] == "name_servers"
    assert Operation.objects.count() == 0


def test_nobody_sets_what_another_customer_holds(tenant: Tenant):
    domain = registered_domain()
    stranger = portal(CustomerFactory().pk, "domains:update", "domains:transfer")
    for act in (
        lambda: domain_set_lock(actor=stranger, domain=domain, locked=False),
        lambda: domain_set_auto_renew(actor=stranger, domain=domain, enabled=False),
        lambda: domain_auth_code(actor=stranger, domain=domain),
    ):
        with pytest.raises(DomainNotFound):
            act()
    with pytest.raises(NotPermitted):
        domain_set_lock(actor=staff("domains:read"), domain=domain, locked=False)
    with pytest.raises(DomainNotFound):
        domain_set_registrant(actor=SYSTEM, domain=domain, registrant=RegistrantFactory())
    assert Operation.objects.count() == 0


def test_a_name_that_is_not_registered_cannot_be_set(tenant: Tenant):
    domain = DomainFactory(status=DomainStatus.PENDING)
    with pytest.raises(DomainNotActive):
        domain_set_lock(actor=SYSTEM, domain=domain, locked=False)
    with pytest.raises(RenewalNotPossible):
        domain_renew(actor=SYSTEM, domain=domain, years=1, key="x")


def test_the_transfer_code_is_shown_and_kept_nowhere(tenant: Tenant):
    domain = registered_domain()
    with pytest.raises(ProviderRejected):
        domain_auth_code(actor=SYSTEM, domain=domain)
    domain_set_lock(actor=SYSTEM, domain=domain, locked=False)
    run_until_quiet()
    domain.refresh_from_db()

    code = domain_auth_code(actor=SYSTEM, domain=domain)

    assert code.startswith("SB-")
    kept = [
        *Domain.objects.values(),
        *AuditEntry.objects.values(),
        *AuditValues.objects.values(),
        *Operation.objects.values(),
    ]
    assert code not in str(kept)
    assert AuditEntry.objects.filter(act="domains.domain_auth_code").count() == 1


def test_a_renewal_beyond_ten_years_is_refused(tenant: Tenant):
    domain = registered_domain()
    with pytest.raises(RenewalNotPossible):
        domain_renew(actor=SYSTEM, domain=domain, years=10, key="x")
    with pytest.raises(NotPermitted):
        domain_renew(actor=staff("domains:read"), domain=domain, years=1, key="x")
    assert Operation.objects.count() == 0


# --------------------------------------------------------------------------------------- reading


def test_a_registrar_that_has_something_else_is_shown_to_staff(tenant: Tenant):
    domain = registered_domain(read_at=None)
    SandboxRegistration.objects.update(is_locked=False, name_servers=["a.example", "b.example"])

    assert readings_run() == 1
    run_until_quiet()

    domain.refresh_from_db()
    assert domain.drift == [
        "its name servers are a.example, b.example",
        "it is not locked against transfer",
    ]
    item = AttentionItem.objects.get()
    assert (item.kind, item.resolved_at) == ("domains.drift", None)
    assert readings_run() == 0

    SandboxRegistration.objects.update(is_locked=True, name_servers=domain.name_servers)
    Domain.objects.update(read_at=None)
    readings_run()
    run_until_quiet()
    item.refresh_from_db()
    assert item.resolved_at is not None


def test_the_registrars_own_renewal_is_switched_off(tenant: Tenant):
    registered_domain(read_at=None)
    SandboxRegistration.objects.update(auto_renew=True)

    readings_run()
    run_until_quiet()

    assert remote().auto_renew is False


def test_a_name_that_is_gone_is_told_and_frees_its_row(tenant: Tenant):
    domain = registered_domain(read_at=None)
    SandboxRegistration.objects.all().delete()

    readings_run()
    run_until_quiet()

    domain.refresh_from_db()
    assert domain.status == DomainStatus.RELEASED
    assert OutboxEvent.objects.filter(name="domains.domain_gone").count() == 1
    DomainFactory(name=domain.name)


def test_a_name_whose_day_has_come_is_read_and_expires(tenant: Tenant):
    day = system_now().replace(microsecond=0) - timedelta(days=1)
    domain = registered_domain(expires_at=day, registered_at=day - timedelta(days=365))
    later = registered_domain()
    assert next_expiry_due(tenant, system_now()) == later.expires_at

    assert expiries_run(tenant) == 1
    run_until_quiet()

    domain.refresh_from_db()
    assert domain.status == DomainStatus.EXPIRED
    assert expiries_run(tenant) == 0
    assert [row.pk for row in domains_expiring_soon(tenant)] == []


def test_an_expiry_is_on_the_record_and_told(tenant: Tenant):
    day = system_now().replace(microsecond=0) - timedelta(days=1)
    domain = registered_domain(expires_at=day, registered_at=day - timedelta(days=365))

    expiries_run(tenant)

    assert AuditEntry.objects.get(act="domains.domain_expire").subject_id == domain.pk
    event = OutboxEvent.objects.get(name="domains.domain_expired")
    assert event.payload["domain"] == domain.name
    assert event.customer_id == domain.customer_id


def test_a_renewal_that_settles_meanwhile_stands(tenant: Tenant):
    now = system_now().replace(microsecond=0)
    domain = registered_domain(expires_at=now - timedelta(days=1))
    found_due = domain.pk
    renewal_done(domain_id=domain.pk, expires_at=now + timedelta(days=364))

    assert domain_expire(domain_id=found_due, now=now) is False

    domain.refresh_from_db()
    assert (domain.status, domain.expires_at) == (DomainStatus.ACTIVE, now + timedelta(days=364))
    assert not OutboxEvent.objects.filter(name="domains.domain_expired").exists()


def test_a_name_that_cannot_be_looked_after_stops_no_other(tenant: Tenant, monkeypatch):
    day = system_now().replace(microsecond=0) - timedelta(days=1)
    poisoned, fine = (
        registered_domain(expires_at=day - timedelta(hours=hours)) for hours in (2, 1)
    )
    real = expiry.read_back_start

    def fails(domain: Domain, **values: Any) -> Any:
        if domain.pk == poisoned.pk:
            raise RuntimeError("its data are broken")
        return real(domain, **values)

    with monkeypatch.context() as patch:
        patch.setattr(expiry, "read_back_start", fails)
        assert expiries_run(tenant) == 1
    poisoned.refresh_from_db()
    fine.refresh_from_db()
    assert (poisoned.status, fine.status) == (DomainStatus.ACTIVE, DomainStatus.EXPIRED)
    item = AttentionItem.objects.get()
    assert (item.kind, item.subject_id) == ("domains.expiry_not_noted", poisoned.pk)
    assert expiries_run(tenant) == 1
    item.refresh_from_db()
    assert item.resolved_at is not None


# ----------------------------------------------------------------------------------- availability


def test_names_are_answered_one_by_one(house: House):
    PlanFactory(domain=True, tld="test")
    DomainFactory(name="held.example")

    answers = names_answers(
        ["Free.Example", "taken.test", "held.example", "a.b.example", "x.nowhere", "no name"]
    )

    assert [(one.status, one.is_available) for one in answers] == [
        (AvailabilityStatus.AVAILABLE, True),
        (AvailabilityStatus.TAKEN, False),
        (AvailabilityStatus.TAKEN, False),
        ("invalid", False),
        ("not_offered", False),
        ("invalid", False),
    ]
    assert answers[0].plan == house.domain_plan
    assert answers[0].name is not None
    assert answers[0].name.ascii == "free.example"
    assert all(one.sentence for one in answers if not one.is_available)


def test_a_registrar_that_is_down_says_neither_free_nor_taken(house: House):
    broken(house.registrar, FaultMode.UNAVAILABLE, call="check", times=2)

    (answer,) = names_answers(["free.example"])

    assert (answer.status, answer.is_available) == (AvailabilityStatus.UNKNOWN, False)
    with pytest.raises(ProviderUnavailable):
        names_availability(["free.example"])


def test_a_plan_may_name_its_registrar(house: House):
    assert registrar_for("example") == house.registrar
    assert registrar_for("example", preferred=house.registrar.name) == house.registrar
    with pytest.raises(NoRegistrar):
        registrar_for("example", preferred="another")


def test_without_servers_nothing_can_be_set_up(tenant: Tenant):
    with pytest.raises(NoDnsServer):
        dns_connection()
    with pytest.raises(NoRegistrar):
        registrar_for("example")
    with pytest.raises(NoDnsServer):
        name_servers_of(DnsConnectionFactory(config={"name_servers": "ns1.sandbox.example"}))


# ------------------------------------------------------------------------------------- registrants


def test_the_same_holder_is_kept_once(tenant: Tenant):
    customer = CustomerFactory()
    details = {
        "first_name": " Ada ",
        "last_name": "Example",
        "email": "ada@customer.example",
        "phone": "030 1234567",
        "street": "Lindenstraße 12",
        "city": "Berlin",
        "postal_code": "10969",
        "country": "de",
    }

    first = registrant_ensure(actor=SYSTEM, customer=customer, details=details)
    again = registrant_ensure(actor=SYSTEM, customer=customer, details=details)

    assert first == again
    assert (first.phone, first.country, first.first_name) == ("+49.301234567", "DE", "Ada")
    assert RegistrantContact.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"phone": "call me"}, "phone"),
        ({"country": "Germany"}, "country"),
        ({"email": "ada"}, "email"),
        ({"city": "  "}, "city"),
        ({"is_company": True}, "company_name"),
    ],
)
def test_an_incomplete_holder_is_refused_by_field(
    tenant: Tenant, change: dict[str, object], field: str
):
    holder = RegistrantFactory.build(customer=None)
    values = {name: getattr(holder, name) for name in ("first_name", "last_name", "email")}
    values |= {"phone": "+49 30 1234567", "street": "x", "city": "y", "postal_code": "1"}
    values |= {"country": "DE", **change}
    with pytest.raises(RegistrantIncomplete) as refusal:
        registrant_ensure(actor=SYSTEM, customer=CustomerFactory(), details=values)

    assert refusal.value.params["field"] == field
    assert RegistrantContact.objects.count() == 0


@pytest.mark.parametrize(
    ("typed", "country", "phone"),
    [
        ("+49 30 1234567", "", "+49.301234567"),
        ("+49.301234567", "DE", "+49.301234567"),
        ("030/1234567", "DE", "+49.301234567"),
        ("(212) 555-0100", "US", "+1.2125550100"),
    ],
)
def test_telephone_numbers_take_the_form_of_registries(typed: str, country: str, phone: str):
    assert epp_phone(typed, country=country) == phone


def test_terms_do_not_drift_over_a_leap_day():
    leap = system_now().replace(year=2028, month=2, day=29)
    assert years_later(leap, 1).date().isoformat() == "2029-02-28"
    assert years_later(leap, 4).date().isoformat() == "2032-02-29"
    start = leap.date()
    assert years_of_period(start, start.replace(year=2029, day=28)) == 1
    assert years_of_period(start, start.replace(year=2030, day=28)) == 2
    with pytest.raises(ValueError, match="is not after"):
        years_of_period(start, start)


def test_names_of_another_company_are_neither_seen_nor_in_the_way(
    tenant: Tenant, other_tenant: Tenant
):
    registered_domain(name="shop.example")
    with tenant_context(other_tenant.pk):
        assert Domain.objects.count() == 0
        registered_domain(name="shop.example")
    assert Domain.objects.count() == 1
