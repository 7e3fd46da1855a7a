"""The bench in every view, and its clock as somebody watches it."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from ispplatform.core.clock import system_now
from ispplatform.core.models import FaultMode, Tenant
from ispplatform.core.sandbox.clock import clock_advance
from ispplatform.core.sandbox.services import sandbox_fault_set
from ispplatform.core.tenancy.context import tenant_context
from ispplatform.core.testing import run_until_quiet
from tests.actors import staff
from tests.factories.billing import GatewayFactory
from tests.factories.domains import RegistrarConnectionFactory
from tests.pages.checks import assert_good_desk_page
from tests.pages.staff import colleague, session_key_of, staff_window
from tests.pages.views import VIEWS, View, looking
from tests.sandbox.test_mails import kept, letter

pytestmark = [pytest.mark.browser, pytest.mark.slow]
KEEPER = staff("sandbox:manage")
HTML = (
    '<p>Good day</p><p><a href="{url}/styleguide">Open</a></p><script>document.title="x"</script>'
)


@pytest.fixture
def mail_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(settings, "MAIL_CATCHER_DIR", tmp_path)
    return tmp_path


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
def test_the_bench_is_good_in_every_view(
    browser: Browser, live_server: LiveServer, tenant: Tenant, bells, mail_dir: Path, view: View
) -> None:
    bells.due = [system_now() + timedelta(hours=3)]
    name = kept(mail_dir, letter("Your code", company=tenant.pk, html="<p>123456</p>"))
    registrar = RegistrarConnectionFactory()
    GatewayFactory()
    sandbox_fault_set(actor=KEEPER, connection=registrar, mode=FaultMode.REFUSED, times=3)
    clock_advance(actor=KEEPER, tenant=tenant, to=system_now() + timedelta(days=1))
    run_until_quiet()
    key = session_key_of(colleague(tenant, "operator"))
    with looking(browser, view) as window:
        staff_window(window, base_url=live_server.url, session_key=key)
        page = window.new_page()
        for address in (
            "/admin/sandbox/",
            "/admin/sandbox/mail/",
            reverse("admin:sandbox_mail", args=[name]),
        ):
            page.goto(live_server.url + address, wait_until="load")
            assert_good_desk_page(page)
        page.goto(f"{live_server.url}/admin/sandbox/", wait_until="load")
        page.locator("summary", has_text="Break").last.click()
        assert_good_desk_page(page)


@pytest.fixture
def bench(page: Page, live_server: LiveServer, tenant: Tenant) -> Page:
    """The page open at somebody's desk."""
    key = session_key_of(colleague(tenant, "operator"))
    staff_window(page.context, base_url=live_server.url, session_key=key)
    page.goto(f"{live_server.url}/admin/sandbox/", wait_until="load")
    return page


def test_a_move_is_watched_without_loading_the_page_anew(bench: Page, tenant: Tenant, bells):
    bells.due = [system_now() + timedelta(hours=3)]
    bench.get_by_role("button", name="+1 day").click()
    expect(bench.get_by_text("On its way to")).to_be_visible()
    with tenant_context(tenant.pk):
        run_until_quiet()
    expect(bench.get_by_text("Rings: 1")).to_be_visible()
    expect(bench.get_by_text("Ahead of the world")).to_be_visible()


def test_a_mail_appears_by_itself_and_its_links_work(
    bench: Page, live_server: LiveServer, tenant: Tenant, mail_dir: Path
):
    expect(bench.get_by_text("No mail yet")).to_be_visible()
    html = HTML.format(url=live_server.url)
    kept(mail_dir, letter("Confirm your address", company=tenant.pk, html=html))
    expect(bench.get_by_text("Confirm your address")).to_be_visible()
    bench.get_by_text("Confirm your address").click()
    frame = bench.frame_locator("iframe")
    expect(frame.get_by_text("Good day")).to_be_visible()
    with bench.expect_popup() as opened:
        frame.get_by_role("link", name="Open").click()
    assert opened.value.url == f"{live_server.url}/styleguide"
    assert bench.title() != "x"
