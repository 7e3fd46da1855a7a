"""What the schedules have found, each as a story of its own."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db.models.signals import post_save

from domains.models import DnsZone, Domain, SandboxZone
from hosting.errors import MailboxAlreadyHere
from hosting.models import Mailbox, MailDomain, SandboxPanelAccount, SandboxPanelMailbox
from hosting.services.mailboxes import mailbox_create
from ispplatform.core.actors import Actor
from ispplatform.core.attention.selectors import attention_items_of_customer
from ispplatform.core.models import FaultMode, Operation, ProviderConnection, SandboxFault
from ispplatform.core.operations import failpoints
from ispplatform.core.operations.decisions import (
    operation_dismiss,
    operation_retry,
    operation_take_over,
)
from ispplatform.core.operations.engine import operation_run
from ispplatform.core.testing import run_until_quiet
from provisioning.models import Service
from provisioning.services.activation import service_retry
from tests.factories.hosting import SandboxPanelMailboxFactory
from tests.house import House, broken, events_arrive, house

__all__ = ["house"]

SYSTEM = Actor.system("tests")
HOURS = 15


def in_the_middle_of(kind: str, point: str, act: Callable[[], object]) -> None:
    """Do something once, while the operation of a kind stands at a point of the engine."""
    acts = [act]

    def at(reached: str) -> None:
        if reached == point and acts:
            acts.pop()()

    with failpoints.installed(at):
        operation_run(Operation.objects.get(kind=kind).pk)


def waiting(service: Service) -> list[str]:
    """Return what stands under *Needs a person* about the service's customer."""
    service.refresh_from_db()
    return list(attention_items_of_customer(service.customer_id).values_list("kind", flat=True))


def refused(house: House, connection: ProviderConnection, call: str) -> Service:
    """Return a paid service of which one call of the setting up was refused."""
    is_panel = connection.kind == "panel"
    plan = house.hosting_plan if is_panel else house.domain_plan
    service = house.order(plan, domain="kontor.example")
    broken(connection, FaultMode.REFUSED, call)
    house.pay(service)
    run_until_quiet()
    service.refresh_from_db()
    return service


@pytest.mark.parametrize("point", ["claimed", "sent_marked", "answered"])
def test_a_zone_push_that_ends_after_the_refusal_leaves_the_trouble(house: House, point: str):
    service = house.order(house.domain_plan, domain="refused-name.example")
    house.pay(service)
    events_arrive()
    register = Operation.objects.get(kind="domains.register").pk

    in_the_middle_of("dns.zone_push", point, lambda: operation_run(register))

    assert waiting(service) == ["provisioning.trouble"]
    assert "refuses refused-name.example" in service.trouble
    assert not service.steps.filter(state="done").exists()
    run_until_quiet()
    assert waiting(service) == ["provisioning.trouble"]
    assert service.trouble


@pytest.mark.parametrize("by_service", [True, False])
@pytest.mark.parametrize(
    ("which", "call", "step"),
    [
        ("registrar", "info", "read_back"),
        ("dns", "create_zone", "dns"),
        ("panel", "find_account", "read_back"),
    ],
)
def test_a_refusal_in_any_step_stands_at_the_service(
    house: House, which: str, call: str, step: str, by_service: bool
):
    service = refused(house, getattr(house, which), call)

    assert service.status == "pending"
    assert service.trouble
    assert waiting(service) == ["core.operation_urgent"]
    assert service.steps.get(key=step).trouble == service.trouble

    if by_service:
        service_retry(actor=SYSTEM, service=service)
    else:
        operation = Operation.objects.get(state="rejected")
        operation_retry(actor=SYSTEM, operation_id=operation.pk)
    run_until_quiet()
    assert waiting(service) == []
    assert (service.status, service.trouble) == ("active", "")


def test_one_step_that_goes_on_does_not_hide_the_trouble_of_another(house: House):
    service = house.order(house.domain_plan, domain="kontor.example")
    house.pay(service)
    events_arrive()
    register = Operation.objects.get(kind="domains.register")
    Operation.objects.filter(pk=register.pk).update(attempt_limit=1)
    broken(house.registrar, FaultMode.UNAVAILABLE, "register")
    operation_run(register.pk)
    service.refresh_from_db()
    assert service.trouble

    run_until_quiet()  # the zone is pushed

    assert service.steps.get(key="dns").state == "done"
    assert waiting(service) == ["core.operation_urgent"]
    assert service.trouble
    service_retry(actor=SYSTEM, service=service)  # carries the operation on as well
    run_until_quiet()
    assert waiting(service) == []
    assert (service.status, service.trouble) == ("active", "")


