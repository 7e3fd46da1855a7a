"""Servers, passwords, mailboxes, usage, and the records that follow an account."""

import hashlib
from datetime import date, timedelta

import pytest

from domains.models import DnsRecord
from domains.services.records import record_add
from domains.services.zones import zone_create
from hosting.choices import AccountStatus, MailboxStatus
from hosting.errors import (
    AccountNotFound,
    DomainHostedAlready,
    InvalidMailboxName,
    MailboxAlreadyHere,
    MailboxLimitReached,
    MailboxNotFound,
    NoServerFree,
    PasswordTooWeak,
)
from hosting.models import (
    HostingAccount,
    HostingServer,
    Mailbox,
    PasswordTicket,
    SandboxPanelAccount,
    SandboxPanelMailbox,
)
from hosting.selectors.accounts import server_for_new_account
from hosting.services.mailboxes import mailbox_create, mailbox_delete, mailbox_set_quota
from hosting.services.passwords import account_set_password, mailbox_set_password
from hosting.services.servers import server_create, server_update
from hosting.workflows.sweeps import passwords_sweep_run, usage_sweep_run
from ispplatform.core.clock import system_now
from ispplatform.core.errors import DuplicateResource, InvalidInput, NotPermitted
from ispplatform.core.models import (
    AuditEntry,
    AuditValues,
    FaultMode,
    Operation,
    OperationExchange,
    OutboxEvent,
    Tenant,
)
from ispplatform.core.testing import run_until_quiet
from provisioning.selectors.usage import service_usage
from provisioning.services.activation import service_activate
from provisioning.services.suspension import service_resume, service_suspend
from provisioning.services.termination import service_terminate
from provisioning.workflows.terminations import terminations_run
from tests.actors import portal, staff
from tests.factories.customers import CustomerFactory
from tests.factories.domains import DnsConnectionFactory, RegistrarConnectionFactory
from tests.factories.hosting import (
    HostingAccountFactory,
    HostingServerFactory,
    PanelConnectionFactory,
    hosted_account,
    hosted_mailbox,
)
from tests.house import SYSTEM, House, broken


def digest(password: str) -> str:
    return hashlib.sha256(password.encode()).hexdigest()


# -------------------------------------------------------------------------------------- servers


def test_new_accounts_go_where_there_is_most_room(tenant: Tenant):
    full = HostingServerFactory(max_accounts=1)
    HostingAccountFactory(server=full)
    HostingServerFactory(is_open=False)
    busy = HostingServerFactory(name="busy")
    HostingAccountFactory(server=busy)
    HostingAccountFactory(server=busy, status=AccountStatus.TERMINATED)
    idle = HostingServerFactory(name="idle")

    assert server_for_new_account() == idle
    assert server_for_new_account(preferred="busy") == busy
    HostingServer.objects.filter(name__in=["busy", "idle"]).update(is_open=False)
    with pytest.raises(NoServerFree):
        server_for_new_account()


def test_a_server_is_set_up_and_changed_by_those_who_may(tenant: Tenant):
    values = {"name": "web1", "hostname": "WEB1.isp.example", "ipv4": "192.0.2.1"}
    values["mail_hostname"] = "mail.isp.example"
    panel = PanelConnectionFactory()
    actor = staff("hosting_servers:manage")
    with pytest.raises(NotPermitted):
        server_create(actor=staff("hosting_servers:read"), connection=panel, **values)
    with pytest.raises(InvalidInput):
        server_create(actor=actor, connection=RegistrarConnectionFactory(), **values)

    server = server_create(actor=actor, connection=panel, **values)

    assert server.hostname == "web1.isp.example"
    with pytest.raises(DuplicateResource):
        server_create(actor=actor, connection=panel, **{**values, "name": "web2"})
    server_update(actor=actor, server=server, is_open=False)
    assert HostingServer.objects.get().is_open is False


# -------------------------------------------------------------------------------------- accounts


def test_a_domain_is_hosted_once(house: House):
    hosted_account(server=house.server, domain="shop.example")
    with pytest.raises(DomainHostedAlready):
        house.order(house.hosting_plan, domain="shop.example")


def test_records_are_laid_beside_what_the_customer_has(house: House):
    zone = zone_create(actor=SYSTEM, name="shop.example", customer=house.customer)
    record_add(actor=SYSTEM, zone=zone, name="@", record_type="A", content="198.51.100.1")
    service = house.order(house.hosting_plan, domain="shop.example")
    service_activate(actor=SYSTEM, service=service)
    run_until_quiet()

    kept = {(row.name, row.type, row.source): row.content for row in DnsRecord.objects.all()}
    assert kept["@", "A", ""] == "198.51.100.1"
    assert ("@", "A", "hosting") not in kept
    assert kept["www", "CNAME", "hosting"] == "shop.example."

    service_terminate(actor=SYSTEM, service=service, reason="x", at=system_now())
    terminations_run(house.tenant)
    run_until_quiet()
    assert list(DnsRecord.objects.values_list("source", flat=True)) == [""]


