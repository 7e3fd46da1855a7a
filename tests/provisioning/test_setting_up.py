"""Holding, trouble, repeating, and what an unpaid or late thing does to the others."""

import pytest

from billing.models import Subscription
from customers.models import Customer
from domains.choices import DomainStatus, ZoneStatus
from domains.errors import DomainAlreadyHere, RegistrantIncomplete, TldNotOffered
from domains.models import DnsZone, Domain, SandboxRegistrarEntry, SandboxRegistration
from hosting.choices import AccountStatus
from hosting.models import HostingAccount, SandboxPanelAccount
from ispplatform.core.errors import InvalidInput, NotPermitted
from ispplatform.core.ids import uuid7
from ispplatform.core.models import (
    AttentionItem,
    AuditEntry,
    FaultMode,
    Operation,
    OutboxEvent,
)
from ispplatform.core.operations.decisions import operation_retry
from ispplatform.core.subjects import Subject
from ispplatform.core.testing import run_until_quiet
from provisioning.choices import ServiceStatus
from provisioning.errors import ServiceNotHeld, ServiceStateForbids
from provisioning.models import Service
from provisioning.provisioners import ActivationGuard, activation_guards
from provisioning.selectors.services import service_progress
from provisioning.services.activation import (
    service_activate,
    service_release,
    service_retry,
    service_step_done,
)
from provisioning.services.ordering import service_configure, service_order
from tests.actors import portal, staff
from tests.factories.catalog import PlanFactory
from tests.factories.customers import CustomerFactory
from tests.house import SYSTEM, House, broken, ours_not_done


def due_again() -> None:
    """Let what waits for a later attempt be due now."""
    Operation.objects.filter(state__in=["pending", "unknown"]).update(
        next_attempt_at="2020-01-01T00:00:00Z"
    )


def events(name: str) -> int:
    return OutboxEvent.objects.filter(name=name).count()


# ------------------------------------------------------------------------------------ ordering


@pytest.mark.parametrize(
    ("configuration", "error"),
    [
        ({}, InvalidInput),
        ({"domain": "no name"}, InvalidInput),
        ({"domain": "shop.elsewhere"}, TldNotOffered),
        ({"domain": "www.shop.example"}, TldNotOffered),
        ({"domain": "shop.example", "years": 11}, InvalidInput),
        ({"domain": "shop.example", "years": "1"}, InvalidInput),
        ({"domain": "shop.example", "registrant": "Ada"}, InvalidInput),
        ({"domain": "shop.example", "registrant": {"first_name": "Ada"}}, RegistrantIncomplete),
    ],
)
def test_what_cannot_be_set_up_is_refused_when_it_is_ordered(
    house: House, configuration: dict[str, object], error: type[Exception]
):
    with pytest.raises(error):
        house.order(house.domain_plan, **configuration)

    assert Service.objects.count() == 0
    assert AuditEntry.objects.count() == 0


def test_a_customer_orders_for_itself_only(house: House):
    other = CustomerFactory()
    with pytest.raises(NotPermitted):
        service_order(
            actor=portal(other.pk, "services:read"),
            customer=house.customer,
            plan=house.hosting_plan,
            configuration={"domain": "shop.example"},
        )
    assert Service.objects.count() == 0

    mine = service_order(
        actor=portal(house.customer.pk),
        customer=house.customer,
        plan=house.hosting_plan,
        configuration={"domain": "Shop.Example", "mailbox": "Info"},
    )
    assert mine.configuration == {
        "domain": "shop.example",
        "domain_unicode": "shop.example",
        "domain_mode": "own",
        "mailbox": "info",
    }
    assert mine.label == "shop.example"


def test_a_holder_without_a_telephone_number_is_asked_for_it(house: House):
    Customer.objects.filter(pk=house.customer.pk).update(phone="")
    house.customer.refresh_from_db()
    with pytest.raises(RegistrantIncomplete) as refusal:
        house.order(house.domain_plan, domain="shop.example")

    assert refusal.value.params == {"field": "phone"}


# ------------------------------------------------------------------------------------- holding


def test_a_held_service_sends_nothing_until_it_is_released(house: House):
    service = house.order(house.domain_plan, domain="shop.example")
    guard = ActivationGuard(key="tests.hold", reason=lambda one: "Above 500 EUR.")
    with activation_guards.filled(guard):
        house.pay(service)
        run_until_quiet()
        service.refresh_from_db()
        assert (service.status, service.held_reason) == (ServiceStatus.PENDING, "Above 500 EUR.")
        assert not Operation.objects.filter(kind="domains.register").exists()
        assert AttentionItem.objects.get().kind == "provisioning.held"

        service_release(actor=staff("services:activate"), service=service)
        run_until_quiet()

    service.refresh_from_db()
    assert (service.status, service.held_reason) == (ServiceStatus.ACTIVE, "")
    assert AttentionItem.objects.get().resolved_at is not None
    with pytest.raises(ServiceNotHeld):
        service_release(actor=SYSTEM, service=service)


