"""What exists at a provider becomes a service: read back, never created."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from billing.choices import SubscriptionStatus
from domains.choices import DomainStatus
from domains.errors import DomainAlreadyHere, NotAtRegistrar, TldNotOffered
from domains.models import DnsZone, Domain, SandboxRegistration
from hosting.choices import AccountStatus
from hosting.errors import AccountNotAdoptable
from hosting.models import HostingAccount, HostingServer, MailDomain, SandboxPanelAccount
from ispplatform.core.clock import business_now, business_today
from ispplatform.core.errors import InvalidInput, NotPermitted
from ispplatform.core.models import AuditEntry, Operation
from ispplatform.core.tenancy.context import tenant_context
from ispplatform.core.testing import run_until_quiet
from provisioning.choices import ServiceStatus
from provisioning.models import Service
from provisioning.services.adoption import service_adopt
from provisioning.workflows.adoption import adopter_for, service_look, service_take_over
from tests.actors import staff
from tests.desk import Desk, text_of
from tests.factories.catalog import PriceFactory
from tests.factories.domains import DomainFactory
from tests.house import House

OPERATOR = staff("services:adopt")
NAME = "kontor.example"


@pytest.fixture
def registered(house: House) -> SandboxRegistration:
    """A name that our registrar account holds, for 100 days more."""
    now = business_now(house.tenant)
    return SandboxRegistration.objects.create(
        connection=house.registrar,
        name=NAME,
        registered_at=now - timedelta(days=265),
        expires_at=now + timedelta(days=100),
        name_servers=["ns1.elsewhere.example", "ns2.elsewhere.example"],
        registrant={"email": "old@mail.example"},
    )


@pytest.fixture
def account(house: House) -> SandboxPanelAccount:
    """An account that somebody made at the panel by hand."""
    return SandboxPanelAccount.objects.create(
        connection=house.panel,
        username="kontor",
        domain=NAME,
        package="old-package",
        owner_mark="",
        password_digest="x",
    )


def adopted_name(house: House, name: str = NAME, **values: object) -> Service:
    PriceFactory(plan=house.domain_plan, cycle="yearly")
    return service_take_over(
        **{
            "actor": OPERATOR,
            "customer": house.customer,
            "plan": house.domain_plan,
            "cycle": "yearly",
            "name": name,
            "place": str(house.registrar.pk),
            "billed_from": None,
            "reason": "From the old system",
            **values,
        }
    )


def adopted_account(house: House, **values: object) -> Service:
    PriceFactory(plan=house.hosting_plan, cycle="monthly")
    return service_take_over(
        **{
            "actor": OPERATOR,
            "customer": house.customer,
            "plan": house.hosting_plan,
            "cycle": "monthly",
            "name": "Kontor",
            "place": str(HostingServer.objects.get().pk),
            "billed_from": business_today(house.tenant) + timedelta(days=9),
            "reason": "From the old system",
            **values,
        }
    )


def sent() -> set[str]:
    return set(Operation.objects.values_list("kind", flat=True))


def test_a_name_at_the_registrar_becomes_an_active_service(house: House, registered):
    service = adopted_name(house, "Kontor.example")
    run_until_quiet()

    domain = Domain.objects.get()
    service.refresh_from_db()
    assert (service.status, service.label) == (ServiceStatus.ACTIVE, NAME)
    assert (domain.service_id, domain.status) == (service.pk, DomainStatus.ACTIVE)
    assert domain.expires_at == registered.expires_at
    assert domain.name_servers == ["ns1.elsewhere.example", "ns2.elsewhere.example"]
    assert sent() == {"domains.read_back"}
    assert DnsZone.objects.count() == 0
    told = AuditEntry.objects.get(act="provisioning.service_adopt")
    assert (told.actor_label, told.reason) == (OPERATOR.label, "From the old system")


def test_a_name_is_billed_from_the_expiry_that_was_read(house: House, registered):
    subscription = adopted_name(house).subscription

    assert subscription is not None
    assert subscription.status == SubscriptionStatus.ACTIVE
    assert (subscription.calendar, subscription.price.plan) == ("domains", house.domain_plan)
    expires_on = registered.expires_at.astimezone(ZoneInfo(house.tenant.time_zone)).date()
    assert subscription.next_billing_on == expires_on


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("nobodys.example", NotAtRegistrar),
        ("kontor.elsewhere", TldNotOffered),
        ("no name", InvalidInput),
    ],
)
def test_what_the_registrar_does_not_hold_is_refused(house: House, registered, name, error):
    with pytest.raises(error):
        adopted_name(house, name)
    assert (Service.objects.count(), Domain.objects.count(), Operation.objects.count()) == (0, 0, 0)


def test_a_name_that_ran_out_is_refused(house: House, registered):
    registered.expires_at = business_now(house.tenant) - timedelta(days=1)
    registered.save()
    with pytest.raises(NotAtRegistrar):
        adopted_name(house)


def test_what_is_anothers_is_refused(house: House, registered):
    DomainFactory(name=NAME, unicode_name=NAME)
    with pytest.raises(DomainAlreadyHere):
        adopted_name(house)
    assert Service.objects.filter(customer=house.customer).count() == 0


def test_a_double_click_adopts_once(house: House, registered):
    price = PriceFactory(plan=house.domain_plan, cycle="yearly")
    asked = {"customer": house.customer, "plan": house.domain_plan, "name": NAME, "place": ""}
    found = service_look(actor=OPERATOR, **asked)
    given = {
        "actor": OPERATOR,
        "customer": house.customer,
        "price": price,
        "adopter": adopter_for(house.domain_plan),
        "found": found,
        "billed_from": None,
        "reason": "Twice",
    }
    service_adopt(**given)
    with pytest.raises(DomainAlreadyHere):
        service_adopt(**given)
    assert (Service.objects.count(), Domain.objects.count()) == (1, 1)


def test_an_account_at_the_server_becomes_an_active_service(house: House, account):
    service = adopted_account(house)
    run_until_quiet()

    row = HostingAccount.objects.get()
    account.refresh_from_db()
    assert (service.status, row.service_id) == (ServiceStatus.ACTIVE, service.pk)
    assert (row.status, row.username, row.package) == (
        AccountStatus.ACTIVE,
        "kontor",
        "old-package",
    )
    assert row.usage_read_at is not None
    assert MailDomain.objects.get().name == NAME
    assert account.package == "old-package"
    assert sent() == {"hosting.account_read_back"}
    subscription = service.subscription
    assert subscription is not None
    day: date = business_today(house.tenant) + timedelta(days=9)
    assert (subscription.next_billing_on, subscription.anchor_day) == (day, day.day)


@pytest.mark.parametrize(
    "change",
    [{"username": "other"}, {"owner_mark": "somebody-elses"}, {"is_suspended": True}],
)
def test_an_account_that_is_not_free_to_take_is_refused(house: House, account, change):
    SandboxPanelAccount.objects.filter(pk=account.pk).update(**change)
    with pytest.raises(AccountNotAdoptable):
        adopted_account(house)
    assert (Service.objects.count(), HostingAccount.objects.count()) == (0, 0)


def test_an_account_of_ours_is_not_taken_twice(house: House, account):
    asked = {
        "customer": house.customer,
        "plan": house.hosting_plan,
        "name": "kontor",
        "place": str(HostingServer.objects.get().pk),
    }
    adopted_account(house)
    with pytest.raises(AccountNotAdoptable):
        service_look(actor=OPERATOR, **asked)
    assert HostingAccount.objects.count() == 1


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"billed_from": None}, InvalidInput),
        ({"billed_from": date(2020, 1, 1)}, InvalidInput),
        ({"reason": " "}, InvalidInput),
        ({"actor": staff("services:create")}, NotPermitted),
    ],
)
def test_an_account_needs_a_day_a_reason_and_the_permission(house: House, account, values, error):
    with pytest.raises(error):
        adopted_account(house, **values)
    assert (Service.objects.count(), HostingAccount.objects.count()) == (0, 0)


def test_staff_look_first_and_adopt_then(house: House, registered):
    PriceFactory(plan=house.domain_plan, cycle="yearly")
    desk = Desk(house.tenant, "operator")
    customer = text_of(desk.get("admin:customers_customer_change", house.customer.pk))
    address = f"{reverse('admin:service_adopt')}?customer_number={house.customer.customer_number}"
    assert address in customer
    values = {
        "offer": f"{house.domain_plan.pk}/yearly",
        "place": str(house.registrar.pk),
        "name": NAME,
        "reason": "From the old system",
    }

    def send(**more: str) -> str:
        with tenant_context(house.tenant.pk):
            return text_of(desk.client.post(address, {**values, **more}, follow=True))

    seen = send(act="look")
    assert "ns1.elsewhere.example" in seen
    assert Service.objects.count() == 0
    assert "does not hold nobodys.example for us." in send(act="adopt", name="nobodys.example")
    assert Service.objects.count() == 0
    assert NAME in send(act="adopt")
    assert Service.objects.get().status == ServiceStatus.ACTIVE
    assert Desk(house.tenant, "support").get("admin:service_adopt").status_code == 403
