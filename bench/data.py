"""Rows to measure over: plain inserts, many at once; what they say does not matter."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection, models, transaction

from billing.choices import DocumentKind, InvoiceStatus
from billing.models import Document, Invoice
from catalog.models import Plan
from customers.models import Customer
from ispplatform.core.models import SearchTerm, Tenant, TenantMode
from provisioning.models import Service

BATCH = 2000
START = datetime(2024, 1, 1, tzinfo=UTC)
MOST_COPIES = 9  # a copy's rows have its number in front of their ids, where times give a 0
MULTIPLIED: tuple[type[models.Model], ...] = (Customer, Document, Invoice, Service, SearchTerm)
IDS_OF_ANY = {"subject_id", "source_id"}  # of whatever is found, without a foreign key


def tenant_make() -> Tenant:
    """Return the only company."""
    return Tenant(
        slug="bench",
        name="Bench",
        mode=TenantMode.SANDBOX,
        country="DE",
        currency="EUR",
        time_zone="Europe/Berlin",
        base_url="http://localhost",
        is_default=True,
        contact_email="office@bench.example",
    )


def customers_fill(count: int, *, first: int = 0) -> list[Customer]:
    """Insert customers and return them."""
    rows = [
        Customer(
            customer_number=f"CUST-{number:07d}",
            first_name="Ada",
            last_name=f"Example {number}",
            display_name=f"Ada Example {number}",
            email=f"ada{number}@bench.example",
            search_text=f"ada example {number}",
            currency="EUR",
            created_at=START + timedelta(minutes=number),
        )
        for number in range(first, first + count)
    ]
    Customer.objects.bulk_create(rows, batch_size=BATCH)
    return rows


def invoices_fill(customers: list[Customer]) -> None:
    """Insert one issued, paid invoice for each customer."""
    documents = list(_documents(customers))
    Document.objects.bulk_create(documents, batch_size=BATCH)
    Invoice.objects.bulk_create(
        [
            Invoice(
                id=document.pk,
                document=document,
                customer_id=document.customer_id,
                number=document.number,
                status=InvoiceStatus.PAID,
                currency="EUR",
                issue_date=document.issue_date,
                due_date=document.due_date,
                gross_total=document.gross_total,
                amount_paid=document.gross_total,
                paid_at=document.issued_at,
            )
            for document in documents
        ],
        batch_size=BATCH,
    )


def _documents(customers: list[Customer]) -> Iterator[Document]:
    for number, customer in enumerate(customers):
        at = START + timedelta(minutes=number)
        yield Document(
            customer=customer,
            kind=DocumentKind.INVOICE,
            number=f"INV-{number:07d}",
            currency="EUR",
            language="en",
            issued_at=at,
            issue_date=at.date(),
            due_date=at.date(),
            tax_point=at.date(),
            tax_country="DE",
            seller={"name": "Bench"},
            buyer={"name": customer.display_name},
            net_total=Decimal("10.00"),
            tax_total=Decimal("1.90"),
            gross_total=Decimal("11.90"),
        )


def services_fill(customers: list[Customer], plan: Plan) -> None:
    """Insert one active service for each customer."""
    rows = [
        Service(
            customer=customer,
            plan=plan,
            type=plan.type,
            label=f"shop-{number}.example",
            status="active",
            configuration={"domain": f"shop-{number}.example"},
            activated_at=START,
        )
        for number, customer in enumerate(customers)
    ]
    Service.objects.bulk_create(rows, batch_size=BATCH)


def rows_multiply(copies: int) -> None:
    """Insert every customer, document, invoice and service so many times more, by the database.

    Their words come along. A copy's rows belong together as the first ones do, and are older
    than those.
    """
    if not 0 <= copies <= MOST_COPIES:
        raise ValueError(f"There are ids for {MOST_COPIES} copies.")
    with transaction.atomic(), connection.cursor() as cursor:
        for copy in range(1, copies + 1):
            for model in MULTIPLIED:
                cursor.execute(_copying(model, copy))


def _copying(model: type[models.Model], copy: int) -> str:
    table = connection.ops.quote_name(model._meta.db_table)
    fields: Any = [field for field in model._meta.concrete_fields if not field.generated]
    columns = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    values = ", ".join(_copied(field, copy) for field in fields)
    return f"INSERT INTO {table} ({columns}) SELECT {values} FROM {table} WHERE id LIKE '0%'"  # noqa: S608 # nosec B608


def _copied(field: Any, copy: int) -> str:
    column = connection.ops.quote_name(field.column)
    is_copied = field.is_relation and field.related_model in MULTIPLIED
    if field.primary_key or is_copied or field.name in IDS_OF_ANY:
        return f"'{copy}' || substr({column}, 2)"
    if field.name in {"customer_number", "number"}:
        return f"{column} || '-{copy}'"
    if field.name == "created_at":
        return f"strftime('%Y-%m-%d %H:%M:%f', {column}, '-{copy * 10} days')"
    return column
