"""What names show in the back office beside their own pages."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse

from domains.selectors.domains import domains_expiring_soon
from ispplatform.core.actors import Actor
from ispplatform.core.models.tenants import Tenant

ROWS = 10


def expiring_tile(tenant: Tenant, actor: Actor) -> Mapping[str, Any] | None:
    """Return the names that expire soon and are not renewed yet; None when there are none."""
    domains = list(domains_expiring_soon(tenant)[:ROWS])
    if not domains:
        return None
    return {
        "domains": domains,
        "all_url": reverse("admin:domains_domain_changelist"),
    }