def test_a_zone_that_comes_later_gets_the_records(house: House):
    service = house.order(house.hosting_plan, domain="shop.example")
    service_activate(actor=SYSTEM, service=service)
    run_until_quiet()
    assert DnsRecord.objects.count() == 0

    zone_create(actor=SYSTEM, name="shop.example", customer=house.customer)
    run_until_quiet()

    assert DnsRecord.objects.filter(name="@", type="A", source="hosting").count() == 1


def test_a_zone_of_another_customer_is_left_alone(house: House):
    zone_create(actor=SYSTEM, name="shop.example", customer=CustomerFactory())
    service = house.order(house.hosting_plan, domain="shop.example")
    service_activate(actor=SYSTEM, service=service)

    run_until_quiet()

    assert DnsRecord.objects.count() == 0


def test_usage_is_read_once_a_day_and_told_by_day(house: House):
    account = hosted_account(server=house.server)

    assert usage_sweep_run() == 1
    assert usage_sweep_run() == 0
    run_until_quiet()

    account.refresh_from_db()
    assert account.disk_limit_bytes == 10_000_000_000
    assert account.bandwidth_used_bytes > 0
    day = account.usage_days.get()
    report = service_usage(
        account.service, period="daily", start=day.day, end=day.day + timedelta(days=1)
    )
    assert report.download_bytes == account.bandwidth_used_bytes
    assert [one.day for one in report.days] == [day.day]
    empty = service_usage(
        account.service, period="monthly", start=date(2001, 1, 1), end=date(2002, 1, 1)
    )
    assert (empty.days, empty.peak_bytes) == ([], 0)


# ------------------------------------------------------------------------------------- passwords


def test_a_password_arrives_at_the_panel_and_is_kept_nowhere(tenant: Tenant):
    mailbox = hosted_mailbox(hosted_account())

    password = mailbox_set_password(actor=SYSTEM, mailbox=mailbox)
    assert PasswordTicket.objects.count() == 1
    run_until_quiet()

    assert SandboxPanelMailbox.objects.get().password_digest == digest(password)
    assert PasswordTicket.objects.count() == 0
    mailbox.refresh_from_db()
    assert mailbox.has_own_password is True
    kept = [
        *Mailbox.objects.values(),
        *Operation.objects.values(),
        *OperationExchange.objects.values(),
        *AuditEntry.objects.values(),
        *AuditValues.objects.values(),
        *OutboxEvent.objects.values(),
    ]
    assert password not in str(kept)


def test_a_password_that_cannot_arrive_is_forgotten(tenant: Tenant):
    account = hosted_account()
    mailbox = hosted_mailbox(account)
    broken(account.server.connection, FaultMode.REFUSED, call="set_mailbox_password")
    mailbox_set_password(actor=SYSTEM, mailbox=mailbox)
    run_until_quiet()
    assert PasswordTicket.objects.count() == 0
    assert SandboxPanelMailbox.objects.get().password_digest == digest("first")

    mailbox_set_password(actor=SYSTEM, mailbox=mailbox)
    PasswordTicket.objects.update(created_at=system_now() - timedelta(hours=2))
    assert passwords_sweep_run() == 1
    run_until_quiet()
    assert SandboxPanelMailbox.objects.get().password_digest == digest("first")
    assert Operation.objects.filter(state="rejected").count() == 2


def test_of_two_passwords_the_later_one_holds(tenant: Tenant):
    mailbox = hosted_mailbox(hosted_account())
    mailbox_set_password(actor=SYSTEM, mailbox=mailbox, password="Quiet-river-7-lamps")
    mailbox_set_password(actor=SYSTEM, mailbox=mailbox, password="Loud-hill-9-boats-x")

    run_until_quiet()

    assert SandboxPanelMailbox.objects.get().password_digest == digest("Loud-hill-9-boats-x")
    with pytest.raises(PasswordTooWeak):
        mailbox_set_password(actor=SYSTEM, mailbox=mailbox, password="short")


def test_an_account_gets_its_password_too(tenant: Tenant):
    account = hosted_account()
    stranger = portal(CustomerFactory().pk, "hosting:update")
    with pytest.raises(AccountNotFound):
        account_set_password(actor=stranger, account=account)

    password = account_set_password(actor=SYSTEM, account=account)
    run_until_quiet()

    assert SandboxPanelAccount.objects.get().password_digest == digest(password)
    assert PasswordTicket.objects.count() == 0


# -------------------------------------------------------------------------------------- mailboxes


