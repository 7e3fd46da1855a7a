"""Our script and Stripe's form in a real browser, where localstripe's stands for Stripe.js.

The page asks for ``js.stripe.com`` and ``api.stripe.com``, as it does for a customer; the browser
is answered by localstripe, so the content security policy is the real one.
"""

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import httpx
import pytest
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Page, Route
from pytest_django.live_server_helper import LiveServer

from billing.models import PaymentMethod
from billing.providers.payments.base import PAYMENTS
from ispplatform.core.models import ProviderConnection
from tests.billing.gateways.localstripe_process import SECONDS_TO_ANSWER, LocalStripe
from tests.factories.billing import StripeFactory, line, open_pro_forma
from tests.house import House
from tests.pages.checks import assert_good_page
from tests.pages.views import VIEWS, View, looking
from tests.provisioning.test_pages import customer_window

pytestmark = [pytest.mark.browser, pytest.mark.slow]
UNAVAILABLE = "The card form could not be loaded."


def stripe_js() -> str:
    """Return localstripe's script, made to talk to Stripe's own address."""
    found = find_spec("localstripe")
    assert found is not None
    assert found.origin is not None
    script = Path(found.origin).with_name("localstripe-v3.js").read_text()
    guess = "src.replace(/\\/js\\.stripe\\.com\\/v3\\/$/, '')"
    assert guess in script
    return script.replace(guess, "'https://api.stripe.com'")


@pytest.fixture
def company(house: House, localstripe: LocalStripe) -> House:
    """A company whose cards Stripe takes."""
    ProviderConnection.objects.filter(kind=PAYMENTS).update(is_active=False)
    StripeFactory(api_base=localstripe.base)
    return house


@pytest.fixture
def led(localstripe: LocalStripe) -> Callable[[BrowserContext], None]:
    """Lead a window's requests to Stripe to localstripe."""

    def answer(route: Route) -> None:
        request = route.request
        path = request.url.removeprefix("https://api.stripe.com")
        said = httpx.post(
            f"{localstripe.base}{path}",
            content=request.post_data or "",
            timeout=SECONDS_TO_ANSWER,
        )
        route.fulfill(
            status=said.status_code,
            body=said.text,
            headers={"Access-Control-Allow-Origin": "*", "Content-Type": "application/json"},
        )

    def lead(window: BrowserContext) -> None:
        window.route(
            "https://js.stripe.com/v3/",
            lambda route: route.fulfill(body=stripe_js(), content_type="text/javascript"),
        )
        window.route("https://api.stripe.com/**", answer)

    return lead


def enter_card(page: Page, number: str) -> None:
    for placeholder, value in (
        ("number", number),
        ("exp_month", "12"),
        ("exp_year", "30"),
        ("cvc", "123"),
    ):
        page.get_by_placeholder(placeholder, exact=True).fill(value)


def test_a_card_is_kept_and_its_number_goes_past_us(
    browser: Browser,
    live_server: LiveServer,
    company: House,
    led: Callable[[BrowserContext], None],
) -> None:
    with looking(browser, VIEWS[0]) as window:
        customer_window(window, company, live_server.url)
        led(window)
        page = window.new_page()
        sent: list[str] = []
        page.on(
            "request",
            lambda request: sent.append(f"{request.url} {request.post_data or ''}"),
        )
        page.goto(live_server.url + reverse("billing:methods"), wait_until="load")
        enter_card(page, "4000000000000002")
        page.get_by_role("button", name="Keep this card").click()
        page.get_by_text("Your card was declined.").wait_for()
        page.get_by_placeholder("number", exact=True).fill("4242424242424242")
        page.get_by_role("button", name="Keep this card").click()
        page.get_by_text("The card is kept for the next payments.").wait_for()
    ours = [line_sent for line_sent in sent if line_sent.startswith(live_server.url)]
    assert ours
    assert not any("424242424242" in line_sent for line_sent in ours)
    assert PaymentMethod.objects.get().last_four == "4242"


def test_where_stripe_cannot_be_reached_the_page_says_so(
    browser: Browser, live_server: LiveServer, company: House
) -> None:
    document = open_pro_forma(company.customer, line())
    with looking(browser, VIEWS[0]) as window:
        customer_window(window, company, live_server.url)
        window.route("https://js.stripe.com/**", lambda route: route.abort())
        page = window.new_page()
        for address in (
            reverse("billing:methods"),
            reverse("billing:pay", args=[document.pk]),
        ):
            page.goto(live_server.url + address, wait_until="load")
            page.get_by_text(UNAVAILABLE).wait_for()


@pytest.mark.parametrize("view", [VIEWS[0], VIEWS[3]], ids=lambda view: view.name)
def test_the_pages_with_stripes_form_are_good(
    browser: Browser,
    live_server: LiveServer,
    company: House,
    view: View,
) -> None:
    document = open_pro_forma(company.customer, line())
    with looking(browser, view) as window:
        customer_window(window, company, live_server.url)
        window.route("https://js.stripe.com/**", lambda route: route.fulfill(body=""))
        page = window.new_page()
        for address in (
            reverse("billing:methods"),
            reverse("billing:pay", args=[document.pk]),
        ):
            page.goto(live_server.url + address, wait_until="load")
            assert_good_page(page)
