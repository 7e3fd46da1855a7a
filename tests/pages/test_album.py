"""Mails, refusals and empty lists fit a phone and read well in the dark (make pictures)."""

import pytest
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from ispplatform.core.models import Tenant
from tests.e2e.test_looks import pages_from
from tests.factories.accounts import PASSWORD, PortalAccountFactory
from tests.factories.customers import CustomerFactory
from tests.pages.album import mails, named, notices, taken, views
from tests.pages.checks import assert_good_desk_page, assert_good_page, sideways_scroll_px
from tests.pages.staff import colleague, session_key_of, staff_window
from tests.pages.views import View, looking

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MOST_OF_THE_OFFICE, MOST_OF_THE_PORTAL = 60, 18  # pages that links reach in an empty company

in_each_view = pytest.mark.parametrize("view", views(), ids=lambda view: view.name)


@in_each_view
def test_every_mail_fits(browser: Browser, view: View) -> None:
    wide = []
    with looking(browser, view) as window:
        page = window.new_page()
        for name, html in mails():
            page.set_content(html, wait_until="load")
            taken(page, f"{name}-{view.name}")
            if sideways_scroll_px(page):
                wide.append(f"{name}: {sideways_scroll_px(page)} px")
    assert wide == []


@in_each_view
def test_every_refusal_reads_well(
    browser: Browser, live_server: LiveServer, tenant: Tenant, view: View
) -> None:
    with looking(browser, view) as window:
        page = window.new_page()
        for name, html in notices():
            page.goto(f"{live_server.url}/login", wait_until="load")
            page.evaluate("html => { document.querySelector('main').innerHTML = html }", html)
            taken(page, f"{name}-{view.name}")
            assert_good_page(page)


@in_each_view
def test_the_pages_of_a_company_that_has_nothing_are_good(
    browser: Browser, live_server: LiveServer, tenant: Tenant, view: View
) -> None:
    key = session_key_of(colleague(tenant, "admin"))
    with looking(browser, view) as window:
        staff_window(window, base_url=live_server.url, session_key=key)
        page = window.new_page()
        # The back office keeps its own choice of light and dark.
        page.goto(f"{live_server.url}/admin/", wait_until="load")
        page.evaluate("scheme => localStorage.setItem('_x_adminTheme', scheme)", f'"{view.scheme}"')
        addresses = pages_from(page, live_server.url, ["/admin/"], inside=r"/admin/")
        assert len(addresses) > MOST_OF_THE_OFFICE
        for address in addresses:
            page.goto(live_server.url + address, wait_until="load")
            taken(page, named(f"empty-{view.name}", address))
            assert_good_desk_page(page)


@in_each_view
def test_the_pages_of_a_customer_who_has_nothing_are_good(
    browser: Browser, live_server: LiveServer, tenant: Tenant, view: View
) -> None:
    colleague(tenant)  # with the seeded roles
    account = PortalAccountFactory(customer_id=CustomerFactory(addressed=True).pk)
    with looking(browser, view) as window:
        page = window.new_page()
        page.goto(f"{live_server.url}/login", wait_until="load")
        page.fill("[name=name]", account.portal_id)
        page.fill("[name=password]", PASSWORD)
        page.press("[name=password]", "Enter")
        page.wait_for_url("**/portal**")
        starts = ["/portal", "/", "/cart", "/shop/names?name=harbour"]
        addresses = pages_from(page, live_server.url, starts, inside=r"/(?!admin)")
        assert len(addresses) > MOST_OF_THE_PORTAL
        for address in addresses:
            page.goto(live_server.url + address, wait_until="load")
            taken(page, named(f"empty-{view.name}", address.partition("?")[0] or "/shop"))
            assert_good_page(page)
