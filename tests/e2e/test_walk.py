"""The walk of README.md, step by step, in a browser, on what ``make run`` starts.

Whoever changes the walk changes both: each step here carries the number that it has there.
"""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import DemoInstallation
from tests.pages.views import VIEWS, looking

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NAME = "lighthouse-harbour.example"
EMAIL = "ada@mail.example"
PASSWORD = "A quiet harbour in May 7!"
CARD = "4242 4242 4242 4242"
PATIENCE_MS = 60_000  # for what workers do; on an idle machine it is a second or two


class Walker:
    """Somebody with two windows: one in the shop, one in the back office."""

    def __init__(self, installation: DemoInstallation, shop: Page, office: Page) -> None:
        self.installation = installation
        self.shop = shop
        self.office = office

    def shop_at(self, path: str) -> None:
        """Open a page of the shop or the portal."""
        self.shop.goto(self.installation.address + path)

    def office_at(self, path: str) -> None:
        """Open a page of the back office."""
        self.office.goto(self.installation.address + path)

    def office_menu(self, words: str) -> None:
        """Press an entry of the back office's navigation; the icon's name stands before it."""
        self.office.get_by_role("link", name=re.compile(rf"\b{words}$")).first.click()

    def mail(self, subject: str) -> Page:
        """Wait on the sandbox page for a mail, open it, and return the page with its text."""
        self.office_at("/admin/sandbox/")
        link = self.office.get_by_role("link").filter(has_text=EMAIL).filter(has_text=subject)
        link.first.click(timeout=PATIENCE_MS)
        self.office.get_by_text("As plain text").click()
        return self.office

    def put_into_cart(self, plan: str, **fields: str) -> None:
        """Choose a plan in the shop and put it into the cart."""
        self.shop_at("/")
        self.shop.get_by_role("link", name=f"Choose {plan}").click()
        for label, value in fields.items():
            self.shop.get_by_label(re.compile(label.replace("_", " "))).fill(value)
        self.shop.get_by_role("button", name="Put into the cart").click()
        expect(self.shop.get_by_role("heading", name="Your cart")).to_be_visible()

    def order(self) -> None:
        """Accept the terms on the review page and order with a card."""
        self.shop.get_by_label("Card", exact=True).check()
        self.shop.get_by_label(re.compile("I accept: Terms of service")).check()
        self.shop.get_by_role("button", name="Order and pay").click()

    def pay(self) -> None:
        """Press the button of the pay page, and wait until the bank has answered."""
        self.shop.get_by_role("button", name=re.compile("^Pay ")).click()
        thanks = self.shop.get_by_text(re.compile("Thank you: .* paid"))
        expect(thanks).to_be_visible(timeout=PATIENCE_MS)


@pytest.fixture
def walker(browser: Browser, running: DemoInstallation):
    with looking(browser, VIEWS[0]) as customer, looking(browser, VIEWS[0]) as colleague:
        walker = Walker(running, customer.new_page(), colleague.new_page())
        running.log_in(walker.office, "Owner")
        expect(walker.office.get_by_role("heading", name="Needs a person")).to_be_visible()
        yield walker


def test_the_walk_of_the_readme(walker: Walker) -> None:
    search_a_name(walker)
    fill_the_cart(walker)
    check_out_with_the_mailed_code(walker)
    pay_and_watch(walker)
    read_invoice_and_mails(walker)
    look_at_it_in_the_back_office(walker)
    move_the_clock(walker)
    break_the_panel(walker)
    repair_it(walker)


def search_a_name(walker: Walker) -> None:
    """Step 1."""
    walker.shop_at("/")
    walker.shop.get_by_label("Name you would like").fill(NAME.partition(".")[0])
    walker.shop.get_by_role("button", name="Search").click()
    row = walker.shop.get_by_role("row").filter(has_text=NAME)
    expect(row.get_by_text("Free")).to_be_visible()
    expect(row).to_contain_text("9.00 €")
    expect(row).to_contain_text("14.00 €")


def fill_the_cart(walker: Walker) -> None:
    """Step 2."""
    walker.put_into_cart("Web Start", Name_of_the_domain=NAME, the_part_before_the="info")
    walker.put_into_cart("Mailbox", Name_of_the_domain=NAME, the_part_before_the="ada")
    for words in (f".example domain: {NAME}", f"Web Start: {NAME}", "Mailbox"):
        expect(walker.shop.get_by_role("row").filter(has_text=words).first).to_be_visible()
    name_row = walker.shop.get_by_role("row").filter(has_text=".example domain")
    expect(name_row).to_contain_text("9.00 €")
    expect(name_row).to_contain_text("14.00 €")


def check_out_with_the_mailed_code(walker: Walker) -> None:
    """Step 3."""
    shop = walker.shop
    shop.get_by_role("link", name="Go on to your details").click()
    shop.get_by_label("Person", exact=True).check()
    for label, value in {
        "E-mail address": EMAIL,
        "Password": PASSWORD,
        "First name": "Ada",
        "Last name": "Walker",
        "Street and number": "Hafenstr. 1",
        "Postal code": "20095",
        "Town": "Hamburg",
        "Telephone": "+49 40 1234567",
    }.items():
        shop.get_by_label(label).fill(value)
    shop.get_by_label("Country").select_option("DE")
    shop.get_by_role("button", name="Send me the code").click()
    code = re.search(r"\b\d{3} \d{3}\b", walker.mail("Your code").locator("pre").first.inner_text())
    assert code is not None
    shop.get_by_label("Code from the mail").fill(code.group())
    shop.get_by_role("button", name="Confirm").click()
    expect(shop.get_by_role("heading", name="Review and order")).to_be_visible()


