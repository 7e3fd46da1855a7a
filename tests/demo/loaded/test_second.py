"""The second brand: its own name, colour, currency and language, behind its own walls."""

import pytest
from django.test import Client

from billing.models import Invoice
from billing.selectors.ledger import ledger_differences
from customers.models import Customer
from demo.company import demo_tenant, demo_tenants
from demo.second import ALPENHOF, CHARACTERS, second_address, second_company_load
from ispplatform.core.models import ProviderConnection
from ispplatform.core.tenancy.context import tenant_context
from provisioning.models import Service
from sales.models import Order

pytestmark = [pytest.mark.slow, pytest.mark.django_db]


@pytest.fixture
def second(demo):
    """The second company, with the walls around it."""
    tenant = demo_tenant(ALPENHOF.slug)
    assert tenant is not None
    with tenant_context(tenant.pk):
        yield tenant


def test_it_is_another_company_in_another_currency_and_language(second, demo):
    assert demo_tenants() == [demo.tenant, second]
    assert (second.currency, second.language, second.country) == ("CHF", "de", "CH")
    assert demo.tenant.is_default
    assert not second.is_default


def test_it_has_a_short_history_of_its_own(second):
    assert Customer.objects.count() == len(CHARACTERS)
    assert set(Customer.objects.values_list("language", flat=True)) == {"de"}
    assert set(Invoice.objects.values_list("currency", flat=True)) == {"CHF"}
    assert set(Service.objects.values_list("status", flat=True)) == {"active", "pending"}
    assert Order.objects.filter(status="awaiting_payment").count() == 1
    assert ledger_differences() == []
    states = set(ProviderConnection.objects.values_list("state", flat=True))
    assert states == {"working"}


def test_its_shop_answers_under_its_own_name_with_its_own_prices(second):
    page = Client().get("/", headers={"host": "alpenhof.localhost"}).content.decode()
    assert "Alpenhof Web" in page
    assert "Brightwater" not in page
    assert "CHF" in page
    assert 'lang="de"' in page


def test_the_first_company_stays_where_it_was(second):
    page = Client().get("/", headers={"host": "localhost"}).content.decode()
    assert "Brightwater Hosting" in page
    assert "Alpenhof" not in page


def test_where_names_below_localhost_lead_nowhere_there_is_none():
    told: list[str] = []
    found = second_company_load(seed=1, base_url="http://192.0.2.7:8000", tell=told.append)
    assert (found, told) == ([], [])


def test_the_address_is_one_that_browsers_find():
    assert second_address("http://localhost:8300") == "http://alpenhof.localhost:8300"
