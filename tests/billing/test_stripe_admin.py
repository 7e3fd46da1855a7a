"""Stripe in the back office: the form with its keys, the address for notices, notices, disputes."""

import json

import pytest
from django.db import connection
from django.urls import reverse

from billing.models import Dispute, GatewayEvent
from billing.services.gateway_events import stripe_event_receive
from ispplatform.core.models import ProviderConnection
from ispplatform.core.testing import run_until_quiet
from tests.billing.gateways.fake_stripe import FakeStripe
from tests.billing.test_admin import Desk, text_of
from tests.factories.billing import StripeFactory, line, open_pro_forma
from tests.pages.staff import staff_client

pytestmark = pytest.mark.django_db(transaction=True)
ADD = "/admin/connections/new/?backend=payments/stripe"
KEYS = {
    "name": "Stripe",
    "secret__secret_key": "sk_test_northwind",
    "secret__publishable_key": "pk_test_northwind",
    "secret__webhook_secrets": "whsec_northwind",
}


@pytest.fixture
def admin_desk(tenant):
    """Somebody who may do everything in the company."""
    return staff_client(tenant, "admin")


def test_a_connection_is_set_up_tested_and_says_where_notices_go(admin_desk, tenant, fake_stripe):
    form = admin_desk.get(ADD).content.decode()
    assert "Signing secrets of the webhook" in form
    answer = admin_desk.post(ADD, {**KEYS, "config__api_base": fake_stripe.base})
    row = ProviderConnection.objects.get()
    page = admin_desk.get(answer["Location"]).content.decode()
    assert f"{tenant.base_url}/api/v1/gateways/stripe/events/{row.pk}" in page
    assert "sk_test_northwind" not in page
    assert "whsec_northwind" not in page
    test = reverse("admin:core_providerconnection_act", args=[row.pk, "test"])
    admin_desk.post(test)
    row.refresh_from_db()
    assert (row.state, row.state_sentence) == ("working", "Northwind, test account")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"secret__secret_key": "pk_test_northwind"}, "not such a key of Stripe"),
        ({"secret__publishable_key": "pk_live_x"}, "live key and the other a test key"),
        ({"config__api_base": "https://elsewhere.example"}, "runs on this machine"),
        (
            {"secret__secret_key": "sk_live_x", "secret__publishable_key": "pk_live_x"},
            "is a sandbox",
        ),
    ],
)
def test_what_does_not_fit_is_said_and_not_kept(admin_desk, change, words):
    answer = admin_desk.post(ADD, {**KEYS, **change})
    assert words in text_of(answer)
    assert ProviderConnection.objects.count() == 0


@pytest.fixture
def event(tenant, fake_stripe: FakeStripe) -> GatewayEvent:
    """A notice about a payment that Stripe does not know any more."""
    account = StripeFactory(api_base=fake_stripe.base)
    told = fake_stripe.event(
        "payment_intent.succeeded", {"id": "pi_gone", "client_secret": "pi_gone_secret_x"}
    )
    body, signature = fake_stripe.signed(told)
    kept = stripe_event_receive(connection_id=account.pk, body=body.encode(), signature=signature)
    run_until_quiet()
    kept.refresh_from_db()
    return kept


def test_notices_are_listed_and_read_again(tenant, event):
    desk = Desk(tenant, "admin")
    assert event.state == "failed"
    listed = text_of(desk.get("gatewayevent_changelist"))
    assert "payment_intent.succeeded" in listed
    assert "No such payment_intent" in listed
    page = text_of(desk.get("gatewayevent_change", event.pk))
    assert "pi_gone" in page
    assert "pi_gone_secret_x" not in page
    desk.act("gatewayevent", event, "retry")
    event.refresh_from_db()
    assert (event.state, event.retries_count) == ("received", 1)


def test_a_notice_is_encrypted_where_it_lies(event):
    with connection.cursor() as cursor:
        cursor.execute("SELECT payload FROM billing_gatewayevent")
        ((kept,),) = cursor.fetchall()
    assert "pi_gone" not in kept
    assert json.loads(str(event.payload))["data"]["object"]["id"] == "pi_gone"


def test_who_may_not_does_not_read_again(tenant, event):
    Desk(tenant, "sales").act("gatewayevent", event, "retry")
    event.refresh_from_db()
    assert event.retries_count == 0


def test_a_dispute_has_a_page(tenant, customer, fake_stripe):
    from_sale = StripeFactory(api_base=fake_stripe.base)
    payment = open_pro_forma(customer, line()).payments.create(
        customer=customer, connection=from_sale, currency="EUR", amount=10, method="card"
    )
    dispute = Dispute.objects.create(
        payment=payment, connection=from_sale, reference="dp_1", currency="EUR", amount=10
    )
    desk = Desk(tenant, "billing")
    assert desk.get("dispute_changelist").status_code == 200
    assert "dp_1" in text_of(desk.get("dispute_change", dispute.pk))
