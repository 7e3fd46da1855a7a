"""What the platform does at a WHM server, from the order to the end, whatever breaks."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from hosting.choices import AccountStatus, MailboxStatus
from hosting.models import HostingAccount, HostingServer, Mailbox, PasswordTicket
from hosting.services.mailboxes import mailbox_delete, mailbox_set_quota
from hosting.services.passwords import account_set_password, mailbox_set_password
from ispplatform.core.clock import system_now
from ispplatform.core.models import Operation, OperationExchange, ProviderConnection
from ispplatform.core.operations import failpoints
from ispplatform.core.operations.claiming import operations_due
from ispplatform.core.operations.engine import operation_run
from ispplatform.core.testing import run_until_quiet
from provisioning.choices import ServiceStatus
from provisioning.models import Service
from provisioning.services.activation import service_activate
from provisioning.services.suspension import service_resume, service_suspend
from provisioning.services.termination import service_terminate
from provisioning.workflows.terminations import terminations_run
from tests.core.operations.conftest import clock
from tests.factories.hosting import HostingServerFactory
from tests.hosting.panels.fake_cpanel import FakeCpanel, Fault
from tests.hosting.panels.fake_cpanel_state import FakeAccount
from tests.house import SYSTEM, House, ours_not_done

__all__ = ["clock"]

DOMAIN = "shop.example"
SURVIVABLE = [
    fault for fault in Fault if fault not in (Fault.REFUSED, Fault.INNER_REFUSED, Fault.HANGS_AFTER)
]


@pytest.fixture
def shop(house: House, connection: ProviderConnection, clock: Any) -> House:
    """A company whose accounts live on the fake; time stands still until it is moved."""
    HostingServer.objects.update(is_open=False)
    return replace(house, server=HostingServerFactory(connection=connection, name="web1"))


@contextmanager
def hosted(shop: House, **configuration: Any) -> Iterator[Service]:
    """A hosting service whose account is on the fake."""
    service = shop.order(shop.hosting_plan, domain=DOMAIN, **configuration)
    service_activate(actor=SYSTEM, service=service)
    run_until_quiet()
    service.refresh_from_db()
    assert service.status == ServiceStatus.ACTIVE
    yield service


def on_server(whm: FakeCpanel) -> FakeAccount:
    """The one account that the fake has."""
    (account,) = whm.state.accounts.values()
    return account


def go_on(clock: Any, minutes: int = 15, rounds: int = 6) -> None:
    """Let time pass and do what is due, until nothing of ours is left to do."""
    for _ in range(rounds):
        clock.shift(timedelta(minutes=minutes))
        run_until_quiet()
        if ours_not_done() == 0:
            return


# --------------------------------------------------------------------------------- the main job


def test_a_paid_order_of_name_hosting_and_mailbox_is_active(shop: House, whm: FakeCpanel):
    name = "müller.example"
    services = [
        shop.order(shop.domain_plan, domain=name),
        shop.order(shop.hosting_plan, domain=name, domain_mode="register", mailbox="info"),
        shop.order(shop.email_plan, domain=name, mailbox="Sales"),
    ]
    shop.pay(*services)

    run_until_quiet()

    assert {service.status for service in Service.objects.all()} == {ServiceStatus.ACTIVE}
    account = HostingAccount.objects.get()
    made = on_server(whm)
    assert (made.user, made.domain, made.plan) == (account.username, account.domain, "starter")
    assert account.domain == "xn--mller-kva.example"
    assert made.email == shop.customer.email
    assert account.reference == f"{made.user}@{made.started}"
    assert account.disk_used_bytes == 14 * 1024 * 1024
    quotas = {box.address: box.quota_megabytes for box in made.mailboxes.values()}
    assert quotas == {f"info@{account.domain}": 1000, f"sales@{account.domain}": 2000}
    assert set(Mailbox.objects.values_list("status", flat=True)) == {MailboxStatus.ACTIVE}
    assert ours_not_done() == 0


def test_a_service_lives_on_the_server_as_it_does_here(shop: House, whm: FakeCpanel):
    with hosted(shop, mailbox="info") as service:
        service_suspend(actor=SYSTEM, service=service)
        run_until_quiet()
        made = on_server(whm)
        assert (made.suspended, made.reason) == (True, f"Service {service.pk}")
        assert HostingAccount.objects.get().status == AccountStatus.SUSPENDED

        service_resume(actor=SYSTEM, service=service)
        run_until_quiet()
        assert made.suspended is False

        mailbox = Mailbox.objects.get()
        mailbox_set_quota(actor=SYSTEM, mailbox=mailbox, quota_mb=300)
        mail_password = mailbox_set_password(actor=SYSTEM, mailbox=mailbox)
        password = account_set_password(actor=SYSTEM, account=HostingAccount.objects.get())
        run_until_quiet()
        box = made.mailboxes[mailbox.address]
        assert (box.quota_megabytes, box.password) == (300, mail_password)
        assert made.password == password
        assert PasswordTicket.objects.count() == 0
        records = str(list(OperationExchange.objects.values()))
        assert password not in records
        assert mail_password not in records

        mailbox_delete(actor=SYSTEM, mailbox=mailbox)
        run_until_quiet()
        assert made.mailboxes == {}

        service_terminate(actor=SYSTEM, service=service, reason="x", at=system_now())
        terminations_run(shop.tenant)
        run_until_quiet()
        assert whm.state.removed == [made.user]
        assert HostingAccount.objects.get().status == AccountStatus.TERMINATED


# ---------------------------------------------------------------------------------- never another's


@pytest.mark.parametrize(
    "change", [{"started": 5}, {"domain": "elsewhere.example"}], ids=["made again", "other domain"]
)
def test_an_account_that_is_not_the_one_we_made_is_not_deleted(
    shop: House, whm: FakeCpanel, change: dict[str, Any]
):
    with hosted(shop) as service:
        made = on_server(whm)
        for name, value in change.items():
            setattr(made, name, value)
        service_terminate(actor=SYSTEM, service=service, reason="x", at=system_now())
        terminations_run(shop.tenant)
        run_until_quiet()

    assert whm.state.removed == []
    operation = Operation.objects.get(kind="hosting.account_delete")
    assert operation.state == "rejected"
    assert "not deleted" in operation.error_message


def test_an_account_that_was_made_again_by_somebody_else_is_left_alone(
    shop: House, whm: FakeCpanel
):
    with hosted(shop) as service:
        made = on_server(whm)
        made.started += 99
        service_suspend(actor=SYSTEM, service=service)
        password = account_set_password(actor=SYSTEM, account=HostingAccount.objects.get())
        run_until_quiet()

    assert made.suspended is False
    assert made.password != password
    refused = Operation.objects.filter(state="rejected").values_list("kind", flat=True)
    assert set(refused) == {"hosting.account_suspend", "hosting.account_set_password"}
    assert PasswordTicket.objects.count() == 0


def test_a_name_that_somebody_else_holds_is_put_before_a_person(shop: House, whm: FakeCpanel):
    service = shop.order(shop.hosting_plan, domain=DOMAIN)
    service_activate(actor=SYSTEM, service=service)
    theirs = whm.state.add(HostingAccount.objects.get().username, "theirs.example")

    run_until_quiet()

    service.refresh_from_db()
    assert service.status != ServiceStatus.ACTIVE
    assert HostingAccount.objects.get().status == AccountStatus.FAILED
    assert on_server(whm) is theirs
    assert theirs.domain == "theirs.example"


# ----------------------------------------------------------------------------------- lost answers


@pytest.mark.parametrize("call", ["createacct", "add_pop"])
@pytest.mark.parametrize("fault", SURVIVABLE)
def test_everything_is_made_once_whatever_becomes_of_the_answer(
    shop: House, whm: FakeCpanel, clock: Any, call: str, fault: Fault
):
    if (call, fault) == ("add_pop", Fault.DONE_LATER):
        fault = Fault.DROPPED_AFTER
    service = shop.order(shop.hosting_plan, domain=DOMAIN, mailbox="info")
    service_activate(actor=SYSTEM, service=service)
    whm.fail(call, fault)
    run_until_quiet()
    assert whm.called(call) != []
    for account in whm.state.accounts.values():
        account.shown = True
    go_on(clock)

    service.refresh_from_db()
    assert service.status == ServiceStatus.ACTIVE
    assert whm.state.made == [HostingAccount.objects.get().username]
    assert whm.state.mailboxes_made == [f"info@{DOMAIN}"]


def test_an_account_that_takes_minutes_is_awaited(shop: House, whm: FakeCpanel, clock: Any):
    service = shop.order(shop.hosting_plan, domain=DOMAIN)
    service_activate(actor=SYSTEM, service=service)
    whm.fail("createacct", Fault.DONE_LATER)
    run_until_quiet()
    for _ in range(8):
        clock.shift(timedelta(minutes=1))
        run_until_quiet()
    assert len(whm.called("createacct")) == 1, "nothing is sent again while it may still come"

    on_server(whm).shown = True
    go_on(clock, minutes=1)

    service.refresh_from_db()
    assert service.status == ServiceStatus.ACTIVE
    assert len(whm.called("createacct")) == 1


def test_a_mailbox_that_cannot_be_read_back_is_not_made_twice(
    shop: House, whm: FakeCpanel, clock: Any
):
    service = shop.order(shop.hosting_plan, domain=DOMAIN, mailbox="info")
    service_activate(actor=SYSTEM, service=service)
    run_and_cut_off_after(whm, "add_pop")
    assert len(whm.called("add_pop")) == 1
    go_on(clock)

    service.refresh_from_db()
    assert service.status == ServiceStatus.ACTIVE
    assert len(whm.called("add_pop")) == 1


def run_and_cut_off_after(whm: FakeCpanel, function: str) -> None:
    """Do what is due; the reading after the first call of ``function`` finds the server gone."""
    act = whm.state.mail

    def mail(user: str, name: str, values: dict[str, str]) -> Any:
        done = act(user, name, values)
        if name == function:
            whm.fail("list_pops_with_disk", Fault.DROPPED_BEFORE)
        return done

    whm.state.mail = mail  # type: ignore[method-assign]
    run_until_quiet()


def test_a_token_that_ran_out_stops_nothing_for_good(shop: House, whm: FakeCpanel, clock: Any):
    with hosted(shop) as service:
        whm.token, kept = "NEW", whm.token
        service_suspend(actor=SYSTEM, service=service)
        go_on(clock, minutes=1, rounds=4)
        operation = Operation.objects.get(kind="hosting.account_suspend")
        assert operation.state == "pending"
        assert "token" in operation.error_message

        whm.token = kept
        go_on(clock)

    assert on_server(whm).suspended is True


# -------------------------------------------------------------------------------- crash schedules


class Crash(BaseException):
    """The worker is dead."""


class Dice:
    """Decides by a seed what breaks, as long as there is something left to break."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.left = self.random.randint(2, 7)

    def fault_of(self, function: str) -> Fault | None:
        """Let a call go wrong; only a new account can be done later."""
        if self.left <= 0 or self.random.random() > 0.25:
            return None
        self.left -= 1
        possible = [
            fault
            for fault in SURVIVABLE
            if fault is not Fault.DONE_LATER or function == "createacct"
        ]
        return self.random.choice(possible)

    def at_point(self, point: str) -> None:
        """Let the worker die here."""
        if self.left > 0 and self.random.random() < 0.1:
            self.left -= 1
            raise Crash(point)


