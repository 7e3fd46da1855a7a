"""Hosting and mail through the APIs, the portal and the back office."""

import hashlib

import pytest
from django.test import Client
from django.urls import reverse

from hosting.models import (
    HostingAccount,
    HostingServer,
    Mailbox,
    SandboxPanelAccount,
    SandboxPanelMailbox,
)
from ispplatform.core.models import Operation
from ispplatform.core.tenancy.context import tenant_context
from ispplatform.core.testing import run_until_quiet
from tests.callers import Caller, key_caller, portal_caller
from tests.factories.accounts import PASSWORD, PortalAccountFactory
from tests.factories.customers import CustomerFactory
from tests.factories.hosting import PanelConnectionFactory, hosted_account, hosted_mailbox
from tests.house import House
from tests.pages.staff import staff_client


@pytest.fixture
def account(house: House) -> HostingAccount:
    return hosted_account(server=house.server, service__customer=house.customer)


@pytest.fixture
def holder(house: House) -> Caller:
    return portal_caller(house.tenant, house.customer.pk)


def digest(password: str) -> str:
    return hashlib.sha256(password.encode()).hexdigest()


def test_a_customer_makes_a_mailbox_and_sees_its_password_once(
    account: HostingAccount, holder: Caller
):
    mail_domain = holder("GET", "mail-domains").data["mail_domains"][0]
    body = {"mail_domain_id": mail_domain["id"], "local_part": "Info"}

    made = holder("POST", "mailboxes", body, Idempotency_Key="box-1")
    run_until_quiet()

    assert (made.status, made.data["address"]) == (201, f"info@{account.domain}")
    assert made.headers["Cache-Control"] == "no-store"
    digests = SandboxPanelMailbox.objects.values_list("password_digest", flat=True)
    assert list(digests) == [digest(made.data["password"])]
    again = holder("POST", "mailboxes", body, Idempotency_Key="box-1")
    assert again.status == 409
    assert Mailbox.objects.count() == 1
    address = f"mailboxes/{made.data['id']}"
    assert "password" not in holder("GET", address).data
    chosen = holder("POST", f"{address}/password", {"password": "Quiet-river-7-lamps"})
    assert chosen.data == {}
    weak = holder("POST", f"{address}/password", {"password": "short"})
    assert (weak.status, weak.code) == (422, "MAILBOX_PASSWORD_TOO_WEAK")
    assert weak.body["error"]["details"]["provided"] is None
    assert holder("PATCH", address, {"quota_mb": 300}).data["quota_mb"] == 300
    assert holder("DELETE", address).status == 200
    run_until_quiet()
    assert SandboxPanelMailbox.objects.count() == 0


def test_a_stranger_finds_nothing(house: House, account: HostingAccount):
    mailbox = hosted_mailbox(account)
    stranger = portal_caller(house.tenant, CustomerFactory().pk)
    for path in ("hosting-accounts", "mail-domains", "mailboxes"):
        assert stranger("GET", path).data["total"] == 0
    assert stranger("GET", f"hosting-accounts/{account.pk}").status == 404
    assert stranger("POST", f"mailboxes/{mailbox.pk}/password", {}).status == 404
    mail_domain = account.mail_domains.get()
    body = {"mail_domain_id": str(mail_domain.pk), "local_part": "spy"}
    assert stranger("POST", "mailboxes", body).code == "MAIL_DOMAIN_NOT_FOUND"
    assert Operation.objects.count() == 0


def test_a_program_steers_accounts_and_servers(house: House, account: HostingAccount):
    program = key_caller(
        house.tenant, "hosting:*", "services:*", "hosting_servers:*", "mailboxes:*"
    )
    address = f"hosting-accounts/{account.pk}"
    assert program("GET", f"{address}").data["server"]["name"] == house.server.name
    assert program("POST", f"{address}/suspend", {"reason": "Spam."}).status == 200
    run_until_quiet()
    assert SandboxPanelAccount.objects.get().is_suspended is True
    assert program("POST", f"{address}/resume", {}).status == 200
    assert program("POST", f"{address}/usage", {}).status == 200
    run_until_quiet()
    assert program("GET", address).data["disk_limit_bytes"] == 10_000_000_000
    assert len(program("POST", f"{address}/password", {}).data["password"]) == 20
    assert program("POST", f"{address}/terminate", {"reason": "End."}).status == 200
    account.service.refresh_from_db()
    assert account.service.terminate_at is not None

    panel = PanelConnectionFactory()
    body = {
        "connection_id": str(panel.pk),
        "name": "by-program",
        "hostname": "web9.isp.example",
        "ipv4": "192.0.2.9",
        "mail_hostname": "mail.isp.example",
    }
    made = program("POST", "hosting-servers", body)
    assert (made.status, made.data["accounts_count"]) == (201, 0)
    assert (
        program("PATCH", f"hosting-servers/{made.data['id']}", {"is_open": False}).data["is_open"]
        is False
    )
    bad = program("POST", "hosting-servers", {**body, "ipv4": "192.0.2.999"})
    assert bad.status == 422


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


