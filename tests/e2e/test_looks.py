"""Every page of the portal and the back office, with the demo company's rows, as axe finds it."""

import re

import pytest
from playwright.sync_api import Browser, Page

from tests.e2e.conftest import DemoInstallation
from tests.pages.checks import assert_good_desk_page, assert_good_page
from tests.pages.views import VIEWS, View, looking

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NO_PAGES = re.compile(r"/(pdf|export|file|attachments?|logout|jsi18n)(/|$)|/styleguide|\.eml|/api/")
# Rows without a company are the installation's operator's; to everybody else they are refused.
OPERATORS = re.compile(r"/admin/(core/tenant|accounts/user)/")
PORTAL_STARTS = ["/portal", "/", "/cart", "/shop/names?name=harbour", "/checkout"]
MOST_PAGES = 150


def kind_of(address: str) -> str:
    """Return the address without what tells one row from another."""
    path = address.partition("?")[0]
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|(?<=/plans/)[a-z-]+", "*", path)


def pages_from(page: Page, base: str, starts: list[str], *, inside: str) -> list[str]:
    """Follow the links of pages; return one address of each kind that lies ``inside``."""
    found: dict[str, str] = {}
    waiting = list(starts)
    while waiting and len(found) < MOST_PAGES:
        address = waiting.pop(0)
        kind = kind_of(address)
        if kind in found or not re.match(inside, address):
            continue
        if NO_PAGES.search(kind) or OPERATORS.match(kind):
            continue
        answer = page.goto(base + address, wait_until="domcontentloaded")
        assert answer is not None
        assert answer.status == 200, (address, answer.status)
        found[kind] = address
        links = "links => links.map(link => link.getAttribute('href'))"
        hrefs = page.locator("a[href^='/']").evaluate_all(links)
        waiting += [href.partition("#")[0] for href in hrefs]
    return list(found.values())


def complaints_about(page: Page, base: str, addresses: list[str], check) -> list[str]:
    """Return what the check says about each page."""
    complaints = []
    for address in addresses:
        page.goto(base + address, wait_until="load")
        try:
            check(page)
        except AssertionError as complaint:
            complaints.append(str(complaint)[:2000])
    return complaints


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
def test_every_page_of_a_customer_is_good(
    browser: Browser, running: DemoInstallation, view: View
) -> None:
    with looking(browser, view) as window:
        page = window.new_page()
        running.log_in(page, "Customer")
        addresses = pages_from(page, running.address, PORTAL_STARTS, inside=r"/(?!admin)")
        assert len(addresses) > 25
        assert complaints_about(page, running.address, addresses, assert_good_page) == []


@pytest.fixture(scope="module")
def office_pages(browser: Browser, running: DemoInstallation) -> list[str]:
    """The pages that an owner reaches, found once: they are the same in every view."""
    with looking(browser, VIEWS[0]) as window:
        page = window.new_page()
        running.log_in(page, "Owner")
        return pages_from(page, running.address, ["/admin/"], inside=r"/admin/")


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
def test_every_page_of_the_back_office_is_good(
    browser: Browser, running: DemoInstallation, office_pages: list[str], view: View
) -> None:
    with looking(browser, view) as window:
        page = window.new_page()
        running.log_in(page, "Owner")
        # The back office keeps its own choice of light and dark.
        page.evaluate("scheme => localStorage.setItem('_x_adminTheme', scheme)", f'"{view.scheme}"')
        assert len(office_pages) > 60
        assert complaints_about(page, running.address, office_pages, assert_good_desk_page) == []
