"""An unpaid invoice through its whole calendar."""

from datetime import UTC, date, datetime, timedelta

import pytest

from billing.choices import DunningOutcome, InvoiceStatus, PaymentState
from billing.models import DunningCase, Invoice, Payment, SandboxCharge
from billing.selectors.dunning import forecast_of
from billing.services.credit_notes import invoice_credit, invoice_void
from billing.tasks import follow_up_unpaid
from billing.workflows.dunning_run import dunning_run, next_dunning_due
from domains.models import Domain
from hosting.models import SandboxPanelAccount
from ispplatform.core.models import AttentionItem, AuditEntry, OutboxEvent, Tenant
from ispplatform.core.testing import run_until_quiet
from provisioning.models import ServiceReason
from provisioning.services.activation import service_activate
from tests.billing.dunning.conftest import DUE
from tests.factories.billing import (
    AUTHENTICATES,
    DECLINED,
    SUCCEEDS,
    SYSTEM,
    addressed_customer,
    issued_invoice,
    kept_card,
    transferred,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
LOST = "4000000000009987"


def is_off() -> bool:
    return SandboxPanelAccount.objects.get().is_suspended


def test_a_declined_card_ends_in_a_suspension_and_the_payment_in_a_resumption(desk):
    service = desk.hosted()
    card = kept_card(desk.house.customer, desk.gateway, DECLINED)
    invoice = desk.invoice(service)
    for day in range(-1, 7):
        desk.go(day)
    assert desk.steps(invoice) == [
        "charge_1",
        "reminder_1",
        "charge_2",
        "reminder_2",
        "charge_3",
        "charge_4",
        "last_notice_1",
    ]
    assert desk.told() == ["failed", "reminder", "failed", "reminder", "failed", "last notice"]
    assert SandboxCharge.objects.count() == 4
    assert not is_off()

    desk.go(7)
    service.refresh_from_db()
    assert (service.status, is_off()) == ("suspended", True)
    assert ServiceReason.objects.get().kind == "unpaid"
    assert desk.told()[-1] == "suspended"
    assert desk.work() == 0

    desk.at(7, 10)
    transferred(desk.house.customer, "11.90", invoice.document)
    run_until_quiet()
    service.refresh_from_db()
    assert (service.status, is_off()) == ("active", False)
    assert sorted(desk.told()[-2:]) == ["received", "resumed"]
    case = desk.case(invoice)
    assert (case.outcome, case.closed_at, case.next_at) == (DunningOutcome.PAID, desk.now(), None)
    assert card.payments.filter(state=PaymentState.FAILED).count() == 4


def test_a_card_that_works_is_charged_on_the_due_day_and_nothing_follows(desk):
    kept_card(desk.house.customer, desk.gateway, SUCCEEDS)
    invoice = desk.invoice(desk.hosted())
    desk.go(-1)
    assert Payment.objects.count() == 0
    desk.go(0)
    payment = Payment.objects.get()
    assert (payment.state, payment.document_id) == (PaymentState.SETTLED, invoice.pk)
    desk.go(8)
    assert desk.steps(invoice) == ["charge_1"]
    assert desk.told() == ["received"]


def test_without_a_card_there_is_no_charge_and_the_reminders_go_on(desk):
    invoice = desk.invoice(desk.hosted())
    for day in range(8):
        desk.go(day)
    assert Payment.objects.count() == 0
    assert desk.steps(invoice) == ["reminder_1", "reminder_2", "last_notice_1", "suspend_1"]
    assert desk.steps(invoice, "skipped") == ["charge_1", "charge_2", "charge_3", "charge_4"]
    assert desk.told() == ["reminder", "reminder", "last notice", "suspended"]
    assert is_off()


def test_a_lost_card_is_not_charged_again_but_a_new_one_is(desk):
    kept_card(desk.house.customer, desk.gateway, LOST)
    invoice = desk.invoice(desk.hosted())
    desk.go(0)
    desk.go(2)
    assert (desk.steps(invoice), desk.steps(invoice, "skipped")) == (
        ["charge_1", "reminder_1"],
        ["charge_2"],
    )
    kept_card(desk.house.customer, desk.gateway, SUCCEEDS, is_default=True)
    desk.go(4)
    assert Invoice.objects.get().status == InvoiceStatus.PAID


def test_a_bank_that_asks_for_the_customer_holds_no_reminder_up(desk):
    kept_card(desk.house.customer, desk.gateway, AUTHENTICATES)
    invoice = desk.invoice(desk.hosted())
    for day in range(4):
        desk.go(day)
    assert {"reminder_1", "charge_2", "reminder_2"} <= set(desk.steps(invoice))


def test_after_days_of_standstill_there_is_one_charge_and_one_mail(desk):
    kept_card(desk.house.customer, desk.gateway, DECLINED)
    invoice = desk.invoice(desk.hosted())
    desk.go(15)
    assert desk.steps(invoice) == ["charge_4", "last_notice_1"]
    assert desk.steps(invoice, "passed_over") == [
        "charge_1",
        "charge_2",
        "charge_3",
        "reminder_1",
        "reminder_2",
    ]
    assert desk.told() == ["last notice"]
    assert not is_off()
    desk.go(16, 8, 59)
    assert not is_off()
    desk.go(16)
    assert is_off()


def test_nothing_is_suspended_before_the_mail_server_took_the_last_notice(desk):
    invoice = desk.invoice(desk.hosted())
    desk.mails.answers.to_recipient = "451 Later"
    for day in range(8):
        desk.go(day)
    assert desk.case(invoice).notice_accepted_at is None
    assert not is_off()
    item = AttentionItem.objects.get(kind="billing.notice_undelivered")
    assert item.customer_id == desk.house.customer.pk

    desk.mails.answers.to_recipient = "250 OK"
    desk.go(8, 12)
    assert desk.case(invoice).notice_accepted_at == desk.now()
    assert AttentionItem.objects.get(pk=item.pk).resolved_at is not None
    desk.go(9, 11, 59)
    assert not is_off()
    desk.go(9, 12)
    assert is_off()


def test_the_weekend_and_the_evening_pass(desk):
    invoice = desk.invoice(desk.hosted(), due_on=(DUE + timedelta(days=4)).date())
    desk.go(4 + 6, 16)  # the last notice is late: Thursday at 16:00
    assert desk.steps(invoice)[-1] == "last_notice_1"
    for day, hour in ((11, 15), (11, 16), (12, 10), (13, 10), (14, 8)):
        desk.go(day, hour)
        assert not is_off(), (day, hour)
    desk.go(14, 9)
    assert is_off()


def test_the_next_step_stands_on_the_invoice(desk):
    invoice = desk.invoice(desk.hosted())
    desk.go(-1)
    invoice.refresh_from_db()
    assert (invoice.next_action, invoice.next_action_on) == ("charge", date(2026, 3, 2))
    desk.go(6)
    invoice.refresh_from_db()
    assert (invoice.next_action, invoice.next_action_on) == ("suspend", date(2026, 3, 9))
    forecast = forecast_of(invoice)
    assert (forecast.next_on, forecast.suspend_on) == (date(2026, 3, 9), date(2026, 3, 9))
    desk.go(7)
    transferred(desk.house.customer, "11.90", invoice.document)
    invoice.refresh_from_db()
    assert (invoice.next_action, forecast_of(invoice)) == ("", None)


def test_a_clock_finds_the_next_step(desk):
    desk.invoice(desk.hosted())
    desk.work()
    tenant = desk.house.tenant
    first = datetime(2026, 3, 2, 8, tzinfo=UTC)
    assert next_dunning_due(tenant, desk.now()) == first
    assert next_dunning_due(tenant, first) is None


def test_what_is_cancelled_or_credited_is_not_asked_for(desk):
    void = desk.invoice(desk.hosted())
    desk.go(7 - 14)
    invoice_void(actor=SYSTEM, invoice_id=void.pk, reason="A mistake.")
    run_until_quiet()
    assert desk.case(void).outcome == DunningOutcome.CANCELLED
    desk.go(8)
    assert desk.told() == []


def test_an_invoice_that_is_cancelled_lets_its_services_run_again(desk):
    service = desk.hosted()
    invoice = desk.invoice(service)
    desk.go(6)
    desk.go(7)
    assert is_off()
    invoice_void(actor=SYSTEM, invoice_id=invoice.pk, reason="A mistake.")
    run_until_quiet()
    assert not is_off()


def test_a_credit_note_lets_run_again_what_it_takes_back(desk):
    first, second = desk.hosted(), desk.hosted()
    invoice = desk.invoice(first, second)
    desk.go(6)
    desk.go(7)
    lines = {line.subject_id: line for line in invoice.document.lines.all()}
    taken = lines[first.pk]
    invoice_credit(
        actor=SYSTEM, invoice_id=invoice.pk, reason="Half.", lines={taken.pk: taken.gross}
    )
    run_until_quiet()
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, second.status) == ("active", "suspended")


