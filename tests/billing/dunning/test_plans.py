"""Many suspensions of one day wait for a person; several runs at once; a worker that dies."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from billing.choices import PlanState
from billing.errors import PlanChanged
from billing.models import DunningStep, Invoice, Payment, SandboxCharge, SuspensionPlan
from billing.services import dunning as dunning_service
from billing.services.suspension_plans import suspension_plan_confirm, suspension_plan_drop
from billing.workflows.dunning_run import dunning_run
from ispplatform.core.errors import NotPermitted
from ispplatform.core.models import AttentionItem, AuditEntry, OutboxEvent
from ispplatform.core.operations import failpoints
from ispplatform.core.tenancy.context import tenant_context
from ispplatform.core.tenancy.services import tenant_settings_change
from ispplatform.core.testing import run_until_quiet
from notifications.models import Mail
from provisioning.models import Service
from tests.actors import staff
from tests.factories.billing import SUCCEEDS, SYSTEM, kept_card, transferred

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
CLERK = staff("dunning:pause", "dunning:manage", "dunning:confirm")


class Killed(BaseException):
    """The process dies here."""


def suspended() -> int:
    return Service.objects.filter(status="suspended").count()


@pytest.fixture
def many(desk):
    """Three unpaid invoices, each for one of three active services: more than 2 percent."""
    invoices = [desk.invoice(desk.hosted()) for _ in range(3)]
    desk.go(6)
    desk.go(7)
    return invoices


def test_many_suspensions_wait_for_a_person_who_confirms_the_list(desk, many):
    plan = SuspensionPlan.objects.get()
    assert (suspended(), plan.services_count, plan.cases.count()) == (0, 3, 3)
    item = AttentionItem.objects.get(kind="billing.suspension_plan")
    assert item.sentence.startswith("3 services are to be suspended")
    desk.go(7, 12)
    assert (suspended(), SuspensionPlan.objects.count()) == (0, 1)

    with pytest.raises(NotPermitted):
        suspension_plan_confirm(actor=staff("dunning:manage"), plan_id=plan.pk, version=1)
    suspension_plan_confirm(actor=CLERK, plan_id=plan.pk, version=plan.version)
    desk.go(7, 13)
    assert suspended() == 3
    item.refresh_from_db()
    assert item.resolution == "Confirmed."
    assert AuditEntry.objects.get(act="billing.suspension_plan_confirm").actor_label == CLERK.label


def test_a_list_that_is_confirmed_in_the_evening_is_carried_out_in_the_hours_for_it(desk, many):
    plan = SuspensionPlan.objects.get()
    desk.at(7, 20)
    suspension_plan_confirm(actor=CLERK, plan_id=plan.pk, version=plan.version)
    desk.work()
    assert suspended() == 0
    desk.go(8)
    assert suspended() == 3


def test_a_list_that_is_dropped_is_asked_about_again_tomorrow(desk, many):
    plan = SuspensionPlan.objects.get()
    suspension_plan_drop(actor=CLERK, plan_id=plan.pk, version=plan.version)
    desk.go(7, 14)
    assert (suspended(), SuspensionPlan.objects.count()) == (0, 1)
    desk.go(8)
    assert suspended() == 0
    assert SuspensionPlan.objects.filter(state=PlanState.WAITING).count() == 1


def test_nobody_confirms_another_list_than_the_one_on_the_screen(desk, many):
    plan = SuspensionPlan.objects.get()
    suspension_plan_drop(actor=CLERK, plan_id=plan.pk, version=plan.version)
    with pytest.raises(PlanChanged):
        suspension_plan_confirm(actor=CLERK, plan_id=plan.pk, version=plan.version)


def test_a_list_on_which_everything_is_paid_goes_away(desk, many):
    for invoice in many:
        transferred(desk.house.customer, "11.90", invoice.document)
    run_until_quiet()
    desk.work()
    assert SuspensionPlan.objects.get().state == PlanState.DROPPED
    assert AttentionItem.objects.get(kind="billing.suspension_plan").resolved_at is not None


def test_the_numbers_are_settings(desk):
    tenant_settings_change(
        actor=SYSTEM,
        tenant_id=desk.house.tenant.pk,
        values={"billing.dunning_plan_percent": 100, "billing.dunning_suspend_day": 8},
    )
    desk.house.tenant.refresh_from_db()
    for _ in range(3):
        desk.invoice(desk.hosted())
    desk.go(6)
    desk.go(7)
    assert suspended() == 0
    desk.go(8)
    assert suspended() == 3


# --------------------------------------------------------------------------- at once, and killed


def test_two_runs_at_once_take_each_step_once(desk):
    kept_card(desk.house.customer, desk.gateway, SUCCEEDS)
    invoices = [desk.invoice(desk.hosted()) for _ in range(4)]
    desk.at(1)
    start = Barrier(3)

    def run():
        try:
            with tenant_context(desk.house.tenant.pk):
                start.wait(60)
                return dunning_run(desk.house.tenant)
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        taken = [future.result() for future in [pool.submit(run) for _ in range(3)]]
    assert sum(taken) == 4
    run_until_quiet()
    assert Payment.objects.count() == SandboxCharge.objects.count() == len(invoices)
    assert DunningStep.objects.filter(kind="charge", state="done").count() == 4


def test_a_worker_that_dies_in_the_middle_of_a_step_leaves_nothing_half_done(desk, monkeypatch):
    kept_card(desk.house.customer, desk.gateway, SUCCEEDS)
    desk.invoice(desk.hosted())
    desk.at(0)

    def dies(*args, **kwargs):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(dunning_service, "step_note", dies)
        with pytest.raises(Killed):
            dunning_run(desk.house.tenant)
    assert Payment.objects.count() == DunningStep.objects.count() == 0
    desk.work()
    assert Payment.objects.count() == SandboxCharge.objects.count() == 1


def test_a_worker_that_dies_between_the_charge_and_its_note_charges_once(desk):
    kept_card(desk.house.customer, desk.gateway, SUCCEEDS)
    invoice = desk.invoice(desk.hosted())
    desk.at(0)
    assert dunning_run(desk.house.tenant) == 1

    def dies(point):
        if point == "answered":
            raise Killed

    with failpoints.installed(dies), pytest.raises(Killed):
        run_until_quiet()
    assert SandboxCharge.objects.count() == 1
    assert Invoice.objects.get(pk=invoice.pk).is_open
    for hour in (10, 11, 12, 13):
        desk.go(0, hour)
    assert not Invoice.objects.get(pk=invoice.pk).is_open
    assert Payment.objects.count() == SandboxCharge.objects.count() == 1
    assert desk.told() == ["received"]


def test_a_mail_goes_once_even_if_its_event_is_delivered_twice(desk):
    desk.invoice(desk.hosted())
    desk.go(1)
    desk.work()
    assert OutboxEvent.objects.filter(name="billing.invoice_reminded").count() == 1
    assert Mail.objects.filter(kind="billing.reminder").count() == 1
