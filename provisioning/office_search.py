"""How services are found."""

from collections.abc import Collection, Iterator
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ispplatform.core.pages.statuses import status_words
from ispplatform.core.search import Found, SearchFeed, SearchKind, feed_search, search_kinds
from ispplatform.core.search.terms import names
from provisioning.models import Service


def _shown(ids: Collection[UUID]) -> Iterator[Found]:
    for row in Service.objects.filter(pk__in=ids).select_related("customer", "plan"):
        yield Found(
            id=row.pk,
            title=row.label,
            detail=row.plan.name,
            owner=row.customer.display_name,
            status=status_words("provisioning.service", row.status),
            url=reverse("admin:provisioning_service_change", args=[row.pk]),
        )


search_kinds.fill(
    SearchKind(
        key="services",
        label=_("Services"),
        icon="package",
        permission="services:read",
        show=_shown,
    ),
    order=45,
)
feed_search(
    SearchFeed(
        kind="services",
        model=Service,
        fields=("label",),
        terms=lambda row: names(row.label),
    )
)