def test_payment_resumes_only_what_no_other_invoice_holds(desk):
    both, single = desk.hosted(), desk.hosted()
    one, two = desk.invoice(both, single), desk.invoice(both)
    later = desk.invoice(single, due_on=(DUE + timedelta(days=5)).date())
    desk.go(6)
    desk.go(7)
    transferred(desk.house.customer, "23.80", one.document)
    run_until_quiet()
    both.refresh_from_db()
    single.refresh_from_db()
    assert later.document.due_on < desk.now().date() + timedelta(days=1)
    assert (both.status, single.status) == ("suspended", "active")
    transferred(desk.house.customer, "11.90", two.document)
    run_until_quiet()
    both.refresh_from_db()
    assert both.status == "active"


def test_a_suspension_that_is_overtaken_by_the_payment_stops_nothing(desk):
    service = desk.hosted()
    invoice = desk.invoice(service)
    desk.go(6)
    desk.at(7)
    assert dunning_run(desk.house.tenant) == 1  # decided, and no worker has heard of it
    transferred(desk.house.customer, "11.90", invoice.document)
    run_until_quiet()
    service.refresh_from_db()
    assert service.status == "active"
    assert ServiceReason.objects.count() == 0


# -------------------------------------------------------------------------------------- domains


@pytest.fixture
def named(desk):
    """A domain service whose name expires 20 days after the due day."""
    service = desk.house.order(desk.house.domain_plan, domain="shop.example")
    service_activate(actor=SYSTEM, service=service)
    run_until_quiet()
    Domain.objects.update(expires_at=DUE + timedelta(days=20))
    service.refresh_from_db()
    return service


