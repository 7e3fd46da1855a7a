"""When unpaid orders fall due by business time, for a clock that is moved."""

from datetime import datetime, timedelta

from ispplatform.core.due import day_begins
from ispplatform.core.models import Tenant
from sales.choices import OrderStatus
from sales.models import Order
from sales.settings import ORDER_REMINDER_DAYS
from sales.workflows.follow_up import unpaid_orders_run


def next_order_due(tenant: Tenant, after: datetime) -> datetime | None:
    """Return the first business instant after ``after`` of a reminder or an expiry."""
    rows = Order.objects.filter(status=OrderStatus.AWAITING_PAYMENT)
    days = ORDER_REMINDER_DAYS.of(tenant)
    instants = [
        at
        for placed_at, expires_on in rows.values_list("placed_at", "expires_on")
        for at in (
            *(placed_at + timedelta(days=day) for day in days),
            day_begins(expires_on, tenant),
        )
        if at > after
    ]
    return min(instants, default=None)


def orders_run(tenant: Tenant) -> int:
    """Remind of and expire unpaid orders; return how many were looked after."""
    return unpaid_orders_run(tenant=tenant)
