"""Unpaid orders: reminders, the end, and withdrawing one by hand."""

from datetime import timedelta
from uuid import UUID

from django.db import transaction

from billing.services.pro_formas import proforma_cancel
from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.clock import business_now, business_today
from ispplatform.core.errors import NotPermitted
from ispplatform.core.events import publish
from ispplatform.core.models import Tenant
from ispplatform.core.subjects import subject_of
from ispplatform.core.tenancy.lookup import tenant_by_id
from provisioning.services.termination import service_terminate
from sales.choices import OrderStatus
from sales.errors import OrderNotOpen
from sales.events import OrderCancelled, OrderExpired, OrderReminded
from sales.models import Order
from sales.services.locks import order_locked
from sales.services.status import order_refresh
from sales.settings import ORDER_REMINDER_DAYS

RELEASER = Actor.system("sales.release")  # lets go of what an order had reserved


def orders_due(tenant: Tenant) -> list[UUID]:
    """Return the tenant's unpaid orders that want a reminder or have expired."""
    today = business_today(tenant)
    rows = Order.objects.filter(status=OrderStatus.AWAITING_PAYMENT).order_by("id")
    return [
        order.pk
        for order in rows.only("id", "expires_on", "placed_at", "reminders_sent", "tenant")
        if order.expires_on <= today or _reminder_due(order, tenant)
    ]


def order_follow_up(*, order_id: UUID) -> Order:
    """Remind of an unpaid order, or let it expire; does nothing when neither is due."""
    with transaction.atomic():
        order = order_locked(order_id)
        tenant = tenant_by_id(order.tenant_id)
        if order.status != OrderStatus.AWAITING_PAYMENT:
            return order
        if order.expires_on <= business_today(tenant):
            return _expire(order, tenant)
        if _reminder_due(order, tenant):
            _remind(order, tenant)
    return order


def order_cancel(*, actor: Actor, order_id: UUID, reason: str = "") -> Order:
    """Withdraw an order that is not paid; money that still comes becomes credit.

    Raises:
        NotPermitted: neither its customer nor staff with ``orders:cancel``.
        OrderNotOpen: it is paid, expired or cancelled already.
    """
    with transaction.atomic():
        order = order_locked(order_id)
        if actor.is_customer:
            if actor.customer_id != order.customer_id:
                raise NotPermitted("This is not your order.")
        else:
            actor.require("orders:cancel")
        if order.status != OrderStatus.AWAITING_PAYMENT:
            raise OrderNotOpen("Only an order that is not paid can be withdrawn.")
        order.cancelled_at = business_now(tenant_by_id(order.tenant_id))
        order.save(update_fields=["cancelled_at"])
        _release(order, actor=actor, reason=reason or "The order was withdrawn.")
        publish(
            OrderCancelled(
                order_id=order.pk,
                order_number=order.order_number,
                customer_id=order.customer_id,
            ),
            subject=subject_of(order),
            customer_id=order.customer_id,
        )
        return order_refresh(order_id=order.pk)


def _reminder_due(order: Order, tenant: Tenant) -> bool:
    """Tell whether a further reminder's day has come; several late ones are sent as one."""
    return _reminders_by_now(order, tenant) > order.reminders_sent


def _reminders_by_now(order: Order, tenant: Tenant) -> int:
    now = business_now(tenant)
    days = ORDER_REMINDER_DAYS.of(tenant)
    return sum(order.placed_at + timedelta(days=day) <= now for day in days)


def _remind(order: Order, tenant: Tenant) -> None:
    order.reminders_sent = _reminders_by_now(order, tenant)
    order.save(update_fields=["reminders_sent"])
    subject = subject_of(order)
    audit(
        "sales.order_remind",
        actor=Actor.system("sales.follow_up"),
        subject=subject,
        customer_id=order.customer_id,
    )
    publish(
        OrderReminded(
            order_id=order.pk,
            order_number=order.order_number,
            customer_id=order.customer_id,
            total=order.gross,
            currency=order.currency,
            expires_on=order.expires_on,
        ),
        subject=subject,
        customer_id=order.customer_id,
    )


def _expire(order: Order, tenant: Tenant) -> Order:
    order.expired_at = business_now(tenant)
    order.save(update_fields=["expired_at"])
    _release(order, actor=Actor.system("sales.follow_up"), reason="The order was not paid in time.")
    publish(
        OrderExpired(
            order_id=order.pk, order_number=order.order_number, customer_id=order.customer_id
        ),
        subject=subject_of(order),
        customer_id=order.customer_id,
    )
    return order_refresh(order_id=order.pk)


def _release(order: Order, *, actor: Actor, reason: str) -> None:
    """Let go of what the order reserved: its pro-forma and its pending services."""
    audit(
        "sales.order_release",
        actor=actor,
        subject=subject_of(order),
        reason=reason,
        customer_id=order.customer_id,
    )
    if order.proforma_id is not None:
        proforma_cancel(actor=actor, document_id=order.proforma_id, reason=reason)
    for line in order.lines.select_related("service"):
        if line.service is not None:
            service_terminate(actor=RELEASER, service=line.service, reason=reason)