def test_releasing_needs_its_permission(house: House):
    service = house.order(house.domain_plan, domain="shop.example")
    with pytest.raises(NotPermitted):
        service_release(actor=staff("services:read"), service=service)
    with pytest.raises(NotPermitted):
        service_activate(actor=staff("services:read"), service=service)
    assert Operation.objects.count() == 0


def test_nobody_sets_up_by_hand_what_an_order_has_to_pay_for(house: House):
    ordered = Subject(type="sales.orderline", id=uuid7(), label="ORD-2026-00001")
    service = house.order(house.domain_plan, domain="shop.example")
    Service.objects.filter(pk=service.pk).update(source_type=ordered.type, source_id=ordered.id)
    service.refresh_from_db()
    with pytest.raises(ServiceStateForbids):
        service_activate(actor=staff("services:activate"), service=service)
    service.refresh_from_db()
    assert service.setup_started_at is None
    assert Operation.objects.count() == 0
    service_activate(actor=SYSTEM, service=service)  # as its payment does
    run_until_quiet()
    service.refresh_from_db()
    assert service.status == ServiceStatus.ACTIVE


def test_activating_twice_is_activating_once(house: House):
    service = house.order(house.domain_plan, domain="shop.example")
    service_activate(actor=SYSTEM, service=service)
    service_activate(actor=SYSTEM, service=service)
    run_until_quiet()

    assert SandboxRegistrarEntry.objects.count() == 1
    with pytest.raises(ServiceStateForbids):
        service_activate(actor=SYSTEM, service=service)


def test_progress_is_told_step_by_step(house: House):
    service = house.order(house.domain_plan, domain="shop.example")
    service_activate(actor=SYSTEM, service=service)
    assert service_progress(service).percent == 16
    assert service_progress(service).current == "Registering the name"

    service_step_done(actor=SYSTEM, service_id=service.pk, key="register")
    service_step_done(actor=SYSTEM, service_id=service.pk, key="register")
    assert service_progress(service).percent == 50
    assert service_step_done(actor=SYSTEM, service_id=service.pk, key="unknown") is None

    run_until_quiet()
    assert service_progress(service).percent == 100


# ----------------------------------------------------------------------------------- refusals


def test_a_refused_name_leaves_the_other_lines_alone_and_asks_a_person(house: House):
    domain = house.order(house.domain_plan, domain="refused-shop.example")
    hosting = house.order(house.hosting_plan, domain="refused-shop.example")
    house.pay(domain, hosting)

    run_until_quiet()

    domain.refresh_from_db()
    hosting.refresh_from_db()
    assert hosting.status == ServiceStatus.ACTIVE
    assert (domain.status, domain.activated_at) == (ServiceStatus.PENDING, None)
    assert "refused" in domain.trouble
    assert {step.state for step in domain.steps.all()} == {"waiting"}
    assert Domain.objects.get().status == DomainStatus.FAILED
    assert DnsZone.objects.get().status == ZoneStatus.DELETED
    assert events("provisioning.service_needs_person") == 1
    assert events("domains.domain_registration_refused") == 1
    assert [item.kind for item in AttentionItem.objects.all()] == ["provisioning.trouble"]


def test_another_name_goes_on_where_the_first_was_refused(house: House):
    service = house.order(house.domain_plan, domain="refused-shop.example")
    house.pay(service)
    run_until_quiet()

    service_configure(
        actor=staff("services:update", "services:activate"),
        service=service,
        configuration={**service.configuration, "domain": "better-shop.example"},
    )
    run_until_quiet()

    service.refresh_from_db()
    assert (service.status, service.trouble) == (ServiceStatus.ACTIVE, "")
    assert service.label == "better-shop.example"
    assert SandboxRegistration.objects.get().name == "better-shop.example"
    assert AttentionItem.objects.get().resolved_at is not None


def test_a_refusal_that_is_over_is_repeated_by_a_click(house: House):
    service = house.order(house.hosting_plan, domain="shop.example", mailbox="info")
    broken(house.panel, FaultMode.REFUSED, call="create_account")
    house.pay(service)
    run_until_quiet()
    service.refresh_from_db()
    assert service.trouble.startswith("shop.example:")
    with pytest.raises(NotPermitted):
        service_retry(actor=staff("services:read"), service=service)

    service_retry(actor=SYSTEM, service=service)
    run_until_quiet()

    service.refresh_from_db()
    assert (service.status, service.trouble) == (ServiceStatus.ACTIVE, "")
    statuses = HostingAccount.objects.order_by("id").values_list("status", flat=True)
    assert list(statuses) == [AccountStatus.FAILED, AccountStatus.ACTIVE]
    assert SandboxPanelAccount.objects.count() == 1
    with pytest.raises(ServiceStateForbids):
        service_retry(actor=SYSTEM, service=service)


