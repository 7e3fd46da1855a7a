"""Reading *Needs a person*."""

from uuid import UUID

from django.db.models import Q, QuerySet

from ispplatform.core.clock import system_now
from ispplatform.core.errors import NotFound
from ispplatform.core.models.attention import AttentionItem


def attention_items_open(*, with_snoozed: bool = False) -> QuerySet[AttentionItem]:
    """Return what waits for a person, oldest first; a snoozed row comes back by itself."""
    rows = AttentionItem.objects.filter(resolved_at=None).order_by("opened_at", "id")
    if with_snoozed:
        return rows
    return rows.filter(Q(snoozed_until=None) | Q(snoozed_until__lte=system_now()))


def attention_items_of_customer(customer_id: UUID) -> QuerySet[AttentionItem]:
    """Return what waits for a person and concerns this customer, oldest first."""
    return attention_items_open(with_snoozed=True).filter(customer_id=customer_id)


def attention_item_by_id(item_id: UUID) -> AttentionItem:
    """Return the row.

    Raises:
        NotFound: there is none in this tenant.
    """
    item = AttentionItem.objects.filter(pk=item_id).first()
    if item is None:
        raise NotFound("There is no such row.")
    return item
