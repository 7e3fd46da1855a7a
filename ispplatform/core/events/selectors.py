"""Reading events: the feed, a customer's timeline, what is parked."""

from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from ispplatform.core.errors import NotFound
from ispplatform.core.models.events import DeliveryState, EventDelivery, OutboxEvent


def events_readable() -> QuerySet[OutboxEvent]:
    """Return the tenant's dispatched events in reading order.

    A reader that remembers the last position (or id) it saw misses none: positions become visible
    in their order.
    """
    return OutboxEvent.objects.filter(position__isnull=False).order_by("position")


def events_after(event_id: UUID | None) -> QuerySet[OutboxEvent]:
    """Return the events that follow ``event_id`` in the feed; all that are kept when it is None.

    Raises:
        NotFound: that event is unknown or its retention is over: the reader must start anew.
    """
    if event_id is None:
        return events_readable()
    position = events_readable().filter(pk=event_id).values_list("position", flat=True).first()
    if position is None:
        raise NotFound("This event is not kept any more: read the feed from its beginning.")
    return events_readable().filter(position__gt=position)


def events_of_customer(customer_id: UUID) -> QuerySet[OutboxEvent]:
    """Return what happened to a customer, newest first."""
    return events_readable().filter(customer_id=customer_id).order_by("-position")


def lanes_parked() -> QuerySet[EventDelivery, Any]:
    """Return the deliveries that were given up and hold their lane, oldest first.

    Each carries ``event`` and ``holds_up``: whether later events wait behind it.
    """
    behind = EventDelivery.objects.filter(
        subscriber=OuterRef("subscriber"),
        subject_type=OuterRef("subject_type"),
        subject_id=OuterRef("subject_id"),
        sequence__gt=OuterRef("sequence"),
        state=DeliveryState.WAITING,
    )
    return (
        EventDelivery.objects.filter(state=DeliveryState.PARKED)
        .select_related("event")
        .annotate(holds_up=Exists(behind))
        .order_by("created_at")
    )
