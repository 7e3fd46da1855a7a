"""What staff decide about a parked lane."""

from typing import Any
from uuid import UUID

from django.db import transaction

from ispplatform.core.actors import Actor
from ispplatform.core.attention import attention_settled
from ispplatform.core.audit import audit
from ispplatform.core.clock import system_now
from ispplatform.core.errors import InvalidInput, NotFound
from ispplatform.core.events.delivery import PARKED_LANE
from ispplatform.core.events.errors import LaneNotParked
from ispplatform.core.events.tasks import run_lane
from ispplatform.core.models.events import DeliveryState, EventDelivery
from ispplatform.core.subjects import subject_of
from ispplatform.core.tasks import enqueue_on_commit

MANAGE = "operations:manage"


def lane_retry(*, actor: Actor, delivery_id: UUID, reason: str = "") -> EventDelivery:
    """Bring a parked event to its subscriber again, with all attempts anew.

    Raises:
        NotPermitted, NotFound, LaneNotParked.
    """
    actor.require(MANAGE)
    now = system_now()
    return _unpark(
        "core.lane_retry",
        actor=actor,
        delivery_id=delivery_id,
        reason=reason,
        state=DeliveryState.WAITING,
        failures=0,
        next_attempt_at=now,
        queue_after=now,
    )


def lane_skip(*, actor: Actor, delivery_id: UUID, reason: str) -> EventDelivery:
    """Give a parked event up for this subscriber, so that the later ones of its lane go on.

    Raises:
        NotPermitted, NotFound, LaneNotParked.
        InvalidInput: no reason is given: what was not done must be explained.
    """
    actor.require(MANAGE)
    if not reason.strip():
        raise InvalidInput("Say why this event may be skipped.", field="reason")
    return _unpark(
        "core.lane_skip",
        actor=actor,
        delivery_id=delivery_id,
        reason=reason,
        state=DeliveryState.SKIPPED,
        finished_at=system_now(),
    )


def _unpark(
    act: str, *, actor: Actor, delivery_id: UUID, reason: str, **change: Any
) -> EventDelivery:
    with transaction.atomic():
        delivery = EventDelivery.objects.filter(pk=delivery_id).select_related("event").first()
        if delivery is None:
            raise NotFound("There is no such delivery.")
        parked = EventDelivery.objects.filter(pk=delivery_id, state=DeliveryState.PARKED)
        if not parked.update(**change):
            raise LaneNotParked("This event is not parked any more.")
        attention_settled(
            kind=PARKED_LANE,
            subject=subject_of(delivery),
            resolution=f"{actor.label}: {reason or 'tried again'}",
        )
        audit(
            act,
            actor=actor,
            subject=subject_of(delivery),
            reason=reason,
            before={"state": DeliveryState.PARKED, "error": delivery.error[:500]},
            after={"state": change["state"]},
            customer_id=delivery.event.customer_id,
        )
        start = _first_open_of_lane(delivery)
        if start is not None:
            enqueue_on_commit(run_lane, delivery.tenant_id, start)
    delivery.refresh_from_db()
    return delivery


def _first_open_of_lane(delivery: EventDelivery) -> UUID | None:
    lane = EventDelivery.objects.filter(
        subscriber=delivery.subscriber,
        subject_type=delivery.subject_type,
        subject_id=delivery.subject_id,
        state=DeliveryState.WAITING,
    )
    return lane.order_by("sequence").values_list("pk", flat=True).first()
