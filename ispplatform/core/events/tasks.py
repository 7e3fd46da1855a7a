"""Celery entry points of the outbox."""

from uuid import UUID

from celery import shared_task

from ispplatform.core.events.delivery import deliveries_take_for_queueing, lane_run
from ispplatform.core.events.dispatch import (
    dispatch_batch,
    has_undispatched,
    tenants_with_undispatched,
)
from ispplatform.core.events.retention import events_forget_old
from ispplatform.core.leases import duty
from ispplatform.core.models.events import EventDelivery
from ispplatform.core.tasks import enqueue_on_commit, in_tenant
from ispplatform.core.tenancy.context import current_tenant_id

SWEEP_SECONDS = 10
RETENTION_SECONDS = 3600


@shared_task
@in_tenant
def dispatch_events() -> None:
    """Fan out the tenant's new events and start the lanes they belong to."""
    while has_undispatched():  # a batch that nobody subscribes to makes no delivery
        for delivery_id in _first_of_each_lane(dispatch_batch()):
            enqueue_on_commit(run_lane, current_tenant_id(), delivery_id)


@shared_task
@in_tenant
def run_lane(delivery_id: str) -> None:
    """Bring one event to one subscriber, then the later ones of the same lane."""
    lane_run(UUID(str(delivery_id)))


@shared_task
@duty("core.sweep_events", every_seconds=SWEEP_SECONDS, hold_seconds=60)
def sweep_events() -> None:
    """Queue again whatever has no message on the way: losing every message loses nothing."""
    for tenant_id in tenants_with_undispatched():
        dispatch_events.delay(tenant_id)
    for tenant_id, delivery_id in deliveries_take_for_queueing():
        run_lane.delay(tenant_id, delivery_id)


@shared_task
@duty("core.forget_old_events", every_seconds=RETENTION_SECONDS, hold_seconds=600)
def forget_old_events() -> None:
    """Delete events whose retention is over."""
    events_forget_old()


def _first_of_each_lane(deliveries: list[EventDelivery]) -> list[UUID]:
    first: dict[object, UUID] = {}
    for row in deliveries:
        lane = (row.subscriber, row.subject_type, row.subject_id) if row.in_order else row.pk
        first.setdefault(lane, row.pk)
    return list(first.values())
