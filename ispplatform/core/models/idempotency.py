"""What was answered to a POST that carried an ``Idempotency-Key``."""

from django.db import models

from ispplatform.core.ids import uuid7
from ispplatform.core.tenancy.base import TenantModel


class IdempotencyState(models.TextChoices):
    """Where a keyed request stands."""

    RUNNING = "running", "Running"
    DONE = "done", "Done"


class IdempotencyRecord(TenantModel):
    """One key of one principal for one route. Kept for 24 hours.

    Claimed in a transaction of its own, completed in the transaction of the effect: an effect
    without its answer, or an answer without its effect, cannot be. ``attempt_id`` fences: whoever
    took over an abandoned claim is the only one who can complete it.
    """

    principal = models.CharField(max_length=120)
    route = models.CharField(max_length=300)
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    state = models.CharField(
        max_length=10, choices=IdempotencyState, default=IdempotencyState.RUNNING
    )
    attempt_id = models.UUIDField(default=uuid7)
    leased_until = models.DateTimeField()
    expires_at = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    answer = models.TextField(blank=True)
    headers = models.JSONField(default=dict, blank=True)
    resource_id = models.CharField(max_length=64, blank=True)
    is_withheld = models.BooleanField(default=False)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "principal", "route", "key"],
                name="core_one_record_per_idempotency_key",
            )
        ]
        indexes = [models.Index(fields=["expires_at"], name="core_idempotency_expiry")]

    def __str__(self) -> str:
        return f"{self.route} {self.key}"
