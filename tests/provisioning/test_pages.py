"""Every page about services, names, zones, hosting and mail, in every view, as axe finds it."""

from importlib import import_module

import pytest
from django.conf import settings
from django.db import transaction
from django.test import RequestFactory
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext
from pytest_django.live_server_helper import LiveServer

from accounts.choices import SessionChannel, SessionKind
from accounts.principals import cookie_remember
from accounts.services.sessions import session_begin
from domains.models import DnsRecord, DnsZone, Domain
from hosting.models import HostingAccount, Mailbox
from ispplatform.core.testing import run_until_quiet
from provisioning.models import Service
from provisioning.services.activation import service_activate
from provisioning.services.suspension import service_suspend
from tests.factories.accounts import PortalAccountFactory
from tests.house import SYSTEM, House
from tests.pages.checks import assert_good_desk_page, assert_good_page
from tests.pages.staff import DESK, colleague, session_key_of, staff_window
from tests.pages.views import VIEWS, View, looking

pytestmark = [pytest.mark.browser, pytest.mark.slow]
NAME = "eine-sehr-lange-münchner-hausverwaltung-und-vermietung.example"


@pytest.fixture
def full_house(house: House) -> House:
    """A customer with an active, a paused, a stopped and a waiting service."""
    active = [
        house.order(house.domain_plan, domain=NAME),
        house.order(house.hosting_plan, domain=NAME, domain_mode="register", mailbox="info"),
        house.order(house.hosting_plan, domain="elsewhere.example"),
        house.order(house.domain_plan, domain="refused-shop.example"),
    ]
    for service in active:
        service_activate(actor=SYSTEM, service=service)
    run_until_quiet()
    service_suspend(actor=SYSTEM, service=active[2], text="Spam.")
    service_activate(
        actor=SYSTEM, service=house.order(house.email_plan, domain="later.example", mailbox="x")
    )
    return house


def customer_window(window: BrowserContext, house: House, base_url: str) -> None:
    """Let a browser's window be logged in as the house's customer."""
    account = PortalAccountFactory(customer_id=house.customer.pk)
    with transaction.atomic():
        session = session_begin(
            user=account.user, account=account, channel=SessionChannel.BROWSER, device=DESK
        )
    request = RequestFactory().get("/")
    request.session = import_module(settings.SESSION_ENGINE).SessionStore()
    cookie_remember(
        request, kind=SessionKind.PORTAL, tenant_id=session.tenant_id, session_id=session.pk
    )
    request.session.save()
    key = str(request.session.session_key)
    window.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": base_url}])


def portal_addresses() -> list[str]:
    domain = Domain.objects.live().get()
    zone = DnsZone.objects.live().get()
    record = DnsRecord.objects.filter(zone=zone).first()
    return [
        reverse("provisioning:services"),
        *(reverse("provisioning:service", args=[row.pk]) for row in Service.objects.all()),
        reverse("domains:domains"),
        reverse("domains:domain", args=[domain.pk]),
        reverse("domains:domain_name_servers", args=[domain.pk]),
        reverse("domains:domain_registrant", args=[domain.pk]),
        reverse("domains:zones"),
        reverse("domains:zone", args=[zone.pk]),
        reverse("domains:zone_import", args=[zone.pk]),
        reverse("domains:record", args=[zone.pk, record.pk if record else zone.pk]),
        reverse("hosting:accounts"),
        *(
            reverse("hosting:account", args=[row.pk])
            for row in HostingAccount.objects.filter(status="active")
        ),
        reverse("hosting:mailboxes"),
        reverse("hosting:mailbox", args=[Mailbox.objects.earliest("id").pk]),
    ]


def desk_addresses() -> list[str]:
    rows = {
        "provisioning_service": Service.objects.earliest("id"),
        "domains_domain": Domain.objects.live().get(),
        "domains_dnszone": DnsZone.objects.live().get(),
        "hosting_hostingaccount": HostingAccount.objects.earliest("id"),
        "hosting_mailbox": Mailbox.objects.earliest("id"),
    }
    lists = [reverse(f"admin:{name}_changelist") for name in rows]
    details = [reverse(f"admin:{name}_change", args=[row.pk]) for name, row in rows.items()]
    service = rows["provisioning_service"]
    acts = [
        reverse("admin:provisioning_service_act", args=[service.pk, act])
        for act in ("suspend", "change-plan", "end")
    ]
    return [*lists, *details, *acts, reverse("admin:hosting_hostingserver_add")]


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
def test_every_page_of_the_customer_is_good_in_every_view(
    browser: Browser, live_server: LiveServer, full_house: House, view: View
) -> None:
    with looking(browser, view) as window:
        customer_window(window, full_house, live_server.url)
        page = window.new_page()
        for address in portal_addresses():
            answer = page.goto(live_server.url + address, wait_until="load")
            assert answer is not None
            assert (answer.status, address) == (200, address)
            assert_good_page(page)


@pytest.mark.parametrize("view", VIEWS[::3], ids=lambda view: view.name)
def test_every_page_of_staff_is_good(
    browser: Browser, live_server: LiveServer, full_house: House, view: View
) -> None:
    key = session_key_of(colleague(full_house.tenant, "admin"))
    with looking(browser, view) as window:
        staff_window(window, base_url=live_server.url, session_key=key)
        page = window.new_page()
        for address in desk_addresses():
            answer = page.goto(live_server.url + address, wait_until="load")
            assert answer is not None
            assert (answer.status, address) == (200, address)
            assert_good_desk_page(page)


def test_a_page_follows_the_setting_up_by_itself(
    browser: Browser, live_server: LiveServer, house: House
) -> None:
    service = house.order(house.hosting_plan, domain="shop.example")
    service_activate(actor=SYSTEM, service=service)
    with looking(browser, VIEWS[0]) as window:
        customer_window(window, house, live_server.url)
        page = window.new_page()
        page.goto(live_server.url + reverse("provisioning:service", args=[service.pk]))
        page.locator("#live", has_text="Creating your hosting account").wait_for()
        run_until_quiet()
        page.get_by_role("link", name="Manage").wait_for()
