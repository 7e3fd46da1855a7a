"""Bringing one event to one subscriber: claim, call, note, each lane in order."""

import logging
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from ispplatform.core.attention import attention_open
from ispplatform.core.attention.events import AttentionOpened
from ispplatform.core.backoff import Backoff
from ispplatform.core.clock import system_now
from ispplatform.core.errors import PlatformError
from ispplatform.core.events.subscribing import DeliveredEvent, subscription_of
from ispplatform.core.models.events import (
    OPEN_DELIVERY_STATES,
    DeliveryState,
    EventDelivery,
    OutboxEvent,
)
from ispplatform.core.request_ids import request_id_scope
from ispplatform.core.subjects import Subject, subject_of
from ispplatform.core.tenancy.context import across_tenants

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=10)  # above Celery's hard time limit: its holder is dead by then
FAILURES_UNTIL_PARKED = 8
PARKED_LANE = "core.parked_lane"  # kind of the row under *Needs a person*
BACKOFF = Backoff(first_seconds=5, factor=3, cap_seconds=3600)
REQUEUE = timedelta(seconds=60)


class DeliveryLost(RuntimeError):
    """Another worker took the delivery over: nothing of this attempt may remain."""


class WorkerDied(RuntimeError):
    """No attempt came to an end: what the subscriber did killed each worker."""


def lane_run(delivery_id: UUID, *, limit: int = 100) -> int:
    """Deliver this row and then the later ones of its lane, until none is left or one fails.

    Safe to call twice and at once: a row that somebody else has, or whose turn it is not, is left
    alone.

    Returns:
        How many deliveries were done.
    """
    done = 0
    next_id: UUID | None = delivery_id
    while next_id is not None and done < limit:
        delivery = _claim(next_id)
        if delivery is None or not _deliver(delivery):
            break
        done += 1
        next_id = _next_of_lane(delivery)
    return done


def deliveries_due() -> list[UUID]:
    """Return the deliveries of the tenant in force that could be claimed now, oldest first."""
    claimable = EventDelivery.objects.filter(_is_free(), _is_in_turn())
    return list(claimable.order_by("id").values_list("pk", flat=True)[:200])


def deliveries_take_for_queueing(*, limit: int = 200) -> list[tuple[UUID, UUID]]:
    """Return (tenant id, delivery id) of rows that no message is on the way for, and note it."""
    now = system_now()
    with across_tenants("the sweep finds deliveries whose message was lost"):
        waiting = EventDelivery.objects.filter(
            _is_in_turn(),
            state__in=[DeliveryState.WAITING, DeliveryState.RUNNING],
            queue_after__lte=now,
        )
        found = list(waiting.order_by("queue_after").values_list("tenant_id", "pk")[:limit])
        EventDelivery.objects.filter(pk__in=[pk for _, pk in found]).update(
            queue_after=now + REQUEUE
        )
    return found


def _is_free() -> Q:
    now = system_now()
    return Q(state=DeliveryState.WAITING, next_attempt_at__lte=now) | Q(
        state=DeliveryState.RUNNING, lease_until__lte=now
    )


def _is_in_turn() -> Q:
    earlier: QuerySet[EventDelivery] = EventDelivery.objects.filter(
        tenant_id=OuterRef("tenant_id"),
        subscriber=OuterRef("subscriber"),
        subject_type=OuterRef("subject_type"),
        subject_id=OuterRef("subject_id"),
        sequence__lt=OuterRef("sequence"),
        state__in=OPEN_DELIVERY_STATES,
    )
    return Q(in_order=False) | ~Q(Exists(earlier))


def _claim(delivery_id: UUID) -> EventDelivery | None:
    """Take the row for this worker, or return None when it is not free or not in turn.

    A claim counts as a failure until it has gone well: whatever kills its worker is counted too.
    """
    lease_until = system_now() + LEASE
    claimed = EventDelivery.objects.filter(_is_free(), _is_in_turn(), pk=delivery_id).update(
        state=DeliveryState.RUNNING,
        attempt=F("attempt") + 1,
        failures=F("failures") + 1,
        lease_until=lease_until,
        queue_after=lease_until,
    )
    if not claimed:
        return None
    return EventDelivery.objects.select_related("event").get(pk=delivery_id)


