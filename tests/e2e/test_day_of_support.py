"""A day of support: somebody rings, and reads the last four digits of a card."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.album import take
from tests.e2e.conftest import DemoInstallation
from tests.e2e.office import Office
from tests.pages.views import VIEWS, looking

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CALLER = "Martens Travel"
DEBTOR = "Café Morgenrot"
ANSWER = "Your website is clean again. We have given you 25 € for the trouble."


@pytest.fixture
def office(browser: Browser, running: DemoInstallation) -> Iterator[Office]:
    with looking(browser, VIEWS[0]) as window:
        desk = Office(running, window.new_page())
        desk.open("/admin/login/")
        expect(desk.page.get_by_role("button", name="Log in", exact=True)).to_be_visible()
        take(desk.page, "log-in", height=560)
        running.log_in(desk.page, "Support")
        yield desk


def test_the_day_of_support(office: Office) -> None:
    find_the_caller_by_the_card(office)
    read_why_the_website_stands_still(office)
    give_credit(office)
    write_a_mail(office)
    let_dunning_stand_still(office)


def find_the_caller_by_the_card(office: Office) -> None:
    found = office.search("5556")
    expect(found).to_have_count(1)
    expect(found).to_contain_text(CALLER)
    take(office.page, "search", height=420)
    found.click()
    office.page.get_by_role("link", name=re.compile(CALLER)).first.click()
    expect(office.page.get_by_role("heading", name=CALLER, exact=True)).to_be_visible()


def read_why_the_website_stands_still(office: Office) -> None:
    line = office.part("Services").get_by_role("listitem").filter(has_text="Web Start")
    expect(line).to_contain_text("Suspended")
    expect(line).to_contain_text("Abuse: The website sends unwanted mail.")
    expect(office.part("Services")).to_be_visible()
    expect(office.page.get_by_text("Pinned note")).to_be_visible()
    take(office.page, "customer")
    line.get_by_role("link").click()
    why = office.part("Why it stands still")
    expect(why).to_contain_text("Abuse: The website sends unwanted mail.")
    expect(why).to_contain_text("support@brightwater.example")
    take(office.page, "service-suspended", height=560)
    office.page.get_by_role("link", name=re.compile(CALLER)).first.click()


def give_credit(office: Office) -> None:
    balance = office.found("customers", search="Martens")["balance"]
    office.button("Give credit")
    expect(office.page.get_by_role("link", name=re.compile(CALLER)).first).to_be_visible()
    office.fill(Amount="75", Reason="The website was clean for a week before we looked.")
    office.send("Give credit")
    office.told("You may give up to 50 EUR at once. Ask a colleague in billing.")
    office.fill(Amount="25")
    take(office.page, "give-credit", height=560)
    office.send("Give credit")
    office.told("25.00 € given as credit.")
    assert office.found("customers", search="Martens")["balance"] == balance - 25


def write_a_mail(office: Office) -> None:
    office.button("Write a mail")
    office.fill(Subject="Your website", Text=ANSWER)
    take(office.page, "write-a-mail", height=720)
    office.send("Send it")
    office.told("On its way to lina@martens-travel.example.")
    mails = office.part("Mails").get_by_role("listitem")
    mail = mails.filter(has_text="Your website")
    office.until(mail.filter(has_text="Sent"))
    mail.first.get_by_role("link").click()
    office.told(ANSWER)


def let_dunning_stand_still(office: Office) -> None:
    office.customer(DEBTOR)
    service = office.part("Services").get_by_role("listitem").filter(has_text="Web Start")
    expect(service).to_contain_text(re.compile(r"Unpaid invoice: INV-\d{4}-\d{5} is not paid."))
    office.button("Pause dunning")
    office.page.get_by_label("Pause until somebody lets it go on").check()
    office.fill(Reason="They wait for a grant; they ring on Friday.")
    take(office.page, "pause-dunning", height=640)
    office.send("Pause dunning")
    office.told("What follows unpaid invoices stands still.")
    part = office.part("What happens next to open invoices")
    expect(part).to_contain_text("Somebody has paused it. They wait for a grant")
    take(office.page, "dunning-paused", height=720)
    customer = office.found("customers", search="Morgenrot")
    for invoice in office.api(f"invoices?customer_id={customer['id']}&status=overdue"):
        stopped = office.api(f"invoices/{invoice['id']}/dunning")["standstill"]
        assert stopped["kind"] == "pause"
