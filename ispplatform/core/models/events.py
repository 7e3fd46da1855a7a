"""The outbox: what happened, who has to hear of it, and how far each of them is."""

from django.db import models

from ispplatform.core.clock import system_now
from ispplatform.core.tenancy.base import TenantModel


class SequenceCounter(TenantModel):
    """The last number given in one sequence; see ``core/counters.py``."""

    scope = models.CharField(max_length=100)
    scope_id = models.UUIDField()
    last = models.PositiveBigIntegerField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "scope", "scope_id"], name="core_one_counter_per_sequence"
            )
        ]

    def __str__(self) -> str:
        return f"{self.scope} {self.scope_id}: {self.last}"


class OutboxEvent(TenantModel):
    """Something that happened, written in the transaction in which it happened.

    ``sequence`` counts the events of one subject. ``position`` counts those of the tenant in the
    order in which they were dispatched, which is the order they may be read in: ids commit out of
    order, positions do not.
    """

    name = models.CharField(max_length=80)
    subject_type = models.CharField(max_length=80)
    subject_id = models.UUIDField()
    subject_label = models.CharField(max_length=200, blank=True)
    sequence = models.PositiveBigIntegerField()
    customer_id = models.UUIDField(null=True, blank=True)
    payload = models.JSONField(default=dict)
    request_id = models.CharField(max_length=128, blank=True)
    dispatched_at = models.DateTimeField(null=True, blank=True)
    position = models.PositiveBigIntegerField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "subject_type", "subject_id", "sequence"],
                name="core_events_of_a_subject_have_an_order",
            ),
            models.UniqueConstraint(
                fields=["tenant", "position"], name="core_one_event_per_position"
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "id"]),
            models.Index(
                fields=["tenant", "id"],
                condition=models.Q(dispatched_at=None),
                name="core_events_undispatched",
            ),
            models.Index(fields=["tenant", "customer_id", "position"]),
            models.Index(fields=["tenant", "created_at"]),
            # By these the list is searched.
            models.Index(fields=["tenant", "name"]),
            models.Index(fields=["tenant", "subject_label"]),
            models.Index(fields=["tenant", "request_id"]),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.subject_label}".strip()


class DeliveryState(models.TextChoices):
    """How far one subscriber is with one event."""

    WAITING = "waiting", "Waiting"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    PARKED = "parked", "Parked"
    SKIPPED = "skipped", "Skipped"


OPEN_DELIVERY_STATES = (DeliveryState.WAITING, DeliveryState.RUNNING, DeliveryState.PARKED)


class EventDelivery(TenantModel):
    """One subscriber's share of one event.

    Deliveries of one subscriber about one subject form a lane: while ``in_order``, none starts
    before the earlier ones are closed. ``attempt`` is the fencing token; ``queue_after`` is when
    the sweep puts the row before a worker (again).
    """

    event = models.ForeignKey(OutboxEvent, on_delete=models.CASCADE, related_name="deliveries")
    subscriber = models.CharField(max_length=100)
    in_order = models.BooleanField(default=True)
    subject_type = models.CharField(max_length=80)
    subject_id = models.UUIDField()
    sequence = models.PositiveBigIntegerField()
    state = models.CharField(max_length=10, choices=DeliveryState, default=DeliveryState.WAITING)
    attempt = models.PositiveIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    next_attempt_at = models.DateTimeField(default=system_now)
    queue_after = models.DateTimeField(default=system_now)
    error = models.TextField(blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        verbose_name_plural = "event deliveries"
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "event", "subscriber"], name="core_one_delivery_per_subscriber"
            )
        ]
        indexes = [
            models.Index(fields=["tenant", "id"]),
            models.Index(
                fields=["queue_after"],
                condition=models.Q(state__in=["waiting", "running"]),
                name="core_deliveries_to_queue",
            ),
            models.Index(
                fields=["tenant", "subscriber", "subject_type", "subject_id", "sequence"],
                condition=models.Q(state__in=["waiting", "running", "parked"]),
                name="core_deliveries_of_a_lane",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subscriber} {self.subject_type} {self.sequence}"
