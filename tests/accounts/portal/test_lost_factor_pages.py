"""A lost second factor and a guarded log-in, as staff and customers meet them."""

from typing import Any

import pytest
from django.test import Client

from accounts.choices import GuardReason
from accounts.models import FactorReset, LoginGuard
from accounts.selectors.guards import stop_address
from accounts.selectors.second_factors import is_protected
from accounts.services.guards import guard_begin
from customers.models import Customer
from ispplatform.core.actors import Actor
from ispplatform.core.models import Tenant
from ispplatform.core.testing import run_until_quiet
from notifications.models import Mail
from tests.accounts.people import colleague, customer
from tests.accounts.services.test_factor_resets import CHECK, announced, protected
from tests.desk import Desk, text_of
from tests.factories.accounts import PASSWORD, PortalAccountFactory
from tests.factories.customers import ContactFactory, CustomerFactory

ACT = "admin:accounts_portalaccount_act"


@pytest.fixture(autouse=True)
def _limits_away(settings: Any) -> None:
    settings.API_LIMITS = {**settings.API_LIMITS, "portal_auth": "1000/minute"}


def _customer() -> Customer:
    whole: Customer = CustomerFactory(email="office@agency.example")
    ContactFactory(customer=whole, email="bookkeeper@agency.example", is_billing=True)
    return whole


def test_support_announces_it_and_everybody_can_stop_it(tenant: Tenant) -> None:
    desk = Desk(tenant, "support")
    whole = _customer()
    account = PortalAccountFactory(customer_id=whole.pk)
    assert "Second factor lost" not in text_of(
        desk.get("admin:accounts_portalaccount_change", account.pk)
    )
    protected(account.user)

    asked = desk.post(ACT, account.pk, "lost_factor", identity_check="", note="")
    assert not FactorReset.objects.exists()
    assert "This field is required" in text_of(asked)
    desk.post(ACT, account.pk, "lost_factor", **CHECK)
    run_until_quiet()

    row = FactorReset.objects.get()
    page = text_of(desk.get("admin:accounts_portalaccount_change", account.pk))
    assert "unless somebody stops it" in page
    assert "Announce the removal" not in page
    told = Mail.objects.filter(kind="customers.factor_reset_asked")
    assert {mail.to_email for mail in told} == {
        "office@agency.example",
        "bookkeeper@agency.example",
        account.user.email,
    }
    web, path = Client(), stop_address(row).partition(tenant.base_url)[2]
    assert "Stop the removal" in text_of(web.get(path))
    assert FactorReset.objects.get().status == "waiting", "a mail scanner follows links"
    shown = web.post(path, follow=True)
    assert "The removal is stopped" in text_of(shown)
    again = web.post(path, follow=True)
    assert "The removal is stopped" in text_of(again)
    assert web.get(path[:-4] + "AAAA").status_code == 422
    assert is_protected(account.user)
    run_until_quiet()
    assert Mail.objects.filter(kind="customers.factor_reset_stopped").count() == 3


def test_customer_sees_and_stops_it_after_logging_in(tenant: Tenant) -> None:
    account = customer(tenant)
    web = Client()
    web.post("/login", {"name": account.portal_id, "password": PASSWORD})
    announced_for = protected(account.user)
    web.post("/login", {"name": account.portal_id, "password": PASSWORD})
    announced(tenant, account)
    assert "recovery codes" in text_of(web.get("/login/code"))
    # A log-in that began before the factor has ended, and the half-open one sees no page.
    assert web.get("/account/security").status_code == 302
    assert web.post("/account/security/reset/stop").status_code == 302
    assert FactorReset.objects.get().status == "waiting"
    assert is_protected(announced_for)


def test_guard_is_told_on_the_security_page_and_lifted_by_staff(tenant: Tenant) -> None:
    account = customer(tenant)
    web = Client()
    web.post("/login", {"name": account.portal_id, "password": PASSWORD})
    assert "Guarded for a while" not in text_of(web.get("/account/security"))
    guard_begin(actor=Actor.system("test"), user=account.user, reason=GuardReason.EMAIL_CHANGE)
    assert "Guarded for a while" in text_of(web.get("/account/security"))

    row = LoginGuard.objects.get()
    desk = Desk(tenant, "support")
    assert "Lift the guard" in text_of(desk.get("admin:accounts_loginguard_change", row.pk))
    told = desk.post("admin:accounts_loginguard_act", row.pk, "lift", **CHECK)

    assert "Lifted." in text_of(told)
    assert "Guarded for a while" not in text_of(web.get("/account/security"))
    row.refresh_from_db()
    assert row.lift_note == "call_back: called +49 30 1234"


def test_colleagues_lost_factor_is_removed_on_their_page(tenant: Tenant) -> None:
    helped = colleague(tenant, "support")
    protected(helped.user)

    told = Desk(tenant, "admin").post(
        "admin:accounts_membership_act", helped.pk, "lost_factor", **CHECK
    )

    assert "Removed." in text_of(told)
    assert not is_protected(helped.user)
    run_until_quiet()
    mails = Mail.objects.filter(kind="accounts.second_factor_changed", to_email=helped.user.email)
    mail = mails.get(subject__contains="lost")
    assert "because it was lost" in mail.text
