"""Giving money of an order back: all of it, or one line's."""

from decimal import Decimal
from uuid import UUID

from django.db import transaction

from billing.models import Invoice
from billing.selectors.refunds import payments_of, refundable_of
from billing.services.credit_notes import invoice_credit
from billing.services.refunds import refund_start
from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.clock import business_now
from ispplatform.core.errors import InvalidInput, NotFound
from ispplatform.core.subjects import subject_of
from ispplatform.core.tenancy.lookup import tenant_by_id
from provisioning.services.termination import service_terminate
from sales.errors import OrderNotOpen
from sales.models import Order, OrderLine
from sales.selectors.returns import invoice_of_order, left_of_line
from sales.services.locks import order_locked
from sales.services.status import order_refresh

RELEASER = Actor.system("sales.release")


def order_money_return(*, actor: Actor, order: Order, reason: str) -> None:
    """Credit the order's invoice in full and send every payment of it back.

    What it was paid with goes the way it came, in however many parts; so does money that came for
    it in excess. Credit that came from no payment is the customer's credit again.

    Raises:
        NotPermitted: without ``payments:refund``.
    """
    invoice = invoice_of_order(order)
    if invoice is None:
        return
    _send_back(actor, invoice, None, reason=reason)
    invoice.refresh_from_db()
    if invoice.gross_total > invoice.amount_credited:
        invoice_credit(actor=actor, invoice_id=invoice.pk, reason=reason)


def order_line_return(
    *, actor: Actor, order_id: UUID, line_id: UUID, reason: str, as_credit: bool = False
) -> OrderLine:
    """Take one paid line back that could not be delivered; the others go on.

    Args:
        as_credit: keep the money as the customer's credit instead of sending it back.

    Raises:
        NotPermitted: without ``credit_notes:create``, and ``payments:refund`` unless ``as_credit``.
        NotFound.
        InvalidInput: no reason.
        OrderNotOpen: the line is not paid, or was taken back before.
    """
    actor.require("credit_notes:create")
    if not as_credit:
        actor.require("payments:refund")
    if not reason.strip():
        raise InvalidInput("Say why.", field="reason")
    with transaction.atomic():
        order = order_locked(order_id)
        line = order.lines.select_related("service").filter(pk=line_id).first()
        if line is None:
            raise NotFound("There is no such line.")
        invoice = invoice_of_order(order)
        if invoice is None or line.refunded_at is not None:
            raise OrderNotOpen("Only a paid line that was not taken back can be.")
        taken = _credit_line(actor, invoice, line, reason=reason)
        if taken and not as_credit:
            _send_back(actor, invoice, taken, reason=reason)
        line.refunded_at = business_now(tenant_by_id(order.tenant_id))
        line.save(update_fields=["refunded_at"])
        if line.service is not None:
            service_terminate(actor=RELEASER, service=line.service, reason=reason)
        audit(
            "sales.order_line_return",
            actor=actor,
            subject=subject_of(order),
            reason=reason,
            after={"line": line.label, "gross": taken, "as_credit": as_credit},
            customer_id=order.customer_id,
        )
        order_refresh(order_id=order.pk)
    return line


def _credit_line(actor: Actor, invoice: Invoice, line: OrderLine, *, reason: str) -> Decimal:
    """Credit what is left of the document lines that bill the line's service."""
    wanted = left_of_line(invoice, line)
    if wanted:
        invoice_credit(actor=actor, invoice_id=invoice.pk, reason=reason, lines=wanted)
    return sum(wanted.values(), Decimal(0))


def _send_back(actor: Actor, invoice: Invoice, amount: Decimal | None, *, reason: str) -> None:
    """Send back what the invoice's payments brought, up to an amount; None: all of it."""
    missing = amount
    for payment in payments_of(invoice):
        invoice.refresh_from_db()
        part = refundable_of(invoice, payment)
        if missing is not None:
            part = min(part, missing)
            missing -= part
        if part:
            refund_start(actor=actor, payment=payment, reason=reason, amount=part, only=invoice)
