"""Paying and keeping cards on our pages with Stripe's own form: the card never comes to us."""

import re

import pytest
from django.urls import reverse

from accounts.services.roles import tenant_roles_seed
from billing.models import GatewayCustomer, Invoice, Payment, PaymentMethod
from ispplatform.core.switches.services import switch_pause
from ispplatform.core.testing import run_until_quiet
from tests.billing.gateways.fake_stripe import FakeStripe
from tests.billing.test_portal_pages import Browser, text_of
from tests.callers import portal_caller
from tests.factories.accounts import PASSWORD, PortalAccountFactory
from tests.factories.billing import (
    SYSTEM,
    StripeFactory,
    addressed_customer,
    line,
    open_pro_forma,
)

pytestmark = pytest.mark.django_db(transaction=True)
CARD_PAGES = "https://js.stripe.com"


@pytest.fixture
def connection(tenant, fake_stripe: FakeStripe):
    return StripeFactory(api_base=fake_stripe.base)


@pytest.fixture
def visit(tenant, customer, connection):
    """A browser in which the customer is logged in."""
    tenant_roles_seed(tenant)
    account = PortalAccountFactory(customer_id=customer.pk)
    browser = Browser()
    browser.post(reverse("accounts:log_in"), {"name": account.portal_id, "password": PASSWORD})
    return browser


@pytest.fixture
def own(tenant, customer, connection):
    """A caller of the API with the customer's portal account."""
    tenant_roles_seed(tenant)
    return portal_caller(tenant, customer.pk)


@pytest.fixture
def document(customer):
    """An order of 119.00 EUR."""
    return open_pro_forma(customer, line("100.00"))


def pay_url(document) -> str:
    return reverse("billing:pay", args=[document.pk])


def paid(visit, document, token, **more):
    return visit.post(pay_url(document), {"card": "new", "token": token, **more})


def test_the_pay_page_has_stripes_form_and_no_field_for_a_number(visit, document):
    page = visit.get(pay_url(document)).content.decode()
    assert 'data-key="pk_test_northwind"' in page
    assert f'<script src="{CARD_PAGES}/v3/" defer>' in page
    assert "test_number" not in page
    assert "sk_test" not in page
    assert "could not be loaded" in page  # what the page says without Stripe.js
    assert "<noscript>" in page


def policy_of(answer) -> dict[str, list[str]]:
    parts = (part.split() for part in answer["Content-Security-Policy"].split(";"))
    return {name: values for name, *values in parts}


def test_only_pages_that_take_a_card_may_load_from_stripe(visit, document):
    for url in (pay_url(document), reverse("billing:methods")):
        policy = policy_of(visit.get(url))
        assert CARD_PAGES in policy["script-src"]
        assert "https://hooks.stripe.com" in policy["frame-src"]
        assert "https://api.stripe.com" in policy["connect-src"]
        assert "'unsafe-inline'" not in policy["script-src"]
        assert policy["form-action"] == ["'self'"]
    assert "stripe" not in visit.get(reverse("billing:home"))["Content-Security-Policy"]


def test_a_page_with_the_sandbox_loads_from_nowhere_else(visit, document, connection, gateway):
    connection.is_active = False
    connection.save()
    answer = visit.get(pay_url(document))
    assert "stripe" not in answer["Content-Security-Policy"]
    assert "4242 4242 4242 4242" in text_of(answer)


def test_an_order_is_paid_with_the_token_of_the_form(visit, document, fake_stripe):
    answer = paid(visit, document, fake_stripe.card(), save_method="on")
    assert answer.status_code == 302
    run_until_quiet()
    payment = Payment.objects.get()
    assert payment.state == "settled"
    assert Invoice.objects.get().status == "paid"
    assert PaymentMethod.objects.get().is_saved
    assert fake_stripe.objects[payment.gateway_reference]["setup_future_usage"] == "off_session"
    assert "Thank you" in text_of(visit.get(reverse("billing:payment", args=[payment.pk])))


def test_a_kept_card_pays_without_the_form(visit, document, customer, fake_stripe):
    paid(visit, document, fake_stripe.card(), save_method="on")
    run_until_quiet()
    second = open_pro_forma(customer, line("50.00"))
    method = PaymentMethod.objects.get()
    assert "4242" in text_of(visit.get(pay_url(second)))
    visit.post(pay_url(second), {"card": str(method.pk)})
    run_until_quiet()
    assert Payment.objects.filter(state="settled").count() == 2
    assert GatewayCustomer.objects.count() == 1


@pytest.mark.parametrize("token", ["", "4242424242424242", "seti_1", "pm_unknown"])
def test_what_is_no_card_of_the_form_is_refused(visit, document, token):
    answer = paid(visit, document, token)
    assert answer.status_code == 422
    assert Payment.objects.count() == 0


def test_another_customers_card_is_refused(visit, document, customer, fake_stripe):
    token = fake_stripe.card()
    fake_stripe.objects[token]["customer"] = "cus_somebody"
    answer = paid(visit, document, token)
    assert answer.status_code == 422
    assert "another customer" in text_of(answer)


