"""Looking after payments that are not over: asking the gateway, or ending them."""

from datetime import timedelta
from itertools import groupby
from operator import itemgetter
from uuid import UUID

from django.db import transaction

from billing.models import Payment
from billing.services.payment_ends import payment_look_after
from ispplatform.core.actors import Actor
from ispplatform.core.borders import Stake, each
from ispplatform.core.clock import system_now
from ispplatform.core.money import Money
from ispplatform.core.subjects import subject_of
from ispplatform.core.tenancy.context import across_tenants, tenant_context

BATCH = 100
AGAIN_AFTER_FAILURE = timedelta(minutes=10)
NOT_CHECKED = "billing.payment_not_checked"
ASKS = Actor.system("payment checks")


def payments_check_due() -> int:
    """Look after every payment that is due, of all tenants; return how many.

    One that fails stops no other and stands before a person. A company whose clock is being moved
    is left alone: the move asks.
    """
    now = system_now()
    with across_tenants("find payments to ask the gateways for"):
        rows = Payment.objects.filter(next_check_at__lte=now, tenant__clock_held_at=None)
        due: list[tuple[UUID, UUID]] = list(
            rows.order_by("next_check_at").values_list("tenant_id", "pk")[:BATCH]
        )
    started = 0
    for tenant_id, rows_of_tenant in groupby(sorted(due), key=itemgetter(0)):
        ids = [payment_id for _, payment_id in rows_of_tenant]
        with tenant_context(tenant_id):
            started += each(ids, _check, kind=NOT_CHECKED, stake=_stake, is_all=False)
    return started


def _check(payment_id: UUID) -> None:
    now = system_now()
    rows = Payment.objects.filter(pk=payment_id, next_check_at__lte=now)
    # Later than the others, if this ends badly: many that fail must not fill every batch.
    if not rows.update(next_check_at=now + AGAIN_AFTER_FAILURE):
        return
    with transaction.atomic():
        payment = Payment.objects.select_for_update().filter(pk=payment_id).first()
        if payment is not None:
            payment_look_after(payment, actor=ASKS)


def _stake(payment_id: UUID) -> Stake:
    payment = Payment.objects.get(pk=payment_id)
    return Stake(
        subject=subject_of(payment),
        money=Money(payment.amount, payment.currency),
        customer_id=payment.customer_id,
    )
