"""A gateway knows a customer of ours once, whatever goes wrong while they are made known."""

from datetime import timedelta

import pytest

from billing.models import GatewayCustomer
from billing.services.gateway_customers import gateway_customer_reference
from ispplatform.core.errors import ProviderOutcomeUnknown
from tests.billing.gateways.fake_stripe import FakeStripe
from tests.factories.billing import StripeFactory

CUSTOMERS = "/v1/customers"


@pytest.fixture
def connection(tenant, fake_stripe: FakeStripe):
    return StripeFactory(api_base=fake_stripe.base)


def made_at(fake: FakeStripe) -> list[str]:
    return [row["id"] for row in fake.objects.values() if row["object"] == "customer"]


def grow_old() -> None:
    row = GatewayCustomer.objects.get()
    row.begun_at -= timedelta(days=2)
    row.save()


def test_a_customer_is_made_once_and_then_remembered(connection, customer, fake_stripe):
    first = gateway_customer_reference(connection=connection, customer=customer)
    assert gateway_customer_reference(connection=connection, customer=customer) == first
    assert made_at(fake_stripe) == [first]
    assert fake_stripe.calls(CUSTOMERS) == 1
    assert fake_stripe.objects[first]["metadata"] == {"isp_customer": str(customer.pk)}


def test_each_connection_has_its_own(connection, customer, fake_stripe):
    first = gateway_customer_reference(connection=connection, customer=customer)
    another = StripeFactory(api_base=fake_stripe.base)
    assert gateway_customer_reference(connection=another, customer=customer) != first


def test_a_lost_answer_is_asked_for_again_under_the_same_key(connection, customer, fake_stripe):
    fake_stripe.trouble("lost", CUSTOMERS)
    with pytest.raises(ProviderOutcomeUnknown):
        gateway_customer_reference(connection=connection, customer=customer)
    again = gateway_customer_reference(connection=connection, customer=customer)
    assert made_at(fake_stripe) == [again]


def test_an_old_lost_answer_is_searched_for(connection, customer, fake_stripe):
    fake_stripe.trouble("lost", CUSTOMERS)
    with pytest.raises(ProviderOutcomeUnknown):
        gateway_customer_reference(connection=connection, customer=customer)
    fake_stripe.keys.clear()
    grow_old()
    found = gateway_customer_reference(connection=connection, customer=customer)
    assert made_at(fake_stripe) == [found]


def test_a_kept_500_does_not_bar_the_customer_for_a_day(connection, customer, fake_stripe):
    fake_stripe.trouble("before", CUSTOMERS)
    for _ in range(2):
        with pytest.raises(ProviderOutcomeUnknown):
            gateway_customer_reference(connection=connection, customer=customer)
    grow_old()
    made = gateway_customer_reference(connection=connection, customer=customer)
    assert made_at(fake_stripe) == [made]
    assert GatewayCustomer.objects.get().generation == 2