@pytest.mark.parametrize("point", ["claimed", "sent_marked", "answered"])
def test_a_name_ordered_anew_while_its_zone_is_taken_away_has_a_zone(house: House, point: str):
    service = house.order(house.domain_plan, domain="kontor.example")
    broken(house.registrar, FaultMode.REFUSED, "register")
    house.pay(service)
    events_arrive()
    for kind in ("dns.zone_push", "domains.register"):
        operation_run(Operation.objects.get(kind=kind).pk)
    service.refresh_from_db()

    in_the_middle_of("dns.zone_delete", point, lambda: service_retry(actor=SYSTEM, service=service))
    run_until_quiet()

    assert waiting(service) == []
    assert (service.status, service.trouble) == ("active", "")
    zone = DnsZone.objects.live().get(name="kontor.example")
    assert zone.is_pushed
    assert zone.domain == Domain.objects.live().get(name="kontor.example")
    assert SandboxZone.objects.get().owner_mark == str(zone.pk)


def hours_pass(clock: Any) -> None:
    """Let enough time go by for every attempt that an operation has."""
    for _ in range(HOURS):
        run_until_quiet()
        clock.shift(timedelta(hours=1))


def hosted(house: House) -> None:
    """Have the house's customer host kontor.example, without any mailbox."""
    house.pay(house.order(house.hosting_plan, domain="kontor.example"))
    run_until_quiet()


def mailbox_paid(house: House) -> Service:
    """Return a paid e-mail service whose mailbox nobody has asked the panel for yet."""
    service = house.order(house.email_plan, domain="kontor.example", mailbox="info")
    house.pay(service)
    events_arrive()
    return service


@contextmanager
def as_soon_as_it_is_made(act: Callable[[], object]) -> Iterator[None]:
    """Do something once, when the panel makes a mailbox."""

    def made(created: bool, **_: object) -> None:
        if created:
            act()

    post_save.connect(made, sender=SandboxPanelMailbox, weak=False)
    try:
        yield
    finally:
        post_save.disconnect(made, sender=SandboxPanelMailbox)


def test_a_refused_look_up_does_not_take_back_that_the_mailbox_is_made(house: House, clock: Any):
    hosted(house)
    service = mailbox_paid(house)

    with as_soon_as_it_is_made(lambda: broken(house.panel, FaultMode.REFUSED, "find_mailbox")):
        hours_pass(clock)

    assert waiting(service) == []
    assert (service.status, service.trouble) == ("active", "")
    assert SandboxPanelMailbox.objects.count() == 1
    assert Mailbox.objects.get().status == "active"


@pytest.mark.parametrize("by_service", [True, False])
def test_after_look_ups_were_refused_for_long_it_is_found_and_not_made_anew(
    house: House, clock: Any, by_service: bool
):
    hosted(house)
    service = mailbox_paid(house)
    refuse = partial(broken, house.panel, FaultMode.REFUSED, "find_mailbox", times=100)
    with as_soon_as_it_is_made(refuse):
        hours_pass(clock)
    assert waiting(service) == ["core.operation_urgent"]
    assert service.trouble

    SandboxFault.objects.all().delete()
    if by_service:
        service_retry(actor=SYSTEM, service=service)
    else:
        operation = Operation.objects.get(state="needs_person")
        operation_retry(actor=SYSTEM, operation_id=operation.pk)
    hours_pass(clock)

    assert waiting(service) == []
    assert (service.status, service.trouble) == ("active", "")
    assert SandboxPanelMailbox.objects.count() == 1


def test_a_mailbox_given_up_while_in_doubt_is_known_again_when_ordered_anew(
    house: House, clock: Any
):
    hosted(house)
    service = mailbox_paid(house)
    operation = Operation.objects.get(kind="hosting.mailbox_create")
    broken(house.panel, FaultMode.ANSWER_LOST, "create_mailbox")
    operation_run(operation.pk)
    operation_take_over(
        actor=SYSTEM, operation_id=operation.pk, succeeded=False, reason="It took too long."
    )
    assert waiting(service) == ["provisioning.trouble"]

    service_retry(actor=SYSTEM, service=service)
    hours_pass(clock)

    assert waiting(service) == []
    assert (service.status, service.trouble) == ("active", "")
    assert SandboxPanelMailbox.objects.count() == 1


