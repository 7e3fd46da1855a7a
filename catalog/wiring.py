"""What this app plugs into the kernel."""

from collections.abc import Iterable

from django.db.models import Exists, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from catalog import events
from catalog.models import Plan, Price
from ispplatform.core.admin.navigation import ADMIN_NAVIGATION, AdminEntry
from ispplatform.core.admin.search import SEARCH_SOURCES, SearchHit, SearchSource
from ispplatform.core.admin.setup import SETUP_LINES, SetupLine
from ispplatform.core.permissions import declare_permissions

__all__ = ["events"]

declare_permissions(
    ("plans:read", "See every plan, also those not in the shop"),
    ("plans:create", "Put plans into the catalogue"),
    ("plans:update", "Change plans and set prices"),
)

ADMIN_NAVIGATION.fill(
    AdminEntry(
        key="plans",
        section="sales",
        label=_("Plans"),
        url_name="admin:catalog_plan_changelist",
        icon="inventory_2",
        permission="plans:read",
    ),
    order=50,
)


def _find(term: str, limit: int) -> Iterable[SearchHit]:
    """Find plans by name, code or ending."""
    named = Q(name__icontains=term) | Q(code__icontains=term) | Q(tld=term.lstrip(".").lower())
    rows = list(Plan.objects.filter(named).order_by("sort_order", "name")[:limit])
    return [
        SearchHit(
            title=row.name,
            detail=str(row.get_type_display()),
            url=reverse("admin:catalog_plan_change", args=[row.pk]),
            is_exact=term.casefold() == row.code,
        )
        for row in rows
    ]


SEARCH_SOURCES.fill(
    SearchSource(key="plans", label=_("Plans"), icon="tag", permission="plans:read", find=_find),
    order=80,
)
SETUP_LINES.fill(
    SetupLine(
        key="product",
        label=_("First product"),
        help=_("A plan that the shop shows, with a price."),
        url_name="admin:catalog_plan_add",
        permission="plans:create",
        is_done=lambda tenant: Exists(
            Price.objects.filter(plan__is_active=True, plan__is_public=True)
        ),
    ),
    order=80,
)
