"""Setting an order up before it is paid, because staff trust that it will be."""

from uuid import UUID

from django.db import transaction

from billing.services.billed_ahead import proforma_bill
from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.clock import business_now
from ispplatform.core.errors import InvalidInput
from ispplatform.core.subjects import subject_of
from ispplatform.core.tenancy.lookup import tenant_by_id
from provisioning.services.activation import service_activate
from sales.choices import OrderStatus
from sales.errors import OrderNotOpen
from sales.models import Order
from sales.services.locks import order_locked
from sales.services.status import order_refresh

RELEASER = Actor.system("sales.provisioning")  # carries out what a person has decided


def order_provision_unpaid(*, actor: Actor, order_id: UUID, reason: str) -> Order:
    """Set an unpaid order up now. Its invoice is issued at once, open, and followed up.

    No rule holds it any more: a person has looked at it.

    Raises:
        NotPermitted: without ``orders:provision_unpaid``.
        InvalidInput: no reason.
        OrderNotOpen: it does not wait for its payment (any more).
    """
    actor.require("orders:provision_unpaid")
    if not reason.strip():
        raise InvalidInput("Say why it is set up before it is paid.", field="provision_reason")
    with transaction.atomic():
        order = order_locked(order_id)
        if order.status != OrderStatus.AWAITING_PAYMENT or order.proforma_id is None:
            raise OrderNotOpen("Only an order that waits for its payment can be set up before it.")
        now = business_now(tenant_by_id(order.tenant_id))
        order.provisioned_at = order.holds_checked_at = now
        order.provisioned_by, order.provision_reason = actor.label[:200], reason.strip()[:500]
        order.save(
            update_fields=[
                "provisioned_at",
                "provisioned_by",
                "provision_reason",
                "holds_checked_at",
            ]
        )
        invoice = proforma_bill(actor=actor, document_id=order.proforma_id)
        audit(
            "sales.order_provision_unpaid",
            actor=actor,
            subject=subject_of(order),
            reason=order.provision_reason,
            after={"invoice": invoice.number, "amount_due": invoice.amount_due},
            customer_id=order.customer_id,
        )
        for line in order.lines.select_related("service").order_by("position"):
            if line.service is not None:
                service_activate(actor=RELEASER, service=line.service, pass_guards=True)
        return order_refresh(order_id=order.pk)
