"""Orders over HTTP, for staff and integrators and for customers."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from billing.models import Document
from ispplatform.core.tenancy.context import tenant_context
from ispplatform.core.testing import run_until_quiet
from sales.models import Order
from tests.accounts.people import tenant_roles_seed
from tests.callers import anonymous_caller, key_caller, portal_caller
from tests.factories.billing import transferred
from tests.factories.customers import CustomerFactory
from tests.sales.conftest import Shop


def wishes(name: str = "kontor.example") -> list[dict[str, object]]:
    return [
        {
            "plan_code": "web",
            "cycle": "monthly",
            "domain_mode": "register",
            "domain_name": name,
            "configuration": {"mailbox": "info"},
        }
    ]


@pytest.fixture
def seller(shop: Shop):
    return key_caller(shop.tenant, "orders:*", "plans:read", "customers:read", "services:*")


@pytest.fixture
def own(shop: Shop):
    tenant_roles_seed(shop.tenant)
    return portal_caller(shop.tenant, shop.customer.pk)


def test_an_integrator_orders_for_a_customer_and_it_becomes_active(shop, seller):
    answer = seller("POST", "orders", {"customer_id": str(shop.customer.pk), "lines": wishes()})
    assert answer.status == 201, answer.body
    assert (answer.data["gross"], answer.data["currency"]) == (16.66, "EUR")
    assert [line["plan_code"] for line in answer.data["lines"]] == [shop.domain_plan.code, "web"]
    shop.pay(Order.objects.get())
    shown = seller("GET", f"orders/{answer.data['id']}").data
    assert shown["status"] == "completed"
    assert {line["service_status"] for line in shown["lines"]} == {"active"}


def test_the_same_key_orders_once(shop, seller):
    body = {"customer_id": str(shop.customer.pk), "lines": wishes()}
    first = seller("POST", "orders", body, Idempotency_Key="order-1")
    again = seller("POST", "orders", body, Idempotency_Key="order-1")
    assert (first.status, again.status) == (201, 201)
    assert first.data["id"] == again.data["id"]
    assert Order.objects.count() == 1


def test_a_taken_name_is_refused_before_anything_is_written(shop, seller):
    answer = seller(
        "POST",
        "orders",
        {"customer_id": str(shop.customer.pk), "lines": wishes("taken.example")},
    )
    assert (answer.status, answer.code) == (409, "DOMAIN_NOT_AVAILABLE")
    assert Order.objects.count() == Document.objects.count() == 0


@pytest.mark.parametrize(
    ("lines", "field"),
    [
        ([], "lines"),
        ([{"cycle": "monthly"}], "lines.0.plan_id"),
        ([{"plan_code": "web", "cycle": "weekly"}], "lines.0.cycle"),
        ([{"plan_code": "web", "cycle": "monthly", "colour": "red"}], "lines.0.colour"),
        ([{"plan_code": "web", "cycle": "monthly", "unit_price": "1"}], "lines.0.price_reason"),
    ],
)
def test_a_malformed_order_names_the_field(shop, seller, lines, field):
    answer = seller("POST", "orders", {"customer_id": str(shop.customer.pk), "lines": lines})
    assert answer.status == 422
    assert field in answer.refused
    assert Order.objects.count() == 0


def test_a_customer_orders_what_the_cart_said(shop, own):
    body = {"lines": wishes(), "accepted_documents": ["terms"], "expected_total": 16.66}
    answer = own("POST", "orders", body)
    assert answer.status == 201, answer.body
    assert answer.data["status"] == "awaiting_payment"
    listed = own("GET", "orders")
    assert [row["order_number"] for row in listed.data["orders"]] == [answer.data["order_number"]]


def test_a_customer_has_to_accept_and_to_know_the_total(shop, own):
    refused = own("POST", "orders", {"lines": wishes()})
    assert (refused.status, refused.code) == (422, "TERMS_NOT_ACCEPTED")
    other = {"lines": wishes(), "accepted_documents": ["terms"], "expected_total": "16.65"}
    refused = own("POST", "orders", other)
    assert (refused.status, refused.code) == (409, "PRICE_CHANGED")
    assert Order.objects.count() == 0


def test_orders_of_others_are_not_there(shop, own, other_tenant):
    order = shop.ordered()
    stranger = portal_caller(shop.tenant, CustomerFactory().pk)
    assert stranger("GET", f"orders/{order.pk}").status == 404
    assert stranger("POST", f"orders/{order.pk}/cancel", {}).status == 404
    with tenant_context(other_tenant.pk):
        foreign = key_caller(other_tenant, "orders:*")
    assert foreign("GET", f"orders/{order.pk}").status == 404
    assert foreign("GET", "orders").data == []
    assert anonymous_caller()("GET", "orders").status == 401
    order.refresh_from_db()
    assert order.status == "awaiting_payment"


def test_a_reader_decides_nothing(shop):
    order = shop.ordered()
    reader = key_caller(shop.tenant, "orders:read")
    for act in ("accept", "refuse", "cancel"):
        assert reader("POST", f"orders/{order.pk}/{act}", {"reason": "x"}).status == 403


def test_a_customer_withdraws_an_order(shop, own):
    order = shop.ordered()
    answer = own("POST", f"orders/{order.pk}/cancel", {})
    assert (answer.status, answer.data["status"]) == (200, "cancelled")


def test_a_list_costs_the_same_however_long(shop, seller):
    counts = []
    for number in range(4):
        shop.ordered(shop.full_cart(f"name-{number}.example"))
        with CaptureQueriesContext(connection) as queries:
            assert len(seller("GET", "orders").data) == number + 1
        counts.append(len(queries))
    assert counts[-1] == counts[1]
    assert counts[-1] <= 8
    with CaptureQueriesContext(connection) as queries:
        seller("GET", f"orders/{Order.objects.first().pk}")
    assert len(queries) <= 10


def test_an_override_needs_its_own_permission(shop):
    body = {
        "customer_id": str(shop.customer.pk),
        "lines": [{**wishes()[0], "unit_price": "2.00", "price_reason": "Fair"}],
    }
    clerk = key_caller(
        shop.tenant,
        "orders:create",
        "orders:read",
        "plans:read",
        "customers:read",
        "services:create",
    )
    assert clerk("POST", "orders", body).status == 403
    assert Order.objects.count() == 0
    chief = key_caller(shop.tenant, "orders:*", "plans:read", "customers:read", "services:*")
    answer = chief("POST", "orders", body)
    assert answer.status == 201, answer.body
    assert Order.objects.get().net == Decimal("11.00")
    run_until_quiet()


def test_an_order_says_what_of_it_is_paid(shop, seller, own):
    order = shop.ordered()

    def amounts():
        for caller in (seller, own):
            shown = caller("GET", f"orders/{order.pk}").data
            yield shown["amount_paid"], shown["amount_due"]

    assert list(amounts()) == [(0, 17.85)] * 2
    transferred(shop.customer, "10.00", order.proforma)
    assert list(amounts()) == [(10, 7.85)] * 2
    transferred(shop.customer, "7.85", order.proforma)
    assert list(amounts()) == [(17.85, 0)] * 2


def test_a_refused_line_goes_back_by_its_order(shop, seller):
    order = shop.ordered(shop.full_cart("refused-kontor.example"))
    shop.pay(order)
    line = order.lines.get(plan=shop.domain_plan)
    body = {"line_id": str(line.pk), "as_credit": True, "reason": "Refused"}
    address = f"orders/{order.pk}/return-line"
    assert seller("POST", address, body).status == 403
    assert shop.credit() == 0
    cashier = key_caller(shop.tenant, "orders:read", "credit_notes:create")
    refused = cashier("POST", address, {**body, "as_credit": False})
    assert refused.status == 403
    answer = cashier("POST", address, body)
    assert (answer.status, answer.data["status"]) == (200, "completed"), answer.body
    assert shop.credit() == Decimal("10.71")
    assert cashier("POST", address, body).code == "ORDER_NOT_OPEN"


def domain_wish(**more: object) -> list[dict[str, object]]:
    return [
        {
            "plan_code": "domain",
            "cycle": "yearly",
            "domain_name": "kontor.example",
            **more,
        }
    ]


def test_an_integrator_sells_at_another_price_and_sets_up_before_payment(shop, seller):
    lines = domain_wish(
        plan_code=shop.domain_plan.code, unit_price="5.00", price_reason="Old friend"
    )
    body = {
        "customer_id": str(shop.customer.pk),
        "lines": lines,
        "payment_method": "invoice",
        "provision_reason": "A frame contract",
    }
    answer = seller("POST", "orders", body)
    run_until_quiet()
    assert answer.status == 201, answer.body
    shown = seller("GET", f"orders/{answer.data['id']}").data
    assert (shown["status"], shown["gross"], shown["amount_due"]) == ("completed", 5.95, 5.95)
    assert shown["provision_reason"] == "A frame contract"
    assert shown["provisioned_at"] is not None
    assert shown["paid_at"] is None
    assert [line["price_reason"] for line in shown["lines"]] == ["Old friend"]
    order = Order.objects.get()
    assert order.provisioned_by == answer.data["placed_by"]


def test_an_unpaid_order_is_asked_for_and_set_up_by_its_own_permissions(shop, seller):
    order = shop.ordered()
    plain = key_caller(shop.tenant, "orders:read", "orders:create")
    assert plain("POST", f"orders/{order.pk}/payment-link").status == 200
    assert plain("POST", f"orders/{order.pk}/provision", {"reason": "Trust"}).status == 403
    assert seller("POST", f"orders/{order.pk}/provision", {}).status == 422
    answer = seller("POST", f"orders/{order.pk}/provision", {"reason": "Trust"})
    assert (answer.status, answer.data["status"]) == (200, "in_progress")
    again = seller("POST", f"orders/{order.pk}/payment-link")
    assert (again.status, again.code) == (409, "ORDER_NOT_OPEN")
