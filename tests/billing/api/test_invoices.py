"""Invoices over HTTP: form, walls, lists, PDF. The rules are tested at the services."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from billing.models import Document, Invoice
from ispplatform.core.models import AuditEntry
from ispplatform.core.tenancy.context import tenant_context
from tests.callers import anonymous_caller, key_caller
from tests.factories.billing import addressed_customer, issued_invoice, line, transferred


@pytest.fixture
def biller(tenant):
    return key_caller(tenant, "invoices:*", "credit_notes:*")


@pytest.fixture
def reader(tenant):
    return key_caller(tenant, "invoices:read")


def body(customer, **values):
    item = {"description": "Consulting", "quantity": 2, "unit_price": "49.90"}
    return {"customer_id": str(customer.pk), "line_items": [item], **values}


def test_a_draft_is_made_and_shown_whole(biller, customer):
    answer = biller(
        "POST",
        "invoices",
        body(
            customer,
            due_date="2030-01-31",
            notes="Thank you.",
            external_refs=[{"system": "erp", "id": "7"}],
        ),
    )
    assert answer.status == 201
    invoice = Invoice.objects.get()
    assert answer.headers["Location"] == f"/api/v1/invoices/{invoice.pk}"
    shown = answer.data
    expected = {
        "invoice_number": "",
        "status": "draft",
        "currency": "EUR",
        "subtotal": 99.80,
        "tax": 18.96,
        "total": 118.76,
        "amount_due": 118.76,
        "due_date": "2030-01-31",
        "notes": "Thank you.",
        "next_action": None,
        "external_refs": [{"system": "erp", "id": "7"}],
    }
    assert {name: shown[name] for name in expected} == expected
    (item,) = shown["line_items"]
    assert (item["description"], item["quantity"], item["unit_price"], item["tax_rate"]) == (
        "Consulting",
        2,
        49.9,
        19,
    )
    assert shown["taxes"][0]["tax"] == 18.96


def test_amounts_are_written_with_the_decimals_of_their_currency(biller, tenant):
    buyer = addressed_customer("JP")
    answer = biller("POST", "invoices", body(buyer, currency="JPY", issue=True))
    text = answer.response.content.decode()
    assert '"total":100,' in text
    assert '"subtotal":100,' in text
    answer = biller("POST", "invoices", body(addressed_customer(), amount=None) | {"issue": True})
    assert answer.status == 422


def test_documented_spellings_are_understood(biller, customer):
    service_id = str(uuid4())
    answer = biller(
        "POST",
        "invoices",
        {
            "customerId": customer.customer_number.lower(),
            "items": [
                {
                    "description": "Hosting",
                    "quantity": "1",
                    "unitPrice": 10,
                    "taxRate": 7,
                    "serviceId": service_id,
                }
            ],
            "issue": True,
        },
    )
    assert answer.status == 201, answer.body
    (item,) = answer.data["line_items"]
    assert (item["service_id"], item["tax_rate"], answer.data["total"]) == (service_id, 7, 10.70)


def test_a_bare_amount_is_one_line(biller, customer):
    answer = biller(
        "POST", "invoices", {"customer_id": str(customer.pk), "amount": 100, "issue": True}
    )
    assert answer.data["line_items"][0]["description"] == "Services"
    assert answer.data["total"] == 119.00


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"line_items": []}, "line_items"),
        ({"line_items": None}, "line_items"),
        ({"amount": 5}, "line_items"),
        ({"customer_id": "CUST-999999"}, "customer_id"),
        ({"customer_id": str(uuid4())}, "customer_id"),
        ({"currency": "euro"}, "currency"),
        ({"colour": "red"}, "colour"),
        ({"due_date": "soon"}, "due_date"),
    ],
)
def test_a_wrong_body_is_refused_and_changes_nothing(biller, customer, change, field):
    before = AuditEntry.objects.count()
    answer = biller("POST", "invoices", {**body(customer), **change})
    assert answer.status == 422
    assert field in answer.refused
    assert (Document.objects.count(), AuditEntry.objects.count()) == (0, before)


@pytest.mark.parametrize(
    "item",
    [
        {"unit_price": "1e400"},
        {"unit_price": "0.000000001"},
        {"quantity": -1},
        {"tax_rate": 101},
        {"description": ""},
        {"description": "x" * 256},
        {"service_id": "7"},
        {"period_start": "2026-02-01", "period_end": "2026-01-01"},
        {"unit_price": 9_999_999_999, "quantity": 9_999_999_999},
    ],
)
def test_a_wrong_line_is_refused_and_changes_nothing(biller, customer, item):
    given = {"description": "x", "quantity": 1, "unit_price": 1, **item}
    answer = biller("POST", "invoices", body(customer, line_items=[given]))
    assert 400 <= answer.status < 500
    assert Document.objects.count() == 0


def test_a_key_repeats_the_answer_and_makes_one_invoice(biller, customer):
    first = biller("POST", "invoices", body(customer), Idempotency_Key="one")
    again = biller("POST", "invoices", body(customer), Idempotency_Key="one")
    assert first.data["id"] == again.data["id"]
    assert Invoice.objects.count() == 1
    other = biller("POST", "invoices", body(customer, notes="x"), Idempotency_Key="one")
    assert other.status == 422


def test_sending_numbers_a_draft(biller, customer):
    made = biller("POST", "invoices", body(customer)).data
    answer = biller("POST", f"invoices/{made['id']}/send")
    assert answer.status == 200
    assert answer.data["status"] == "sent"
    assert answer.data["invoice_number"].startswith("INV-")
    assert answer.data["sent_at"] is not None
    assert answer.data["next_action"]["what"] == "collect"


def test_voiding_and_crediting(biller, customer):
    first, second = issued_invoice(customer), issued_invoice(customer)
    voided = biller("POST", f"invoices/{first.pk}/void", {"reason": "Twice"})
    assert (voided.data["status"], voided.data["void_reason"]) == ("cancelled", "Twice")
    assert biller("POST", f"invoices/{first.pk}/void").code == "INVOICE_NOT_VOIDABLE"
    credited = biller("POST", f"invoices/{second.pk}/credit", {"reason": "Slow", "amount": 1.19})
    assert credited.status == 201
    assert credited.data["amount_credited"] == 1.19
    assert credited.data["credit_notes"][0]["total"] == 1.19
    too_much = biller("POST", f"invoices/{second.pk}/credit", {"reason": "x", "amount": 99})
    assert (too_much.status, too_much.code) == (409, "CREDIT_EXCEEDS_INVOICE")


def test_the_pdf_comes_as_a_file(reader, biller, customer):
    invoice = issued_invoice(customer)
    answer = reader.client.get(f"/api/v1/invoices/{invoice.pk}/pdf", headers=reader.headers)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert f'filename="invoice-{invoice.number}.pdf"' in answer["Content-Disposition"]
    assert answer.content.startswith(b"%PDF-")
    draft = biller("POST", "invoices", body(customer)).data
    refused = reader("GET", f"invoices/{draft['id']}/pdf")
    assert (refused.status, refused.code) == (409, "DOCUMENT_NOT_ISSUED")


def test_lists_are_filtered_sorted_and_searched(reader, tenant):
    first, second = addressed_customer(last_name="Abel"), addressed_customer(last_name="Zorn")
    paid = issued_invoice(first, line("10.00"))
    transferred(first, "11.90", paid.document)
    open_one = issued_invoice(second, line("100.00"))

    def found(query: str) -> list[str]:
        answer = reader("GET", f"invoices?{query}")
        assert answer.status == 200, answer.body
        return [row["invoice_number"] for row in answer.data]

    assert found("sort=invoice_number") == [paid.number, open_one.number]
    assert found("sort=-invoice_number") == [open_one.number, paid.number]
    assert found("status=paid") == [paid.number]
    assert found("status=pending") == [open_one.number]
    assert found(f"customer_id={second.pk}") == [open_one.number]
    assert found("amount_min=50&amount_max=200") == [open_one.number]
    assert found(f"date_from={paid.issue_date}&sort=invoice_number") == [
        paid.number,
        open_one.number,
    ]
    assert found("date_to=2000-01-01") == []
    assert found("search=zorn") == [open_one.number]
    assert found(f"search={paid.number.lower()}") == [paid.number]
    assert reader("GET", "invoices?status=odd").status == 422


def test_queries_do_not_grow_with_rows(reader, customer):
    def cost(path: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert reader("GET", path).status == 200
        return len(queries)

    invoice = issued_invoice(customer)
    reader("GET", "invoices")
    one, detail = cost("invoices"), cost(f"invoices/{invoice.pk}")
    for _ in range(5):
        issued_invoice(addressed_customer(), line(), line())
    assert cost("invoices") == one <= 8
    assert cost(f"invoices/{invoice.pk}") == detail <= 10


def test_who_may(tenant, customer, reader):
    invoice = issued_invoice(customer)
    nobody = key_caller(tenant)
    for method, path, payload in (
        ("GET", "invoices", None),
        ("GET", f"invoices/{invoice.pk}", None),
        ("GET", f"invoices/{invoice.pk}/pdf", None),
        ("POST", "invoices", body(customer)),
        ("POST", f"invoices/{invoice.pk}/send", None),
        ("POST", f"invoices/{invoice.pk}/void", {"reason": "x"}),
        ("POST", f"invoices/{invoice.pk}/credit", {"reason": "x"}),
    ):
        assert nobody(method, path, payload).status == 403, path
        assert anonymous_caller()(method, path, payload).status == 401, path
        if method == "POST":
            assert reader(method, path, payload).status == 403, path
    invoice.refresh_from_db()
    assert (invoice.status, Invoice.objects.count()) == ("sent", 1)


def test_another_companys_invoice_is_not_there(biller, other_tenant):
    with tenant_context(other_tenant.pk):
        theirs = issued_invoice(addressed_customer())
    for method, path in (
        ("GET", f"invoices/{theirs.pk}"),
        ("GET", f"invoices/{theirs.pk}/pdf"),
        ("POST", f"invoices/{theirs.pk}/send"),
        ("POST", f"invoices/{theirs.pk}/void"),
    ):
        answer = biller(method, path)
        assert (answer.status, answer.body["error"]["message"]) == (
            404,
            "There is no such invoice.",
        )
    assert biller("GET", "invoices").data == []
