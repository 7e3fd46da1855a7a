"""Lists of the back office that millions of rows do not slow down: search, filters, counts."""

import pytest
from django.contrib.admin import site
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext

from billing.models import Document, Invoice
from customers.models import Customer
from ispplatform.core.actors import Actor
from ispplatform.core.admin.list_search import rows_found
from ispplatform.core.admin.paging import CappedPaginator
from ispplatform.core.admin.sampled_values import SAMPLED_ROWS, SampledValuesFilter
from ispplatform.core.models import AuditEntry
from tests.factories.billing import issued_invoice
from tests.factories.customers import CustomerFactory

SYSTEM = Actor.system("tests")
BY_KIND = {"documents": "pk", "customers": "customer_id"}


@pytest.fixture
def invoices(tenant):
    customers = [
        CustomerFactory(
            addressed=True, first_name=name, last_name="Lovelace", email=f"{name}@a.example"
        )
        for name in ("Ada", "Berta")
    ]
    return [issued_invoice(customer) for customer in customers]


def found(text, exactly=()):
    return rows_found(Invoice, text, actor=SYSTEM, by_kind=BY_KIND, exactly=exactly)


def test_a_list_is_searched_by_whose_its_rows_are(invoices):
    assert found("ada") == {invoices[0].pk}
    assert found("lovelace") == {invoice.pk for invoice in invoices}
    assert found("lovelace berta") == {invoices[1].pk}


def test_a_list_is_searched_by_its_own_numbers(invoices):
    assert found(invoices[1].number) == {invoices[1].pk}
    assert found("nobody at all") == set()


def test_a_column_is_searched_for_exactly_what_is_typed(invoices):
    first, second = invoices
    assert found(str(first.currency), exactly=("currency",)) >= {first.pk, second.pk}
    assert found(first.customer.email, exactly=("customer__email",)) == {first.pk}


def test_the_audit_trail_is_searched_by_what_an_entry_is_about(invoices, admin_desk: Client):
    entry = AuditEntry.objects.filter(act="billing.invoice_issue").latest("pk")
    page = admin_desk.get("/admin/core/auditentry/", {"q": entry.subject_label})
    assert entry.pk in {row.pk for row in page.context["cl"].result_list}
    assert page.context["cl"].result_count < AuditEntry.objects.count()


def test_a_search_reads_no_text_of_every_row(invoices, admin_desk: Client):
    with CaptureQueriesContext(database) as queries:
        page = admin_desk.get("/admin/billing/invoice/?q=ada")
    assert [row.pk for row in page.context["cl"].result_list] == [invoices[0].pk]
    assert [query["sql"] for query in queries if " LIKE " in query["sql"]] == []


def test_a_filter_offers_the_values_of_the_newest_rows_and_the_chosen_one(invoices):
    admin = site._registry[Document]
    field = Document._meta.get_field("currency")
    made = SampledValuesFilter(field, None, {"currency": ["JPY"]}, Document, admin, "currency")
    assert made.lookup_choices == [str(invoices[0].currency), "JPY"]
    assert SAMPLED_ROWS == 1_000


def test_figures_beside_each_row_are_not_worked_out_for_the_count(invoices):
    rows = site._registry[Customer].get_queryset(None)
    with CaptureQueriesContext(database) as queries:
        assert CappedPaginator(rows, 50).count == 2
    assert [query for query in queries if "amount_due" in query["sql"]] == []
