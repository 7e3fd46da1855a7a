"""How names are found: in both their forms."""

from collections.abc import Collection, Iterator
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from domains.models import Domain
from ispplatform.core.pages.statuses import status_words
from ispplatform.core.search import Found, SearchFeed, SearchKind, feed_search, search_kinds
from ispplatform.core.search.terms import hosts


def _shown(ids: Collection[UUID]) -> Iterator[Found]:
    for row in Domain.objects.filter(pk__in=ids).select_related("customer"):
        yield Found(
            id=row.pk,
            title=row.unicode_name,
            detail=row.name if row.is_idn else "",
            owner=row.customer.display_name,
            status=status_words("domains.domain", row.status),
            url=reverse("admin:domains_domain_change", args=[row.pk]),
        )


search_kinds.fill(
    SearchKind(
        key="domains", label=_("Domains"), icon="globe", permission="domains:read", show=_shown
    ),
    order=30,
)
feed_search(
    SearchFeed(
        kind="domains",
        model=Domain,
        fields=("name", "unicode_name"),
        terms=lambda row: hosts(row.name, row.unicode_name),
    )
)
