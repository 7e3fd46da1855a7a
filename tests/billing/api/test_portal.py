"""What customers see and do over /api/portal/v1."""

import pytest

from accounts.services.roles import tenant_roles_seed
from billing.models import Invoice, Payment, PaymentMethod
from billing.providers.payments.cards import sandbox_token
from billing.services.invoices import invoice_draft
from ispplatform.core.testing import run_until_quiet
from tests.callers import key_caller, portal_caller
from tests.factories.billing import (
    DECLINED,
    SUCCEEDS,
    SYSTEM,
    addressed_customer,
    issued_invoice,
    kept_card,
    line,
    open_pro_forma,
    transferred,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def own(tenant, customer):
    """A caller with the portal account of the customer."""
    tenant_roles_seed(tenant)
    return portal_caller(tenant, customer.pk)


def test_invoices_with_their_summary_and_without_drafts(own, customer):
    paid = issued_invoice(customer, line("10.00"))
    transferred(customer, "11.90", paid.document)
    owed = issued_invoice(customer, line("100.00"))
    invoice_draft(actor=SYSTEM, customer=customer, lines=[line()])
    issued_invoice(addressed_customer())
    answer = own("GET", "billing/invoices?sort=invoice_number")
    assert answer.status == 200, answer.body
    assert answer.data["total"] == 2
    assert [row["invoice_number"] for row in answer.data["invoices"]] == [paid.number, owed.number]
    assert answer.data["invoices"][0]["line_items"][0]["total"] == 11.90
    assert answer.data["summary"] == {
        "total_outstanding": 119.00,
        "next_due_date": owed.due_date.isoformat(),
        "average_monthly": 130.90,
        "currency": "EUR",
    }
    open_only = own("GET", "billing/invoices?status=pending").data
    assert [row["id"] for row in open_only["invoices"]] == [str(owed.pk)]
    shown = own("GET", f"billing/invoices/{owed.pk}")
    assert shown.data["taxes"][0]["tax"] == 19
    pdf = own.client.get(f"/api/portal/v1/billing/invoices/{owed.pk}/pdf", headers=own.headers)
    assert (pdf.status_code, pdf["Content-Type"]) == (200, "application/pdf")


def test_paying_an_order_with_a_new_card_and_keeping_it(own, customer, gateway):
    order = open_pro_forma(customer, line("100.00"))
    answer = own(
        "POST",
        "billing/payments",
        {
            "document_id": str(order.pk),
            "token": sandbox_token(SUCCEEDS),
            "save_payment_method": True,
        },
    )
    assert (answer.status, answer.data["status"]) == (201, "created")
    run_until_quiet()
    listed = own("GET", "billing/payments").data
    assert [row["status"] for row in listed["payments"]] == ["settled"]
    assert [row["last_four"] for row in listed["payment_methods"]] == ["4242"]
    assert Invoice.objects.get().status == "paid"


def test_a_declined_card_tells_why(own, customer, gateway):
    invoice = issued_invoice(customer)
    card = kept_card(customer, gateway, DECLINED)
    made = own(
        "POST",
        "billing/payments",
        {"invoice_id": str(invoice.pk), "payment_method_id": str(card.pk)},
    )
    run_until_quiet()
    shown = own("GET", f"billing/payments/{made.data['id']}").data
    assert (shown["status"], shown["failure_message"]) == (
        "failed",
        "Your bank declined the card.",
    )


def test_cards(own, customer, gateway):
    made = own("POST", "billing/payment-methods", {"token": sandbox_token(SUCCEEDS)})
    assert made.status == 201
    listed = own("GET", "billing/payment-methods").data["payment_methods"]
    assert [row["id"] for row in listed] == [made.data["id"]]
    assert own("DELETE", f"billing/payment-methods/{made.data['id']}").status == 200
    assert own("GET", "billing/payment-methods").data["payment_methods"] == []


def test_paying_needs_a_card(own, customer, gateway):
    invoice = issued_invoice(customer)
    answer = own("POST", "billing/payments", {"invoice_id": str(invoice.pk)})
    assert (answer.status, list(answer.refused)) == (422, ["payment_method_id"])
    assert Payment.objects.count() == 0


def test_nothing_of_another_customer_is_there(own, tenant, customer, gateway):
    other = addressed_customer()
    invoice = issued_invoice(other)
    payment = transferred(other, "1.00", invoice.document)
    card = kept_card(other, gateway)
    mine = issued_invoice(customer)
    for method, path, body in (
        ("GET", f"billing/invoices/{invoice.pk}", None),
        ("GET", f"billing/invoices/{invoice.pk}/pdf", None),
        ("GET", f"billing/payments/{payment.pk}", None),
        ("DELETE", f"billing/payment-methods/{card.pk}", None),
        (
            "POST",
            "billing/payments",
            {"invoice_id": str(invoice.pk), "token": sandbox_token(SUCCEEDS)},
        ),
        (
            "POST",
            "billing/payments",
            {"invoice_id": str(mine.pk), "payment_method_id": str(card.pk)},
        ),
    ):
        assert own(method, path, body).status == 404, path
    assert Payment.objects.count() == 1
    assert PaymentMethod.objects.get().removed_at is None


def test_the_portal_is_for_customers_and_the_rest_for_staff(own, tenant, customer):
    key = key_caller(tenant, "*")
    key.base = "/api/portal/v1"
    assert key("GET", "billing/invoices").status == 403
    own.base = "/api/v1"
    assert own("GET", "invoices").status == 403
    assert own("GET", "payments").status == 403
