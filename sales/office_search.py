"""How orders are found."""

from collections.abc import Collection, Iterator
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ispplatform.core.pages.statuses import status_words
from ispplatform.core.search import Found, SearchFeed, SearchKind, feed_search, search_kinds
from ispplatform.core.search.terms import numbers
from sales.models import Order


def _shown(ids: Collection[UUID]) -> Iterator[Found]:
    for row in Order.objects.filter(pk__in=ids).select_related("customer"):
        yield Found(
            id=row.pk,
            title=row.order_number,
            owner=row.customer.display_name,
            status=status_words("sales.order", row.status),
            url=reverse("admin:sales_order_change", args=[row.pk]),
        )


search_kinds.fill(
    SearchKind(
        key="orders",
        label=_("Orders"),
        icon="shopping-cart",
        permission="orders:read",
        show=_shown,
    ),
    order=20,
)
feed_search(
    SearchFeed(
        kind="orders",
        model=Order,
        fields=("order_number",),
        terms=lambda row: numbers(row.order_number),
    )
)
