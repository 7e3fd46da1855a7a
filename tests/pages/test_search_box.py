"""The one search by the keyboard, in every view."""

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from ispplatform.core.models import Tenant
from tests.factories.customers import CustomerFactory
from tests.factories.domains import DomainFactory
from tests.pages.checks import assert_good_desk_page
from tests.pages.staff import colleague, session_key_of, staff_window
from tests.pages.views import VIEWS, View, looking

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def desk(page: Page, live_server: LiveServer, tenant: Tenant) -> Page:
    key = session_key_of(colleague(tenant, "admin"))
    staff_window(page.context, base_url=live_server.url, session_key=key)
    page.goto(f"{live_server.url}/admin/switches/", wait_until="networkidle")
    return page


def opened(page: Page, keys: str = "Control+k") -> Locator:
    page.keyboard.press(keys)
    field = page.get_by_role("combobox", name="Search for")
    expect(field).to_be_focused()
    return field


@pytest.mark.parametrize("keys", ["Control+k", "/"])
def test_arrows_choose_and_enter_opens(desk: Page, keys: str):
    CustomerFactory(first_name="Ada", last_name="Hopper")
    second = CustomerFactory(first_name="Ada", last_name="Lovelace")
    opened(desk, keys)
    desk.keyboard.type("ada")
    expect(desk.get_by_role("option")).to_have_count(2)
    for _ in range(2):
        desk.keyboard.press("ArrowDown")
    chosen = desk.locator('[role="option"][aria-selected="true"]')
    expect(chosen).to_contain_text("Ada Lovelace")
    desk.keyboard.press("ArrowDown")  # round to the first
    expect(chosen).to_contain_text("Ada Hopper")
    desk.keyboard.press("ArrowUp")
    desk.keyboard.press("Enter")
    desk.wait_for_url(re.compile(str(second.pk)))


def test_an_exact_number_opens_its_page_at_once(desk: Page):
    customer = CustomerFactory(customer_number="CUST-000042")
    CustomerFactory(customer_number="CUST-0000421")
    opened(desk)
    desk.keyboard.type("cust-000042")
    desk.keyboard.press("Enter")  # before anything was found
    desk.wait_for_url(re.compile(str(customer.pk)))


def test_what_was_chosen_is_not_opened_for_another_word(desk: Page):
    CustomerFactory(first_name="Ada")
    opened(desk)
    desk.keyboard.type("ada")
    expect(desk.get_by_role("option")).to_have_count(1)
    desk.keyboard.press("ArrowDown")
    desk.keyboard.type("x")
    desk.keyboard.press("Enter")
    desk.get_by_role("heading", name="Nothing found for “adax”").wait_for()


def test_escape_closes_and_nothing_found_says_what_there_is(desk: Page):
    field = opened(desk)
    expect(desk.get_by_text("You can search: Customers")).to_be_visible()
    desk.keyboard.type("nothing like it")
    desk.get_by_text("Nothing found for “nothing like it”").wait_for()
    expect(desk.get_by_text("You can search: Customers")).to_be_visible()
    desk.keyboard.press("Escape")
    expect(field).to_be_hidden()


def test_the_slash_stays_a_slash_where_somebody_writes(desk: Page, live_server: LiveServer):
    desk.goto(f"{live_server.url}/admin/search/", wait_until="networkidle")
    field = desk.get_by_role("searchbox", name="Search for")
    field.focus()
    desk.keyboard.type("a/b")
    expect(field).to_have_value("a/b")
    expect(desk.get_by_role("dialog")).to_have_count(0)


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
def test_the_box_is_good_in_every_view(
    browser: Browser, live_server: LiveServer, tenant: Tenant, view: View
):
    CustomerFactory(first_name="Shop", last_name="Keeper" * 12)
    DomainFactory(name="shop.example", unicode_name="shop.example")
    key = session_key_of(colleague(tenant, "admin"))
    with looking(browser, view) as window:
        staff_window(window, base_url=live_server.url, session_key=key)
        page = window.new_page()
        page.goto(f"{live_server.url}/admin/", wait_until="networkidle")
        opened(page)
        page.get_by_text("You can search").wait_for()
        assert_good_desk_page(page)
        page.keyboard.type("shop")
        expect(page.get_by_role("option")).to_have_count(2)
        page.keyboard.press("ArrowDown")
        assert_good_desk_page(page)
        page.goto(f"{live_server.url}/admin/search/?s=shop", wait_until="networkidle")
        assert_good_desk_page(page)
