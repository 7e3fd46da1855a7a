"""Faults that somebody at the sandbox bench has prepared."""

from django.db import models

from ispplatform.core.models.connections import ProviderConnection
from ispplatform.core.tenancy.base import TenantModel


class FaultMode(models.TextChoices):
    """What goes wrong."""

    UNAVAILABLE = "unavailable", "Cannot be reached; nothing happens there"
    REFUSED = "refused", "Refuses; nothing happens there"
    ANSWER_LOST = "answer_lost", "Does it, but the answer is lost"
    BROKEN = "broken", "Answers with an error of its own; nothing happens there"
    AUTHENTICATION = "authentication", "Asks the card holder for authentication"


class SandboxFault(TenantModel):
    """The next calls of a sandbox connection go wrong.

    ``call`` narrows it to one method of the back end; empty means any call that changes something.
    ``until`` makes it an outage: every call, reading ones too, until then (real time).
    """

    connection = models.ForeignKey(
        ProviderConnection, on_delete=models.CASCADE, related_name="sandbox_faults"
    )
    mode = models.CharField(max_length=15, choices=FaultMode)
    call = models.CharField(max_length=60, blank=True)
    remaining = models.PositiveIntegerField(default=1)
    until = models.DateTimeField(null=True, blank=True)
    made_by = models.CharField(max_length=200, blank=True)

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["tenant", "connection", "id"])]

    def __str__(self) -> str:
        return f"{self.get_mode_display()}: {self.call or 'any call'}"
