"""Orders at the desk: seen, accepted, refused."""

import re

import pytest

from ispplatform.core.testing import run_until_quiet
from tests.desk import Desk, text_of
from tests.factories.billing import transferred
from tests.sales.conftest import Shop


@pytest.fixture
def held(shop: Shop):
    shop.tenant.settings["sales.hold_every_order"] = True
    shop.tenant.save()
    order = shop.ordered()
    shop.pay(order)
    return order


def test_staff_see_why_an_order_waits_and_accept_it(held, shop):
    desk = Desk(shop.tenant, "billing")
    page = text_of(desk.get("admin:sales_order_change", held.pk))
    assert "Every order is checked." in page
    assert "Refuse and refund" in page
    page = text_of(desk.post("admin:sales_order_act", held.pk, "accept", reason="known"))
    assert "The order goes on." in page
    run_until_quiet()
    held.refresh_from_db()
    assert held.status == "completed"


def test_a_refusal_without_a_reason_is_asked_again(held, shop):
    desk = Desk(shop.tenant, "billing")
    desk.post("admin:sales_order_act", held.pk, "refuse", reason="")
    held.refresh_from_db()
    assert held.status == "on_hold"


def test_support_sees_orders_and_decides_nothing(held, shop):
    desk = Desk(shop.tenant, "support")
    page = text_of(desk.get("admin:sales_order_change", held.pk))
    assert "Refuse and refund" not in page
    assert desk.post("admin:sales_order_act", held.pk, "accept").status_code == 403
    held.refresh_from_db()
    assert held.status == "on_hold"


def test_the_list_is_searched_by_number(held, shop):
    desk = Desk(shop.tenant, "sales")
    page = text_of(desk.get("admin:sales_order_changelist", query=f"?q={held.order_number}"))
    assert held.order_number in page


def test_staff_see_how_much_of_an_order_is_paid(shop: Shop):
    order = shop.ordered()
    transferred(shop.customer, "10.00", order.proforma)
    desk = Desk(shop.tenant, "billing")

    def words(page: str, row: object) -> str:
        return " ".join(text_of(desk.get(page, row)).split())

    assert "10.00 € of 17.85 € paid" in words("admin:sales_order_change", order.pk)
    page = words("admin:billing_document_change", order.proforma_id)
    assert "Open · 10.00 € of 17.85 € paid" in page


def test_an_orders_number_opens_its_page_at_once(held, shop):
    desk = Desk(shop.tenant, "support")
    answer = desk.get("admin:search", query=f"?s={held.order_number.lower()}")
    assert answer.status_code == 302
    assert answer.url.endswith(f"/order/{held.pk}/change/")


def test_what_was_ordered_stands_in_the_list_and_at_the_customer(held, shop):
    first = held.lines.get(position=1).label
    desk = Desk(shop.tenant, "support")
    assert first in text_of(desk.get("admin:sales_order_changelist"))
    customer = text_of(desk.get("admin:customers_customer_change", shop.customer.pk))
    assert held.order_number in customer
    assert first in customer


def test_the_home_page_counts_the_orders_of_today(held, shop):
    shop.ordered()
    home = " ".join(text_of(Desk(shop.tenant, "sales").get("admin:index")).split())
    tile = home.partition("Orders today")[2].partition("</ul>")[0]
    assert [int(number) for number in re.findall(r"<strong>(\d+)</strong>", tile)] == [2, 1, 1]
