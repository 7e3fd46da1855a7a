"""What happens to orders that nobody pays."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from billing.models import ProForma
from ispplatform.core.attention import attention_items_open
from ispplatform.core.models import OutboxEvent
from provisioning.models import Service
from sales.choices import OrderStatus
from sales.errors import OrderNotOpen
from sales.services import expiry
from sales.services.expiry import order_cancel, order_follow_up, orders_due
from sales.workflows.follow_up import unpaid_orders_run

START = datetime(2026, 3, 2, 10, 0, tzinfo=ZoneInfo("Europe/Berlin"))


def events(name: str) -> int:
    return OutboxEvent.objects.filter(name=name).count()


def test_reminders_on_days_1_and_3_and_the_end_on_day_7(shop):
    with time_machine.travel(START, tick=False) as clock:
        order = shop.ordered()
        course = []
        for hours in range(0, 8 * 24 + 1, 12):
            clock.move_to(START + timedelta(hours=hours))
            unpaid_orders_run(tenant=shop.tenant)
            order.refresh_from_db()
            course.append((hours, order.reminders_sent, order.status))
    assert course[1][1] == 0
    assert [row[1] for row in course if row[0] == 24] == [1]
    assert [row[1] for row in course if row[0] == 60] == [1]
    assert [row[1] for row in course if row[0] == 72] == [2]
    expired = [row[0] for row in course if row[2] == OrderStatus.EXPIRED]
    assert expired[0] == 168, "at the first look of the seventh day"
    assert events("sales.order_reminded") == 2
    assert events("sales.order_expired") == 1
    assert ProForma.objects.get().status == "cancelled"
    assert set(Service.objects.values_list("status", flat=True)) == {"terminated"}


def test_after_days_of_standstill_one_reminder_is_sent_not_two(shop):
    with time_machine.travel(START, tick=False) as clock:
        order = shop.ordered()
        clock.move_to(START + timedelta(days=4))
        unpaid_orders_run(tenant=shop.tenant)
        unpaid_orders_run(tenant=shop.tenant)
    assert events("sales.order_reminded") == 1
    order.refresh_from_db()
    assert order.reminders_sent == 2


def test_a_paid_order_is_left_alone(shop):
    with time_machine.travel(START, tick=False) as clock:
        order = shop.ordered()
        shop.pay(order)
        clock.move_to(START + timedelta(days=9))
        assert orders_due(shop.tenant) == []
        order_follow_up(order_id=order.pk)
    order.refresh_from_db()
    assert order.status == OrderStatus.COMPLETED


def test_a_customer_withdraws_an_unpaid_order(shop):
    order = shop.ordered()
    order_cancel(actor=shop.buyer, order_id=order.pk)
    order.refresh_from_db()
    assert order.status == OrderStatus.CANCELLED
    assert ProForma.objects.get().status == "cancelled"
    with pytest.raises(OrderNotOpen):
        order_cancel(actor=shop.buyer, order_id=order.pk)


def test_money_for_a_withdrawn_order_becomes_credit(shop):
    order = shop.ordered()
    order_cancel(actor=shop.buyer, order_id=order.pk)
    from_bank = shop.bank_transfer(order)
    assert from_bank.state == "settled"
    assert shop.credit() == order.gross
    assert Service.objects.exclude(status="terminated").count() == 0


def test_one_poisoned_order_stops_no_other_and_stands_before_a_person(shop, monkeypatch):
    with time_machine.travel(START, tick=False) as clock:
        poisoned, fine = shop.ordered(), shop.ordered()
        clock.move_to(START + timedelta(days=8))
        real = expiry.service_terminate

        def fails(*, actor, service, reason):
            if poisoned.lines.filter(service=service).exists():
                raise RuntimeError("its data are broken")
            return real(actor=actor, service=service, reason=reason)

        with monkeypatch.context() as patch:
            patch.setattr(expiry, "service_terminate", fails)
            assert unpaid_orders_run(tenant=shop.tenant) == 1
        fine.refresh_from_db()
        poisoned.refresh_from_db()
        assert fine.status == OrderStatus.EXPIRED
        assert poisoned.status == OrderStatus.AWAITING_PAYMENT
        item = attention_items_open().get(kind="sales.order_not_followed_up")
        assert (item.subject_id, item.money_at_stake) == (poisoned.pk, poisoned.gross)
        assert unpaid_orders_run(tenant=shop.tenant) == 1
    assert not attention_items_open().exists()
