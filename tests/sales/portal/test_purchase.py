"""A visitor buys, page by page, as a browser would."""

import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client

from accounts.models import EmailCode, PortalAccount
from accounts.selectors.mails import mail_secret
from accounts.services.roles import tenant_roles_seed
from customers.models import Customer
from ispplatform.core.tenancy.context import tenant_context
from sales.models import Cart, Order
from tests.sales.conftest import Shop

DETAILS = {
    "customer_type": "person",
    "first_name": "Ada",
    "last_name": "Walker",
    "street": "Hafenstr. 1",
    "postal_code": "20095",
    "city": "Hamburg",
    "country": "DE",
    "phone": "+49 40 1234567",
    "email": "ada@mail.example",
    "password": "A quiet harbour in May 7!",
}


class Visitor:
    """A browser; requests leave the test in its tenant."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.client = Client()

    def get(self, path: str, status: int = 200) -> str:
        with tenant_context(self.shop.tenant.pk):
            answer = self.client.get(path, follow=True)
        assert answer.status_code == status, path
        return answer.content.decode()

    def post(self, path: str, **values: Any) -> str:
        with tenant_context(self.shop.tenant.pk):
            answer = self.client.post(path, values, follow=True)
        assert answer.status_code in {200, 422}, (path, answer.status_code)
        return answer.content.decode()


@pytest.fixture
def visitor(shop: Shop) -> Visitor:
    tenant_roles_seed(shop.tenant)
    return Visitor(shop)


def choose_hosting(visitor: Visitor, name: str = "kontor.example") -> str:
    return visitor.post(
        "/shop/plans/web",
        cycle="monthly",
        domain_mode="register",
        domain_name=name,
        mailbox="info",
    )


def mailed_code(email: str) -> str:
    """The six digits that the mail holds."""
    row = EmailCode.objects.filter(email=email).latest("created_at")
    secret = mail_secret({"email_code_id": str(row.pk)})
    assert secret is not None
    return secret.code


def test_the_shop_shows_prices_with_tax_and_without(visitor):
    assert "5.95" in visitor.get("/")
    without = visitor.post("/cart/buyer", customer_type="business")
    assert "5.00" in without
    assert "5.95" not in without


def test_the_search_tells_free_and_taken_names(visitor):
    page = visitor.get("/shop/names?name=kontor")
    assert "kontor.example" in page
    assert "Free" in page
    assert "Taken" in visitor.get("/shop/names?name=taken.example")
    assert "10.71" in page, "the first year, with tax"


def test_a_name_that_is_none_gets_a_sentence(visitor):
    assert "name" in visitor.get("/shop/names?name=%20_!_").lower()
    assert visitor.get("/shop/names?name=" + "x" * 300)


def test_the_cart_names_today_and_renewal(visitor):
    page = choose_hosting(visitor)
    assert "Web S: kontor.example" in page
    assert "16.66" in page, "total today and the renewal of the name"
    assert Cart.objects.get().lines.count() == 2


def test_a_taken_name_keeps_what_was_typed(visitor):
    page = choose_hosting(visitor, "taken.example")
    assert "already registered" in page
    assert 'value="taken.example"' in page
    assert Cart.objects.filter(lines__isnull=False).count() == 0


def test_removing_the_hosting_removes_its_name(visitor):
    choose_hosting(visitor)
    line = Cart.objects.get().lines.get(parent=None)
    page = visitor.post(f"/cart/lines/{line.pk}/remove")
    assert "Your cart is empty" in page
    assert Cart.objects.get().lines.count() == 0


def test_a_visitor_becomes_a_customer_and_orders(visitor, shop):
    choose_hosting(visitor)
    page = visitor.post("/checkout", **DETAILS)
    assert "Confirm your address" in page
    assert Order.objects.count() == 0

    page = visitor.post("/checkout/code", code="000000")
    assert "wrong" in page
    page = visitor.post("/checkout/code", code=mailed_code("ada@mail.example"))
    assert "Review and order" in page
    customer = Customer.objects.get(email="ada@mail.example")
    assert (customer.display_name, customer.status) == ("Ada Walker", "active")
    assert "Hafenstr. 1" in page

    page = visitor.post("/checkout/review", payment_method="card", total_seen="16.66")
    assert "Please accept this to order" in page
    page = visitor.post("/checkout/review", payment_method="card", accept_terms="on")
    assert "look at the total and order again" in page
    final = {"payment_method": "card", "accept_terms": "on", "total_seen": "15.66"}
    page = visitor.post("/checkout/review", **final)
    assert "A price has changed since you opened this page" in page
    assert Order.objects.count() == 0
    assert 'name="total_seen" value="16.66"' in page, "the new total is what the next click sends"
    page = visitor.post("/checkout/review", **final | {"total_seen": "16.66"})
    order = Order.objects.get()
    assert order.customer == customer
    assert "PF-" in page
    assert "16.66" in page
    assert order.order_number in visitor.get("/portal/orders")
    assert "Waiting for payment" in visitor.get(f"/portal/orders/{order.pk}")
    services = visitor.get("/portal/services")
    assert "Ordered" in services
    assert "Being set up" not in services
    assert "Your cart is empty" in visitor.get("/cart")


def mailed_link(email: str) -> str:
    """The path of the link that the mail holds."""
    row = EmailCode.objects.filter(email=email).latest("created_at")
    secret = mail_secret({"email_code_id": str(row.pk)})
    assert secret is not None
    return urlsplit(secret.link).path


@pytest.mark.parametrize("opened_in", ["the same browser", "another browser"])
def test_the_link_in_the_mail_keeps_what_was_typed_and_goes_on(visitor, shop, opened_in):
    choose_hosting(visitor)
    visitor.post("/checkout", **DETAILS)
    reader = visitor if opened_in == "the same browser" else Visitor(shop)
    page = reader.post(mailed_link("ada@mail.example"))
    assert "Review and order" in page
    assert "Hafenstr. 1" in page
    assert "kontor.example" in page
    customer = Customer.objects.get(email="ada@mail.example")
    assert (customer.display_name, customer.phone, customer.status) == (
        "Ada Walker",
        "+49401234567",
        "active",
    )
    assert Cart.objects.get().customer == customer


def test_an_address_alone_opens_nobodys_cart(visitor, shop):
    choose_hosting(visitor)
    visitor.post("/checkout", **DETAILS)
    stranger = Visitor(shop)
    choose_hosting(stranger, "other.example")
    stranger.post("/checkout", **{**DETAILS, "street": "Elsewhere 9"})
    page = Visitor(shop).post(mailed_link("ada@mail.example"))
    assert "Elsewhere 9" in page
    assert "Hafenstr. 1" not in page
    first, second = Cart.objects.order_by("created_at")
    assert (first.email, first.customer) == ("ada@mail.example", None)
    assert second.customer == Customer.objects.get(email="ada@mail.example")


def test_a_sign_up_without_a_checkout_leads_to_the_portal(visitor, shop):
    body = {part: DETAILS[part] for part in ("email", "password", "first_name", "last_name")}
    visitor.post("/sign-up", **body)
    page = visitor.post(mailed_link("ada@mail.example"))
    assert "Review and order" not in page
    assert "Your e-mail address is confirmed." in page


def test_a_known_address_learns_nothing_and_makes_nothing(visitor, shop):
    choose_hosting(visitor)
    visitor.post("/checkout", **DETAILS)
    visitor.post("/checkout/code", code=mailed_code("ada@mail.example"))
    before = (Customer.objects.count(), PortalAccount.objects.count())

    second = Visitor(shop)
    choose_hosting(second, "other.example")
    page = second.post("/checkout", **{**DETAILS, "password": "Another harbour in June 8!"})
    assert "Confirm your address" in page
    assert (Customer.objects.count(), PortalAccount.objects.count()) == before


def test_nobody_sees_another_customers_order(visitor, shop):
    order = shop.ordered()
    choose_hosting(visitor)
    visitor.post("/checkout", **DETAILS)
    visitor.post("/checkout/code", code=mailed_code("ada@mail.example"))
    visitor.get(f"/portal/orders/{order.pk}", status=404)
    visitor.get(f"/portal/orders/{order.pk}/progress", status=404)


def test_a_visitor_who_is_not_logged_in_is_asked_to_log_in(visitor, shop):
    order = shop.ordered()
    page = visitor.get(f"/portal/orders/{order.pk}")
    assert re.search(r'name="password"', page)


def test_a_forged_cart_cookie_opens_no_cart(visitor, shop):
    choose_hosting(visitor)
    cart = Cart.objects.get()
    stranger = Visitor(shop)
    stranger.client.cookies["cart"] = str(cart.pk)
    assert "Your cart is empty" in stranger.get("/cart")
