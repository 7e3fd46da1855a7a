"""The stop switch, and the mark by which a restored copy knows itself."""

from django.db import models

from ispplatform.core.clock import system_now
from ispplatform.core.models.connections import ProviderConnection
from ispplatform.core.tenancy.base import TenantModel


class SwitchScope(models.TextChoices):
    """What a switch stops."""

    TENANT = "tenant", "Everything"
    KIND = "kind", "One kind of operation"
    CONNECTION = "connection", "One connection"


class OperationSwitch(TenantModel):
    """Whether operations of a scope run; a scope without a row runs."""

    scope = models.CharField(max_length=10, choices=SwitchScope)
    kind = models.CharField(max_length=80, blank=True)
    connection = models.ForeignKey(
        ProviderConnection, null=True, blank=True, on_delete=models.PROTECT, related_name="switches"
    )
    is_paused = models.BooleanField(default=False)
    reason = models.CharField(max_length=500, blank=True)
    actor_label = models.CharField(max_length=200)
    since = models.DateTimeField(default=system_now)

    class Meta(TenantModel.Meta):
        verbose_name_plural = "operation switches"
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "scope", "kind"],
                condition=models.Q(connection=None),
                name="core_one_switch_per_kind",
            ),
            models.UniqueConstraint(
                fields=["tenant", "connection"],
                condition=models.Q(connection__isnull=False),
                name="core_one_switch_per_connection",
            ),
            models.CheckConstraint(
                condition=models.Q(scope="tenant", kind="", connection=None)
                | (models.Q(scope="kind", connection=None) & ~models.Q(kind=""))
                | models.Q(scope="connection", kind="", connection__isnull=False),
                name="core_switch_names_its_scope",
            ),
        ]

    def __str__(self) -> str:
        return self.kind or (str(self.connection) if self.connection else "everything")


class Installation(models.Model):
    """Which installation this database belongs to. One row; it has no tenant."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    installation_id = models.UUIDField()
    confirmed_by_label = models.CharField(max_length=200, blank=True)
    confirmed_at = models.DateTimeField(default=system_now)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="core_one_installation")
        ]

    def __str__(self) -> str:
        return str(self.installation_id)
