"""Looking after payments that are not over: asking the gateway, or ending them."""

from uuid import UUID

from django.db import transaction

from billing.models import Payment
from billing.services.payment_ends import payment_look_after
from ispplatform.core.actors import Actor
from ispplatform.core.clock import system_now
from ispplatform.core.tenancy.context import across_tenants, tenant_context

BATCH = 100
ASKS = Actor.system("payment checks")


def payments_check_due() -> int:
    """Look after every payment that is due, of all tenants; return how many.

    A company whose clock is being moved is left alone: the move asks.
    """
    now = system_now()
    with across_tenants("find payments to ask the gateways for"):
        rows = Payment.objects.filter(next_check_at__lte=now, tenant__clock_held_at=None)
        due: list[tuple[UUID, UUID]] = list(
            rows.order_by("next_check_at").values_list("tenant_id", "pk")[:BATCH]
        )
    started = 0
    for tenant_id, payment_id in due:
        with tenant_context(tenant_id), transaction.atomic():
            locked = Payment.objects.select_for_update().filter(
                pk=payment_id, next_check_at__lte=now
            )
            payment = locked.first()
            if payment is not None:
                payment_look_after(payment, actor=ASKS)
                started += 1
    return started
