"""Bulk runs: one act on many rows, planned, confirmed and carried out row by row."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ispplatform.core.clock import system_now
from ispplatform.core.money import CurrencyField, MoneyField
from ispplatform.core.tenancy.base import TenantModel


class BulkState(models.TextChoices):
    """How far a bulk run is."""

    CHOSEN = "chosen", "Asks for more"
    PLANNING = "planning", "Being planned"
    PLANNED = "planned", "Waiting to be confirmed"
    RUNNING = "running", "Running"
    STOPPED = "stopped", "Stopped"
    FINISHED = "finished", "Finished"
    DROPPED = "dropped", "Dropped"


class BulkRowState(models.TextChoices):
    """What became of one row."""

    PLANNED = "planned", "Still to do"
    SKIPPED = "skipped", "Left out"
    DONE = "done", "Done"
    REFUSED = "refused", "Refused"
    FAILED = "failed", "Failed"


# A worker goes on with these by itself.
WORKING_STATES = (BulkState.PLANNING, BulkState.RUNNING)
# Nothing of these was carried out yet: they can be dropped.
BEFORE_STATES = (BulkState.CHOSEN, BulkState.PLANNING, BulkState.PLANNED)


class BulkRun(TenantModel):
    """One act on many rows.

    ``chosen`` holds the ids of the selection until each has a row here; it never grows again.
    ``values`` is what the act's form was filled with. ``actor_*`` is who answers for the run: who
    planned it, and from the confirmation on who confirmed it; the worker acts as this principal,
    with what it might do then (``actor_permissions``: a token's scopes, mostly) and still may do
    now. ``undoes`` is the run whose done rows this one takes back.
    """

    act = models.CharField(max_length=80)
    subject_type = models.CharField(max_length=80)
    label = models.CharField(max_length=200)
    selection = models.CharField(max_length=500, blank=True)
    chosen = models.JSONField(default=list, blank=True)
    values = models.JSONField(default=dict, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    undoes = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="undone_by"
    )

    state = models.CharField(max_length=10, choices=BulkState, default=BulkState.CHOSEN)
    row_count = models.PositiveIntegerField(default=0)
    done_count = models.PositiveIntegerField(default=0)
    skipped_count = models.PositiveIntegerField(default=0)
    refused_count = models.PositiveIntegerField(default=0)
    failed_count = models.PositiveIntegerField(default=0)
    trouble = models.CharField(max_length=500, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    queue_after = models.DateTimeField(default=system_now)

    actor_type = models.CharField(max_length=20)
    actor_id = models.CharField(max_length=64, blank=True)
    actor_label = models.CharField(max_length=200)
    actor_client_id = models.CharField(max_length=64, blank=True)
    actor_permissions = models.JSONField(default=list, blank=True)
    planned_by = models.CharField(max_length=200)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.CharField(max_length=200, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        verbose_name = _("bulk act")
        verbose_name_plural = _("bulk acts")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "undoes"],
                condition=~Q(state="dropped"),
                name="core_one_undoing_per_bulk_run",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["running", "stopped", "finished"])
                | Q(confirmed_at__isnull=False),
                name="core_bulk_run_runs_when_confirmed",
            ),
        ]
        indexes = [
            models.Index(
                fields=["queue_after"],
                condition=Q(state__in=["planning", "running"]),
                name="core_bulk_runs_to_queue",
            ),
            models.Index(fields=["tenant", "created_at", "id"]),
            models.Index(fields=["tenant", "state", "id"]),
            models.Index(fields=["tenant", "id"]),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def is_working(self) -> bool:
        """Tell whether a worker goes on with it by itself."""
        return self.state in WORKING_STATES


class BulkRow(TenantModel):
    """One row of the selection: what is to be done with it, and what became of it.

    ``memory`` is what undoing needs; only what is ``done`` has one. Row and effect are written in
    one transaction, so a row is done exactly when its effect took place. ``tries`` counts how often
    a worker began it.
    """

    run = models.ForeignKey(BulkRun, on_delete=models.CASCADE, related_name="rows")
    position = models.PositiveIntegerField()
    subject_id = models.UUIDField()
    subject_label = models.CharField(max_length=200, blank=True)
    customer_id = models.UUIDField(null=True, blank=True)
    state = models.CharField(max_length=8, choices=BulkRowState, default=BulkRowState.PLANNED)
    sentence = models.CharField(max_length=500, blank=True)
    currency = CurrencyField(blank=True)
    money_at_stake = MoneyField(null=True, blank=True)
    memory = models.JSONField(default=dict, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        verbose_name = _("row of a bulk act")
        verbose_name_plural = _("rows of bulk acts")
        constraints = [
            models.UniqueConstraint(
                fields=["run", "subject_id"], name="core_bulk_row_once_per_run"
            ),
            models.UniqueConstraint(fields=["run", "position"], name="core_bulk_row_has_a_place"),
            models.CheckConstraint(
                condition=Q(money_at_stake=None) | ~Q(currency=""),
                name="core_bulk_money_has_a_currency",
            ),
        ]
        indexes = [
            models.Index(fields=["run", "state", "position"]),
            models.Index(fields=["tenant", "id"]),
        ]

    def __str__(self) -> str:
        return self.subject_label or str(self.subject_id)
