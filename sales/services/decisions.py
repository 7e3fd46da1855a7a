"""What a person decides about a held order."""

from uuid import UUID

from django.db import transaction

from ispplatform.core.actors import Actor
from ispplatform.core.attention import attention_settled
from ispplatform.core.audit import audit
from ispplatform.core.clock import business_now
from ispplatform.core.errors import InvalidInput
from ispplatform.core.events import publish
from ispplatform.core.subjects import subject_of
from ispplatform.core.tenancy.lookup import tenant_by_id
from provisioning.services.activation import service_release
from provisioning.services.termination import service_terminate
from sales.attention import ORDER_HELD
from sales.choices import HoldDecision
from sales.errors import OrderNotHeld
from sales.events import OrderAccepted, OrderRefused
from sales.models import Order
from sales.services.holds import holds_decide
from sales.services.locks import order_locked
from sales.services.returns import order_money_return
from sales.services.status import order_refresh

RELEASER = Actor.system("sales.decisions")  # carries out what a person has decided


def order_accept(*, actor: Actor, order_id: UUID, reason: str = "") -> Order:
    """Let a held order go on: its services are set up now.

    Raises:
        NotPermitted.
        OrderNotHeld: it waits for no decision.
    """
    actor.require("orders:decide")
    with transaction.atomic():
        order = order_locked(order_id)
        _decide(order, HoldDecision.ACCEPTED, actor=actor, reason=reason)
        publish(
            OrderAccepted(
                order_id=order.pk,
                order_number=order.order_number,
                customer_id=order.customer_id,
            ),
            subject=subject_of(order),
            customer_id=order.customer_id,
        )
        for line in order.lines.select_related("service"):
            if line.service is not None and line.service.is_held:
                service_release(actor=RELEASER, service=line.service)
        return order_refresh(order_id=order.pk)


def order_refuse(*, actor: Actor, order_id: UUID, reason: str) -> Order:
    """Refuse a held order: its money goes back, its invoice is credited, nothing is set up.

    Raises:
        NotPermitted.
        InvalidInput: no reason is given; the customer is owed one.
        OrderNotHeld: it waits for no decision.
    """
    actor.require("orders:decide")
    if not reason.strip():
        raise InvalidInput("Say why the order is refused.", field="reason")
    with transaction.atomic():
        order = order_locked(order_id)
        _decide(order, HoldDecision.REFUSED, actor=actor, reason=reason)
        order.refused_at = business_now(tenant_by_id(order.tenant_id))
        order.save(update_fields=["refused_at"])
        for line in order.lines.select_related("service"):
            if line.service is not None:
                service_terminate(actor=RELEASER, service=line.service, reason=reason)
        order_money_return(actor=actor, order=order, reason=reason)
        publish(
            OrderRefused(
                order_id=order.pk,
                order_number=order.order_number,
                customer_id=order.customer_id,
            ),
            subject=subject_of(order),
            customer_id=order.customer_id,
        )
        return order_refresh(order_id=order.pk)


def _decide(order: Order, decision: HoldDecision, *, actor: Actor, reason: str) -> None:
    if not holds_decide(order, decision=decision, actor=actor):
        raise OrderNotHeld("This order waits for no decision.")
    subject = subject_of(order)
    audit(
        "sales.order_decide",
        actor=actor,
        subject=subject,
        reason=reason,
        after={"decision": decision},
        customer_id=order.customer_id,
    )
    attention_settled(
        kind=ORDER_HELD,
        subject=subject,
        resolution=f"{actor.label}: {decision.label}",
    )