def test_mailboxes_up_to_the_plans_limit(tenant: Tenant):
    account = hosted_account(max_mailboxes=2, mailbox_quota_mb=500)
    mail_domain = account.mail_domains.get()
    for error, values in (
        (InvalidMailboxName, {"local_part": "a b"}),
        (InvalidInput, {"local_part": "x", "quota_mb": 501}),
    ):
        with pytest.raises(error):
            mailbox_create(actor=SYSTEM, mail_domain=mail_domain, **values)
    for name in ("info", "Anna.Smith"):
        mailbox_create(actor=SYSTEM, mail_domain=mail_domain, local_part=name)
    with pytest.raises(MailboxLimitReached):
        mailbox_create(actor=SYSTEM, mail_domain=mail_domain, local_part="third")

    run_until_quiet()

    boxes = Mailbox.objects.order_by("id")
    assert [box.local_part for box in boxes] == ["info", "anna.smith"]
    assert {box.status for box in boxes} == {MailboxStatus.ACTIVE}
    assert {box.quota_mb for box in boxes} == {500}
    assert SandboxPanelMailbox.objects.count() == 2


def test_an_address_is_given_once_and_free_after_its_end(tenant: Tenant):
    account = hosted_account()
    mailbox = hosted_mailbox(account)
    mail_domain = account.mail_domains.get()
    with pytest.raises(MailboxAlreadyHere):
        mailbox_create(actor=SYSTEM, mail_domain=mail_domain, local_part="info")

    mailbox_delete(actor=SYSTEM, mailbox=mailbox)
    run_until_quiet()
    mailbox.refresh_from_db()
    assert mailbox.status == MailboxStatus.DELETED
    assert SandboxPanelMailbox.objects.count() == 0
    with pytest.raises(MailboxNotFound):
        mailbox_delete(actor=SYSTEM, mailbox=mailbox)
    mailbox_create(actor=SYSTEM, mail_domain=mail_domain, local_part="info")


def test_sizes_reach_the_panel(tenant: Tenant):
    account = hosted_account(mailbox_quota_mb=500)
    mailbox = hosted_mailbox(account)

    mailbox_set_quota(actor=SYSTEM, mailbox=mailbox, quota_mb=200)
    run_until_quiet()

    assert SandboxPanelMailbox.objects.get().quota_bytes == 200 * 1024 * 1024
    with pytest.raises(InvalidInput):
        mailbox_set_quota(actor=SYSTEM, mailbox=mailbox, quota_mb=501)


def test_nobody_touches_what_another_customer_has(tenant: Tenant):
    account = hosted_account()
    mailbox = hosted_mailbox(account)
    stranger = portal(
        CustomerFactory().pk, "mailboxes:create", "mailboxes:update", "mailboxes:delete"
    )
    with pytest.raises(MailboxNotFound):
        mailbox_set_password(actor=stranger, mailbox=mailbox)
    with pytest.raises(MailboxNotFound):
        mailbox_delete(actor=stranger, mailbox=mailbox)
    with pytest.raises(NotPermitted):
        mailbox_delete(actor=staff("mailboxes:read"), mailbox=mailbox)
    assert Operation.objects.count() == 0


def test_an_email_service_stands_still_by_its_mailbox_alone(house: House):
    hosted_account(server=house.server, service__customer=house.customer, domain="shop.example")
    service = house.order(house.email_plan, domain="shop.example", mailbox="info")
    service_activate(actor=SYSTEM, service=service)
    run_until_quiet()

    service_suspend(actor=SYSTEM, service=service)
    run_until_quiet()
    assert Mailbox.objects.get().status == MailboxStatus.SUSPENDED
    assert SandboxPanelMailbox.objects.get().is_suspended is True
    assert SandboxPanelAccount.objects.get().is_suspended is False

    service_resume(actor=SYSTEM, service=service)
    run_until_quiet()
    assert SandboxPanelMailbox.objects.get().is_suspended is False

    service_terminate(actor=SYSTEM, service=service, reason="x", at=system_now())
    terminations_run(house.tenant)
    run_until_quiet()
    assert SandboxPanelMailbox.objects.count() == 0
    assert HostingAccount.objects.get().status == AccountStatus.ACTIVE


def test_a_mail_only_account_goes_with_its_last_mailbox(house: House):
    service = house.order(house.email_plan, domain="letters.example", mailbox="info")
    service_activate(actor=SYSTEM, service=service)
    run_until_quiet()

    service_terminate(actor=SYSTEM, service=service, reason="x", at=system_now())
    terminations_run(house.tenant)
    run_until_quiet()

    assert SandboxPanelAccount.objects.count() == 0


def test_dns_is_not_asked_for_where_it_is_elsewhere(house: House):
    DnsConnectionFactory()
    service = house.order(house.hosting_plan, domain="elsewhere.example")
    service_activate(actor=SYSTEM, service=service)
    run_until_quiet()

    assert not Operation.objects.filter(kind="dns.zone_push").exists()