def test_the_customer_comes_back_from_the_bank(visit, document, fake_stripe):
    paid(visit, document, fake_stripe.card("authenticates"))
    run_until_quiet()
    payment = Payment.objects.get()
    url = reverse("billing:payment", args=[payment.pk])
    assert payment.action_url.startswith("https://hooks.stripe.com/")
    assert payment.action_url in visit.get(url).content.decode()
    intent = fake_stripe.objects[payment.gateway_reference]
    assert intent["return_url"].endswith(url)
    fake_stripe.answer_bank(payment.gateway_reference, approved=True)
    back = visit.get(f"{url}?payment_intent={intent['id']}&redirect_status=succeeded")
    assert back["Location"] == f"{url}?looks=10"
    waiting = visit.get(back["Location"]).content.decode()
    assert f'hx-get="{url}?looks=9"' in waiting
    assert "Go to the bank" not in waiting
    run_until_quiet()
    assert "Thank you" in text_of(visit.get(url))


def test_who_comes_back_undecided_is_sent_to_the_bank_once_more(visit, document, fake_stripe):
    paid(visit, document, fake_stripe.card("authenticates"))
    run_until_quiet()
    url = reverse("billing:payment", args=[Payment.objects.get().pk])
    visit.get(f"{url}?redirect_status=succeeded")  # the address says so, Stripe does not
    run_until_quiet()
    assert Payment.objects.get().state == "requires_action"
    assert "hx-get" not in visit.get(f"{url}?looks=0").content.decode()
    assert "Go to the bank" in text_of(visit.get(f"{url}?looks=nonsense"))


def test_a_card_is_kept_by_a_setup(visit, customer, fake_stripe):
    answer = visit.post(reverse("billing:card_setup"))
    assert answer["Cache-Control"] == "no-store"
    secret = answer.json()["client_secret"]
    setup = secret.partition("_secret_")[0]
    url = reverse("billing:methods")
    early = visit.post(url, {"token": setup})
    assert early.status_code == 422
    assert "not confirmed" in text_of(early)
    fake_stripe.confirm_setup(setup, fake_stripe.card())
    for _ in range(2):  # a double click keeps it once
        assert visit.post(url, {"token": setup}).status_code == 302
    method = PaymentMethod.objects.get()
    assert (method.last_four, method.is_saved, method.is_default) == ("4242", True, True)


def test_when_stripe_cannot_be_asked_the_customer_reads_what_it_means(visit, fake_stripe, caplog):
    fake_stripe.key = "sk_test_another"
    answer = visit.post(reverse("billing:card_setup"))
    assert answer.status_code == 503
    said = answer.json()["message"]
    assert re.fullmatch(
        r"Cards cannot be taken at this moment\. Nothing was charged, and nothing that you ordered "
        r"is lost\. Try again in a few minutes\. Reference [0-9A-F]{4}-[0-9A-F]{4}\.",
        said,
    )
    assert "Invalid API Key" in caplog.text, "what Stripe said is for the log"
    assert "sk_test_another" not in caplog.text


def test_while_the_payment_account_is_paused_nobody_asks_stripe(visit, connection, fake_stripe):
    switch_pause(actor=SYSTEM, reason="a look", connection_id=connection.pk)
    asked = len(fake_stripe.requests)
    answer = visit.post(reverse("billing:card_setup"))
    assert answer.status_code == 409
    assert answer.json()["message"].startswith(
        "This is paused at the moment. Nothing was done, and your order and your payment are safe. "
        "Try again later. Reference "
    )
    assert len(fake_stripe.requests) == asked


def test_a_payment_account_that_cannot_be_used_takes_no_cards(visit, document, connection):
    connection.account_mode = "live"
    connection.save()
    page = visit.get(pay_url(document))
    assert page.status_code == 200
    assert "data-stripe" not in page.content.decode()
    assert visit.post(reverse("billing:card_setup")).status_code == 503


def test_the_api_tells_integrators_which_form_and_key(own):
    assert own("GET", "billing/payment-methods/form").data == {
        "form": "stripe",
        "publishable_key": "pk_test_northwind",
        "account": "",
    }


def test_a_card_is_kept_over_the_api(own, fake_stripe):
    begun = own("POST", "billing/payment-methods/setup")
    assert begun.status == 201, begun.body
    assert begun.data["client_secret"].startswith(begun.data["token"])
    assert begun.data["publishable_key"] == "pk_test_northwind"
    fake_stripe.confirm_setup(begun.data["token"], fake_stripe.card())
    kept = own("POST", "billing/payment-methods", {"token": begun.data["token"]})
    assert kept.status == 201, kept.body
    assert PaymentMethod.objects.get().is_saved


def test_a_payment_that_waits_shows_its_secret_to_its_customer_alone(
    own, document, fake_stripe, tenant
):
    body = {"invoice_id": str(document.pk), "token": fake_stripe.card("authenticates")}
    made = own("POST", "billing/payments", body)
    assert made.status == 201, made.body
    payment = Payment.objects.get()
    path = f"billing/payments/{payment.pk}/client-secret"
    assert own("POST", path).status == 409
    run_until_quiet()
    shown = own("POST", path)
    assert shown.status == 200, shown.body
    assert shown.data["client_secret"].startswith(f"{Payment.objects.get().gateway_reference}_")
    another = portal_caller(tenant, addressed_customer().pk)
    assert another("POST", path).status == 404
    fake_stripe.answer_bank(Payment.objects.get().gateway_reference, approved=True)
