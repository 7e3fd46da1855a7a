"""The first page after a log-in: what there is, what is open, one next step."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.services.roles import tenant_roles_seed
from billing.models import Invoice
from domains.models import Domain
from ispplatform.core.clock import business_now
from ispplatform.core.testing import run_until_quiet
from provisioning.models import Service
from provisioning.services.suspension import service_suspend
from tests.billing.test_portal_pages import Browser
from tests.factories.accounts import PASSWORD, PortalAccountFactory
from tests.factories.billing import issued_invoice
from tests.sales.conftest import STAFF, Shop, shop

__all__ = ["shop"]
pytestmark = pytest.mark.django_db(transaction=True)
QUERIES = 16  # session, log-in and company 8; orders 2, services 2, invoices 1, domains 1, rest 2


@pytest.fixture
def visitor(shop: Shop) -> Browser:
    """The customer of the shop, logged in."""
    tenant_roles_seed(shop.tenant)
    account = PortalAccountFactory(customer_id=shop.customer.pk)
    browser = Browser()
    browser.post(reverse("accounts:log_in"), {"name": account.portal_id, "password": PASSWORD})
    return browser


def page_of(visitor: Browser) -> str:
    answer = visitor.get("/portal")
    assert answer.status_code == 200
    return answer.content.decode()


def test_somebody_new_is_led_to_the_shop(visitor):
    page = page_of(visitor)
    assert "Nothing here yet" in page
    assert "Go to the shop" in page


def test_an_unpaid_order_is_the_next_step_and_can_be_paid(visitor, shop):
    order = shop.ordered()
    page = page_of(visitor)
    assert f"Order {order.order_number} waits for your payment." in page
    assert f"/billing/pay/{order.proforma_id}" in page


def test_a_customer_in_good_order_sees_the_services_and_nothing_to_do(visitor, shop):
    shop.pay(shop.ordered())
    page = page_of(visitor)
    assert "Everything is in order." in page
    assert "kontor.example" in page
    assert "Orders under way" not in page


def test_an_overdue_invoice_stands_before_all_else(visitor, shop):
    shop.ordered()
    invoice = issued_invoice(shop.customer)
    Invoice.objects.filter(pk=invoice.pk).update(status="overdue")
    page = page_of(visitor)
    assert f"Invoice {invoice.number} is overdue." in page
    assert "waits for your payment." not in page.partition("home-parts")[0]
    assert f"/billing/pay/{invoice.pk}" in page


def test_a_paused_service_says_why(visitor, shop):
    shop.pay(shop.ordered())
    service = Service.objects.get(type="hosting")
    service_suspend(actor=STAFF, service=service, kind="abuse", text="Spam.")
    run_until_quiet()
    page = page_of(visitor)
    assert f"{service.label} is paused." in page
    assert f"/portal/services/{service.pk}" in page


def test_a_name_that_runs_out_is_told(visitor, shop):
    shop.pay(shop.ordered())
    soon = business_now(shop.tenant) + timedelta(days=5)
    Domain.objects.update(expires_at=soon, auto_renew=False)
    page = page_of(visitor)
    assert "kontor.example runs out on" in page
    assert "Decide about the renewal" in page


def test_the_page_costs_as_many_queries_however_much_there_is(
    visitor, shop, django_assert_max_num_queries
):
    shop.pay(shop.ordered())
    for name in ("one", "two", "three"):
        shop.ordered(shop.full_cart(f"{name}.example"))
        issued_invoice(shop.customer)
    Domain.objects.update(expires_at=business_now(shop.tenant) + timedelta(days=5))
    page_of(visitor)
    with django_assert_max_num_queries(QUERIES) as counted:
        page_of(visitor)
    assert len(counted) > 4, "what is measured is the page"
