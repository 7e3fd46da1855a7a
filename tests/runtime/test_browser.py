"""The suite's browser works, and pages open in it."""

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_log_in_of_the_back_office_asks_no_other_host(page: Page, live_server: LiveServer):
    requested: list[str] = []
    page.on("request", lambda request: requested.append(request.url))

    page.goto(f"{live_server.url}/admin/login/")

    assert page.locator("input[type=password]").is_visible()
    assert requested
    assert [url for url in requested if not url.startswith(("data:", live_server.url))] == []