def _deliver(delivery: EventDelivery) -> bool:
    """Call the subscriber and note it in one transaction; return whether that went well."""
    event = delivery.event
    with request_id_scope(event.request_id):
        try:
            if delivery.failures > FAILURES_UNTIL_PARKED:
                raise WorkerDied("Its worker died in every attempt.")
            _call(delivery, event)
        except DeliveryLost:
            logger.warning("Delivery %s was taken over by another worker.", delivery.pk)
            return False
        except WorkerDied as death:
            logger.error("%s killed its workers over %s.", delivery.subscriber, event.pk)
            _note_failure(delivery, death)
            return False
        except Exception as exc:  # the border of a subscriber: whatever it raises is noted
            logger.exception("%s failed on %s %s.", delivery.subscriber, event.name, event.pk)
            _note_failure(delivery, exc)
            return False
    return True


def _call(delivery: EventDelivery, event: OutboxEvent) -> None:
    subscription = subscription_of(delivery.subscriber, event.name)
    if subscription is None:
        raise LookupError(f"This release has no subscriber {delivery.subscriber} to {event.name}.")
    with transaction.atomic():
        subscription.handler(_delivered(event))
        _note(
            delivery,
            state=DeliveryState.DONE,
            failures=delivery.failures - 1,  # this claim has gone well
            finished_at=system_now(),
            error="",
        )


def _delivered(event: OutboxEvent) -> DeliveredEvent:
    return DeliveredEvent(
        id=event.pk,
        name=event.name,
        payload=event.payload,
        subject=Subject(type=event.subject_type, id=event.subject_id, label=event.subject_label),
        customer_id=event.customer_id,
        tenant_id=event.tenant_id,
        sequence=event.sequence,
        occurred_at=event.created_at,
    )


def _note_failure(delivery: EventDelivery, error: Exception) -> None:
    failures = min(delivery.failures, FAILURES_UNTIL_PARKED)
    next_attempt_at = system_now() + BACKOFF.after(failures, key=delivery.pk)
    is_parked = failures >= FAILURES_UNTIL_PARKED
    sentence = _sentence(error)
    try:
        with transaction.atomic():
            _note(
                delivery,
                state=DeliveryState.PARKED if is_parked else DeliveryState.WAITING,
                failures=failures,
                error=sentence[:2000],
                next_attempt_at=next_attempt_at,
                queue_after=next_attempt_at,
            )
            if is_parked:
                _alert(delivery, sentence)
    except DeliveryLost:
        logger.warning("Delivery %s was taken over by another worker.", delivery.pk)


def _sentence(error: Exception) -> str:
    if isinstance(error, PlatformError):
        return error.message
    return str(error) if isinstance(error, WorkerDied) else repr(error)


def _alert(delivery: EventDelivery, sentence: str) -> None:
    """Put the parked lane before staff, unless it is their own alarm that cannot be delivered."""
    event = delivery.event
    if event.name != AttentionOpened.name:
        attention_open(
            kind=PARKED_LANE,
            subject=subject_of(delivery),
            sentence=f"{delivery.subscriber} cannot handle {event}: {sentence}",
            customer_id=event.customer_id,
        )


def _note(delivery: EventDelivery, **change: object) -> None:
    """Change the row if this attempt still owns it.

    Raises:
        DeliveryLost: it does not.
    """
    mine = EventDelivery.objects.filter(
        pk=delivery.pk, state=DeliveryState.RUNNING, attempt=delivery.attempt
    )
    if not mine.update(lease_until=None, **change):
        raise DeliveryLost(str(delivery.pk))


def _next_of_lane(delivery: EventDelivery) -> UUID | None:
    if not delivery.in_order:
        return None
    return (
        EventDelivery.objects.filter(
            subscriber=delivery.subscriber,
            subject_type=delivery.subject_type,
            subject_id=delivery.subject_id,
            state__in=OPEN_DELIVERY_STATES,
        )
        .order_by("sequence")
        .values_list("pk", flat=True)
        .first()
    )
