"""Each figure of the home page opens a list with exactly the rows that it counts."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
import time_machine
from django.test import Client

from billing.choices import InvoiceStatus, PaymentState
from billing.models import DunningCase, Invoice, Payment, Subscription, SubscriptionPeriod
from billing.rules.dunning import StepKind
from billing.services.subscriptions import subscription_create, subscription_start
from customers.models import Customer
from domains.models import Domain
from ispplatform.core.actors import Actor
from ispplatform.core.attention import attention_open
from ispplatform.core.clock import business_today, system_now
from ispplatform.core.due import day_begins
from ispplatform.core.ids import uuid7
from ispplatform.core.models import (
    AttentionItem,
    Operation,
    OperationState,
    ProviderConnection,
    Tenant,
)
from ispplatform.core.subjects import Subject
from provisioning.models import Service
from sales.choices import OrderStatus
from sales.models import Order
from tests.factories.billing import issued_invoice, price_of, transferred
from tests.factories.customers import CustomerFactory
from tests.factories.domains import registered_domain
from tests.factories.provisioning import ServiceFactory
from tests.pages.staff import staff_client

SYSTEM = Actor.system("tests")
NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def desk(tenant: Tenant) -> Client:
    return staff_client(tenant, "admin")


@pytest.fixture
def customer(tenant: Tenant) -> Customer:
    return CustomerFactory(addressed=True)


def part(desk: Client, title: str) -> str:
    """Return the part of the home page below a heading."""
    page = desk.get("/admin/").content.decode()
    assert title in page, f"The home page has no {title}."
    return page.partition(title)[2].partition("</section>")[0]


def address(html: str, words: str) -> str:
    """Return where the link with these words leads."""
    found = re.search(rf'<a[^>]*href="([^"]+)"[^>]*>(?:(?!</a>).)*{re.escape(words)}', html, re.S)
    assert found is not None, (words, html)
    return unescape(found[1])


def figure(html: str, words: str) -> int:
    """Return the number that stands in bold behind these words."""
    found = re.search(r"<strong>(\d+)</strong>", html.partition(words)[2])
    assert found is not None, (words, html)
    return int(found[1])


def rows(desk: Client, at: str) -> list[Any]:
    """Return what a list shows."""
    answer = desk.get(at)
    assert answer.status_code == 200, at
    shown = answer.context["cl"]
    assert shown.result_count == len(shown.queryset)
    return list(shown.queryset)


def operation(state: str, *, ago: timedelta, connection: ProviderConnection | None = None) -> Any:
    ended = state in (OperationState.SUCCEEDED, OperationState.REJECTED)
    return Operation.objects.create(
        kind="lamps.make",
        key=str(uuid7()),
        subject_type="lamps.lamp",
        subject_id=uuid7(),
        subject_label="Lamp",
        attempt_limit=1,
        state=state,
        connection=connection,
        finished_at=system_now() - ago if ended else None,
        actor_type="system",
        actor_label="tests",
    )


# --------------------------------------------------------------------------- the line of truth


def test_the_figures_of_the_line_of_truth(desk: Client) -> None:
    hour, days = timedelta(hours=1), timedelta(days=3)
    for state, ago in (
        *[(OperationState.SUCCEEDED, hour)] * 3,
        (OperationState.SUCCEEDED, days),
        (OperationState.REJECTED, hour),
        (OperationState.REJECTED, days),
        (OperationState.NEEDS_PERSON, days),
        (OperationState.PENDING, hour),
        (OperationState.UNKNOWN, hour),
        (OperationState.CANCELLED, hour),
    ):
        operation(state, ago=ago)
    line = desk.get("/admin/").content.decode().partition('class="truth"')[2].partition("</p>")[0]
    for words, count in (("done", 3), ("failed", 2), ("waiting", 2)):
        assert f"<strong>{count}</strong> {words}" in line
        assert len(rows(desk, address(line, f"</strong> {words}"))) == count


def test_what_waits_for_a_connection(desk: Client) -> None:
    mine, other = (
        ProviderConnection.objects.create(kind="lamps", backend="test", name=name)
        for name in ("Works", "Other works")
    )
    for connection in (mine, mine, other, None):
        operation(OperationState.PENDING, ago=timedelta(), connection=connection)
    operation(OperationState.SUCCEEDED, ago=timedelta(), connection=mine)
    line = part(desk, 'id="tile-connections"').partition(f"{mine.pk}/change")[2]
    assert "2 waiting" in line
    assert {row.connection_id for row in rows(desk, address(line, "2 waiting"))} == {mine.pk}
    assert len(rows(desk, address(line, "2 waiting"))) == 2


# --------------------------------------------------------------------------- needs a person


def test_needs_a_person(desk: Client) -> None:
    for number in range(12):
        subject = Subject(type="lamps.lamp", id=uuid7(), label=f"Lamp {number}")
        attention_open(kind="core.operation", subject=subject, sentence=f"Lamp {number} is dark.")
    ids = list(AttentionItem.objects.values_list("pk", flat=True))
    AttentionItem.objects.filter(pk=ids[0]).update(snoozed_until=system_now() + timedelta(hours=1))
    html = part(desk, 'id="tile-attention"')
    assert "All 11" in html
    assert {row.pk for row in rows(desk, address(html, "All 11"))} == set(ids[1:])
    everything = desk.get("/admin/core/attentionitem/").context["cl"]
    assert everything.result_count == 12, "what is put aside is open, too"


# ------------------------------------------------------------------------------------- orders


def order(customer: Customer, status: str, *, placed_at: datetime) -> Order:
    return Order.objects.create(
        customer=customer,
        order_number=f"O-{uuid7().hex[-8:]}",
        status=status,
        currency="EUR",
        net=Decimal(10),
        tax=Decimal(0),
        gross=Decimal(10),
        placed_at=placed_at,
        expires_on=placed_at.date() + timedelta(days=7),
    )


def test_orders_today(desk: Client, customer: Customer) -> None:
    midnight = datetime(2026, 11, 17, 23, tzinfo=UTC)  # in Berlin
    for status, placed_at in (
        (OrderStatus.COMPLETED, midnight),
        (OrderStatus.AWAITING_PAYMENT, NOON),
        (OrderStatus.COMPLETED, midnight - timedelta(seconds=1)),
        (OrderStatus.ON_HOLD, midnight - timedelta(days=4)),
        (OrderStatus.AWAITING_PAYMENT, midnight - timedelta(days=4)),
    ):
        order(customer, status, placed_at=placed_at)
    html = part(desk, 'id="tile-sales_today"')
    for words, count in (("Placed", 2), ("To be decided", 1), ("Waiting for payment", 2)):
        assert figure(html, words) == count
        assert len(rows(desk, address(html, words))) == count


# ----------------------------------------------------------------------------------- payments


def test_payments_today(desk: Client, tenant: Tenant, customer: Customer) -> None:
    today = business_today(tenant)
    came = [transferred(customer, amount) for amount in ("7.00", "8.00", "9.00", "10.00")]
    Payment.objects.filter(pk=came[0].pk).update(received_on=today - timedelta(days=1))
    Payment.objects.filter(pk=came[1].pk).update(state=PaymentState.FAILED)
    Payment.objects.filter(pk=came[2].pk).update(
        state=PaymentState.FAILED, updated_at=NOON - timedelta(days=2)
    )
    for days in (1, 2):
        DunningCase.objects.create(
            invoice=issued_invoice(customer),
            customer=customer,
            due_on=today,
            next_kind=StepKind.SUSPEND,
            next_at=day_begins(today + timedelta(days=days), tenant, hour=9),
        )
    html = part(desk, 'id="tile-billing_today"')
    for words, count in (
        ("Payments", 1),
        ("Declined in 24 hours", 1),
        ("Suspensions planned for tomorrow", 1),
    ):
        assert figure(html, words) == count, words
        assert len(rows(desk, address(html, words))) == count, words


def test_money(desk: Client, tenant: Tenant, customer: Customer) -> None:
    sent, overdue, paid = (issued_invoice(customer) for _ in range(3))
    Invoice.objects.filter(pk=overdue.pk).update(status=InvoiceStatus.OVERDUE)
    transferred(customer, str(paid.amount_due), paid.document)
    before = transferred(customer, "5.00")
    Payment.objects.filter(pk=before.pk).update(received_on=NOON.date() - timedelta(days=30))
    html = part(desk, 'id="tile-billing_money"')
    opened = rows(desk, address(html, "Open"))
    assert {row.pk for row in opened} == {sent.pk, overdue.pk}
    assert f"{sum(row.amount_due for row in opened)}" in html.partition("Open")[2]
    assert [row.pk for row in rows(desk, address(html, "Overdue"))] == [overdue.pk]
    cash = rows(desk, address(html, "Cash this month"))
    assert [row.amount_settled for row in cash] == [paid.gross_total]
    assert f"{paid.gross_total}" in html.partition("Cash this month")[2]


# ------------------------------------------------------------------------------------ domains


def expiring(days: int, *, is_billed_until: int | None = None) -> Domain:
    """Return a name that expires in some days, billed for so many more."""
    domain = registered_domain(expires_at=NOON + timedelta(days=days))
    if is_billed_until is None:
        return domain
    service: Service = ServiceFactory(active=True, customer=domain.customer)
    row: Subscription = subscription_create(
        actor=SYSTEM, customer=domain.customer, price=price_of("9.00", cycle="yearly"), label="Name"
    )
    subscription_start(actor=SYSTEM, subscription_id=row.pk, on=NOON.date())
    Service.objects.filter(pk=service.pk).update(subscription=row)
    Domain.objects.filter(pk=domain.pk).update(service=service)
    invoice = issued_invoice(CustomerFactory(addressed=True))
    SubscriptionPeriod.objects.create(
        subscription=row,
        period_start=domain.expires_at.date() + timedelta(days=is_billed_until - 365),
        period_end=domain.expires_at.date() + timedelta(days=is_billed_until),
        invoice=invoice,
        line=invoice.document.lines.get(),
    )
    return domain


def test_names_that_expire_soon_and_are_not_paid(desk: Client) -> None:
    unbilled, late = expiring(12), expiring(40)
    unpaid, paid, present = (
        expiring(days, is_billed_until=until) for days, until in ((5, 365), (6, 365), (7, 0))
    )
    Invoice.objects.filter(
        subscription_periods__subscription__in=Service.objects.filter(
            pk__in=Domain.objects.filter(pk__in=[paid.pk, present.pk]).values("service")
        ).values("subscription")
    ).update(status=InvoiceStatus.PAID)
    html = part(desk, 'id="tile-domains_expiring"')
    assert "All 3" in html
    shown = [row.pk for row in rows(desk, address(html, "All 3"))]
    assert set(shown) == {unbilled.pk, unpaid.pk, present.pk}
    assert paid.name not in html
    assert late.name not in html
    soon = desk.get("/admin/domains/domain/?expiring=soon").context["cl"]
    assert soon.result_count == 4
