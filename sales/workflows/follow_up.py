"""Looking after unpaid orders, tenant by tenant."""

from uuid import UUID

from ispplatform.core.borders import Stake, each
from ispplatform.core.models import Tenant
from ispplatform.core.money import Money
from ispplatform.core.subjects import subject_of
from ispplatform.core.tenancy.context import tenant_context
from sales.attention import NOT_FOLLOWED_UP
from sales.models import Order
from sales.services.expiry import order_follow_up, orders_due


def unpaid_orders_run(*, tenant: Tenant) -> int:
    """Remind of and expire the tenant's unpaid orders; one that fails stops no other and stands
    before a person.

    Returns:
        How many orders were looked after.
    """
    with tenant_context(tenant.pk):
        return each(orders_due(tenant), _follow_up, kind=NOT_FOLLOWED_UP, stake=_stake)


def _follow_up(order_id: UUID) -> None:
    order_follow_up(order_id=order_id)


def _stake(order_id: UUID) -> Stake:
    order = Order.objects.get(pk=order_id)
    return Stake(
        subject=subject_of(order),
        money=Money(order.gross, order.currency),
        customer_id=order.customer_id,
    )
