"""What names show in the back office beside their own pages."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Count, Window
from django.urls import reverse

from domains.selectors.domains import domains_expiring_unpaid
from ispplatform.core.actors import Actor
from ispplatform.core.models.tenants import Tenant

ROWS = 10


def expiring_tile(tenant: Tenant, actor: Actor) -> Mapping[str, Any] | None:
    """Return the names that expire soon and are not paid; None when there are none. One query."""
    rows = domains_expiring_unpaid(tenant).annotate(count=Window(Count("pk")))
    domains = list(rows[:ROWS])
    if not domains:
        return None
    return {
        "domains": domains,
        "count": domains[0].count,
        "all_url": f"{reverse('admin:domains_domain_changelist')}?expiring=unpaid",
    }
