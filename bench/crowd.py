"""The demo company with 100,000 customers and 1,000,000 invoices, for pages to be measured over."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection, models, transaction
from django.db.models import Max

from accounts.models import PortalAccount, User
from accounts.services.portal_accounts import portal_account_create
from billing.models import Invoice
from billing.services.invoices import invoice_issue
from billing.services.lines import LineInput
from customers.models import Customer
from demo.company import PASSWORD, demo_tenant
from demo.copies import is_copy
from demo.loading import demo_load
from ispplatform.core.actors import Actor
from ispplatform.core.database.statistics import statistics_renew
from ispplatform.core.models import AttentionItem, Operation, OutboxEvent, Tenant
from ispplatform.core.tasks import without_messages
from ispplatform.core.tenancy.context import tenant_context
from notifications.models import Mail

LOADER = Actor.system("bench")
SEED = 2026
HEAVY_EMAIL = "heavy@bench.example"
OPERATOR_EMAIL = "operator@bench.example"
INVOICES_EACH = 10.0
LOOKED_AT = 100
# What the kernel keeps of the past; a company of that size has about so much for each row here.
REPEATED: tuple[tuple[type[models.Model], int], ...] = (
    (Operation, 1_000),
    (OutboxEvent, 1_000),
    (Mail, 2_000),
    (AttentionItem, 400),
)
# What else must differ in a repetition, by column.
OTHERWISE: dict[tuple[type[models.Model], str], str] = {
    (Operation, "key"): "{column} || '-' || {place}",
    (OutboxEvent, "position"): "{column} + {place} * {most}",
    (OutboxEvent, "subject_id"): "{id}",
    (Mail, "event_id"): "NULL",
    (AttentionItem, "subject_id"): "{id}",
}


@dataclass(frozen=True)
class Heavy:
    """The company, and the customer who has most of all."""

    tenant: Tenant
    customer: Customer
    account: PortalAccount


def crowd_set(*, customers: int, lived: int, invoices: int, share: float, tell: Any) -> Heavy:
    """Load the demo company unless it is there, and give one customer many invoices.

    Args:
        lived: as in ``demo_load``.
        invoices: of the heavy customer.
        share: of what the kernel keeps, of a company of full size.
    """
    tenant = demo_tenant()
    if tenant is None:
        demo_load(
            seed=SEED,
            base_url="http://localhost:8000",
            tell=tell,
            customers=customers,
            lived=lived,
            invoices_each=INVOICES_EACH,
        )
        tenant = demo_tenant()
        if tenant is None:
            raise RuntimeError("The demo company was not loaded.")
    with tenant_context(tenant.pk):
        for model, times in REPEATED:
            # Copies of the oldest row stand right behind it; what came since stands at the end.
            oldest = list(model._base_manager.order_by("pk").only("pk")[:LOOKED_AT])
            if oldest and not any(map(is_copy, oldest)):
                _repeat(model, max(2, round(times * share)))
        statistics_renew()
        account = _heavy_account(tenant)
        customer = Customer.objects.get(pk=account.customer_id)
        missing = invoices - Invoice.objects.filter(customer=customer).count()
        with without_messages():
            for _ in range(missing):
                line = LineInput(label="Web", unit_price=Decimal("10.00"))
                invoice_issue(actor=LOADER, customer=customer, lines=[line, line])
    return Heavy(tenant, customer, account)


def operator_made() -> None:
    """Make somebody who sees the pages of the installation's operator."""
    if not User.objects.filter(email=OPERATOR_EMAIL).exists():
        user = User(email=OPERATOR_EMAIL, is_superuser=True)
        user.set_password(PASSWORD)
        user.save()


def _heavy_account(tenant: Tenant) -> PortalAccount:
    known = PortalAccount.objects.filter(user__email=HEAVY_EMAIL).first()
    if known is not None:
        return known
    ids = Invoice.objects.order_by("-pk").values_list("customer_id", flat=True)[:5_000]
    customer_id = max(set(ids), key=lambda one: str(one)[14])  # a copied one: its id has version 8
    return portal_account_create(
        actor=LOADER,
        tenant=tenant,
        customer_id=UUID(str(customer_id)),
        email=HEAVY_EMAIL,
        password=PASSWORD,
        is_proved=True,
    )


def _repeat(model: type[models.Model], times: int) -> None:
    """Insert every row of a model so many times more, by the database."""
    quoted = connection.ops.quote_name
    kind = "uuid" if connection.vendor == "postgresql" else "text"
    columns = [str(field.column) for field in model._meta.concrete_fields if not field.generated]
    digits = "substr(replace(CAST({column} AS text), '-', ''), {first}, {count})"
    copied = " || ".join(
        [
            digits.format(column="{column}", first=1, count=12),
            "'8'",
            digits.format(column="{column}", first=14, count=14),
            "substr('0000' || {place}, -5)" if kind == "text" else "lpad({place}::text, 5, '0')",
        ]
    )
    most = 0
    if model is OutboxEvent:
        most = OutboxEvent.objects.aggregate(most=Max("position"))["most"] or 0
    values = []
    for column in columns:
        form = OTHERWISE.get((model, column), "{column}")
        if column == "id":
            form = "{id}"
        made = form.format(
            column=quoted(column),
            place="{place}",
            most=most,
            id=f"CAST({copied.format(column=quoted(column), place='{place}')} AS {kind})",
        )
        values.append(made.replace("{place}", "n.place"))
    table = quoted(model._meta.db_table)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"WITH RECURSIVE n(place) AS (SELECT 1 UNION ALL "  # noqa: S608 # nosec B608
            f"SELECT place + 1 FROM n WHERE place < {times}) "
            f"INSERT INTO {table} ({', '.join(map(quoted, columns))}) "
            f"SELECT {', '.join(values)} FROM {table}, n",
            [],
        )
