"""A whole sale through Route 53 Domains: once, whatever breaks, and visible where it fails."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from domains.choices import DomainStatus
from domains.models import Domain
from domains.rules.terms import years_later
from domains.services.renewal import domain_renew
from domains.services.settings import domain_set_name_servers, domain_set_registrant
from ispplatform.core.clock import system_now
from ispplatform.core.http import deadline
from ispplatform.core.models import (
    AttentionItem,
    Operation,
    OperationState,
    ProviderConnection,
)
from ispplatform.core.operations import failpoints
from ispplatform.core.operations.decisions import operation_retry
from ispplatform.core.testing import run_until_quiet
from provisioning.choices import ServiceStatus
from provisioning.statuses import service_sentence
from tests.actors import staff
from tests.domains.registrars.fake_route53 import AMAZONS_SERVERS, FakeRoute53, Fault, Refusal
from tests.factories.domains import NAME_SERVERS, RegistrantFactory
from tests.house import SYSTEM, House

NAME = "shop.example"
START = "2026-03-02 09:00:00+00:00"


class Killed(BaseException):
    """The process is gone, as far as the engine can tell."""


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Real time, standing still until the test moves it; deadlines count the same time."""
    monkeypatch.setattr(deadline, "monotonic_seconds", lambda: system_now().timestamp())
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


@pytest.fixture
def shop(clock: Any, house: House, amazon_connection: ProviderConnection) -> House:
    """A company whose only registrar is Amazon."""
    house.registrar.delete()
    return house


def ordered(shop: House) -> Domain:
    """A name that a customer has paid for, as far as it gets at once."""
    shop.pay(shop.order(shop.domain_plan, domain=NAME))
    run_until_quiet()
    return Domain.objects.select_related("service").get()


def later(clock: Any, *, hours: float = 0, seconds: float = 0) -> None:
    """Let time pass and do what is due."""
    clock.shift(timedelta(hours=hours, seconds=seconds))
    run_until_quiet()


def registrations(amazon: FakeRoute53) -> list[str]:
    """The states of all registrations that Amazon ever got."""
    ones = amazon.operations.values()
    return [one["Status"] for one in ones if one["Type"] == "REGISTER_DOMAIN"]


def operation_of(kind: str) -> Operation:
    return Operation.objects.filter(kind=kind).latest("id")


def test_a_name_is_ours_when_amazon_is_done_and_our_name_servers_are_set(
    shop: House, amazon: FakeRoute53, clock: Any
):
    amazon.holds = True
    domain = ordered(shop)
    operation = operation_of("domains.register")
    assert (domain.status, operation.state) == (DomainStatus.PENDING, OperationState.ACCEPTED)
    assert operation.provider_reference == "operation-1"
    step = domain.service.steps.get(key="register")
    assert step.accepted_at == operation.accepted_at
    assert service_sentence(domain.service, [step]).startswith("Being registered: the registry has")

    later(clock, seconds=15)
    assert registrations(amazon) == ["SUBMITTED"]
    amazon.finish_all()
    later(clock, hours=1)
    domain.refresh_from_db()
    assert domain.status == DomainStatus.PENDING  # registered, and Amazon's servers answer for it
    assert domain.service.status != ServiceStatus.ACTIVE
    assert service_sentence(domain.service, list(domain.service.steps.all())) == (
        "This takes a few moments; the page follows by itself."
    )
    assert amazon.names[NAME]["Nameservers"][0]["Name"] == AMAZONS_SERVERS[0]
    amazon.finish_all()
    later(clock, hours=1)

    domain.refresh_from_db()
    assert (domain.status, domain.drift, domain.is_locked) == (DomainStatus.ACTIVE, [], True)
    assert domain.expires_at == amazon.names[NAME]["ExpirationDate"]
    assert [one["Name"] for one in amazon.names[NAME]["Nameservers"]] == NAME_SERVERS
    assert amazon.names[NAME]["AutoRenew"] is False
    assert domain.service.status == ServiceStatus.ACTIVE
    assert registrations(amazon) == ["SUCCESSFUL"]
    assert AttentionItem.objects.count() == 0


