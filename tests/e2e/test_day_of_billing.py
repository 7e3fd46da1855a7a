"""A day of billing: half a transfer, money that came twice, an order that a rule holds."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.album import take
from tests.e2e.conftest import DemoInstallation
from tests.e2e.office import Office
from tests.pages.views import VIEWS, looking

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PAYS_IN_PARTS = "Fuchs Cycles"
PAID_TWICE = "Studio Nordlicht GmbH"
HELD = "Quicknames Trading"


@pytest.fixture
def office(browser: Browser, running: DemoInstallation) -> Iterator[Office]:
    with looking(browser, VIEWS[0]) as window:
        desk = Office(running, window.new_page())
        running.log_in(desk.page, "Billing")
        yield desk


def test_half_a_transfer_is_recorded(office: Office) -> None:
    customer = office.found("customers", search=PAYS_IN_PARTS)
    owed = customer["balance"]
    office.customer(PAYS_IN_PARTS)
    office.button("Record payment")
    first = office.page.get_by_role("radio").first
    expect(first).to_be_checked()
    expect(office.page.get_by_label(re.compile("^Amount"))).to_have_value("5.83")
    office.fill(Amount="2.90", Reference="SEPA 4711 half of it")
    take(office.page, "record-payment", height=800)
    office.send("Record payment")
    office.told("2.90 € recorded.")
    part = office.part("Invoices and payments")
    expect(part).to_contain_text("due 2.93 €")
    expect(part).to_contain_text("SEPA 4711 half of it")
    assert office.found("customers", search=PAYS_IN_PARTS)["balance"] == pytest.approx(owed - 2.90)


def test_money_that_came_twice_goes_back(office: Office) -> None:
    """Paid by card already, and the bank sends it as well: it is credit, and goes back."""
    office.customer(PAID_TWICE)
    before = office.found("customers", search="Nordlicht")
    office.button("Record payment")
    office.page.get_by_label("Nothing of these: it becomes the customer's credit").check()
    office.fill(Amount="9.90", Reference="SEPA 4712 paid twice")
    office.send("Record payment")
    office.told("9.90 € recorded.")
    office.button("Refund")
    twice = office.page.get_by_label(re.compile("SEPA 4712 paid twice"))
    expect(twice).to_be_visible()
    twice.check()
    office.page.get_by_label("How").select_option(label="Bank transfer")
    office.fill(Reason="The card had paid it before.")
    take(office.page, "refund", height=760)
    office.send("Refund")
    office.told("9.90 € are on their way back.")
    assert office.found("customers", search="Nordlicht")["balance"] == before["balance"]
    # A transfer is sent at the bank, by a person, who says so here.
    office.menu("Refunds")
    row = office.page.get_by_role("row").filter(has_text=PAID_TWICE).filter(has_text="9.90")
    row.get_by_role("link").first.click()
    office.button("I have sent it")
    office.send("I have sent it")
    office.told("The refund is settled.")
    take(office.page, "refund-sent", height=520)


def test_a_held_order_is_accepted(office: Office) -> None:
    office.open("/admin/")
    needs = office.part("Needs a person").get_by_role("listitem")
    row = needs.filter(has_text=HELD)
    expect(row).to_contain_text("6 domains were ordered within 24 hours.")
    row.get_by_role("link", name=re.compile("^Decide")).click()
    expect(office.page.get_by_text("6 domains were ordered within 24 hours.").first).to_be_visible()
    take(office.page, "held-order", height=640)
    order = office.found("orders", status="on_hold")
    office.button("Accept")
    office.fill(Note="A customer we know.")
    office.send("Accept")
    office.told("The order goes on.")
    office.until(office.page.locator(".badge").get_by_text("Completed", exact=True))
    assert office.api(f"orders/{order['id']}")["status"] == "completed"
    office.open("/admin/")
    expect(needs.filter(has_text=HELD)).to_have_count(0)
