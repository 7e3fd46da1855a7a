"""A day of the owner: the home page, the stop switch, a connection that fails and works again."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.album import take
from tests.e2e.conftest import DemoInstallation
from tests.e2e.office import Office
from tests.pages.views import VIEWS, looking

pytestmark = [pytest.mark.browser, pytest.mark.slow]

REASON = "The registrar asked us to wait until noon."
EVERYWHERE = ("/admin/", "/admin/customers/customer/", "/admin/settings/", "/admin/search/?s=anna")
PARTS = (
    "Needs a person",
    "Orders today",
    "Payments today",
    "Domains that expire soon",
    "Connections",
    "Money",
)


@pytest.fixture
def office(browser: Browser, running: DemoInstallation) -> Iterator[Office]:
    with looking(browser, VIEWS[0]) as window:
        desk = Office(running, window.new_page())
        running.log_in(desk.page, "Owner")
        yield desk


def test_the_home_page_tells_how_things_stand(office: Office) -> None:
    office.until(office.page.get_by_text("Automation runs"))
    for title in PARTS:
        expect(office.part(title)).to_be_visible()
    money = office.part("Money")
    for words in ("Open", "Overdue", "Cash this month"):
        expect(money.get_by_text(words, exact=True)).to_be_visible()
    take(office.page, "home", height=1000)
    office.menu("Needs a person")
    expect(office.page.get_by_text("refused-lighthouse.example").first).to_be_visible()
    take(office.page, "needs-a-person", height=520)


def test_paused_effects_wait_under_a_red_banner_and_start_again(office: Office) -> None:
    office.menu("Stop switch")
    line = office.page.get_by_role("listitem").filter(has_text="Sandbox registrar")
    line.locator("summary").click()
    line.get_by_label("Reason").fill(REASON)
    take(office.page, "stop-switch", height=620)
    line.get_by_role("button", name="Pause").click()
    office.told("Paused. What waits is kept.")
    for address in EVERYWHERE:
        office.open(address)
        banner = office.page.get_by_text("Paused: Connection Sandbox registrar.")
        expect(banner).to_be_visible()
        expect(office.page.get_by_text(REASON).first).to_be_visible()
    office.open("/admin/")
    take(office.page, "paused", height=420)
    office.page.get_by_role("link", name="Switches").first.click()
    line = office.page.get_by_role("listitem").filter(has_text="Sandbox registrar").first
    expect(line.get_by_text("Paused", exact=True)).to_be_visible()
    line.get_by_role("button", name="Resume").click()
    office.told("Running. What waited is sent now.")
    office.open("/admin/")
    expect(office.page.get_by_text("Paused: ")).to_have_count(0)


def test_a_connection_that_fails_says_so_and_works_again(office: Office) -> None:
    office.open("/admin/sandbox/")
    panel = office.page.locator("#faults li").filter(has_text="Sandbox panel")
    panel.locator("summary").click()
    panel.get_by_label("What goes wrong").select_option(
        label="Cannot be reached; nothing happens there"
    )
    panel.get_by_label("Or every call for so many minutes").fill("30")
    take(office.page, "sandbox", height=900)
    panel.get_by_role("button", name="Break it").click()
    expect(panel.get_by_text("Made to fail")).to_be_visible()
    office.menu("Connections")
    office.page.get_by_role("link", name="Sandbox panel").first.click()
    office.button("Test connection")
    office.told("Failing: ")
    expect(office.page.locator(".badge").filter(has_text="Failing").first).to_be_visible()
    take(office.page, "connection-failing", height=620)
    office.open("/admin/")
    line = office.part("Connections").get_by_role("listitem").filter(has_text="Sandbox panel")
    expect(line).to_contain_text("Failing")
    office.open("/admin/sandbox/")
    panel.get_by_role("button", name="Mend").click()
    expect(panel.get_by_text("Works", exact=True)).to_be_visible()
    office.menu("Connections")
    office.page.get_by_role("link", name="Sandbox panel").first.click()
    office.button("Test connection")
    office.told("Working: Sandbox panel, test account")
    office.open("/admin/")
    expect(line).to_contain_text("Working")
