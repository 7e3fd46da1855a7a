"""Why dunning stands still, who lets it go on, and what people do to it."""

from datetime import date, timedelta

import pytest

from billing.choices import InvoiceStatus, PaymentState
from billing.errors import (
    DunningOver,
    HoldNotOpen,
    NothingSuspended,
    PaymentMethodNotFound,
    PromiseTooLong,
)
from billing.models import DunningHold, DunningStep, Invoice, Payment
from billing.selectors.dunning import forecast_of
from billing.services.dunning_acts import (
    dunning_charge_now,
    dunning_resume_now,
    dunning_skip,
    renewal_trust,
)
from billing.services.dunning_holds import dunning_hold_end, dunning_pause, dunning_promise
from billing.services.gateway_outages import gateway_outage_end
from billing.workflows import dunning_run as run_module
from billing.workflows.dunning_run import dunning_run, next_dunning_due
from domains.models import Domain, SandboxRegistration
from hosting.models import SandboxPanelAccount
from ispplatform.core.errors import InvalidInput, NotFound, NotPermitted
from ispplatform.core.models import AttentionItem, AuditEntry, FaultMode, Operation
from ispplatform.core.subjects import subject_of
from ispplatform.core.switches.services import switch_pause, switch_resume
from ispplatform.core.tenancy.services import tenant_settings_change
from ispplatform.core.testing import run_until_quiet
from provisioning.services.activation import service_activate
from tests.actors import staff
from tests.billing.dunning.conftest import DUE
from tests.factories.billing import (
    DECLINED,
    LATE,
    SUCCEEDS,
    SYSTEM,
    addressed_customer,
    issued_invoice,
    kept_card,
    line,
    transferred,
)
from tests.house import broken

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
CLERK = staff(
    "dunning:pause", "dunning:manage", "dunning:trust", "dunning:confirm", "payments:create"
)
STRANGER = staff("invoices:read")


def day(after: int) -> date:
    return (DUE + timedelta(days=after)).date()


def is_off() -> bool:
    return SandboxPanelAccount.objects.get().is_suspended


# -------------------------------------------------------------------------------------- promises


def test_a_promise_holds_everything_up_until_its_day_and_then_one_mail_goes(desk):
    kept_card(desk.house.customer, desk.gateway, DECLINED)
    invoice = desk.invoice(desk.hosted())
    desk.go(1)
    told = desk.told()
    dunning_promise(actor=CLERK, customer=desk.house.customer, until=day(12), reason="Pays on 14.")
    for after in range(2, 12):
        desk.go(after)
    assert desk.told() == told
    stopped = forecast_of(Invoice.objects.select_related("document").get()).standstill
    assert (stopped.kind, stopped.until, stopped.reason) == ("promise", day(12), "Pays on 14.")
    assert next_dunning_due(desk.house.tenant, desk.now()) == DUE + timedelta(days=12)
    desk.go(12)
    assert desk.told()[len(told) :] == ["last notice"]
    hold = DunningHold.objects.get()
    assert (hold.closed_by, hold.closed_at) == ("dunning", desk.now())
    assert desk.steps(invoice)[-1] == "last_notice_1"


def test_a_promise_reaches_sixty_days_from_its_first_day(desk):
    customer = desk.house.customer
    desk.at(0)
    with pytest.raises(PromiseTooLong):
        dunning_promise(actor=CLERK, customer=customer, until=day(61), reason="x")
    dunning_promise(actor=CLERK, customer=customer, until=day(30), reason="x")
    desk.at(20)
    hold = dunning_promise(actor=CLERK, customer=customer, until=day(60), reason="y")
    assert (hold.since, hold.until) == (day(0), day(60))
    with pytest.raises(PromiseTooLong):
        dunning_promise(actor=CLERK, customer=customer, until=day(61), reason="x")
    assert DunningHold.objects.count() == 1


@pytest.mark.parametrize(("until", "reason"), [(0, "x"), (-1, "x"), (5, " ")])
def test_a_promise_has_a_day_ahead_and_a_reason(desk, until, reason):
    desk.at(0)
    with pytest.raises(InvalidInput):
        dunning_promise(actor=CLERK, customer=desk.house.customer, until=day(until), reason=reason)
    assert DunningHold.objects.count() == 0


# ---------------------------------------------------------------------------------------- pauses


def test_a_pause_of_one_invoice_leaves_the_others(desk):
    paused, other = desk.invoice(desk.hosted()), desk.invoice(desk.hosted())
    desk.go(0)
    hold = dunning_pause(
        actor=CLERK, customer=desk.house.customer, invoice=paused, reason="They wrote to us."
    )
    desk.go(1)
    assert (desk.steps(paused), desk.steps(other)) == ([], ["reminder_1"])
    dunning_hold_end(actor=CLERK, hold_id=hold.pk)
    desk.go(1, 10)
    assert desk.steps(paused) == ["reminder_1"]
    with pytest.raises(HoldNotOpen):
        dunning_hold_end(actor=CLERK, hold_id=hold.pk)


