"""What names show in the back office beside their own pages."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Q
from django.urls import reverse

from domains.errors import InvalidDomainName
from domains.models import Domain
from domains.rules.names import parse_domain_name
from domains.selectors.domains import domains_expiring_soon
from ispplatform.core.actors import Actor
from ispplatform.core.admin.search import SearchHit
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


def find_domains(term: str, limit: int) -> Iterable[SearchHit]:
    """Find names in either of their forms."""
    try:
        ascii_name = parse_domain_name(term).ascii
    except InvalidDomainName:
        ascii_name = term.lower()
    rows = Domain.objects.filter(
        Q(name__startswith=ascii_name) | Q(unicode_name__istartswith=term)
    ).select_related("customer")
    for row in rows.order_by("-pk")[:limit]:
        yield SearchHit(
            title=row.unicode_name,
            detail=f"{row.get_status_display()} · {row.customer.display_name}",
            url=reverse("admin:domains_domain_change", args=[row.pk]),
            is_exact=row.name == ascii_name,
        )
