"""Moves of a sandbox company's business clock, and what ran at each of their stops."""

from django.db import models

from ispplatform.core.tenancy.base import TenantModel


class ClockMoveState(models.TextChoices):
    """How far a move is."""

    RUNNING = "running", "Moving"
    ARRIVED = "arrived", "Arrived"
    STOPPED = "stopped", "Stopped on the way"


class ClockMove(TenantModel):
    """One walk of the business clock from a time to a later one, stop by stop.

    All times but ``finished_at`` are business time. ``standing_at`` is what the business clock
    shows while the move goes on; ``legs`` counts the operations that carried it.
    """

    started_from = models.DateTimeField()
    target = models.DateTimeField()
    standing_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=ClockMoveState, default=ClockMoveState.RUNNING)
    legs = models.PositiveIntegerField(default=1)
    made_by = models.CharField(max_length=200)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant"],
                condition=models.Q(state="running"),
                name="core_one_clock_move_at_a_time",
            ),
            models.CheckConstraint(
                condition=models.Q(target__gt=models.F("started_from"))
                & models.Q(standing_at__gte=models.F("started_from"))
                & models.Q(standing_at__lte=models.F("target")),
                name="core_a_clock_moves_forward_to_its_target",
            ),
        ]
        indexes = [models.Index(fields=["tenant", "id"])]

    def __str__(self) -> str:
        return f"{self.started_from:%Y-%m-%d %H:%M} to {self.target:%Y-%m-%d %H:%M}"

    @property
    def percent(self) -> int:
        """How much of the way is done, 0 to 100."""
        way = (self.target - self.started_from).total_seconds()
        return int(100 * (self.standing_at - self.started_from).total_seconds() / way)


class ClockStop(TenantModel):
    """An instant at which a move stood still to let what was due happen.

    ``ran`` counts what each due source did, by its key; ``happened`` counts the events of that
    time, by name: those dispatched after ``events_after``. ``finished_at`` is real time; None
    while work goes on here.
    """

    move = models.ForeignKey(ClockMove, on_delete=models.CASCADE, related_name="stops")
    at = models.DateTimeField()
    ran = models.JSONField(default=dict)
    events_after = models.PositiveBigIntegerField(default=0)
    happened = models.JSONField(default=dict)
    trouble = models.TextField(blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        ordering = ["at"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "move", "at"], name="core_one_stop_per_time")
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"