def test_a_dispute_and_a_charge_under_way_hold_an_invoice_up(desk):
    invoice = desk.invoice(desk.hosted())
    Invoice.objects.update(disputed=True)
    desk.go(6)
    assert desk.told() == []
    Invoice.objects.update(disputed=False)
    kept_card(desk.house.customer, desk.gateway, LATE)
    desk.go(6, 10)
    assert Payment.objects.get().state == PaymentState.PROCESSING
    assert desk.told() == []
    assert forecast_of(Invoice.objects.get()).standstill.kind == "payment"
    assert desk.steps(invoice) == ["charge_4"]


@pytest.mark.parametrize("kind", ["", "notifications.mail", "billing.charge"])
def test_a_stop_switch_holds_all_dunning_up(desk, kind):
    invoice = desk.invoice(desk.hosted())
    switch_pause(actor=SYSTEM, reason="Looking at it.", kind=kind)
    desk.go(2)
    assert desk.steps(invoice) == desk.steps(invoice, "skipped") == []
    switch_resume(actor=SYSTEM, kind=kind)
    desk.go(2, 10)
    assert desk.steps(invoice) == ["reminder_1"]


def test_a_company_can_switch_dunning_off(desk):
    invoice = desk.invoice(desk.hosted())
    tenant_settings_change(
        actor=SYSTEM, tenant_id=desk.house.tenant.pk, values={"billing.dunning_is_on": False}
    )
    desk.house.tenant.refresh_from_db()
    desk.go(8)
    assert desk.steps(invoice) == []


# ------------------------------------------------------------------------------------------ acts


def test_staff_charge_a_card_at_once(desk):
    invoice = desk.invoice(desk.hosted())
    desk.go(1)
    case = desk.case(invoice)
    with pytest.raises(PaymentMethodNotFound):
        dunning_charge_now(actor=CLERK, case_id=case.pk)
    kept_card(desk.house.customer, desk.gateway, SUCCEEDS)
    dunning_charge_now(actor=CLERK, case_id=case.pk)
    run_until_quiet()
    assert Invoice.objects.get().status == InvoiceStatus.PAID
    step = DunningStep.objects.get(key="charge_by_hand_1")
    assert (step.taken_by, step.payment.state) == (CLERK.label, PaymentState.SETTLED)
    with pytest.raises(DunningOver):
        dunning_charge_now(actor=CLERK, case_id=case.pk)


def test_staff_leave_a_step_out_once(desk):
    invoice = desk.invoice(desk.hosted())
    desk.go(0)
    case = desk.case(invoice)
    dunning_skip(actor=CLERK, case_id=case.pk, key="reminder_1", reason="They called.")
    with pytest.raises(DunningOver):
        dunning_skip(actor=CLERK, case_id=case.pk, key="reminder_1", reason="Twice.")
    desk.go(1)
    assert (desk.told(), desk.case(invoice).next_key) == ([], "charge_2")
    entry = AuditEntry.objects.get(act="billing.dunning_reminder")
    assert entry.actor_label == CLERK.label


def test_staff_let_services_run_before_the_money_came_and_they_stop_again(desk):
    invoice = desk.invoice(desk.hosted())
    desk.go(6)
    with pytest.raises(NothingSuspended):
        dunning_resume_now(
            actor=CLERK, case_id=desk.case(invoice).pk, until=day(14), reason="They pay."
        )
    desk.go(7)
    assert is_off()
    dunning_resume_now(
        actor=CLERK, case_id=desk.case(invoice).pk, until=day(14), reason="They pay."
    )
    run_until_quiet()
    assert not is_off()
    desk.go(13)
    assert not is_off()
    desk.go(14)
    assert is_off()
    assert desk.steps(invoice)[-2:] == ["suspend_1", "suspend_2"]
    transferred(desk.house.customer, "11.90", invoice.document)
    run_until_quiet()
    assert not is_off()


def test_a_domain_is_renewed_on_trust_once_and_the_payment_renews_it_no_more(desk):
    service = desk.house.order(desk.house.domain_plan, domain="shop.example")
    service_activate(actor=SYSTEM, service=service)
    run_until_quiet()
    service.refresh_from_db()
    held = SandboxRegistration.objects.get()
    expires = held.expires_at
    soon = DUE + timedelta(days=10)
    Domain.objects.update(expires_at=soon)
    start = expires.date()
    invoice = issued_invoice(
        desk.house.customer,
        line(
            "10.00",
            subject=subject_of(service),
            period_start=start,
            period_end=start.replace(year=start.year + 1),
        ),
        due_on=DUE.date(),
    )
    desk.go(7)
    assert AttentionItem.objects.filter(kind="billing.domain_unsettled", resolved_at=None).exists()
    Domain.objects.update(expires_at=expires)
    case = desk.case(invoice)
    renewal_trust(actor=CLERK, case_id=case.pk, reason="Twenty years with us.")
    run_until_quiet()
    held.refresh_from_db()
    renewed = held.expires_at
    assert renewed.year == expires.year + 1
    assert not AttentionItem.objects.filter(
        kind="billing.domain_unsettled", resolved_at=None
    ).exists()
    transferred(desk.house.customer, "11.90", invoice.document)
    run_until_quiet()
    held.refresh_from_db()
    assert held.expires_at == renewed
    assert Operation.objects.filter(kind="domains.renew").count() == 1


