"""Customers beyond the first hundreds are copies of whole histories, and keep the house's laws."""

from collections import Counter
from decimal import Decimal

import pytest
from django.db.models import Sum
from django.test import Client

from accounts.services.portal_accounts import portal_account_create
from billing.models import Document, Invoice, JournalEntry, JournalLine, NumberSeries, Payment
from billing.selectors.ledger import ledger_differences
from customers.models import Customer
from demo.actors import LOADER
from demo.company import PASSWORD
from demo.copies import is_copy, shared_out
from domains.models import Domain, SandboxRegistration
from hosting.models import HostingAccount, SandboxPanelAccount
from ispplatform.core.admin.search import search_hits
from ispplatform.core.audit.digests import values_digest
from ispplatform.core.counters import take_number
from ispplatform.core.database.inventory import tenant_models
from ispplatform.core.models import AuditEntry
from ispplatform.core.search.slots import search_feeds
from ispplatform.core.search.writing import source_rows, words_of, words_stored
from ispplatform.core.tenancy.context import tenant_context
from sales.models import Order
from tests.demo.loaded.conftest import CUSTOMERS, LIVED

pytestmark = [pytest.mark.slow, pytest.mark.django_db]


@pytest.fixture(autouse=True)
def inside(demo):
    with tenant_context(demo.tenant.pk):
        yield


def copies(model):
    return [row for row in model.objects.order_by("pk") if is_copy(row)]


def test_so_many_are_copies_and_everything_of_theirs_came_along():
    copied = copies(Customer)
    assert len(copied) == CUSTOMERS - LIVED
    assert len(copies(Document)) > len(copied)
    for customer in copied:
        assert customer.documents.exists()
        assert Order.objects.filter(customer=customer).exists()
        assert Payment.objects.filter(customer=customer).exists()
        assert customer.addresses.exists()
        invoices = Invoice.objects.filter(customer=customer)
        assert all(is_copy(invoice.document) for invoice in invoices)
        assert all(invoice.document.customer_id == customer.pk for invoice in invoices)


def test_no_copy_points_at_a_row_of_somebody_else():
    for model in tenant_models():
        for row in filter(is_copy, model._base_manager.all()):
            if customer_id := getattr(row, "customer_id", None):
                assert customer_id.version == 8, f"{model._meta.label} {row.pk}"


def test_the_books_of_copies_balance():
    assert ledger_differences() == []
    sums = JournalLine.objects.values("entry_id").annotate(total=Sum("amount"))
    assert {row["total"] for row in sums} == {Decimal(0)}
    assert {is_copy(entry) for entry in JournalEntry.objects.all()} == {True, False}


def test_numbers_are_nobody_elses_and_series_go_on_behind_them(demo):
    for rows, number in ((Customer, "customer_number"), (Order, "order_number")):
        given = Counter(rows.objects.values_list(number, flat=True))
        assert max(given.values()) == 1
    customers = sorted(Customer.objects.values_list("customer_number", flat=True))
    assert customers == [f"CUST-{number:06d}" for number in range(1, len(customers) + 1)]
    assert take_number("customers.customer_number", demo.tenant.pk) == len(customers) + 1
    for series in NumberSeries.objects.all():
        documents = Document.objects.filter(kind=series.kind, number__contains=f"-{series.year}-")
        assert series.last == documents.count()


def test_orders_are_numbered_without_a_gap():
    years: dict[str, list[int]] = {}
    for number in Order.objects.values_list("order_number", flat=True):
        _, year, last = number.split("-")
        years.setdefault(year, []).append(int(last))
    assert all(sorted(found) == list(range(1, len(found) + 1)) for found in years.values())


def test_the_words_of_the_search_are_what_the_rows_say(demo):
    for feed in search_feeds.items():
        rows = [row for row in source_rows(feed) if is_copy(row)]
        kept = words_stored(feed, demo.tenant.pk, [row.pk for row in rows])
        wrong = [row for row in rows if kept[row.pk] != words_of(feed, row)]
        assert wrong == [], feed.key


def test_the_audit_trail_vouches_for_the_words_of_copies():
    entries = AuditEntry.objects.select_related("values")
    copied = [entry for entry in entries if is_copy(entry)]
    assert len(copied) > CUSTOMERS
    for entry in copied:
        assert entry.values_digest == values_digest(entry.values, form=entry.digest_form)
        assert "\ue000" not in f"{entry.values.after}{entry.values.subject_label}"


def test_the_sandbox_knows_the_names_and_accounts_of_copies():
    for domain in copies(Domain):
        assert SandboxRegistration.objects.get(name=domain.name).expires_at == domain.expires_at
    for account in copies(HostingAccount):
        remote = SandboxPanelAccount.objects.get(username=account.username)
        assert remote.owner_mark == account.owner_mark == str(account.pk)


def test_a_copied_customer_is_found_and_their_pages_open(demo):
    customer = copies(Customer)[0]
    invoice = Invoice.objects.filter(customer=customer).latest("pk")
    hits = search_hits(customer.email, actor=LOADER)
    assert any(str(customer.pk) in hit.url for hit in hits)
    staff = Client()
    staff.post("/admin/login/", {"name": demo.log_ins[0].name, "password": PASSWORD})
    page = staff.get(f"/admin/customers/customer/{customer.pk}/change/")
    assert page.status_code == 200
    assert customer.display_name in page.content.decode()
    portal_account_create(
        actor=LOADER,
        tenant=demo.tenant,
        customer_id=customer.pk,
        email="copied@mail.example",
        password=PASSWORD,
        is_proved=True,
    )
    portal = Client()
    portal.post("/login", {"name": "copied@mail.example", "password": PASSWORD})
    assert invoice.number in portal.get("/billing").content.decode()


def test_copies_are_shared_out_to_the_last_one():
    assert shared_out([1, 1, 1], count=10, mean=None) == [3, 4, 3]
    assert sum(shared_out([2, 2, 25], count=1000, mean=10.0)) == 1000


def test_copies_weigh_what_is_asked_for_on_average():
    weights = [2, 2, 3, 25, 14]
    shares = shared_out(weights, count=10_000, mean=10.0)
    mean = sum(s * w for s, w in zip(shares, weights, strict=True)) / 10_000
    assert mean == pytest.approx(10.0, abs=0.01)
    assert min(shares) > 0