def pay_and_watch(walker: Walker) -> None:
    """Step 4."""
    shop = walker.shop
    walker.order()
    shop.get_by_label("Test card number").fill(CARD)
    walker.pay()
    shop.get_by_role("link", name="Go to your order").click()
    expect(shop.get_by_text("Everything is ready.")).to_be_visible(timeout=PATIENCE_MS)
    for what in (".example domain", "Web Start", "Mailbox"):
        expect(shop.get_by_text(re.compile(rf"{re.escape(what)}: .* is active"))).to_be_visible()
    shop.get_by_role("link", name="Home").first.click()
    expect(shop.get_by_text("Everything is in order.")).to_be_visible()
    expect(shop.get_by_role("link", name=re.compile(NAME)).first).to_be_visible()


def read_invoice_and_mails(walker: Walker) -> None:
    """Step 5."""
    shop = walker.shop
    shop.get_by_role("link", name="Billing").first.click()
    shop.get_by_role("link", name=re.compile("^INV-")).first.click()
    address = shop.get_by_role("link", name="Download PDF").get_attribute("href")
    answer = shop.request.get(f"{walker.installation.address}{address}")
    assert answer.ok
    assert answer.body().startswith(b"%PDF-")
    shop.get_by_role("link", name="Mails").first.click()
    expect(shop.get_by_role("heading", name="Mails to you")).to_be_visible()
    shop.get_by_role("link", name=re.compile("Your order")).first.click()
    expect(shop.locator(".mail-text")).to_contain_text("Web Start")
    opened = walker.mail("Payment received")
    expect(opened.get_by_role("link", name=re.compile(r"INV-.*\.pdf"))).to_be_visible()


def look_at_it_in_the_back_office(walker: Walker) -> None:
    """Step 6."""
    office = walker.office
    walker.office_menu("Customers")
    office.get_by_role("link", name=re.compile("Ada Walker")).first.click()
    expect(office.get_by_role("link", name=NAME).first).to_be_visible()
    walker.office_menu("Operations")
    operation = office.get_by_role("row").filter(has_text=NAME)
    operation.first.get_by_role("link").first.click()
    expect(office.get_by_text("Answer").first).to_be_visible()


def move_the_clock(walker: Walker) -> None:
    """Step 7."""
    office, shop = walker.office, walker.shop
    walker.office_at("/admin/sandbox/")
    office.get_by_role("button", name="+1 month").click()
    expect(office.get_by_text("On its way to")).to_be_visible()
    expect(office.get_by_text("On its way to")).to_be_hidden(timeout=6 * PATIENCE_MS)
    expect(office.get_by_role("heading", name="What ran")).to_be_visible()
    expect(office.get_by_text("Ahead of the world")).to_be_visible()
    expect(office.get_by_text(re.compile("Renewals invoiced")).first).to_be_visible()
    shop.get_by_role("link", name="Billing").first.click()
    renewal = shop.get_by_role("link", name=re.compile("^INV-")).first
    expect(shop.get_by_role("link", name=re.compile("^INV-"))).to_have_count(2)
    renewal.click()
    expect(shop.get_by_role("row").filter(has_text="Web Start")).to_be_visible()
    expect(shop.get_by_role("row").filter(has_text="Mailbox")).to_be_visible()


def break_the_panel(walker: Walker) -> None:
    """Step 8."""
    office, shop = walker.office, walker.shop
    panel = office.locator("#faults li").filter(has_text="Sandbox panel")
    panel.locator("summary").click()
    panel.get_by_label("What goes wrong").select_option(label="Refuses; nothing happens there")
    panel.get_by_role("button", name="Break it").click()
    expect(panel.get_by_text("Made to fail")).to_be_visible()
    walker.shop_at("/")
    shop.get_by_role("link", name="Choose Web Start").click()
    shop.get_by_label("Decide later").check()
    shop.get_by_role("button", name="Put into the cart").click()
    shop.get_by_role("link", name="Go on to your details").click()
    shop.get_by_role("button", name="Go on to review").click()
    walker.order()
    walker.pay()
    shop.get_by_role("link", name="Go to your order").click()
    waiting = shop.get_by_text("One part needs a look from us. The rest goes on.")
    expect(waiting).to_be_visible(timeout=PATIENCE_MS)


def repair_it(walker: Walker) -> None:
    """Step 9."""
    office = walker.office
    walker.office_menu("Needs a person")
    row = office.get_by_role("row").filter(has_text="The sandbox is made to refuse")
    row.get_by_role("link", name="Decide how it goes on").click()
    office.get_by_role("button", name="Try again").click()
    ready = walker.shop.get_by_text("Everything is ready.")
    expect(ready).to_be_visible(timeout=PATIENCE_MS)
    walker.office_menu("Needs a person")
    expect(office.get_by_text("The sandbox is made to refuse")).to_have_count(0)
