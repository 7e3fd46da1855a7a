"""How long the one search takes over a company with a hundred thousand customers."""

import statistics
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import idna
from django.core.management import call_command
from django.db import connection, models, transaction

from accounts.models import PortalAccount, User
from bench.data import BATCH, START, customers_fill, invoices_fill, services_fill
from bench.measuring import cpu_milliseconds, statements
from bench.rows import Row
from bench.stage import EMAIL, LOADER, Stage, stage_set
from billing.models import Payment, PaymentMethod
from catalog.models import Plan
from customers.models import Contact, Customer
from domains.models import Domain, RegistrantContact
from hosting.models import HostingAccount, HostingServer, Mailbox, MailDomain
from ispplatform.core.admin.search import FoundHit, search_hits
from ispplatform.core.clock import monotonic_seconds
from ispplatform.core.models import ProviderConnection, SearchTerm
from ispplatform.core.tenancy.context import tenant_context
from provisioning.models import Service
from sales.models import Order

MILLISECONDS = 200.0
REPEATS = 7
CUSTOMERS, COPIES = 10_000, 9
# What is typed, and what for; ``{}`` is a customer in the middle of all.
TYPED: dict[str, str] = {
    "customer number, whole": "CUST-{:07d}",
    "name, whole": "ada example {}",
    "a word that all share": "ada",
    "two words that all share": "example ada",
    "a rare word and a common one": "{} ada",
    "nothing": "nothing like it",
}
TYPED_OF_ALL: dict[str, str] = {
    **TYPED,
    "e-mail": "ada{}@bench.example",
    "contact's e-mail": "grace{}@bench.example",
    "telephone": "+49 30 {:07d}",
    "portal id": "P{:07d}",
    "order number": "ORD-{:07d}",
    "invoice number": "INV-{:07d}",
    "domain": "shöp-{}.example",
    "domain, its A-label begun": "xn--shp-{}",
    "mailbox": "info@shop-{}.example",
    "hosting user name": "user{}",
    "bank reference": "RF{:010d}",
    "gateway's id": "pi_{:024d}",
    "a card's last four": "4242",
}


def search_measured(stage: Stage) -> Iterator[Row]:
    """Measure searches over customers, documents and services; call after they were multiplied."""
    with tenant_context(stage.tenant.pk):
        number = len(stage.customers) // 2
        times = {
            what: cpu_milliseconds([_searching(typed, number)], repeats=1)[0]
            for what, typed in TYPED.items()
        }
        slowest = max(times, key=lambda what: times[what])
        count = Customer.objects.count()
    yield Row(
        what=f"search, {count:,} customers, slowest",
        measured=f"{times[slowest]:.0f} ms",
        goal=f"at most {MILLISECONDS:.0f} ms",
        against=slowest,
        is_missed=times[slowest] > MILLISECONDS,
    )