def worked(dice: Dice) -> None:
    """Do what is due, with workers that may die."""
    try:
        with failpoints.installed(dice.at_point):
            run_until_quiet()
    except Crash:
        for operation_id in operations_due():
            try:
                operation_run(operation_id)
            except Crash:
                continue


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, 31))
def test_whatever_breaks_there_is_one_account_and_one_mailbox(
    shop: House, whm: FakeCpanel, clock: Any, monkeypatch: pytest.MonkeyPatch, seed: int
):
    dice = Dice(seed)
    monkeypatch.setattr(whm, "fault_of", dice.fault_of)
    service = shop.order(shop.hosting_plan, domain=DOMAIN, mailbox="info")
    service_activate(actor=SYSTEM, service=service)

    for _ in range(60):
        worked(dice)
        clock.shift(timedelta(seconds=dice.random.choice([5, 60, 300, 900])))
        for account in whm.state.accounts.values():
            account.shown = True
        service.refresh_from_db()
        if service.status == ServiceStatus.ACTIVE:
            break

    assert service.status == ServiceStatus.ACTIVE, list(
        Operation.objects.values_list("kind", "state", "error_message")
    )
    assert whm.state.made == [HostingAccount.objects.get().username]
    assert whm.state.mailboxes_made == [f"info@{DOMAIN}"]
