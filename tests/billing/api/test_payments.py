"""Payments, methods and subscriptions over HTTP."""

from decimal import Decimal
from uuid import uuid4

import pytest

from billing.choices import PaymentState
from billing.models import CreditEntry, Invoice, Payment, PaymentMethod, Refund, Subscription
from billing.providers.payments.cards import sandbox_token
from ispplatform.core.models import Operation
from ispplatform.core.tenancy.context import tenant_context
from ispplatform.core.testing import run_until_quiet
from tests.callers import key_caller
from tests.factories.billing import (
    SUCCEEDS,
    GatewayFactory,
    addressed_customer,
    issued_invoice,
    kept_card,
    line,
    open_pro_forma,
    price_of,
    transferred,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cashier(tenant):
    return key_caller(tenant, "payments:*", "payment_methods:*", "subscriptions:*", "invoices:*")


def test_money_from_elsewhere_is_recorded(cashier, customer):
    invoice = issued_invoice(customer, line("100.00"))
    answer = cashier(
        "POST",
        "payments",
        {
            "invoice_id": str(invoice.pk),
            "amount": 19,
            "payment_method": "credit_card",
            "reference": "stripe_ch_123",
        },
    )
    assert answer.status == 201, answer.body
    shown = answer.data
    assert (shown["status"], shown["payment_method"], shown["amount"]) == ("settled", "manual", 19)
    assert shown["invoices"] == [
        {
            "invoice_id": str(invoice.pk),
            "invoice_number": invoice.number,
            "amount": 19,
            "currency": "EUR",
        }
    ]
    invoice.refresh_from_db()
    assert invoice.amount_due == Decimal("100.00")


def test_money_without_a_document_needs_a_customer(cashier, customer):
    refused = cashier("POST", "payments", {"amount": 19, "reference": "x"})
    assert (refused.status, list(refused.refused)) == (422, ["customer_id"])
    answer = cashier(
        "POST",
        "payments",
        {"customer_id": customer.customer_number, "amount": 19, "reference": "x"},
    )
    assert answer.status == 201
    assert CreditEntry.objects.get().remaining == Decimal("19.00")


def test_a_card_is_charged(cashier, customer, gateway):
    invoice = issued_invoice(customer)
    card = kept_card(customer, gateway)
    answer = cashier(
        "POST",
        "payments",
        {"invoice_id": str(invoice.pk), "payment_method_id": str(card.pk)},
    )
    assert (answer.status, answer.data["status"]) == (201, "created")
    run_until_quiet()
    shown = cashier("GET", f"payments/{answer.data['id']}").data
    assert (shown["status"], shown["last_four"], shown["brand"]) == ("settled", "4242", "visa")
    again = cashier("POST", "payments", {"invoice_id": str(invoice.pk)})
    assert (again.status, again.code) == (409, "INVOICE_NOT_OPEN")


def test_authorize_and_capture(cashier, customer, gateway):
    invoice = issued_invoice(customer)
    kept_card(customer, gateway)
    made = cashier("POST", "payments", {"invoice_id": str(invoice.pk), "capture": False}).data
    assert Operation.objects.count() == 0
    assert cashier("POST", f"payments/{made['id']}/capture").code == "PAYMENT_STATE_WRONG"
    assert cashier("POST", f"payments/{made['id']}/authorize").status == 202
    run_until_quiet()
    assert cashier("GET", f"payments/{made['id']}").data["status"] == "authorized"
    assert cashier("POST", f"payments/{made['id']}/capture", {"amount": 99}).status == 422
    assert cashier("POST", f"payments/{made['id']}/capture").status == 202
    run_until_quiet()
    assert cashier("GET", f"payments/{made['id']}").data["status"] == "settled"


def test_a_refund(cashier, customer):
    payment = transferred(customer, "11.90", issued_invoice(customer).document)
    answer = cashier(
        "POST",
        f"payments/{payment.pk}/refund",
        {"amount": 1.19, "reason": "Slow", "refund_method": "original_payment_method"},
    )
    assert answer.status == 202
    (refund,) = answer.data["refunds"]
    assert (refund["amount"], refund["status"], refund["refund_method"]) == (
        1.19,
        "created",
        "bank_transfer",
    )
    too_much = cashier("POST", f"payments/{payment.pk}/refund", {"amount": 99})
    assert (too_much.status, too_much.code) == (409, "REFUND_EXCEEDS_PAYMENT")
    assert Refund.objects.count() == 1


@pytest.mark.parametrize(
    "change",
    [
        {"amount": 0},
        {"amount": -5},
        {"amount": "abc"},
        {"payment_method": "barter"},
        {"invoice_id": "7"},
        {"invoice_id": str(uuid4())},
        {"document_id": str(uuid4())},
        {"currency": "E"},
        {"received_on": "2999-01-01"},
        {"odd": 1},
    ],
)
def test_a_wrong_body_is_refused_and_changes_nothing(cashier, customer, change):
    invoice = issued_invoice(customer)
    given = {"invoice_id": str(invoice.pk), "amount": 5, "reference": "x", **change}
    answer = cashier("POST", "payments", given)
    assert 400 <= answer.status < 500
    assert Payment.objects.count() == 0


def test_cards_are_kept_by_token_and_forgotten(cashier, customer, gateway):
    path = f"customers/{customer.pk}/payment-methods"
    made = cashier("POST", path, {"token": sandbox_token(SUCCEEDS)})
    assert made.status == 201, made.body
    assert (made.data["last_four"], made.data["is_default"], made.data["type"]) == (
        "4242",
        True,
        "card",
    )
    listed = cashier("GET", path).data
    assert [row["id"] for row in listed] == [made.data["id"]]
    assert cashier("GET", f"payment-methods?customer_id={uuid4()}").data == []
    assert cashier("DELETE", f"payment-methods/{made.data['id']}").status == 200
    assert cashier("GET", path).data == []
    run_until_quiet()
    assert Operation.objects.get(kind="billing.method_detach").state == "succeeded"


def test_an_unknown_token_keeps_nothing(cashier, customer, gateway):
    answer = cashier("POST", f"customers/{customer.pk}/payment-methods", {"token": "tok_1"})
    assert (answer.status, answer.code) == (422, "PROVIDER_REJECTED")
    assert PaymentMethod.objects.count() == 0


def test_a_company_without_a_gateway_says_so(cashier, customer):
    answer = cashier(
        "POST",
        "payment-methods",
        {"customer_id": str(customer.pk), "token": sandbox_token(SUCCEEDS)},
    )
    assert (answer.status, answer.code) == (409, "NO_PAYMENT_GATEWAY")


def test_a_subscription_is_sold_changed_and_cancelled(cashier, customer):
    price = price_of("9.00", setup_amount=Decimal("5.00"))
    made = cashier(
        "POST",
        "subscriptions",
        {
            "customer_id": str(customer.pk),
            "plan_id": price.plan.code,
            "quantity": 2,
            "start_date": "2026-01-31",
        },
    )
    assert made.status == 201, made.body
    expected = {
        "status": "active",
        "billing_cycle": "monthly",
        "amount": 9,
        "current_period_end": "2026-02-28",
        "next_billing_on": "2026-02-28",
    }
    assert {name: made.data[name] for name in expected} == expected
    invoice = Invoice.objects.get()
    assert invoice.document.net_total == Decimal("28.00")
    path = f"subscriptions/{made.data['id']}"
    changed = cashier("PUT", path, {"quantity": 3, "auto_renew": False})
    assert (changed.data["quantity"], changed.data["auto_renew"]) == (3, False)
    stale = cashier("PUT", path, {"quantity": 4}, If_Match='"1.x"')
    assert stale.status == 412
    ended = cashier("DELETE", path)
    assert (ended.data["status"], ended.data["ends_on"]) == ("cancelled", "2026-02-28")
    assert cashier("DELETE", path).code == "SUBSCRIPTION_STATE_WRONG"


def test_a_plan_without_a_price_is_refused(cashier, customer):
    answer = cashier(
        "POST", "subscriptions", {"customer_id": str(customer.pk), "plan_id": "nothing"}
    )
    assert answer.status == 422
    price = price_of(currency="USD")
    answer = cashier(
        "POST", "subscriptions", {"customer_id": str(customer.pk), "plan_id": str(price.plan_id)}
    )
    assert (answer.status, answer.code) == (404, "PRICE_NOT_FOUND")
    assert (Subscription.objects.count(), Invoice.objects.count()) == (0, 0)


def test_who_may(tenant, customer, gateway):
    payment = transferred(customer, "11.90", issued_invoice(customer).document)
    kept_card(customer, gateway)
    reader = key_caller(tenant, "payments:read", "payment_methods:read", "subscriptions:read")
    nobody = key_caller(tenant)
    for path in ("payments", f"payments/{payment.pk}", "payment-methods", "subscriptions"):
        assert reader("GET", path).status == 200
        assert nobody("GET", path).status == 403
    for path in (
        "payments",
        f"payments/{payment.pk}/refund",
        f"payments/{payment.pk}/capture",
        f"payments/{payment.pk}/authorize",
        "payment-methods",
        f"customers/{customer.pk}/payment-methods",
        "subscriptions",
    ):
        assert reader("POST", path, {}).status == 403, path
    recorder = key_caller(tenant, "payments:create")
    refused = recorder(
        "POST", "payments", {"customer_id": str(customer.pk), "amount": 1, "reference": "x"}
    )
    assert refused.status == 403
    assert (Payment.objects.count(), Refund.objects.count()) == (1, 0)


def test_another_companys_rows_are_not_there(cashier, other_tenant):
    with tenant_context(other_tenant.pk):
        buyer = addressed_customer()
        theirs = transferred(buyer, "1.00")
        card = kept_card(buyer, GatewayFactory())
        document = open_pro_forma(buyer)
    for method, path in (
        ("GET", f"payments/{theirs.pk}"),
        ("POST", f"payments/{theirs.pk}/refund"),
        ("DELETE", f"payment-methods/{card.pk}"),
        ("GET", f"customers/{buyer.pk}/payment-methods"),
    ):
        assert cashier(method, path).status == 404, path
    refused = cashier(
        "POST", "payments", {"document_id": str(document.pk), "amount": 1, "reference": "x"}
    )
    assert refused.status == 404
    with tenant_context(other_tenant.pk):
        assert Payment.objects.get().state == PaymentState.SETTLED
        assert PaymentMethod.objects.get().removed_at is None
