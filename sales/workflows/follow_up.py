"""Looking after unpaid orders, tenant by tenant."""

import logging

from ispplatform.core.errors import PlatformError
from ispplatform.core.models import Tenant
from ispplatform.core.tenancy.context import tenant_context
from sales.services.expiry import order_follow_up, orders_due

logger = logging.getLogger(__name__)


def unpaid_orders_run(*, tenant: Tenant) -> int:
    """Remind of and expire the tenant's unpaid orders; one that fails stops no other.

    Returns:
        How many orders were looked after.
    """
    done = 0
    with tenant_context(tenant.pk):
        for order_id in orders_due(tenant):
            try:
                order_follow_up(order_id=order_id)
                done += 1
            except PlatformError:
                logger.exception(
                    "An unpaid order could not be followed up.", extra={"order_id": str(order_id)}
                )
    return done
