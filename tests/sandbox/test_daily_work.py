"""The apps' own daily work, done by a clock that is moved."""

from datetime import timedelta

import pytest

from billing.choices import InvoiceStatus, PaymentState
from billing.models import Invoice, Payment
from ispplatform.core.clock import business_now
from ispplatform.core.models import ClockMove, Tenant
from ispplatform.core.sandbox.clock import clock_advance
from ispplatform.core.sandbox.selectors import what_ran
from ispplatform.core.testing import run_until_quiet
from sales.choices import OrderStatus
from tests.actors import staff
from tests.factories.billing import LATE, issued_invoice
from tests.sales.conftest import Shop, shop

__all__ = ["shop"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("real_time")]
KEEPER = staff("sandbox:manage")


def moved(tenant: Tenant, days: float) -> ClockMove:
    now = business_now(Tenant.objects.get(pk=tenant.pk))
    move = clock_advance(actor=KEEPER, tenant=tenant, to=now + timedelta(days=days))
    run_until_quiet()
    move.refresh_from_db()
    assert move.state == "arrived"
    assert not move.stops.exclude(trouble="").exists()
    return move


def jobs_of(move: ClockMove) -> list[str]:
    return [line for one in what_ran(move) for line in one.jobs]


def test_an_unpaid_order_is_reminded_twice_and_expires(shop: Shop):
    order = shop.ordered()
    move = moved(shop.tenant, 8)
    order.refresh_from_db()
    assert (order.status, order.reminders_sent) == (OrderStatus.EXPIRED, 2)
    assert jobs_of(move) == ["Unpaid orders reminded of or expired: 1"] * 3
    assert order.expired_at == [one.stop.at for one in what_ran(move) if one.jobs][-1]


def test_an_unpaid_invoice_becomes_overdue_on_the_day_after_it_was_due(shop: Shop):
    invoice = issued_invoice(shop.customer)
    moved(shop.tenant, 14)
    assert Invoice.objects.get(pk=invoice.pk).status == InvoiceStatus.SENT
    move = moved(shop.tenant, 1)
    assert Invoice.objects.get(pk=invoice.pk).status == InvoiceStatus.OVERDUE
    assert jobs_of(move) == ["Invoices that became overdue: 1", "Unpaid invoices followed up: 1"]


def test_a_late_card_payment_settles_on_the_way(shop: Shop):
    order = shop.ordered()
    assert shop.pay(order, LATE).state == PaymentState.PROCESSING
    move = moved(shop.tenant, 0.1)
    assert Payment.objects.get().state == PaymentState.SETTLED
    assert jobs_of(move) == ["Card payments that settled late: 1"]
    order.refresh_from_db()
    assert order.status == OrderStatus.COMPLETED
