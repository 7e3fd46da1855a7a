"""From the outbox to one delivery per event and subscriber."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from ispplatform.core.clock import system_now
from ispplatform.core.counters import take_number
from ispplatform.core.events.subscribing import subscriptions_to
from ispplatform.core.models.events import EventDelivery, OutboxEvent
from ispplatform.core.tenancy.context import across_tenants, current_tenant_id

BATCH = 100
QUEUE_GRACE = timedelta(seconds=30)  # a row younger than this has its message on the way
POSITIONS = "core.outbox"  # scope of the counter behind OutboxEvent.position


def dispatch_batch() -> list[EventDelivery]:
    """Fan out up to a hundred undelivered events of the tenant in force, in one transaction.

    Undelivered rows are selected by their mark, never by "id above the last": ids commit out of
    order. Dispatchers of one tenant wait for each other at the counter of positions, so positions
    are given in the order in which they become visible.

    Returns:
        The deliveries made, those of one lane in order.
    """
    with transaction.atomic():
        if not OutboxEvent.objects.filter(dispatched_at=None).exists():
            return []
        position = take_number(POSITIONS, current_tenant_id(), count=0)
        events = _undispatched()
        now = system_now()
        deliveries = [row for event in events for row in _deliveries_of(event, now)]
        EventDelivery.objects.bulk_create(deliveries, batch_size=50)
        for event in events:
            position += 1
            event.position, event.dispatched_at = position, now
        OutboxEvent.objects.bulk_update(events, ["position", "dispatched_at"], batch_size=100)
        take_number(POSITIONS, current_tenant_id(), count=len(events))
    return deliveries


def has_undispatched() -> bool:
    """Tell whether the tenant in force has events that nobody was told of yet."""
    return OutboxEvent.objects.filter(dispatched_at=None).exists()


def tenants_with_undispatched() -> list[UUID]:
    """Return the tenants whose events wait to be dispatched."""
    with across_tenants("the sweep finds events whose message was lost"):
        waiting = OutboxEvent.objects.filter(dispatched_at=None)
        return list(waiting.order_by().values_list("tenant_id", flat=True).distinct())


def _undispatched() -> list[OutboxEvent]:
    """Return a batch that never holds an event without the earlier ones of its subject."""
    waiting = OutboxEvent.objects.filter(dispatched_at=None)
    events = list(waiting.order_by("id")[:BATCH])
    if len(events) == BATCH:
        taken = {event.pk for event in events}
        last: dict[tuple[str, UUID], int] = {}
        for event in events:
            key = (event.subject_type, event.subject_id)
            last[key] = max(last.get(key, 0), event.sequence)
        events += [
            event
            for event in waiting.filter(subject_id__in={subject_id for _, subject_id in last})
            if event.pk not in taken
            and event.sequence < last.get((event.subject_type, event.subject_id), 0)
        ]
    return _in_sequence(events)


def _in_sequence(events: list[OutboxEvent]) -> list[OutboxEvent]:
    """Return the events by id, but those of one subject by their sequence."""
    by_subject: dict[tuple[str, UUID], list[OutboxEvent]] = {}
    for event in sorted(events, key=lambda event: event.sequence, reverse=True):
        by_subject.setdefault((event.subject_type, event.subject_id), []).append(event)
    return [
        by_subject[event.subject_type, event.subject_id].pop()
        for event in sorted(events, key=lambda event: event.pk)
    ]


def _deliveries_of(event: OutboxEvent, now: datetime) -> list[EventDelivery]:
    return [
        EventDelivery(
            event=event,
            subscriber=subscription.subscriber,
            in_order=subscription.in_order,
            subject_type=event.subject_type,
            subject_id=event.subject_id,
            sequence=event.sequence,
            next_attempt_at=now,
            queue_after=now + QUEUE_GRACE,
        )
        for subscription in subscriptions_to(event.name)
    ]
