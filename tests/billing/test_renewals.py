"""The renewal run: what is due is invoiced once, and everybody else is not held up."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from billing.choices import InvoiceStatus, SubscriptionStatus
from billing.models import Invoice, Subscription, SubscriptionPeriod
from billing.selectors.ledger import ledger_differences
from billing.selectors.renewals import (
    next_renewal_due,
    next_renewal_invoice,
    run_day,
    upcoming_invoices,
)
from billing.services.credit import credit_grant
from billing.services.renewals import renewals_invoice
from billing.services.subscriptions import (
    subscription_cancel,
    subscription_change,
    subscription_create,
    subscription_start,
)
from billing.tasks import run_renewals
from billing.workflows import renewals
from billing.workflows.renewals import renewals_run
from ispplatform.core.attention import attention_items_open
from ispplatform.core.clock import business_today
from ispplatform.core.ids import uuid7
from ispplatform.core.models import AuditEntry, OutboxEvent
from ispplatform.core.subjects import Subject
from ispplatform.core.tenancy.context import tenant_context
from tests.billing.test_concurrency import at_once
from tests.factories.billing import SYSTEM, addressed_customer, price_of, transferred

BEGINNING = datetime(2026, 1, 31, 11, tzinfo=UTC)


@pytest.fixture
def clock() -> Iterator[Any]:
    """Real time, standing still until the test moves it."""
    with time_machine.travel(BEGINNING, tick=False) as traveller:
        yield traveller


def nine(day: str) -> datetime:
    """Nine in the morning in Berlin, in winter."""
    return datetime.fromisoformat(f"{day}T08:00:00+00:00")


def begun(customer, amount: str = "10.00", *, label: str = "Web", **values: Any) -> Subscription:
    given = {"cycle": "monthly", **values}
    extra = {key: given.pop(key) for key in ("quantity", "commitment_until") if key in given}
    price = price_of(amount, **given)
    row = subscription_create(
        actor=SYSTEM,
        customer=customer,
        price=price,
        label=label,
        subject=Subject(type="provisioning.service", id=uuid7(), label=label),
        **extra,
    )
    today = business_today(customer.tenant)
    return subscription_start(actor=SYSTEM, subscription_id=row.pk, on=today)


def told(name: str) -> int:
    return OutboxEvent.objects.filter(name=f"billing.{name}").count()


def periods() -> list[tuple[date, date]]:
    rows = SubscriptionPeriod.objects.order_by("period_start", "pk")
    return list(rows.values_list("period_start", "period_end"))


def test_a_month_is_invoiced_seven_days_before_it_begins_at_nine(tenant, customer, clock):
    row = begun(customer, "10.00", renewal_amount=Decimal("12.50"), quantity=2)
    assert next_renewal_due(tenant, BEGINNING) == nine("2026-02-21")
    assert next_renewal_invoice(tenant) == nine("2026-02-21")
    clock.move_to(nine("2026-02-21") - timedelta(seconds=1))
    assert renewals_run(tenant) == 0
    clock.move_to(nine("2026-02-21"))
    assert renewals_run(tenant) == 1
    assert renewals_run(tenant) == 0
    invoice = Invoice.objects.get()
    assert (invoice.issue_date, invoice.due_date) == (date(2026, 2, 21), date(2026, 2, 28))
    assert (invoice.gross_total, invoice.status) == (Decimal("29.75"), InvoiceStatus.SENT)
    line = invoice.document.lines.get()
    assert (line.label, line.quantity, line.unit_price) == ("Web", 2, Decimal("12.50"))
    assert (line.period_start, line.period_end) == (date(2026, 2, 28), date(2026, 3, 31))
    assert (line.subject_id, line.subscription_id) == (row.subject_id, row.pk)
    assert invoice.document.tax_point == date(2026, 2, 28)
    row.refresh_from_db()
    assert row.next_billing_on == date(2026, 3, 31)
    assert row.current_period_end == date(2026, 2, 28)
    assert AuditEntry.objects.filter(act="billing.invoice_issue").count() == 1
    assert told("invoice_issued") == 1
    assert ledger_differences() == []


def test_the_next_period_begins_on_its_day_paid_or_not(tenant, customer, clock):
    row = begun(customer)
    clock.move_to(nine("2026-02-21"))
    renewals_run(tenant)
    assert next_renewal_due(tenant, nine("2026-02-21")) == nine("2026-02-28")
    clock.move_to(nine("2026-02-28"))
    assert renewals_run(tenant) == 1
    assert renewals_run(tenant) == 0
    row.refresh_from_db()
    assert (row.current_period_start, row.current_period_end) == (
        date(2026, 2, 28),
        date(2026, 3, 31),
    )
    event = OutboxEvent.objects.get(name="billing.subscription_renewed")
    assert event.payload["period_start"] == "2026-02-28"
    assert event.payload["invoice_id"] == str(Invoice.objects.get().pk)


def test_two_years_of_months_never_drift_and_leave_no_gap(tenant, customer, clock):
    row = begun(customer)
    at: datetime | None = BEGINNING
    while at is not None and at < datetime(2028, 3, 1, tzinfo=UTC):
        clock.move_to(at)
        renewals_run(tenant)
        at = next_renewal_due(tenant, at)
    found = periods()
    assert found[0][0] == date(2026, 2, 28)
    assert all(before[1] == after[0] for before, after in pairwise(found))
    assert date(2028, 2, 29) in [start for start, _ in found]  # a leap year
    assert {start.day for start, _ in found} == {28, 29, 30, 31}
    assert [start for start, _ in found if start.month == 7] == [
        date(2026, 7, 31),
        date(2027, 7, 31),
    ]
    row.refresh_from_db()
    assert row.current_period_start == date(2028, 2, 29)
    assert told("invoice_issued") == len(found)


@pytest.mark.parametrize(
    ("cycle", "invoiced", "due"),
    [
        ("quarterly", "2026-04-16", "2026-04-30"),
        ("half_yearly", "2026-07-17", "2026-07-31"),
        ("yearly", "2027-01-17", "2027-01-31"),
        ("two_yearly", "2028-01-17", "2028-01-31"),
        ("three_yearly", "2029-01-17", "2029-01-31"),
    ],
)
def test_longer_cycles_are_invoiced_fourteen_days_before(
    tenant, customer, clock, cycle, invoiced, due
):
    begun(customer, cycle=cycle)
    day = date.fromisoformat(invoiced)
    clock.move_to(datetime(day.year, day.month, day.day, 5, tzinfo=UTC))
    assert renewals_run(tenant) == 0
    clock.move_to(datetime(day.year, day.month, day.day, 8, tzinfo=UTC))
    assert renewals_run(tenant) == 1
    assert Invoice.objects.get().due_date == date.fromisoformat(due)


def test_the_company_chooses_how_long_before(tenant, customer, clock):
    begun(customer)
    tenant.settings = {"billing.monthly_renewal_lead_days": 3}
    tenant.save(update_fields=["settings"])
    assert next_renewal_due(tenant, BEGINNING) == nine("2026-02-25")
    clock.move_to(nine("2026-02-24"))
    assert renewals_run(tenant) == 0
    clock.move_to(nine("2026-02-25"))
    assert renewals_run(tenant) == 1


def test_one_customers_periods_of_one_day_share_an_invoice(tenant, customer, clock):
    other = addressed_customer()
    begun(customer, "10.00", label="Web")
    clock.shift(1)
    begun(customer, "1.00", label="Mail")
    begun(other, "5.00")
    clock.move_to(nine("2026-02-01"))
    begun(customer, "3.00", label="Later")
    clock.move_to(nine("2026-02-22"))
    assert renewals_run(tenant) == 3
    shared = Invoice.objects.get(customer=customer, due_date=date(2026, 2, 28))
    assert [line.label for line in shared.document.lines.all()] == ["Web", "Mail"]
    assert Invoice.objects.get(customer=other).gross_total == Decimal("5.95")
    alone = Invoice.objects.get(customer=customer, due_date=date(2026, 3, 1))
    assert [line.label for line in alone.document.lines.all()] == ["Later"]
    numbers = list(Invoice.objects.order_by("number").values_list("number", flat=True))
    assert [number[-5:] for number in numbers] == ["00001", "00002", "00003"]


def test_a_standstill_of_months_is_caught_up_period_by_period(tenant, customer, clock):
    row = begun(customer)
    clock.move_to(nine("2026-05-03"))
    assert renewals_run(tenant) == 6  # three invoices, three periods begun
    assert [start for start, _ in periods()] == [
        date(2026, 2, 28),
        date(2026, 3, 31),
        date(2026, 4, 30),
    ]
    due = list(Invoice.objects.order_by("number").values_list("issue_date", "due_date"))
    assert due == [(date(2026, 5, 3), date(2026, 5, 3))] * 3
    row.refresh_from_db()
    assert row.current_period_start == date(2026, 4, 30)


def test_a_clock_that_jumps_far_ahead_and_a_run_twice_bill_nothing_twice(tenant, customer, clock):
    row = begun(customer)
    clock.move_to(nine("2026-02-21"))
    for _ in range(3):
        renewals_invoice(actor=SYSTEM, subscription_ids=[row.pk], on=run_day(tenant))
    assert Invoice.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_bill_each_period_once(tenant, customer, clock):
    others = [addressed_customer() for _ in range(3)]
    for one in (customer, *others):
        begun(one)
    clock.move_to(nine("2026-02-21"))
    at_once(tenant, *[lambda: renewals_run(tenant)] * 2)
    assert Invoice.objects.count() == 4
    assert len(periods()) == 4
    assert ledger_differences() == []


def test_the_database_refuses_a_second_bill_of_a_period(tenant, customer, clock):
    row = begun(customer)
    clock.move_to(nine("2026-02-21"))
    renewals_run(tenant)
    Subscription.objects.filter(pk=row.pk).update(next_billing_on=date(2026, 2, 28))
    assert renewals_run(tenant) == 0
    assert Invoice.objects.count() == 1
    item = attention_items_open().get()
    assert item.subject_id == customer.pk


def test_one_customer_that_cannot_be_billed_stops_nobody(tenant, customer, clock, monkeypatch):
    fine = [addressed_customer() for _ in range(2)]
    for one in (fine[0], customer, fine[1]):
        begun(one)
    customer.currency = "USD"
    customer.save(update_fields=["currency"])
    clock.move_to(nine("2026-02-21"))
    assert renewals_run(tenant) == 2
    assert set(Invoice.objects.values_list("customer_id", flat=True)) == {one.pk for one in fine}
    item = attention_items_open().get()
    assert (item.kind, item.subject_id) == ("billing.renewal_failed", customer.pk)
    assert "documents are in USD" in item.sentence
    assert renewals_run(tenant) == 0
    assert attention_items_open().count() == 1
    customer.currency = "EUR"
    customer.save(update_fields=["currency"])
    assert renewals_run(tenant) == 1
    assert not attention_items_open().exists()
    numbers = Invoice.objects.order_by("number").values_list("number", flat=True)
    assert [number[-5:] for number in numbers] == ["00001", "00002", "00003"]


def test_one_that_fails_unforeseen_stops_nobody_either(tenant, customer, clock, monkeypatch):
    broken = addressed_customer()
    begun(broken)
    begun(customer)
    monkeypatch.setattr(renewals, "CHUNK", 1)
    real = renewals.renewals_invoice

    def fails(*, actor, subscription_ids, on):
        if Subscription.objects.filter(pk__in=subscription_ids, customer=broken).exists():
            raise ZeroDivisionError("no rate")
        return real(actor=actor, subscription_ids=subscription_ids, on=on)

    monkeypatch.setattr(renewals, "renewals_invoice", fails)
    clock.move_to(nine("2026-02-21"))
    assert renewals_run(tenant) == 1
    assert "ZeroDivisionError: no rate" in attention_items_open().get().sentence
    monkeypatch.undo()
    assert renewals_run(tenant) == 1
    assert not attention_items_open().exists()


def test_a_worker_killed_in_the_middle_leaves_nothing_half_done(
    tenant, customer, clock, monkeypatch
):
    begun(customer)
    clock.move_to(nine("2026-02-21"))

    def killed(*args: object, **values: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("billing.services.renewals._billed", killed)
    with pytest.raises(KeyboardInterrupt):
        renewals_run(tenant)
    assert (Invoice.objects.count(), periods(), told("invoice_issued")) == (0, [], 0)
    monkeypatch.undo()
    assert renewals_run(tenant) == 1
    assert Invoice.objects.get().number.endswith("00001")


def test_a_chunk_needs_the_same_statements_for_few_and_many(tenant, customer, clock):
    def statements(count: int) -> int:
        rows = [begun(addressed_customer(currency="EUR")) for _ in range(count)]
        clock.move_to(datetime(2027, 1, 1, tzinfo=UTC))
        ids = [row.pk for row in rows]
        with CaptureQueriesContext(connection) as captured:
            issued = renewals_invoice(actor=SYSTEM, subscription_ids=ids, on=date(2026, 2, 21))
        assert issued == count
        clock.move_to(BEGINNING)
        return len(captured)

    statements(1)
    assert statements(12) == statements(2)


def test_credit_pays_first_and_what_it_covers_is_paid_at_once(tenant, customer, clock):
    covered = addressed_customer()
    begun(customer)
    begun(covered)
    credit_grant(actor=SYSTEM, customer=customer, amount=Decimal("5.00"), reason="x")
    credit_grant(actor=SYSTEM, customer=covered, amount=Decimal("50.00"), reason="x")
    clock.move_to(nine("2026-02-21"))
    assert renewals_run(tenant) == 2
    part, whole = Invoice.objects.get(customer=customer), Invoice.objects.get(customer=covered)
    assert (part.amount_due, part.status) == (Decimal("6.90"), InvoiceStatus.SENT)
    assert (whole.amount_due, whole.status) == (Decimal(0), InvoiceStatus.PAID)
    assert told("invoice_paid") == 1
    assert ledger_differences() == []


def test_what_does_not_renew_is_not_invoiced_and_ends_with_its_period(tenant, customer, clock):
    row = begun(customer)
    subscription_change(actor=SYSTEM, subscription_id=row.pk, auto_renew=False)
    assert next_renewal_due(tenant, BEGINNING) == nine("2026-02-28")
    assert next_renewal_invoice(tenant) is None
    clock.move_to(nine("2026-02-27"))
    assert renewals_run(tenant) == 0
    clock.move_to(nine("2026-02-28"))
    assert renewals_run(tenant) == 1
    assert renewals_run(tenant) == 0
    row.refresh_from_db()
    assert (row.status, row.ends_on) == (SubscriptionStatus.ENDED, date(2026, 2, 28))
    assert Invoice.objects.count() == 0
    event = OutboxEvent.objects.get(name="billing.subscription_ended")
    assert (event.payload["reason"], event.payload["ended_on"]) == ("not_renewed", "2026-02-28")


def test_a_commitment_is_billed_to_its_end_whatever_is_switched(tenant, customer, clock):
    row = begun(customer, commitment_until=date(2026, 4, 1))
    subscription_change(actor=SYSTEM, subscription_id=row.pk, auto_renew=False)
    clock.move_to(nine("2026-05-10"))
    renewals_run(tenant)
    row.refresh_from_db()
    assert [start for start, _ in periods()] == [date(2026, 2, 28), date(2026, 3, 31)]
    assert (row.status, row.ends_on) == (SubscriptionStatus.ENDED, date(2026, 4, 30))


def test_a_cancelled_one_ends_on_its_day(tenant, customer, clock):
    row = begun(customer)
    subscription_cancel(actor=SYSTEM, subscription_id=row.pk)
    assert told("subscription_ended") == 0
    assert next_renewal_due(tenant, BEGINNING) == nine("2026-02-28")
    clock.move_to(nine("2026-02-28"))
    assert renewals_run(tenant) == 1
    event = OutboxEvent.objects.get(name="billing.subscription_ended")
    assert event.payload["reason"] == "cancelled"
    row.refresh_from_db()
    assert row.status == SubscriptionStatus.ENDED


def test_ending_at_once_is_told_at_once(tenant, customer, clock):
    row = begun(customer)
    subscription_cancel(actor=SYSTEM, subscription_id=row.pk, immediately=True)
    assert told("subscription_ended") == 1


@pytest.mark.parametrize("how", ["switched off", "cancelled"])
def test_an_invoiced_period_that_is_not_wanted_is_credited(tenant, customer, clock, how):
    row, other = begun(customer, label="Web"), begun(customer, "1.00", label="Mail")
    clock.move_to(nine("2026-02-21"))
    renewals_run(tenant)
    invoice = Invoice.objects.get()
    if how == "cancelled":
        subscription_cancel(actor=SYSTEM, subscription_id=row.pk)
    else:
        subscription_change(actor=SYSTEM, subscription_id=row.pk, auto_renew=False)
    invoice.refresh_from_db()
    assert (invoice.amount_due, invoice.amount_credited) == (Decimal("1.19"), Decimal("11.90"))
    clock.move_to(nine("2026-02-28"))
    renewals_run(tenant)
    row.refresh_from_db()
    other.refresh_from_db()
    assert (row.status, row.ends_on) == (SubscriptionStatus.ENDED, date(2026, 2, 28))
    assert (other.status, other.current_period_end) == ("active", date(2026, 3, 31))
    transferred(customer, "1.19", invoice.document)
    paid = OutboxEvent.objects.get(name="billing.invoice_paid")
    assert [line["subject_id"] for line in paid.payload["lines"]] == [str(other.subject_id)]


def test_who_changes_his_mind_is_invoiced_again(tenant, customer, clock):
    row = begun(customer)
    clock.move_to(nine("2026-02-21"))
    renewals_run(tenant)
    subscription_change(actor=SYSTEM, subscription_id=row.pk, auto_renew=False)
    subscription_change(actor=SYSTEM, subscription_id=row.pk, auto_renew=True)
    assert renewals_run(tenant) == 1
    assert [i.status for i in Invoice.objects.order_by("number")] == ["cancelled", "sent"]
    assert SubscriptionPeriod.objects.filter(taken_back_at=None).count() == 1


def test_a_paid_period_is_kept_by_whoever_cancels_after_it(tenant, customer, clock):
    row = begun(customer)
    clock.move_to(nine("2026-02-21"))
    renewals_run(tenant)
    transferred(customer, "11.90", Invoice.objects.get().document)
    cancelled = subscription_cancel(actor=SYSTEM, subscription_id=row.pk)
    assert (cancelled.status, cancelled.ends_on) == ("cancelled", date(2026, 3, 31))
    clock.move_to(nine("2026-02-28"))
    renewals_run(tenant)
    row.refresh_from_db()
    assert (row.status, row.current_period_end) == ("cancelled", date(2026, 3, 31))
    clock.move_to(nine("2026-04-01"))
    renewals_run(tenant)
    row.refresh_from_db()
    assert row.status == SubscriptionStatus.ENDED
    assert Invoice.objects.count() == 1


def test_a_customer_sees_what_comes_next(tenant, customer, clock):
    begun(customer, "10.00", label="Web", cycle="yearly")
    begun(customer, "1.00", label="Mail")
    stays = begun(customer, "1.00", label="Not renewed")
    subscription_change(actor=SYSTEM, subscription_id=stays.pk, auto_renew=False)
    mail, web = upcoming_invoices(customer)
    assert (mail.subscription.label, mail.invoice_on, mail.gross) == (
        "Mail",
        date(2026, 2, 21),
        Decimal("1.19"),
    )
    assert (web.invoice_on, web.period.start) == (date(2027, 1, 17), date(2027, 1, 31))


@pytest.mark.django_db(transaction=True)
def test_the_task_serves_every_company(tenant, other_tenant, clock):
    begun(addressed_customer())
    with tenant_context(other_tenant.pk):
        begun(addressed_customer())
    clock.move_to(nine("2026-02-22"))
    run_renewals()
    assert Invoice.objects.count() == 1
    with tenant_context(other_tenant.pk):
        assert Invoice.objects.count() == 1
