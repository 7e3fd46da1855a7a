"""What sales adds to the back office: search, a tile, the customer page."""

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, Sum
from django.urls import reverse
from django.utils.translation import gettext as _

from customers.models import Customer
from ispplatform.core.actors import Actor
from ispplatform.core.admin.first_rows import first_rows
from ispplatform.core.clock import business_today
from ispplatform.core.models.tenants import Tenant
from ispplatform.core.money import from_minor
from sales.choices import OrderStatus
from sales.models import Order, OrderLine

ROWS = 10
UNDECIDED = (OrderStatus.ON_HOLD, OrderStatus.AWAITING_PAYMENT)


def customer_panel(customer: Customer, actor: Actor) -> Mapping[str, Any]:
    """Return the newest orders of a customer, with what was ordered. Two queries."""
    rows = Order.objects.filter(customer=customer).prefetch_related("lines").order_by("-pk")
    orders, count = first_rows(rows, ROWS)
    return {
        "orders": [{"order": order, "content": order_content(order)} for order in orders],
        "count": count,
    }


def new_order_url(customer: Customer) -> str:
    """Return the address of the page on which an order is placed for this customer."""
    if customer.deleted_at is not None:
        return ""
    return f"{reverse('admin:sales_order_add')}?customer_number={customer.customer_number}"


def order_content(order: Order) -> str:
    """Return what was ordered, in a line; the order's lines should be prefetched."""
    lines: list[OrderLine] = sorted(order.lines.all(), key=lambda line: line.position)
    return ", ".join(line.label for line in lines)


def order_in_short(order: Order) -> str:
    """Return the first thing that was ordered, and how many more there are."""
    labels = [line.label for line in sorted(order.lines.all(), key=lambda line: line.position)]
    if len(labels) <= 1:
        return "".join(labels)
    return _("%(first)s and %(count)d more") % {"first": labels[0], "count": len(labels) - 1}


def today_tile(tenant: Tenant, actor: Actor) -> Mapping[str, Any]:
    """Return the orders placed today, and what is held or waits for its money. One query."""
    began = _begin_of_today(tenant)
    placed = Q(placed_at__gte=began)
    worth = placed & Q(currency=tenant.currency)
    # Each reads a piece of an index; with an "or" between them every order would be read.
    today, undecided = Order.objects.filter(placed), Order.objects.filter(status__in=UNDECIDED)
    ids = today.order_by().values("pk").union(undecided.order_by().values("pk"))
    figures = Order.objects.filter(pk__in=ids).aggregate(
        placed=Count("pk", filter=placed),
        worth=Sum("gross", filter=worth),
        held=Count("pk", filter=Q(status=OrderStatus.ON_HOLD)),
        awaited=Count("pk", filter=Q(status=OrderStatus.AWAITING_PAYMENT)),
    )
    listed = reverse("admin:sales_order_changelist")
    return {
        **figures,
        "worth": from_minor(figures["worth"] or 0, tenant.currency),
        "currency": tenant.currency,
        "placed_url": f"{listed}?{urlencode({'placed_at__gte': began.isoformat()})}",
        "held_url": f"{listed}?status__exact={OrderStatus.ON_HOLD}",
        "awaited_url": f"{listed}?status__exact={OrderStatus.AWAITING_PAYMENT}",
    }


def _begin_of_today(tenant: Tenant) -> datetime:
    """Return the midnight with which the tenant's day began."""
    return datetime.combine(business_today(tenant), time(), ZoneInfo(tenant.time_zone))