class Killed(BaseException):
    """The worker is dead."""


def killed(point: str) -> None:
    """Die when a request may leave."""
    if point == "sent_marked":
        raise Killed


@pytest.mark.parametrize("mode", ["", "killed", FaultMode.UNAVAILABLE, FaultMode.BROKEN])
@pytest.mark.parametrize("call", ["find_mailbox", "create_mailbox"])
def test_a_mailbox_that_others_made_goes_to_a_person_whatever_breaks(
    house: House, clock: Any, mode: str, call: str
):
    hosted(house)
    service = mailbox_paid(house)
    operation = Operation.objects.get(kind="hosting.mailbox_create")
    account = SandboxPanelAccount.objects.get()
    theirs = SandboxPanelMailboxFactory(account=account, address="info@kontor.example")
    if mode == "killed":
        with failpoints.installed(killed), pytest.raises(Killed):
            operation_run(operation.pk)
    elif mode:
        broken(house.panel, FaultMode(mode), call)

    hours_pass(clock)

    for tries in range(2):
        assert waiting(service) == ["provisioning.trouble"], tries
        assert "exists already, and we did not make it" in service.trouble
        assert service.status == "pending"
        service_retry(actor=SYSTEM, service=service)
        hours_pass(clock)
    assert SandboxPanelMailbox.objects.get() == theirs
    theirs.refresh_from_db()
    assert theirs.password_digest == SandboxPanelMailboxFactory.password_digest

    theirs.delete()
    SandboxFault.objects.all().delete()
    service_retry(actor=SYSTEM, service=service)
    hours_pass(clock)
    assert waiting(service) == []
    assert (service.status, service.trouble) == ("active", "")


def test_what_others_make_after_a_definite_no_is_not_ours(house: House, clock: Any):
    hosted(house)
    service = mailbox_paid(house)
    broken(house.panel, FaultMode.REFUSED, "create_mailbox")
    hours_pass(clock)
    assert waiting(service) == ["provisioning.trouble"]
    account = SandboxPanelAccount.objects.get()
    SandboxPanelMailboxFactory(account=account, address="info@kontor.example")

    service_retry(actor=SYSTEM, service=service)
    hours_pass(clock)

    assert waiting(service) == ["provisioning.trouble"]
    assert "we did not make it" in service.trouble


@pytest.mark.parametrize("is_refused", [True, False])
def test_a_working_service_is_left_alone_when_another_mailbox_is_not_made(
    house: House, clock: Any, is_refused: bool
):
    hosted(house)
    mail_domain = MailDomain.objects.get()
    service = mail_domain.account.service
    mode = FaultMode.REFUSED if is_refused else FaultMode.UNAVAILABLE
    broken(house.panel, mode, "create_mailbox", times=10)

    mailbox = mailbox_create(actor=SYSTEM, mail_domain=mail_domain, local_part="sales")
    hours_pass(clock)

    assert waiting(service) == ["core.operation_urgent"]
    assert (service.status, service.trouble) == ("active", "")
    SandboxFault.objects.all().delete()
    operation = Operation.objects.get(kind="hosting.mailbox_create")
    operation_retry(actor=SYSTEM, operation_id=operation.pk)
    hours_pass(clock)
    mailbox.refresh_from_db()
    assert mailbox.status == "active"
    assert waiting(service) == []


def test_a_refused_mailbox_is_not_tried_again_beside_the_one_ordered_anew(house: House, clock: Any):
    hosted(house)
    mail_domain = MailDomain.objects.get()
    broken(house.panel, FaultMode.REFUSED, "create_mailbox")
    mailbox_create(actor=SYSTEM, mail_domain=mail_domain, local_part="sales")
    hours_pass(clock)
    mailbox_create(actor=SYSTEM, mail_domain=mail_domain, local_part="sales")
    hours_pass(clock)
    operation = Operation.objects.get(kind="hosting.mailbox_create", state="rejected")

    with pytest.raises(MailboxAlreadyHere):
        operation_retry(actor=SYSTEM, operation_id=operation.pk)

    operation_dismiss(actor=SYSTEM, operation_id=operation.pk, reason="It was ordered anew.")
    assert waiting(mail_domain.account.service) == []
    assert list(Mailbox.objects.live().values_list("status", flat=True)) == ["active"]
