"""What customers are told about their orders by mail."""

from collections.abc import Sequence
from typing import Any

from django.urls import reverse

from billing.choices import PaymentMethodKind
from billing.preferences import BANK_ACCOUNT
from billing.selectors.pro_formas import held_for
from ispplatform.core.events import DeliveredEvent
from ispplatform.core.tenancy.lookup import tenant_by_id
from notifications.declaring import declare_customer_mail
from notifications.slots import Attachment
from sales.choices import StaffPayment
from sales.models import Order

DOCUMENTS = "billing.document"


def _order(event: DeliveredEvent) -> Order | None:
    rows = Order.objects.select_related("proforma")
    return rows.filter(pk=event.payload["order_id"]).first()


def _told(event: DeliveredEvent) -> dict[str, Any]:
    page = reverse("sales:order", args=[event.payload["order_id"]])
    return {**event.payload, "url": f"{tenant_by_id(event.tenant_id).base_url}{page}"}


def _by_bank_transfer(order: Order) -> bool:
    return order.payment_method in ("", PaymentMethodKind.BANK_TRANSFER)


def _to_pay(event: DeliveredEvent) -> dict[str, Any] | None:
    order = _order(event)
    if order is None or order.provisioned_at is not None:
        return None  # its invoice is mailed instead
    account = dict(BANK_ACCOUNT.of(tenant_by_id(event.tenant_id)))
    number = order.proforma.number if order.proforma else order.order_number
    return {
        **_told(event),
        "lines": [{"label": line.label, "gross": line.gross} for line in order.lines.all()],
        "bank": account if _by_bank_transfer(order) else {},
        "reference": number,
        **_still_to_pay(order),
        **_pay_link(order, event),
    }


def _still_to_pay(order: Order) -> dict[str, Any]:
    """Return what of the order came already, and what is missing."""
    paid = held_for(order.proforma) if order.proforma else order.gross * 0
    return {"paid": paid, "due": order.gross - paid}


def _pay_link(order: Order, event: DeliveredEvent) -> dict[str, Any]:
    if order.payment_method != StaffPayment.LINK or order.proforma_id is None:
        return {}
    page = reverse("billing:pay", args=[order.proforma_id])
    return {"pay_url": f"{tenant_by_id(event.tenant_id).base_url}{page}"}


def _ended(event: DeliveredEvent) -> dict[str, Any] | None:
    order = _order(event)
    if order is None:
        return None
    return {**_told(event), "currency": order.currency, **_still_to_pay(order)}


def _asked_to_pay(event: DeliveredEvent) -> dict[str, Any] | None:
    order = _order(event)
    if order is None or order.proforma_id is None or order.is_let_through:
        return None
    page = reverse("billing:pay", args=[order.proforma_id])
    values = _to_pay(event)
    return values and {**values, "url": f"{tenant_by_id(event.tenant_id).base_url}{page}"}


def _pro_forma(event: DeliveredEvent) -> Sequence[Attachment]:
    order = _order(event)
    if order is None or order.proforma_id is None or not _by_bank_transfer(order):
        return []
    return [Attachment(source=DOCUMENTS, id=order.proforma_id)]


declare_customer_mail(
    key="sales.order_placed",
    event="sales.order_placed",
    template="email/order_placed.html",
    trigger="An order is placed; with bank data and pro-forma when it is paid by transfer.",
    values=_to_pay,
    attachments=_pro_forma,
)
declare_customer_mail(
    key="sales.order_reminder",
    event="sales.order_reminded",
    template="email/order_reminder.html",
    trigger="An order is not paid after 1 and after 3 days.",
    values=_to_pay,
)
declare_customer_mail(
    key="sales.order_payment_link",
    event="sales.order_payment_asked",
    template="email/order_reminder.html",
    trigger="Staff mail the link to the payment of an order.",
    values=_asked_to_pay,
)
declare_customer_mail(
    key="sales.order_held",
    event="sales.order_held",
    template="email/order_held.html",
    trigger="A paid order is looked at by a person first.",
    values=_told,
)
declare_customer_mail(
    key="sales.order_refused",
    event="sales.order_refused",
    template="email/order_refused.html",
    trigger="Staff refuse a held order.",
    values=_told,
)
declare_customer_mail(
    key="sales.order_expired",
    event="sales.order_expired",
    template="email/order_expired.html",
    trigger="An order was not paid in time.",
    values=_ended,
)