def test_an_unpaid_domain_has_its_own_calendar_and_suspends_nothing(desk, named):
    hosting = desk.hosted()
    kept_card(desk.house.customer, desk.gateway, DECLINED)
    invoice = desk.invoice(named)
    for day in range(5, 25):
        desk.go(day)
    assert desk.steps(invoice) == [
        "charge_1",
        "charge_2",
        "charge_3",
        "charge_4",
        "renewal_notice_1",
        "decide_1",
        "renewal_notice_2",
    ]
    first = desk.case(invoice).steps.get(key="charge_1")
    assert first.taken_at == DUE + timedelta(days=6)
    item = AttentionItem.objects.get(kind="billing.domain_unsettled")
    assert item.sentence.endswith("Renew it on trust, or let it run out.")
    named.refresh_from_db()
    hosting.refresh_from_db()
    assert (named.status, hosting.status) == ("active", "active")


def test_of_a_mixed_invoice_only_the_hosting_stands_still(desk, named):
    hosting = desk.hosted()
    invoice = desk.invoice(named, hosting)
    desk.go(6)
    desk.go(7)
    named.refresh_from_db()
    hosting.refresh_from_db()
    assert (named.status, hosting.status) == ("active", "suspended")
    (event,) = OutboxEvent.objects.filter(name="billing.suspension_decided")
    assert [one["id"] for one in event.payload["subjects"]] == [str(hosting.pk)]
    desk.go(17)
    assert "decide_1" in desk.steps(invoice)


def test_an_invoice_for_nothing_of_ours_suspends_nothing(desk):
    invoice = issued_invoice(desk.house.customer, due_on=DUE.date())
    for day in (6, 7):
        desk.go(day)
    assert desk.steps(invoice, "skipped")[-1] == "suspend_1"
    assert desk.case(invoice).suspended_at is None


# ------------------------------------------------------------------------------------- the task


def test_the_task_follows_up_every_company_by_day_and_nobody_at_night(desk):
    invoice = desk.invoice(desk.hosted())
    desk.at(1, 7)
    follow_up_unpaid()
    assert not DunningCase.objects.filter(invoice=invoice).exists()
    desk.at(1, 9)
    follow_up_unpaid()
    assert desk.steps(invoice, "skipped") == ["charge_1"]
    assert AuditEntry.objects.filter(act="billing.dunning_charge").count() == 1


def test_a_company_whose_clock_is_moved_is_left_to_the_move(desk):
    invoice = desk.invoice(desk.hosted())
    desk.at(1)
    Tenant.objects.filter(pk=desk.house.tenant.pk).update(clock_held_at=desk.now())
    follow_up_unpaid()
    assert not DunningCase.objects.filter(invoice=invoice).exists()


def test_customers_are_told_apart(desk):
    theirs = addressed_customer()
    kept_card(theirs, desk.gateway, SUCCEEDS)
    mine = desk.invoice(desk.hosted())
    other = desk.invoice(customer=theirs)
    desk.go(1)
    assert Invoice.objects.get(pk=other.pk).status == InvoiceStatus.PAID
    assert Invoice.objects.get(pk=mine.pk).is_open
