"""Acts arranged for a later day."""

from django.db import models

from ispplatform.core.tenancy.base import TenantModel
from provisioning.choices import ScheduledAct, ScheduleState
from provisioning.models.services import Service


class ServiceSchedule(TenantModel):
    """One act on one service, due at the start of a day of the tenant's business time."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="schedules")
    act = models.CharField(max_length=12, choices=ScheduledAct)
    due_on = models.DateField()
    params = models.JSONField(default=dict, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    arranged_by = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=ScheduleState, default=ScheduleState.WAITING)
    outcome = models.CharField(max_length=500, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "service", "act"],
                condition=models.Q(state="waiting"),
                name="provisioning_one_waiting_act_per_service",
            )
        ]
        indexes = [
            models.Index(fields=["tenant", "due_on", "id"]),
            models.Index(
                fields=["tenant", "due_on"],
                condition=models.Q(state="waiting"),
                name="provisioning_schedules_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_act_display()} {self.due_on:%Y-%m-%d}"