def test_a_customer_runs_its_hosting_and_mail_from_its_pages(house: House, account: HostingAccount):
    browser = Browser(house)
    assert account.unicode_domain in text(browser.get("/portal/hosting"))
    page = text(browser.get(f"/portal/hosting/{account.pk}"))
    assert account.username in page
    assert "Records to set where the DNS is" in page
    assert "192.0.2.80" in page
    password = text(browser.post(f"/portal/hosting/{account.pk}", password=""))
    assert "Your new password" in password

    mail_domain = str(account.mail_domains.get().pk)
    wrong = browser.post("/portal/email", local_part="a b", mail_domain=mail_domain)
    assert "Use letters, digits, dots and hyphens before the @" in text(wrong)
    made = browser.post("/portal/email", local_part="info", mail_domain=mail_domain)
    assert "Your new password" in text(made)
    mailbox = Mailbox.objects.get()
    address = f"/portal/email/{mailbox.pk}"
    assert f'hx-get="{address}/live"' in text(browser.get(address))
    run_until_quiet()
    assert "hx-get" not in text(browser.get(f"{address}/live"))
    weak = browser.post(f"{address}/password", password="short")
    assert "Use at least 12 characters." in text(weak)
    browser.post(f"{address}/size", quota_mb="200")
    browser.post(f"{address}/delete")
    run_until_quiet()
    mailbox.refresh_from_db()
    assert (mailbox.quota_mb, mailbox.status) == (200, "deleted")


def test_a_customer_with_nothing_is_shown_the_next_step(house: House):
    browser = Browser(house)
    assert "No hosting yet" in text(browser.get("/portal/hosting"))
    assert "No mailboxes yet" in text(browser.get("/portal/email"))


def test_pages_of_others_are_not_there(house: House, account: HostingAccount):
    mailbox = hosted_mailbox(account)
    stranger = Browser(house, CustomerFactory().pk)
    assert stranger.get(f"/portal/hosting/{account.pk}").status_code == 404
    assert stranger.get(f"/portal/email/{mailbox.pk}").status_code == 404
    assert stranger.post(f"/portal/email/{mailbox.pk}/delete").status_code == 404
    assert Operation.objects.count() == 0


def test_staff_set_a_server_up_and_see_accounts(house: House, account: HostingAccount):
    client = staff_client(house.tenant, "operator")
    panel = PanelConnectionFactory()
    values = {
        "connection": str(panel.pk),
        "name": "by-hand",
        "hostname": "web9.isp.example",
        "ipv4": "192.0.2.9",
        "ipv6": "",
        "mail_hostname": "mail.isp.example",
        "spf_include": "",
        "max_accounts": "10",
        "is_open": "on",
    }
    with tenant_context(house.tenant.pk):
        refused = client.post(
            reverse("admin:hosting_hostingserver_add"), {**values, "hostname": "no host"}
        )
        assert refused.status_code == 200
        made = client.post(reverse("admin:hosting_hostingserver_add"), values)
        assert made.status_code == 302
        for name, row in (
            ("hosting_hostingaccount", account),
            ("hosting_maildomain", account.mail_domains.get()),
            ("hosting_mailbox", hosted_mailbox(account)),
        ):
            assert client.get(reverse(f"admin:{name}_changelist")).status_code == 200
            assert client.get(reverse(f"admin:{name}_change", args=[row.pk])).status_code == 200
    assert HostingServer.objects.filter(name="by-hand", max_accounts=10).count() == 1
