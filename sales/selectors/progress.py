"""How far an order is, told line by line and as a course of things."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from provisioning.rules.lifecycle import Progress
from provisioning.selectors.services import service_progress
from sales.choices import LineStatus, OrderStatus
from sales.models import Order, OrderLine
from sales.selectors.status import line_status


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownLine:
    """An order line with its status and, while it is set up, its progress."""

    line: OrderLine
    status: LineStatus
    progress: Progress | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Moment:
    """An entry of the order's course."""

    text: str
    at: datetime | None = None
    detail: str = ""
    tone: str = "quiet"
    is_waiting: bool = False


def order_lines(order: Order) -> list[ShownLine]:
    """Return the order's lines; three queries however many lines."""
    is_paid = order.is_let_through
    rows = order.lines.select_related("service", "plan").prefetch_related("service__steps")
    shown = []
    for line in rows:
        status = line_status(line, is_paid=is_paid)
        moving = line.service is not None and status == LineStatus.SETTING_UP
        shown.append(
            ShownLine(
                line=line,
                status=status,
                progress=service_progress(line.service) if moving and line.service else None,
            )
        )
    return shown


def order_course(
    order: Order,
    lines: Sequence[ShownLine],
    *,
    is_being_paid: bool = False,
    keeps_money: bool = False,
) -> list[Moment]:
    """Return what happened and what comes next, in the customer's words, oldest first."""
    course = [Moment(text=_("You placed the order."), at=order.placed_at, tone="good")]
    if order.paid_at is not None:
        course.append(Moment(text=_("Your payment arrived."), at=order.paid_at, tone="good"))
    elif order.provisioned_at is not None:
        text = _("We go ahead before your payment. Please pay the invoice when it is due.")
        course.append(Moment(text=text, at=order.provisioned_at, tone="good"))
    course += [
        Moment(
            text=_("%(what)s is active.") % {"what": shown.line.label},
            at=shown.line.service.activated_at,
            tone="good",
        )
        for shown in lines
        if shown.status == LineStatus.ACTIVE and shown.line.service is not None
    ]
    return [*course, order_next(order, is_being_paid=is_being_paid, keeps_money=keeps_money)]


def order_next(order: Order, *, is_being_paid: bool = False, keeps_money: bool = False) -> Moment:
    """Return where the order stands and what comes next, in the customer's words.

    Args:
        is_being_paid: a payment is on its way or has just come.
        keeps_money: a part was paid, and is credit now that the order has ended.
    """
    if keeps_money and order.status == OrderStatus.EXPIRED:
        text = _("The order expired before the whole sum came. What you had paid is your credit.")
        return Moment(text=text, at=order.expired_at)
    if keeps_money and order.status == OrderStatus.CANCELLED:
        text = _("The order was withdrawn. What you had paid is your credit.")
        return Moment(text=text, at=order.cancelled_at)
    if is_being_paid and order.status == OrderStatus.AWAITING_PAYMENT:
        return Moment(text=_("Your payment is on its way."), tone="info", is_waiting=True)
    texts: dict[str, Moment] = {
        OrderStatus.AWAITING_PAYMENT: Moment(
            text=_("We wait for your payment."),
            detail=_("A domain is not reserved until it is paid."),
            tone="warn",
            is_waiting=True,
        ),
        OrderStatus.ON_HOLD: Moment(
            text=_("We are checking your order, usually within 2 working hours."),
            detail=_("Your payment is safe."),
            tone="info",
            is_waiting=True,
        ),
        OrderStatus.IN_PROGRESS: Moment(
            text=_("Your services are being set up."), tone="info", is_waiting=True
        ),
        OrderStatus.NEEDS_PERSON: Moment(
            text=_("One part needs a look from us. The rest goes on."),
            detail=_("You need not do anything; we write to you."),
            tone="info",
            is_waiting=True,
        ),
        OrderStatus.COMPLETED: Moment(
            text=_("Everything is ready."), at=order.completed_at, tone="good"
        ),
        OrderStatus.EXPIRED: Moment(
            text=_("The order expired because it was not paid."), at=order.expired_at
        ),
        OrderStatus.CANCELLED: Moment(
            text=_("The order was withdrawn. Nothing was charged."), at=order.cancelled_at
        ),
        OrderStatus.REFUSED: Moment(
            text=_("We could not accept the order. Your money is on its way back."),
            at=order.refused_at,
            tone="warn",
        ),
    }
    return texts[order.status]
