"""What the portal's home page shows of orders, and the way to the shop."""

from django.urls import reverse
from django.utils.translation import gettext as _

from billing.selectors.payments import pro_formas_to_pay
from ispplatform.core.actors import Actor
from ispplatform.core.models import Tenant
from ispplatform.core.pages.home import HomeContent, NextStep, Urgency
from sales.choices import OrderStatus
from sales.models import Order
from sales.selectors.orders import orders_for
from sales.selectors.progress import order_next

ROWS = 5
UNDER_WAY = (
    OrderStatus.AWAITING_PAYMENT,
    OrderStatus.ON_HOLD,
    OrderStatus.IN_PROGRESS,
    OrderStatus.NEEDS_PERSON,
)


def orders_part(tenant: Tenant, actor: Actor) -> HomeContent:
    """Return the customer's orders that are not at their end, the newest on top."""
    rows = orders_for(actor).filter(status__in=UNDER_WAY).order_by("-placed_at", "-id")[:ROWS]
    orders = list(rows)
    start = NextStep(
        urgency=Urgency.START,
        title=_("Everything is in order."),
        label=_("Go to the shop"),
        url=reverse("sales:shop"),
    )
    if not orders:
        return HomeContent(values={}, steps=[start])
    waiting = [order for order in orders if order.status == OrderStatus.AWAITING_PAYMENT]
    to_pay = pro_formas_to_pay(order.proforma_id for order in waiting if order.proforma_id)
    lines = [
        {
            "order": order,
            "next": order_next(order, is_being_paid=order in waiting and not is_payable),
            "is_payable": is_payable,
        }
        for order in orders
        for is_payable in (order.proforma_id in to_pay,)
    ]
    values = {
        "lines": lines,
        "more_url": reverse("sales:orders"),
        "more_label": _("All orders"),
    }
    steps = [_step(line["order"], is_payable=line["is_payable"]) for line in lines]
    return HomeContent(values=values, steps=[start, *steps])


def _step(order: Order, *, is_payable: bool) -> NextStep:
    facts = {"number": order.order_number}
    if is_payable:
        return NextStep(
            urgency=Urgency.UNPAID_ORDER,
            title=_("Order %(number)s waits for your payment.") % facts,
            text=_("A domain is not reserved until it is paid."),
            label=_("Pay now"),
            url=reverse("billing:pay", args=[order.proforma_id]),
            tone="warn",
        )
    return NextStep(
        urgency=Urgency.UNDER_WAY,
        title=_("Order %(number)s is under way.") % facts,
        text=_("Its page follows by itself."),
        label=_("Watch it"),
        url=reverse("sales:order", args=[order.pk]),
    )