def test_name_servers_that_a_registry_never_shows_are_set_once_and_shown_as_drift(
    shop: House, amazon: FakeRoute53, clock: Any
):
    class Stubborn(dict):
        def update(self, *args: Any, **values: Any) -> None:
            values.pop("Nameservers", None)
            super().update(*args, **values)

    amazon.holds = True
    domain = ordered(shop)
    amazon.finish_all()
    amazon.names[NAME] = Stubborn(amazon.names[NAME])
    amazon.holds = False
    later(clock, hours=1)

    domain.refresh_from_db()
    assert domain.status == DomainStatus.ACTIVE
    assert len(amazon.asked("UpdateDomainNameservers")) == 1
    assert AttentionItem.objects.get().kind == "domains.drift"


def test_a_registration_that_fails_later_stands_before_a_person_and_can_be_tried_again(
    shop: House, amazon: FakeRoute53, clock: Any
):
    amazon.holds = True
    domain = ordered(shop)
    amazon.fail("operation-1", "The registry says no.")
    later(clock, seconds=15)

    domain.refresh_from_db()
    assert domain.status == DomainStatus.FAILED
    assert "The registry says no." in AttentionItem.objects.get().sentence

    amazon.holds = False
    operation_retry(
        actor=staff("operations:manage", "operations:retry"),
        operation_id=operation_of("domains.register").pk,
    )
    run_until_quiet()
    later(clock, hours=1)
    domain.refresh_from_db()
    assert domain.status == DomainStatus.ACTIVE
    assert registrations(amazon) == ["FAILED", "SUCCESSFUL"]


def test_a_registration_that_never_ends_is_put_before_a_person(
    shop: House, amazon: FakeRoute53, clock: Any
):
    amazon.holds = True
    ordered(shop)
    later(clock, hours=73)
    operation = operation_of("domains.register")
    assert operation.state == OperationState.NEEDS_PERSON
    assert registrations(amazon) == ["SUBMITTED"]


FAULTS = {
    "nothing": [],
    "lost": [Fault("RegisterDomain", lose=True)],
    "500 after the act": [Fault("RegisterDomain", raw=(500, "text/html", b"<html>"))],
    "500 before the act": [Fault("RegisterDomain", before=Refusal("InternalFailure", status=500))],
    "cut off": [Fault("RegisterDomain", raw=(200, "application/x-amz-json-1.1", b'{"Oper'))],
    "throttled": [Fault("RegisterDomain", before=Refusal("ThrottlingException"))],
    "keys revoked": [Fault("RegisterDomain", before=Refusal("AccessDeniedException"))],
    "busy": [Fault("RegisterDomain", before=Refusal("OperationLimitExceeded"))],
    "duplicate": [Fault("RegisterDomain", before=Refusal("DuplicateRequest"))],
    "lost, then no list": [
        Fault("RegisterDomain", lose=True),
        Fault("ListOperations", lose=True),
        Fault("GetDomainDetail", lose=True),
    ],
    "no detail at first": [Fault("GetDomainDetail", before=Refusal("Throttling", status=429))],
    "no progress": [Fault("GetOperationDetail", lose=True)] * 3,
}
POINTS = ("claimed", "sent_marked", "answered", "settling", "settled")
SCHEDULES = [
    *((fault, "", False) for fault in FAULTS),
    *((fault, point, True) for fault in ("nothing", "lost") for point in POINTS),
]


@pytest.mark.slow
@pytest.mark.parametrize(("fault", "point", "holds"), SCHEDULES)
def test_a_paid_name_is_registered_exactly_once(
    shop: House, amazon: FakeRoute53, clock: Any, fault: str, point: str, holds: bool
):
    """The worker dies once at ``point`` of registering, and Amazon misbehaves as well."""
    amazon.holds = holds
    amazon.faults.extend(FAULTS[fault])
    deaths = iter([True])

    def die(reached: str) -> None:
        running = Operation.objects.filter(kind="domains.register").exists()
        if running and reached == point and next(deaths, False):
            raise Killed

    shop.pay(shop.order(shop.domain_plan, domain=NAME))
    with failpoints.installed(die):
        for _ in range(40):
            try:
                run_until_quiet()
            except Killed:
                continue
            if Domain.objects.filter(status=DomainStatus.ACTIVE).exists():
                break
            amazon.finish_all()
            clock.shift(timedelta(minutes=10))

    domain = Domain.objects.get()
    assert domain.status == DomainStatus.ACTIVE
    assert registrations(amazon) == ["SUCCESSFUL"]
    domain.service.refresh_from_db()
    assert domain.service.status == ServiceStatus.ACTIVE


