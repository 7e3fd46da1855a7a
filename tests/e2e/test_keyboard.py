"""The whole purchase by keyboard alone, on a phone's width, in the dark."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import EmailCode
from accounts.selectors.mails import mail_secret
from accounts.services.roles import tenant_roles_seed
from ispplatform.core.tenancy.context import tenant_context
from ispplatform.core.testing import run_until_quiet
from sales.models import Order
from tests.pages.checks import assert_good_page
from tests.pages.views import VIEWS, looking
from tests.sales.conftest import Shop, shop

__all__ = ["shop"]
pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

PHONE_IN_THE_DARK = next(view for view in VIEWS if view.name == "phone-dark")
EMAIL = "ada@mail.example"
MOST_STOPS = 80  # of the Tab key on one page

_FOCUSED = """() => {
    const part = document.activeElement;
    const label = part.labels && part.labels.length ? part.labels[0].innerText : "";
    const words = part.getAttribute("aria-label") || label || part.innerText || part.value || "";
    const box = part.getBoundingClientRect();
    const style = getComputedStyle(part);
    return {
        words: words.replace(/\\s+/g, " ").trim(),
        isSeen: box.width > 0 && box.bottom > 0 && box.top < innerHeight,
        isMarked: style.outlineStyle !== "none" || style.boxShadow !== "none",
    };
}"""


class Keyboard:
    """Hands that never touch a mouse."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def to(self, words: str) -> None:
        """Press Tab until what bears the words has the focus, seen and marked."""
        passed = []
        for _ in range(MOST_STOPS):
            self.page.keyboard.press("Tab")
            focus = self.page.evaluate(_FOCUSED)
            if re.search(words, focus["words"]):
                assert focus["isSeen"], f"{words}: has the focus and is out of sight"
                assert focus["isMarked"], f"{words}: nothing shows that it has the focus"
                return
            passed.append(focus["words"])
        raise AssertionError(f"Tab never reached {words!r}, only {passed}")

    def press(self, words: str) -> None:
        """Go to a link or button and press Enter, and wait for the next page."""
        self.to(words)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def write(self, words: str, text: str) -> None:
        """Go to a field and type."""
        self.to(words)
        self.page.keyboard.type(text)

    def tick(self, words: str) -> None:
        """Go to a box or a choice and press Space."""
        self.to(words)
        self.page.keyboard.press("Space")


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with looking(browser, PHONE_IN_THE_DARK) as window:
        yield window.new_page()


def test_a_newcomer_buys_with_the_keyboard_alone(
    page: Page, live_server: LiveServer, shop: Shop
) -> None:
    tenant_roles_seed(shop.tenant)
    keys = Keyboard(page)
    page.goto(live_server.url)
    assert page.evaluate("innerWidth") == 360
    assert brightness(page) < 0.2
    assert_good_page(page)
    keys.press("^Choose Web S$")
    assert_good_page(page)
    keys.write("^Name of the domain", "kontor.example")
    keys.write("^Mailbox: the part before", "info")
    keys.press("^Put into the cart$")
    assert_good_page(page)
    keys.press("^Go on to your details")
    details(keys)
    keys.press("^Send me the code")
    assert_good_page(page)
    keys.write("^Code from the mail", mailed_code())
    keys.press("^Confirm$")
    assert_good_page(page)
    keys.tick("^I accept: Terms of service")
    keys.press("^Order and pay$")
    assert_good_page(page)
    keys.write("^Test card number", "4242424242424242")
    keys.press("^Pay ")
    with tenant_context(shop.tenant.pk):
        run_until_quiet()
    expect(page.get_by_text("Thank you:")).to_be_visible()
    assert_good_page(page)
    keys.press("^Go to your order$")
    expect(page.get_by_text("Everything is ready.")).to_be_visible()
    assert_good_page(page)
    with tenant_context(shop.tenant.pk):
        assert Order.objects.get().status == "completed"


def brightness(page: Page) -> float:
    """How bright the page's ground is drawn, from 0 to 1."""
    drawn = "getComputedStyle(document.body).backgroundColor.match(/[\\d.]+/g).slice(0, 3)"
    parts = [float(part) for part in page.evaluate(drawn)]
    return max(parts) / 255


def details(keys: Keyboard) -> None:
    """Fill in who orders, field by field as they stand."""
    assert_good_page(keys.page)
    for words, text in (
        ("^E-mail address", EMAIL),
        ("^Password", "A quiet harbour in May 7!"),
        ("^First name", "Ada"),
        ("^Last name", "Walker"),
        ("^Street and number", "Hafenstr. 1"),
        ("^Postal code", "20095"),
        ("^Town", "Hamburg"),
        ("^Country", "Germany"),
        ("^Telephone", "+49 40 1234567"),
    ):
        keys.write(words, text)


def mailed_code() -> str:
    """The six digits of the mail."""
    row = EmailCode.objects.filter(email=EMAIL).latest("created_at")
    secret = mail_secret({"email_code_id": str(row.pk)})
    assert secret is not None
    return secret.code