def search_report(*, is_quick: bool) -> str:
    """Return how long each search takes among the words of ten times as many customers.

    Every customer has one of everything that can be found. The further words are copies, each a
    digit longer, of things that are in no other table: they lengthen the index and show nothing.
    """
    customers = CUSTOMERS // 10 if is_quick else CUSTOMERS
    call_command("migrate", verbosity=0, interactive=False)
    stage = stage_set(few=0)
    with tenant_context(stage.tenant.pk):
        _fill(customers_fill(customers), _anchors())
        _multiply_terms(COPIES)
        lines = [
            f"{connection.vendor}: words of {customers * (COPIES + 1):,} customers with one of "
            f"everything, {SearchTerm.objects.count():,} rows"
        ]
        for what, typed in TYPED_OF_ALL.items():
            call = _searching(typed, customers // 2)
            lines.append(
                f"{what:<32}{milliseconds(call):>8.1f} ms{statements(call):>5} statements"
                f"{len(call()):>5} finds"
            )
    return "\n".join([*lines, ""])


def _multiply_terms(copies: int) -> None:
    """Insert the kept words so many times more, by the database."""
    copied = "CAST({copy} || substr(CAST({column} AS text), 2) AS {type})"
    own = {
        "id": copied,
        "subject_id": copied,
        "source_id": copied,
        "term": "substr({column}, 1, 79) || {copy}",
    }
    columns = [str(field.column) for field in SearchTerm._meta.concrete_fields]
    kind = "uuid" if connection.vendor == "postgresql" else "text"
    with transaction.atomic(), connection.cursor() as cursor:
        for copy in range(1, copies + 1):
            values = ", ".join(
                own.get(column, "{column}").format(copy=f"'{copy}'", column=column, type=kind)
                for column in columns
            )
            cursor.execute(
                f"INSERT INTO core_searchterm ({', '.join(columns)}) "  # noqa: S608 # nosec B608
                f"SELECT {values} FROM core_searchterm WHERE CAST(id AS text) LIKE '0%%'",
                [],
            )


def _searching(typed: str, number: int) -> Callable[[], list[FoundHit]]:
    return partial(search_hits, typed.format(number), actor=LOADER)


def milliseconds(call: Callable[[], Any]) -> float:
    """Return the median time that somebody waits for a call, once it has run before."""
    call()
    readings = []
    for _ in range(REPEATS):
        started = monotonic_seconds()
        call()
        readings.append((monotonic_seconds() - started) * 1000)
    return statistics.median(readings)


@dataclass(frozen=True, slots=True)
class _Anchors:
    """Rows that all others point at; what they say does not matter."""

    connection: ProviderConnection
    server: HostingServer
    user: User
    plan: Plan


def _anchors() -> _Anchors:
    account = ProviderConnection.objects.create(kind="bench", backend="sandbox", name="Bench")
    server = HostingServer.objects.create(
        connection=account,
        name="bench",
        hostname="panel.bench.example",
        ipv4="192.0.2.1",
        mail_hostname="mail.bench.example",
    )
    return _Anchors(account, server, User.objects.get(email=EMAIL), Plan.objects.get(code="web"))


def _fill(customers: list[Customer], anchors: _Anchors) -> None:
    """Give each customer one of everything that can be found."""
    invoices_fill(customers)
    services_fill(customers, anchors.plan)
    services = list(Service.objects.order_by("-pk")[: len(customers)])[::-1]
    _insert(_people(customers, anchors))
    _insert(_money(customers, anchors))
    registrant = RegistrantContact.objects.create(customer=customers[0], country="DE")
    _insert(_names(customers, services, anchors, registrant))


def _insert(rows: Iterable[models.Model]) -> None:
    by_model: dict[type[models.Model], list[models.Model]] = {}
    for row in rows:
        by_model.setdefault(type(row), []).append(row)
    for model, some in by_model.items():
        model._default_manager.bulk_create(some, batch_size=BATCH)


def _people(customers: list[Customer], anchors: _Anchors) -> Iterator[Contact | PortalAccount]:
    for number, customer in enumerate(customers):
        yield Contact(
            customer=customer,
            name=f"Grace Contact {number}",
            email=f"grace{number}@bench.example",
            phone=f"+4930{number:07d}",
        )
        yield PortalAccount(
            customer_id=customer.pk, user=anchors.user, portal_id=f"P{number:07d}", status="active"
        )


def _money(
    customers: list[Customer], anchors: _Anchors
) -> Iterator[Order | Payment | PaymentMethod]:
    for number, customer in enumerate(customers):
        yield Order(
            customer=customer,
            order_number=f"ORD-{number:07d}",
            currency="EUR",
            net=Decimal(10),
            tax=Decimal(2),
            gross=Decimal(12),
            placed_at=START,
            placed_by="bench",
            expires_on=START.date(),
        )
        yield Payment(
            customer=customer,
            currency="EUR",
            amount=Decimal(12),
            method="card",
            connection=anchors.connection,
            reference=f"RF{number:010d}",
            gateway_reference=f"pi_{number:024d}",
            idempotency_key=f"bench-{number}",
        )
        yield PaymentMethod(
            customer=customer,
            connection=anchors.connection,
            brand="visa",
            last_four=f"{number % 10000:04d}",
            gateway_reference=f"pm_{number:024d}",
        )


def _names(
    customers: list[Customer],
    services: list[Service],
    anchors: _Anchors,
    registrant: RegistrantContact,
) -> Iterator[Domain | HostingAccount | MailDomain | Mailbox]:
    for number, (customer, service) in enumerate(zip(customers, services, strict=True)):
        name = f"shöp-{number}.example"
        yield Domain(
            customer=customer,
            connection=anchors.connection,
            registrant=registrant,
            name=idna.encode(name).decode(),
            unicode_name=name,
            tld="example",
            status="active",
            expires_at=START + timedelta(days=900),
        )
        account = HostingAccount(
            customer=customer,
            service=service,
            server=anchors.server,
            username=f"user{number}",
            domain=f"shop-{number}.example",
            unicode_domain=f"shop-{number}.example",
            package="starter",
            owner_mark=str(number),
        )
        mail_domain = MailDomain(
            customer=customer,
            account=account,
            name=account.domain,
            unicode_name=account.domain,
        )
        yield account
        yield mail_domain
        yield Mailbox(
            mail_domain=mail_domain, local_part="info", address=f"info@shop-{number}.example"
        )
