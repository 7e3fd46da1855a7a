"""The whole calendar by a clock that is moved, with the sandbox gateway and the sandbox panel."""

from datetime import timedelta

import pytest

from billing.models import SandboxCharge
from billing.services.methods import payment_method_make_default
from billing.services.payments import payment_start
from hosting.models import SandboxPanelAccount
from ispplatform.core.clock import business_now
from ispplatform.core.models import ClockMove, Tenant
from ispplatform.core.sandbox.clock import clock_advance
from ispplatform.core.sandbox.selectors import what_ran
from ispplatform.core.testing import run_until_quiet
from tests.actors import staff
from tests.factories.billing import DECLINED, SUCCEEDS, SYSTEM, kept_card

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
KEEPER = staff("sandbox:manage")


def moved(tenant: Tenant, **distance: float) -> ClockMove:
    now = business_now(Tenant.objects.get(pk=tenant.pk))
    move = clock_advance(actor=KEEPER, tenant=tenant, to=now + timedelta(**distance))
    run_until_quiet()
    move.refresh_from_db()
    assert move.state == "arrived"
    assert not move.stops.exclude(trouble="").exists()
    return move


def test_a_moved_clock_stops_at_each_step_from_the_declined_card_to_the_resumption(desk):
    service = desk.hosted()
    kept_card(desk.house.customer, desk.gateway, DECLINED)
    invoice = desk.invoice(service)
    move = moved(desk.house.tenant, days=22)
    assert desk.steps(invoice) == [
        "charge_1",
        "reminder_1",
        "charge_2",
        "reminder_2",
        "charge_3",
        "charge_4",
        "last_notice_1",
        "suspend_1",
    ]
    days = [
        one.stop.at.date().day
        for one in what_ran(move)
        if any("followed up" in j for j in one.jobs)
    ]
    assert days == [2, 3, 4, 5, 6, 8, 9]
    assert desk.told() == [
        "failed",
        "reminder",
        "failed",
        "reminder",
        "failed",
        "last notice",
        "suspended",
    ]
    assert SandboxCharge.objects.count() == 4
    assert SandboxPanelAccount.objects.get().is_suspended

    card = kept_card(desk.house.customer, desk.gateway, SUCCEEDS)
    payment_method_make_default(actor=SYSTEM, method_id=card.pk)
    payment_start(actor=SYSTEM, document=invoice.document, payment_method=card)
    run_until_quiet()
    service.refresh_from_db()
    assert service.status == "active"
    assert not SandboxPanelAccount.objects.get().is_suspended
    assert sorted(desk.told()[-2:]) == ["received", "resumed"]


def test_a_jump_over_everything_stops_at_each_step_all_the_same(desk):
    invoice = desk.invoice(desk.hosted())
    moved(desk.house.tenant, days=60)
    assert desk.steps(invoice) == ["reminder_1", "reminder_2", "last_notice_1", "suspend_1"]
