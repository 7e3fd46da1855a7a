"""Operations: every effect on the world outside, one durable row each."""

from django.db import models

from ispplatform.core.clock import system_now
from ispplatform.core.models.connections import ProviderConnection
from ispplatform.core.tenancy.base import TenantModel


class OperationState(models.TextChoices):
    """How far an effect is."""

    PENDING = "pending", "Waiting"
    RUNNING = "running", "Running"
    UNKNOWN = "unknown", "Outcome unknown"
    ACCEPTED = "accepted", "Waiting for the provider"
    SUCCEEDED = "succeeded", "Done"
    REJECTED = "rejected", "Refused"
    NEEDS_PERSON = "needs_person", "Needs a person"
    CANCELLED = "cancelled", "Cancelled"


# The engine still acts on these; the others are final or stand before a person.
OPEN_STATES = (
    OperationState.PENDING,
    OperationState.RUNNING,
    OperationState.UNKNOWN,
    OperationState.ACCEPTED,
)
# Nobody is at these: the engine takes them up when their time comes.
RESTING_STATES = (OperationState.PENDING, OperationState.UNKNOWN, OperationState.ACCEPTED)
# Staff may still decide about these.
WAITING_STATES = (*RESTING_STATES, OperationState.NEEDS_PERSON)
_OPEN = [state.value for state in OPEN_STATES]


class Operation(TenantModel):
    """One effect on the world outside, decided once and carried out by the engine.

    ``attempt`` is the fencing token: only the worker that holds the present one may settle.
    ``sent_at`` is set while a request may have reached the provider; ``first_sent_at`` is the
    first such time that no look-up has cleared since. ``accepted_at``: since when the provider has
    said that it accepted the request and decides later. ``receipt`` keeps an answer that could not
    be settled at once. What waits for a person stands under *Needs a person* as well.
    """

    kind = models.CharField(max_length=80)
    key = models.CharField(max_length=200)
    subject_type = models.CharField(max_length=80)
    subject_id = models.UUIDField()
    subject_label = models.CharField(max_length=200, blank=True)
    customer_id = models.UUIDField(null=True, blank=True)
    connection = models.ForeignKey(
        ProviderConnection,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="operations",
    )
    params = models.JSONField(default=dict, blank=True)
    in_order = models.BooleanField(default=False)
    lane_sequence = models.PositiveBigIntegerField(default=0)

    state = models.CharField(max_length=12, choices=OperationState, default=OperationState.PENDING)
    attempt = models.PositiveIntegerField(default=0)
    attempt_limit = models.PositiveIntegerField()
    lease_until = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    first_sent_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    next_attempt_at = models.DateTimeField(default=system_now)
    queue_after = models.DateTimeField(default=system_now)
    receipt = models.JSONField(null=True, blank=True)

    provider_reference = models.CharField(max_length=200, blank=True)
    result = models.JSONField(default=dict, blank=True)
    error_code = models.CharField(max_length=80, blank=True)
    error_message = models.TextField(blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    settled_by_label = models.CharField(max_length=200, blank=True)
    retry_of = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="retries"
    )

    actor_type = models.CharField(max_length=20)
    actor_id = models.CharField(max_length=64, blank=True)
    actor_label = models.CharField(max_length=200)
    request_id = models.CharField(max_length=128, blank=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "kind", "key"], name="core_one_operation_per_key"
            )
        ]
        indexes = [
            models.Index(
                fields=["queue_after"],
                condition=models.Q(state__in=_OPEN),
                name="core_operations_to_queue",
            ),
            models.Index(
                fields=["tenant", "subject_type", "subject_id", "lane_sequence"],
                condition=models.Q(in_order=True, state__in=_OPEN),
                name="core_operations_of_a_lane",
            ),
            models.Index(fields=["tenant", "subject_type", "subject_id", "id"]),
            models.Index(fields=["tenant", "customer_id", "id"]),
            models.Index(fields=["tenant", "created_at", "id"]),
            models.Index(fields=["tenant", "state", "id"]),
            # What waits for a connection is counted. It leaves nobody out: SQLite cannot tell
            # from a statement's parameters that a list of states is the condition's.
            models.Index(
                fields=["tenant", "connection", "state"], name="core_operations_by_connection"
            ),
            # What took place today is counted by state, from the index alone.
            models.Index(fields=["tenant", "finished_at", "state"]),
            # By these the list is searched.
            models.Index(fields=["tenant", "subject_label"]),
            models.Index(fields=["tenant", "provider_reference"]),
            models.Index(fields=["tenant", "request_id"]),
            models.Index(fields=["tenant", "id"]),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_label}".strip()


class OperationExchange(TenantModel):
    """One request to a provider and its answer, redacted; kept for 90 days."""

    operation = models.ForeignKey(
        Operation, null=True, blank=True, on_delete=models.CASCADE, related_name="exchanges"
    )
    connection = models.ForeignKey(
        ProviderConnection,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="exchanges",
    )
    attempt = models.PositiveIntegerField(default=0)
    method = models.CharField(max_length=80)
    url = models.CharField(max_length=2000, blank=True)
    started_at = models.DateTimeField()
    duration_ms = models.PositiveIntegerField(default=0)
    request_headers = models.JSONField(default=dict, blank=True)
    request_body = models.TextField(blank=True)
    status = models.PositiveIntegerField(null=True, blank=True)
    response_headers = models.JSONField(default=dict, blank=True)
    response_body = models.TextField(blank=True)
    error = models.CharField(max_length=2000, blank=True)

    class Meta(TenantModel.Meta):
        ordering = ["started_at", "id"]
        indexes = [models.Index(fields=["tenant", "started_at"])]

    def __str__(self) -> str:
        return f"{self.method} {self.status or self.error}".strip()
