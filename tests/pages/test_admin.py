"""The kernel's pages of the back office, in every view, as axe and a thumb find them."""

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from ispplatform.core.models import Operation, Tenant
from tests.core.operations.conftest import connection, lamp, lamp_kinds, start, world
from tests.pages.checks import assert_good_desk_page
from tests.pages.staff import colleague, session_key_of, staff_window
from tests.pages.views import VIEWS, View, looking

__all__ = ["connection", "lamp", "lamp_kinds", "world"]
pytestmark = [pytest.mark.browser, pytest.mark.slow]


def addresses_of(row: Operation) -> list[str]:
    connection_url = "admin:core_providerconnection"
    return [
        "/admin/settings/",
        "/admin/switches/",
        "/admin/search/?s=nothing",
        "/admin/connections/new/",
        "/admin/connections/new/?backend=lamps/works",
        reverse("admin:core_operation_changelist"),
        reverse("admin:core_operation_change", args=[row.pk]),
        reverse("admin:core_operation_act", args=[row.pk, "take_over"]),
        reverse("admin:core_operation_history", args=[row.pk]),
        reverse("admin:core_attentionitem_changelist"),
        reverse("admin:core_auditentry_changelist"),
        reverse(f"{connection_url}_changelist"),
        reverse(f"{connection_url}_change", args=[row.connection_id]),
        "/admin/",
    ]


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
def test_every_page_of_the_kernel_is_good_in_every_view(
    browser: Browser, live_server: LiveServer, tenant: Tenant, connection, lamp, view: View
) -> None:
    row = start(connection, lamp)
    key = session_key_of(colleague(tenant, "admin"))
    with looking(browser, view) as window:
        staff_window(window, base_url=live_server.url, session_key=key)
        page = window.new_page()
        for address in addresses_of(row):
            answer = page.goto(live_server.url + address, wait_until="networkidle")
            assert answer is not None
            assert answer.status == 200
            assert_good_desk_page(page)


def test_the_slash_opens_the_one_search(
    page: Page, live_server: LiveServer, tenant: Tenant
) -> None:
    key = session_key_of(colleague(tenant, "admin"))
    staff_window(page.context, base_url=live_server.url, session_key=key)
    page.goto(f"{live_server.url}/admin/switches/", wait_until="networkidle")
    page.keyboard.press("/")
    page.get_by_role("combobox", name="Search for").wait_for(state="visible")
    page.keyboard.type("nothing like it")
    page.get_by_text("Nothing found for “nothing like it”").wait_for()


def test_pausing_asks_for_a_reason_in_place(
    page: Page, live_server: LiveServer, tenant: Tenant, connection
) -> None:
    key = session_key_of(colleague(tenant, "admin"))
    staff_window(page.context, base_url=live_server.url, session_key=key)
    page.goto(f"{live_server.url}/admin/switches/")
    line = page.locator(".lines > li", has_text=connection.name)
    line.locator("summary").click()
    line.get_by_label("Reason").fill("maintenance")
    line.get_by_role("button", name="Pause").click()
    page.get_by_text("Paused. What waits is kept.").wait_for()
    expect(page.locator(".banner", has_text="maintenance")).to_have_count(1)
