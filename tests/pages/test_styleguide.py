"""Every part of the design system, in every view, as axe and a thumb find it."""

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from ispplatform.core.models import Tenant
from ispplatform.core.pages.styleguide import SAMPLE_PAGES
from tests.pages.checks import assert_good_page
from tests.pages.views import VIEWS, View, looking

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
def test_every_sample_page_is_good_in_every_view(
    browser: Browser, live_server: LiveServer, tenant: Tenant, view: View
) -> None:
    addresses = [f"/styleguide/{name}" for name in SAMPLE_PAGES]
    with looking(browser, view) as window:
        page = window.new_page()
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text))
        for address in addresses:
            answer = page.goto(live_server.url + address)
            assert answer is not None
            assert answer.status == 200
            assert_good_page(page)
        # A refusal by the content security policy is written to the console.
        assert complaints == []


def test_the_choice_of_appearance_is_kept_without_scripts(
    browser: Browser, live_server: LiveServer, tenant: Tenant
) -> None:
    with looking(browser, VIEWS[0], java_script_enabled=False) as window:
        page = window.new_page()
        page.goto(f"{live_server.url}/styleguide/login")
        page.locator("summary", has=page.get_by_label("Language and appearance")).click()
        with page.expect_navigation():
            page.get_by_role("button", name="Dark").click()
        assert page.url == f"{live_server.url}/styleguide/login"
        assert page.locator("html").get_attribute("data-theme") == "dark"


def test_a_phone_opens_the_navigation_without_scripts(
    browser: Browser, live_server: LiveServer, tenant: Tenant
) -> None:
    phone = next(view for view in VIEWS if view.name == "phone-light")
    with looking(browser, phone, java_script_enabled=False) as window:
        page = window.new_page()
        page.goto(f"{live_server.url}/styleguide/home")
        billing = page.get_by_role("link", name="Billing")
        assert not billing.is_visible()
        page.locator("summary", has=page.get_by_label("Menu")).click()
        expect(billing).to_be_visible()


def test_the_keyboard_reaches_the_content_first(
    page: Page, live_server: LiveServer, tenant: Tenant
) -> None:
    page.goto(f"{live_server.url}/styleguide/home")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