def test_the_operation_itself_can_be_repeated_as_well(house: House):
    service = house.order(house.domain_plan, domain="shop.example")
    broken(house.registrar, FaultMode.REFUSED, call="register")
    house.pay(service)
    run_until_quiet()
    refused = Operation.objects.get(kind="domains.register")

    operation_retry(actor=SYSTEM, operation_id=refused.pk, reason="")
    run_until_quiet()

    service.refresh_from_db()
    assert (service.status, service.trouble) == (ServiceStatus.ACTIVE, "")
    assert SandboxRegistrarEntry.objects.count() == 1


@pytest.mark.parametrize("mode", [FaultMode.UNAVAILABLE, FaultMode.ANSWER_LOST])
@pytest.mark.parametrize(
    "call",
    ["register", "info", "create_zone", "change_zone", "create_account", "create_mailbox"],
)
def test_each_effect_happens_once_however_the_call_breaks(house: House, mode: FaultMode, call: str):
    name = "shop.example"
    services = [
        house.order(house.domain_plan, domain=name),
        house.order(house.hosting_plan, domain=name, mailbox="info"),
    ]
    for connection in (house.registrar, house.dns, house.panel):
        broken(connection, mode, call=call)
    house.pay(*services)

    for _ in range(4):
        run_until_quiet()
        due_again()
        Operation.objects.filter(sent_at__isnull=False).update(sent_at="2020-01-01T00:00:00Z")

    assert {service.status for service in Service.objects.all()} == {ServiceStatus.ACTIVE}
    assert SandboxRegistrarEntry.objects.count() == 1
    assert SandboxPanelAccount.objects.count() == 1
    assert SandboxPanelAccount.objects.get().mailboxes.count() == 1
    assert ours_not_done() == 0
    assert AttentionItem.objects.filter(resolved_at=None).count() == 0


def test_a_name_that_somebody_took_meanwhile_asks_a_person_and_loses_no_payment(house: House):
    first = house.order(house.domain_plan, domain="shop.example")
    second = house.order(house.domain_plan, domain="shop.example")
    house.pay(first)
    run_until_quiet()

    house.pay(second)
    run_until_quiet()

    second.refresh_from_db()
    assert second.status == ServiceStatus.PENDING
    assert second.trouble == "shop.example is on order already."
    assert SandboxRegistrarEntry.objects.count() == 1
    with pytest.raises(DomainAlreadyHere):
        house.order(house.domain_plan, domain="shop.example")


def test_a_plan_without_a_package_asks_a_person(house: House):
    service = house.order(house.hosting_plan, domain="shop.example")
    plan = PlanFactory(parameters={"package": "no-such-package"})
    Service.objects.filter(pk=service.pk).update(plan=plan)
    house.pay(service)

    run_until_quiet()

    service.refresh_from_db()
    assert "There is no package no-such-package." in service.trouble


# --------------------------------------------------------------------------------------- mail


def test_a_mailbox_alone_gets_a_mail_account_of_its_own(house: House):
    service = house.order(house.email_plan, domain="letters.example", mailbox="info")
    house.pay(service)

    run_until_quiet()

    service.refresh_from_db()
    assert service.status == ServiceStatus.ACTIVE
    assert SandboxPanelAccount.objects.get().package == "mail"
    box = SandboxPanelAccount.objects.get().mailboxes.get()
    assert (box.address, box.quota_bytes) == ("info@letters.example", 2000 * 1024 * 1024)


def test_a_second_mailbox_joins_the_first(house: House):
    for name in ("info", "sales"):
        service = house.order(house.email_plan, domain="letters.example", mailbox=name)
        house.pay(service)
        run_until_quiet()

    addresses = SandboxPanelAccount.objects.get().mailboxes.values_list("address", flat=True)
    assert sorted(addresses) == ["info@letters.example", "sales@letters.example"]


def test_hosting_for_a_name_of_later_gets_a_name_of_the_server(house: House):
    service = house.order(house.hosting_plan, domain_mode="later")
    house.pay(service)

    run_until_quiet()

    account = HostingAccount.objects.get()
    assert account.status == AccountStatus.ACTIVE
    assert account.domain == f"{account.username}.{house.server.hostname}"
    assert Subscription.objects.count() == 0
