"""The main path with localstripe: order, card, bank, a notice that it signed itself, paid."""

import queue
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from djstripe.models import APIKey

from accounts.services.roles import tenant_roles_seed
from billing.choices import InvoiceStatus, PaymentState
from billing.models import GatewayEvent, Payment, PaymentMethod
from billing.selectors.ledger import ledger_differences
from billing.selectors.mirror import at_stripe
from ispplatform.core.models import Tenant
from ispplatform.core.testing import run_until_quiet
from tests.billing.gateways.localstripe_process import LocalStripe
from tests.billing.test_portal_pages import Browser, text_of
from tests.factories.accounts import PASSWORD, PortalAccountFactory
from tests.factories.billing import StripeFactory
from tests.sales.conftest import Shop, open_shop

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
SECONDS_TO_WAIT = 120
Notice = tuple[bytes, str]


@pytest.fixture
def notices() -> Iterator[tuple[str, "queue.Queue[Notice]"]]:
    """An address that takes notices in, and what came: body and signature."""
    came: queue.Queue[Notice] = queue.Queue()

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            came.put((body, self.headers["Stripe-Signature"]))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Door)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/", came
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def shop(tenant: Tenant) -> Shop:
    """A shop whose sandbox gateway is off."""
    tenant_roles_seed(tenant)
    opened = open_shop(tenant)
    opened.gateway.is_active = False
    opened.gateway.save()
    return opened


def test_an_order_is_paid_by_a_card_that_asks_its_customer(
    shop: Shop, localstripe: LocalStripe, notices: tuple[str, "queue.Queue[Notice]"]
) -> None:
    connection = StripeFactory(api_base=localstripe.base)
    address, came = notices
    localstripe.post(
        "/_config/webhooks/northwind",
        url=address,
        secret="whsec_northwind",
        events=["payment_intent.succeeded"],
    )
    account = PortalAccountFactory(customer_id=shop.customer.pk)
    browser = Browser()
    browser.post(reverse("accounts:log_in"), {"name": account.portal_id, "password": PASSWORD})

    order = shop.ordered()
    pay = reverse("billing:pay", args=[order.proforma.pk])
    assert "js.stripe.com" in browser.get(pay).content.decode()
    token = localstripe.card("authenticates")
    shown = browser.post(pay, {"card": "new", "token": token, "save_method": "on"})["Location"]
    run_until_quiet()
    payment = Payment.objects.get()
    assert payment.state == PaymentState.REQUIRES_ACTION
    assert payment.action_url in browser.get(shown).content.decode()
    assert localstripe.answer_bank(payment.action_url).endswith(shown)

    body, signature = came.get(timeout=SECONDS_TO_WAIT)
    for _ in range(2):
        answer = Client().post(
            f"/api/v1/gateways/stripe/events/{connection.pk}",
            body,
            content_type="application/json",
            headers={"Stripe-Signature": signature},
        )
        assert answer.status_code == 200, answer.content
        run_until_quiet()

    payment.refresh_from_db()
    order.refresh_from_db()
    assert (payment.state, payment.amount_settled) == (PaymentState.SETTLED, order.gross)
    assert shop.invoice(order).status == InvoiceStatus.PAID
    assert GatewayEvent.objects.count() == 1
    assert PaymentMethod.objects.get().is_saved
    assert list(ledger_differences()) == []
    assert "Thank you" in text_of(browser.get(shown))
    copied = at_stripe(payment)
    assert copied is not None
    assert (copied.amount, copied.status) == (order.gross, "succeeded")
    assert APIKey.objects.count() == 0
    localstripe.forget()
