"""Opening the control panel without a password, from the portal and by the API."""

from typing import Any

import pytest

from hosting.models import HostingAccount
from hosting.services.logins import account_login
from ispplatform.core.errors import PlatformError
from ispplatform.core.models import AuditEntry, AuditValues, OperationExchange, ProviderConnection
from tests.actors import portal
from tests.callers import portal_caller
from tests.factories.customers import CustomerFactory
from tests.factories.hosting import HostingAccountFactory, HostingServerFactory, MailDomainFactory
from tests.hosting.panels.fake_cpanel import FakeCpanel, Fault
from tests.hosting.test_doors import Browser, text
from tests.house import SYSTEM, House


@pytest.fixture
def account(house: House, whm: FakeCpanel, connection: ProviderConnection) -> HostingAccount:
    """An account of the house's customer that the fake has as our row says."""
    made = whm.state.add("shop0001", "shop.example")
    row: HostingAccount = HostingAccountFactory(
        server=HostingServerFactory(connection=connection, name="web1"),
        service__customer=house.customer,
        username=made.user,
        domain=made.domain,
        reference=f"{made.user}@{made.started}",
    )
    MailDomainFactory(account=row)
    return row


def secrets_of(whm: FakeCpanel) -> list[str]:
    return [*whm.state.sessions, *(key.partition(":")[2] for key in whm.state.sessions), "cpsess1"]


def test_the_way_in_is_shown_once_and_kept_nowhere(
    house: House, whm: FakeCpanel, account: HostingAccount
):
    browser = Browser(house)
    address = f"/portal/hosting/{account.pk}"
    assert "Open the control panel" in text(browser.get(address))

    answer = browser.post(f"{address}/login")

    assert f"session={whm.state.sessions[0]}" in text(answer).replace("&amp;", "&")
    assert 'rel="noopener noreferrer"' in text(answer)
    assert answer["Cache-Control"] == "no-store"
    assert AuditEntry.objects.filter(act="hosting.account_login").count() == 1
    kept = str(
        [
            *OperationExchange.objects.values(),
            *AuditEntry.objects.values(),
            *AuditValues.objects.values(),
        ]
    )
    assert "create_user_session" in kept
    assert [secret for secret in secrets_of(whm) if secret in kept] == []


def test_a_program_of_the_customer_gets_it_too(
    house: House, whm: FakeCpanel, account: HostingAccount
):
    holder = portal_caller(house.tenant, house.customer.pk)
    address = f"hosting-accounts/{account.pk}/login"

    answer = holder("POST", address, {}, Idempotency_Key="in-1")

    assert answer.data["url"].endswith(f"session={whm.state.sessions[0]}&locale=en")
    assert answer.data["expires_at"] == "2026-05-28T20:41:40Z"
    assert answer.headers["Cache-Control"] == "no-store"
    assert holder("POST", address, {}, Idempotency_Key="in-1").status == 409
    stranger = portal_caller(house.tenant, CustomerFactory().pk)
    assert stranger("POST", address, {}).status == 404
    assert len(whm.state.sessions) == 1


def wrong_account(whm: FakeCpanel, account: HostingAccount) -> None:
    whm.state.accounts[account.username].started += 9


def no_answer(whm: FakeCpanel, account: HostingAccount) -> None:
    whm.fail("create_user_session", Fault.ERROR_500_BEFORE)


def off(whm: FakeCpanel, account: HostingAccount) -> None:
    whm.state.accounts[account.username].suspended = True


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (wrong_account, "NOT_OURS_ON_THE_SERVER"),
        (no_answer, "SERVICE_UNAVAILABLE"),
        (off, "PROVIDER_REJECTED"),
    ],
)
def test_what_stands_in_the_way_is_said(
    house: House, whm: FakeCpanel, account: HostingAccount, change: Any, code: str
):
    change(whm, account)
    with pytest.raises(PlatformError) as refusal:
        account_login(actor=SYSTEM, account=account)
    assert refusal.value.code == code
    change(whm, account)

    page = text(Browser(house).post(f"/portal/hosting/{account.pk}/login"))

    assert "The control panel cannot be opened now" in page
    assert whm.state.sessions == []
    assert AuditEntry.objects.filter(act="hosting.account_login").count() == 0


def test_a_stranger_opens_nothing(house: House, whm: FakeCpanel, account: HostingAccount):
    for actor, code in (
        (portal(CustomerFactory().pk, "hosting:update"), "HOSTING_ACCOUNT_NOT_FOUND"),
        (portal(house.customer.pk, "hosting:read"), "ACCESS_DENIED"),
    ):
        with pytest.raises(PlatformError) as refusal:
            account_login(actor=actor, account=account)
        assert refusal.value.code == code
    assert (
        Browser(house, CustomerFactory().pk).post(f"/portal/hosting/{account.pk}/login").status_code
        == 404
    )
    assert whm.calls == []


def test_a_server_without_pages_offers_none(house: House):
    account = HostingAccountFactory(server=house.server, service__customer=house.customer)
    with pytest.raises(PlatformError) as refusal:
        account_login(actor=SYSTEM, account=account)
    assert refusal.value.code == "PANEL_HAS_NO_LOGIN"
    MailDomainFactory(account=account)
    page = text(Browser(house).get(f"/portal/hosting/{account.pk}"))
    assert "Open the control panel" not in page
    account.status = "suspended"
    with pytest.raises(PlatformError) as refusal:
        account_login(actor=SYSTEM, account=account)
    assert refusal.value.code == "HOSTING_ACCOUNT_NOT_ACTIVE"