# --------------------------------------------------------------------------------- what follows


@pytest.fixture
def domain(shop: House, amazon: FakeRoute53, clock: Any) -> Domain:
    """An active name at Amazon."""
    found = ordered(shop)
    later(clock, hours=1)
    found.refresh_from_db()
    assert found.status == DomainStatus.ACTIVE
    return found


def test_a_renewal_is_done_when_the_new_expiry_is_shown(
    domain: Domain, amazon: FakeRoute53, clock: Any
):
    amazon.holds = True
    before = domain.expires_at
    domain_renew(actor=SYSTEM, domain=domain, years=1, key="invoice-1")
    run_until_quiet()
    domain.refresh_from_db()
    assert domain.expires_at == before

    amazon.finish_all()
    later(clock, hours=1)

    domain.refresh_from_db()
    assert domain.expires_at == years_later(before, 1)
    assert len(amazon.asked("RenewDomain")) == 1


def test_a_lost_renewal_is_not_sent_twice(domain: Domain, amazon: FakeRoute53, clock: Any):
    before = domain.expires_at
    amazon.faults.append(Fault("RenewDomain", lose=True))
    domain_renew(actor=SYSTEM, domain=domain, years=1, key="invoice-1")
    run_until_quiet()
    later(clock, hours=1)

    domain.refresh_from_db()
    assert domain.expires_at == years_later(before, 1)
    assert len(amazon.asked("RenewDomain")) == 1


def test_a_renewal_that_fails_later_is_told(domain: Domain, amazon: FakeRoute53, clock: Any):
    amazon.holds = True
    before = domain.expires_at
    domain_renew(actor=SYSTEM, domain=domain, years=1, key="invoice-1")
    run_until_quiet()
    amazon.fail(operation_of("domains.renew").provider_reference, "Card declined.")
    later(clock, hours=1)

    domain.refresh_from_db()
    assert domain.expires_at == before
    assert operation_of("domains.renew").state == OperationState.REJECTED
    assert "Card declined." in AttentionItem.objects.get().sentence


def test_a_change_that_fails_later_stands_before_a_person(
    domain: Domain, amazon: FakeRoute53, clock: Any
):
    amazon.holds = True
    hosts = ["ns1.other.example", "ns2.other.example"]
    domain_set_name_servers(actor=SYSTEM, domain=domain, name_servers=hosts)
    run_until_quiet()
    operation = operation_of("domains.set_name_servers")
    assert operation.state == OperationState.ACCEPTED
    amazon.fail(operation.provider_reference, "No such host at the registry.")
    later(clock, seconds=15)

    operation.refresh_from_db()
    assert operation.state == OperationState.REJECTED
    assert len(amazon.asked("UpdateDomainNameservers")) == 2  # the first put ours on the new name
    kinds = AttentionItem.objects.values_list("kind", flat=True)
    assert len(kinds) == 1


def test_a_holder_who_has_not_answered_amazons_mail_holds_nothing_up(
    domain: Domain, amazon: FakeRoute53, clock: Any
):
    amazon.holds = True
    holder = RegistrantFactory(customer=domain.customer, email="new@customer.example")
    domain_set_registrant(actor=SYSTEM, domain=domain, registrant=holder)
    run_until_quiet()
    operation = operation_of("domains.set_registrant")
    assert operation.state == OperationState.ACCEPTED
    amazon.operations[operation.provider_reference]["StatusFlag"] = "PENDING_CUSTOMER_ACTION"
    later(clock, seconds=15)

    operation.refresh_from_db()
    assert operation.state == OperationState.SUCCEEDED
    domain_renew(actor=SYSTEM, domain=domain, years=1, key="invoice-1")
    run_until_quiet()
    assert len(amazon.asked("RenewDomain")) == 1
