"""Staff put an order together at the desk."""

import re
from typing import Any

import pytest
from django.urls import reverse

from ispplatform.core.models import AuditEntry
from ispplatform.core.tenancy.context import tenant_context
from ispplatform.core.testing import run_until_quiet
from sales.models import Cart, Order
from tests.desk import Desk, text_of
from tests.factories.accounts import PortalAccountFactory
from tests.sales.conftest import Shop

ADD = "admin:sales_order_add"


@pytest.fixture
def desk(shop: Shop) -> Desk:
    return Desk(shop.tenant, "billing", "sales")


def filled(shop: Shop, **values: Any) -> dict[str, Any]:
    return {
        "line1-offer": f"{shop.domain_plan.pk}/yearly",
        "line1-domain_name": "Kontor.example",
        "payment": "bank_transfer",
        **values,
    }


def send(desk: Desk, shop: Shop, **values: Any) -> Any:
    with_customer = f"?customer_number={shop.customer.customer_number}"
    with tenant_context(shop.tenant.pk):
        return desk.client.post(f"{reverse(ADD)}{with_customer}", values, follow=True)


def test_it_begins_at_the_customer_and_at_the_list(desk: Desk, shop: Shop):
    address = f"/admin/sales/order/add/?customer_number={shop.customer.customer_number}"
    assert address in text_of(desk.get("admin:customers_customer_change", shop.customer.pk))
    assert "/admin/sales/order/add/" in text_of(desk.get("admin:sales_order_changelist"))
    assert "For whom?" in text_of(desk.get(ADD))
    page = text_of(desk.get(ADD, query="?customer_number=CUST-404"))
    assert "There is no such customer." in page


def test_the_sum_is_shown_before_the_order_is_placed(desk: Desk, shop: Shop):
    page = text_of(send(desk, shop, act="check", **filled(shop)))
    assert "Place the order" in page
    total = re.search(r'name="total" value="([^"]+)"', page)
    assert total is not None
    assert total[1] == "10.71"
    assert "16.66" in page  # the renewal
    assert (Order.objects.count(), Cart.objects.count()) == (0, 0)

    key = re.search(r'name="form_key" value="(\w+)"', page)
    assert key is not None
    placed = {"act": "place", "total": total[1], "form_key": key[1], **filled(shop)}
    page = text_of(send(desk, shop, **placed))

    order = Order.objects.get()
    assert order.order_number in page
    assert "it was not done again" in text_of(send(desk, shop, **placed))
    assert Order.objects.count() == 1
    assert order.payment_method == "bank_transfer"
    assert order.lines.get().domain_name == "kontor.example"


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"line1-offer": ""}, "Choose a product."),
        ({"line1-domain_name": "taken-kontor.example"}, "is already registered"),
        ({"line1-domain_name": "kontor.elsewhere"}, "elsewhere"),
        ({"line1-unit_price": "5"}, "Say why the price differs from the catalogue."),
        ({"payment": "invoice"}, "Say why it is set up before it is paid."),
        ({"payment": "payment_link"}, "The customer has no log-in to pay with."),
        ({"total": "9.99"}, "A price has changed"),
    ],
)
def test_a_refusal_stands_in_the_form_and_nothing_is_ordered(
    desk: Desk, shop: Shop, values: dict[str, str], sentence: str
):
    page = text_of(send(desk, shop, act="place", **filled(shop, **values)))
    assert sentence in page
    assert (Order.objects.count(), Cart.objects.count()) == (0, 0)


def test_an_order_at_another_price_is_set_up_before_payment(desk: Desk, shop: Shop):
    values = filled(
        shop,
        payment="invoice",
        provision_reason="A customer of ten years",
        **{"line1-unit_price": "5", "line1-price_reason": "Old friend"},
    )
    page = text_of(send(desk, shop, act="place", total="5.95", **values))
    run_until_quiet()
    order = Order.objects.get()
    assert order.status == "completed"
    assert "Old friend" in page
    assert "A customer of ten years" in page
    assert AuditEntry.objects.filter(act="sales.order_provision_unpaid").count() == 1


def test_the_link_is_mailed_to_who_has_a_log_in(desk: Desk, shop: Shop):
    PortalAccountFactory(customer_id=shop.customer.pk)
    page = text_of(send(desk, shop, act="place", **filled(shop, payment="payment_link")))
    assert "Mail the payment link" in page
    order = Order.objects.get()
    told = text_of(desk.post("admin:sales_order_act", order.pk, "payment-link"))
    assert "The link is on its way." in told


def test_who_may_not_sees_no_price_and_no_credit(shop: Shop):
    plain = Desk(shop.tenant, "support")
    assert plain.get(ADD).status_code == 403
    assert "/order/add/" not in text_of(plain.get("admin:sales_order_changelist"))


def test_an_unpaid_order_is_set_up_from_its_page(desk: Desk, shop: Shop):
    order = shop.ordered()
    desk.post("admin:sales_order_act", order.pk, "provision", reason="The boss knows them")
    run_until_quiet()
    order.refresh_from_db()
    assert (order.status, order.provision_reason) == ("completed", "The boss knows them")
