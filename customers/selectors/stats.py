"""How many customers there are, of which kind, since when."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Q

from customers.choices import CustomerStatus, CustomerType
from customers.models import Customer
from ispplatform.core.actors import Actor
from ispplatform.core.clock import business_now
from ispplatform.core.models import Tenant


def customer_stats(*, actor: Actor, tenant: Tenant) -> dict[str, Any]:
    """Return counts of the customers that are not deleted; one query.

    ``new_this_month`` and ``new_last_month`` go by the tenant's calendar.

    Raises:
        NotPermitted.
    """
    actor.require("customers:read")
    this_month = _month_start(tenant)
    last_month = this_month.replace(
        year=this_month.year - (this_month.month == 1), month=(this_month.month - 2) % 12 + 1
    )
    counts = Customer.objects.not_deleted().aggregate(
        total=Count("pk"),
        new_this_month=Count("pk", filter=Q(created_at__gte=this_month)),
        new_last_month=Count("pk", filter=Q(created_at__gte=last_month, created_at__lt=this_month)),
        **{f"status_{one}": Count("pk", filter=Q(status=one)) for one in CustomerStatus.values},
        **{f"type_{one}": Count("pk", filter=Q(customer_type=one)) for one in CustomerType.values},
    )
    return {
        "total": counts["total"],
        "by_status": {one: counts[f"status_{one}"] for one in CustomerStatus.values},
        "by_type": {one: counts[f"type_{one}"] for one in CustomerType.values},
        "new_this_month": counts["new_this_month"],
        "new_last_month": counts["new_last_month"],
    }


def _month_start(tenant: Tenant) -> datetime:
    now = business_now(tenant).astimezone(ZoneInfo(tenant.time_zone))
    return now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