def test_acts_need_their_permission(desk):
    invoice = desk.invoice(desk.hosted())
    desk.go(1)
    case, customer = desk.case(invoice), desk.house.customer
    for act in (
        lambda: dunning_promise(actor=STRANGER, customer=customer, until=day(9), reason="x"),
        lambda: dunning_pause(actor=STRANGER, customer=customer, reason="x"),
        lambda: dunning_skip(actor=STRANGER, case_id=case.pk, key=case.next_key, reason="x"),
        lambda: dunning_charge_now(actor=STRANGER, case_id=case.pk),
        lambda: renewal_trust(actor=STRANGER, case_id=case.pk, reason="x"),
        lambda: gateway_outage_end(actor=STRANGER, connection_id=desk.gateway.pk),
    ):
        with pytest.raises(NotPermitted):
            act()


# ---------------------------------------------------------------------------- a gateway's trouble


def trouble(desk, count: int = 10) -> list[Invoice]:
    """Return open invoices whose charges the gateway refused on the due day."""
    invoices = []
    for _ in range(count):
        customer = addressed_customer()
        kept_card(customer, desk.gateway, SUCCEEDS)
        invoices.append(desk.invoice(customer=customer))
    broken(desk.gateway, FaultMode.REFUSED, call="charge", times=count)
    desk.go(0)
    return invoices


def test_many_charges_that_fail_alike_stop_the_dunning_of_these_customers(desk):
    invoices = trouble(desk)
    assert DunningHold.objects.filter(kind="gateway", closed_at=None).count() == 10
    item = AttentionItem.objects.get(kind="billing.gateway_outage")
    assert "refused 10 charges" in item.sentence
    told = desk.told()
    desk.go(1)
    desk.go(3)
    assert desk.told() == told
    assert desk.steps(invoices[0]) == ["charge_1"]

    assert gateway_outage_end(actor=CLERK, connection_id=desk.gateway.pk) == 10
    item.refresh_from_db()
    assert item.resolved_at is not None
    desk.go(3, 10)
    assert Invoice.objects.filter(status=InvoiceStatus.PAID).count() == 10
    with pytest.raises(NotFound):
        gateway_outage_end(actor=CLERK, connection_id=desk.gateway.pk)


def test_charges_that_work_again_end_the_trouble(desk):
    trouble(desk)
    for _ in range(3):
        customer = addressed_customer()
        kept_card(customer, desk.gateway, SUCCEEDS)
        desk.invoice(customer=customer, due_on=day(1))
    desk.go(1)
    assert not DunningHold.objects.filter(closed_at=None).exists()
    desk.go(1, 10)
    assert Invoice.objects.filter(status=InvoiceStatus.PAID).count() >= 3
    item = AttentionItem.objects.get(kind="billing.gateway_outage")
    assert item.resolution == "Charges work again."


def test_nine_failed_charges_are_nobodys_trouble(desk):
    trouble(desk, 9)
    assert DunningHold.objects.count() == 0


# ------------------------------------------------------------------------------- what goes wrong


def test_one_poisoned_customer_stops_no_other_and_stands_before_a_person(desk, monkeypatch):
    poisoned, fine = desk.invoice(desk.hosted()), desk.invoice(desk.hosted())
    desk.go(0)
    bad = desk.case(poisoned).pk
    real = run_module.dunning_go_on

    def fails(*, case_id, may_suspend=False):
        if case_id == bad:
            raise RuntimeError("its data are broken")
        return real(case_id=case_id, may_suspend=may_suspend)

    with monkeypatch.context() as patch:
        patch.setattr(run_module, "dunning_go_on", fails)
        desk.go(1)
    assert (desk.steps(poisoned), desk.steps(fine)) == ([], ["reminder_1"])
    case = desk.case(poisoned)
    assert case.trouble == "RuntimeError: its data are broken"
    assert case.next_at == desk.now() + timedelta(hours=1)
    item = AttentionItem.objects.get(kind="billing.dunning_stuck")
    desk.go(1, 10)
    assert desk.steps(poisoned) == ["reminder_1"]
    assert desk.case(poisoned).trouble == ""
    item.refresh_from_db()
    assert item.resolved_at is not None


def test_a_run_with_nothing_to_do_does_nothing(desk):
    desk.invoice(desk.hosted())
    desk.go(0)
    assert dunning_run(desk.house.tenant) == 0
