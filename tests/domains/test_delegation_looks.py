"""The look from outside on the pages of customers and staff, as a browser shows it."""

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from domains.choices import DelegationStatus
from domains.models import Domain
from domains.services.zones import zone_create
from ispplatform.core.testing import run_until_quiet
from tests.factories.domains import DelegationCheckFactory, registered_domain
from tests.house import SYSTEM, House
from tests.pages.checks import assert_good_desk_page, assert_good_page
from tests.pages.staff import colleague, session_key_of, staff_window
from tests.pages.views import VIEWS, View, looking
from tests.provisioning.test_pages import customer_window

pytestmark = [pytest.mark.browser, pytest.mark.slow]
HOSTS = ["ns1.sandbox.example", "ns2.sandbox.example"]


@pytest.fixture
def domain(house: House) -> Domain:
    """A name with its zone on the sandbox server."""
    made = registered_domain(
        customer=house.customer, connection=house.registrar, name="shop.example"
    )
    zone_create(actor=SYSTEM, name=made.name, customer=house.customer, domain=made)
    run_until_quiet()
    return made


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
def test_trouble_is_readable_in_every_view(
    browser: Browser, live_server: LiveServer, house: House, domain: Domain, view: View
) -> None:
    states = [("192.0.2.1", "answers", 2026112201), ("", "silent", None)]
    DelegationCheckFactory(
        domain=domain,
        status=DelegationStatus.INCOMPLETE,
        findings=[{"code": "silent", "hosts": HOSTS[1], "wanted": ""}],
        servers=[
            {"host": host, "address": address, "state": state, "serial": serial}
            for host, (address, state, serial) in zip(HOSTS, states, strict=True)
        ],
    )
    with looking(browser, view) as window:
        customer_window(window, house, live_server.url)
        page = window.new_page()
        page.goto(live_server.url + reverse("domains:domain", args=[domain.pk]))
        page.get_by_text("No answer from ns2.sandbox.example.").wait_for()
        assert_good_page(page)
    with looking(browser, view) as window:
        key = session_key_of(colleague(house.tenant, "support"))
        staff_window(window, base_url=live_server.url, session_key=key)
        page = window.new_page()
        page.goto(live_server.url + reverse("admin:domains_domain_change", args=[domain.pk]))
        page.get_by_text("No answer from ns2.sandbox.example.").wait_for()
        assert_good_desk_page(page)


def test_the_answer_appears_by_itself(
    browser: Browser, live_server: LiveServer, house: House, domain: Domain
) -> None:
    with looking(browser, VIEWS[0]) as window:
        customer_window(window, house, live_server.url)
        page = window.new_page()
        page.goto(live_server.url + reverse("domains:domain", args=[domain.pk]))
        page.get_by_role("button", name="Check now").click()
        page.locator("#dns-check[hx-get]").wait_for()
        run_until_quiet()
        page.locator("#dns-check", has_text="answers, serial").wait_for()
        # htmx lets the new part have the old one's attributes for a moment.
        expect(page.locator("#dns-check[hx-get]")).to_have_count(0)
