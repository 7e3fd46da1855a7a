"""What names show in the back office beside their own pages."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse

from domains.selectors.domains import domains_expiring_unpaid
from ispplatform.core.actors import Actor
from ispplatform.core.admin.paging import COUNTED_ROWS
from ispplatform.core.models.tenants import Tenant

ROWS = 10


def expiring_tile(tenant: Tenant, actor: Actor) -> Mapping[str, Any] | None:
    """Return the names that expire soon and are not paid; None when there are none. Two queries.

    They are counted to 10,000: a window over all of them would read each row whole.
    """
    rows = domains_expiring_unpaid(tenant)
    domains = list(rows.select_related("customer")[:ROWS])
    if not domains:
        return None
    count = rows.order_by().values("pk")[: COUNTED_ROWS + 1].count()
    return {
        "domains": domains,
        "count": min(count, COUNTED_ROWS),
        "is_more": count > COUNTED_ROWS,
        "all_url": f"{reverse('admin:domains_domain_changelist')}?expiring=unpaid",
    }
