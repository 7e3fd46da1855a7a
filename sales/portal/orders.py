"""A customer's own orders, with live progress."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from billing.choices import PaymentMethodKind
from billing.preferences import BANK_ACCOUNT
from billing.selectors.invoices import payable_by_id
from billing.selectors.parties import present_tenant
from billing.selectors.payments import pro_formas_to_pay
from billing.selectors.pro_formas import AskedFor, held_for, pro_forma_amounts
from ispplatform.core.actors import Actor
from ispplatform.core.errors import PlatformError
from ispplatform.core.pages.access import customer_page
from ispplatform.core.pages.refusals import tell_refusal
from sales.choices import OrderStatus
from sales.models import Order
from sales.selectors.orders import order_by_id, orders_for
from sales.selectors.progress import order_course, order_lines
from sales.services.expiry import order_cancel

PAGE_ROWS = 20
MOVING_SECONDS = 2
WAITING_SECONDS = 10  # for a person of ours


@require_GET
@customer_page("own_orders:read")
def order_list(request: Any) -> HttpResponse:
    """Show the customer's orders, newest first."""
    rows = orders_for(request.actor).order_by("-placed_at", "-id")[: PAGE_ROWS * 5]
    return render(request, "sales/orders.html", {"orders": list(rows)})


@require_GET
@customer_page("own_orders:read")
def order_page(request: Any, order_id: UUID) -> HttpResponse:
    """Show one order: what was agreed, what happens now."""
    order = order_by_id(order_id, actor=request.actor)
    return render(request, "sales/order.html", _context(order, request.actor))


@require_GET
@customer_page("own_orders:read")
def order_progress(request: Any, order_id: UUID) -> HttpResponse:
    """Show the part of an order's page that changes by itself."""
    order = order_by_id(order_id, actor=request.actor)
    return render(request, "sales/order_progress.html", _context(order, request.actor))


@require_POST
@customer_page("own_orders:create")
def order_withdraw(request: Any, order_id: UUID) -> HttpResponse:
    """Withdraw an order that is not paid."""
    order = order_by_id(order_id, actor=request.actor)
    is_part_paid = _asked_for(order).is_paid_in_part
    try:
        order_cancel(actor=request.actor, order_id=order.pk)
    except PlatformError as exc:
        tell_refusal(request, exc)
    else:
        if is_part_paid:
            told = _("Your order is withdrawn. What you had paid is your credit.")
        else:
            told = _("Your order is withdrawn. Nothing was charged.")
        messages.success(request, told)
    return redirect("sales:order", order_id=order.pk)


def _context(order: Order, actor: Actor) -> dict[str, Any]:
    lines = order_lines(order)
    asked = _asked_for(order)
    awaited = [order.proforma_id] if order.proforma_id else []
    if order.status != OrderStatus.AWAITING_PAYMENT:
        awaited = []
    is_payable = bool(awaited) and bool(pro_formas_to_pay(awaited))
    is_being_paid = bool(awaited) and not is_payable
    return {
        "order": order,
        "lines": lines,
        "course": order_course(
            order, lines, is_being_paid=is_being_paid, keeps_money=_keeps_money(order)
        ),
        "part_paid": asked if is_payable and asked.is_paid_in_part else None,
        "asks_again_seconds": _asks_again_seconds(order, is_being_paid=is_being_paid),
        "is_payable": is_payable,
        **(_transfer(order, actor) if is_payable else {}),
    }


def _transfer(order: Order, actor: Actor) -> dict[str, Any]:
    """Return where the money for an order goes that the customer chose to pay by bank transfer."""
    if order.payment_method != PaymentMethodKind.BANK_TRANSFER or order.proforma_id is None:
        return {}
    document, due = payable_by_id(order.proforma_id, actor=actor)
    account = BANK_ACCOUNT.of(present_tenant())
    return {"document": document, "due": due, "bank_account": account, "by_transfer": True}


def _asked_for(order: Order) -> AskedFor:
    nothing = AskedFor(total=order.gross, paid=Decimal(0), due=Decimal(0), currency=order.currency)
    if order.proforma_id is None:
        return nothing
    return pro_forma_amounts([order.proforma_id]).get(order.proforma_id, nothing)


def _keeps_money(order: Order) -> bool:
    """Tell whether a part that was paid of an ended order is the customer's credit."""
    has_ended = order.status in {OrderStatus.CANCELLED, OrderStatus.EXPIRED}
    return bool(has_ended and order.proforma and held_for(order.proforma))


def _asks_again_seconds(order: Order, *, is_being_paid: bool) -> int | None:
    """Return after how long the page looks again by itself; None where nothing is awaited."""
    if order.status == OrderStatus.IN_PROGRESS or is_being_paid:
        return MOVING_SECONDS
    if order.status in {OrderStatus.ON_HOLD, OrderStatus.NEEDS_PERSON}:
        return WAITING_SECONDS
    return None
