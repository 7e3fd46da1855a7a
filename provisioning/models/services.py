"""A service: what one customer has of one plan."""

from typing import ClassVar

from django.db import models

from ispplatform.core.subjects import Subject
from ispplatform.core.tenancy.base import TenantModel
from provisioning.choices import ReasonKind, ServiceStatus, StepState
from provisioning.models.querysets import ServiceManager


class Service(TenantModel):
    """What a customer is entitled to, and how far it is.

    The app of its type keeps what the provider said (a domain, a hosting account); operations keep
    the effort. ``source`` names what ordered it (an order line) without knowing it.
    """

    customer = models.ForeignKey(
        "customers.Customer", on_delete=models.PROTECT, related_name="services"
    )
    plan = models.ForeignKey("catalog.Plan", on_delete=models.PROTECT, related_name="services")
    subscription = models.ForeignKey(
        "billing.Subscription",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="services",
    )
    depends_on = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="dependents"
    )
    type = models.CharField(max_length=20)
    label = models.CharField(max_length=254)
    status = models.CharField(max_length=12, choices=ServiceStatus, default=ServiceStatus.PENDING)
    configuration = models.JSONField(default=dict, blank=True)
    source_type = models.CharField(max_length=80, blank=True)
    source_id = models.UUIDField(null=True, blank=True)
    source_label = models.CharField(max_length=200, blank=True)
    held_reason = models.CharField(max_length=500, blank=True)
    trouble = models.CharField(max_length=500, blank=True)
    trouble_at = models.DateTimeField(null=True, blank=True)
    setup_started_at = models.DateTimeField(null=True, blank=True)
    activated_at = models.DateTimeField(null=True, blank=True)
    terminate_at = models.DateTimeField(null=True, blank=True)
    terminated_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[ServiceManager] = ServiceManager()

    class Meta(TenantModel.Meta):
        indexes = [
            models.Index(fields=["tenant", "id"]),
            models.Index(fields=["tenant", "customer", "id"]),
            models.Index(fields=["tenant", "customer", "status"]),
            models.Index(fields=["tenant", "created_at", "id"]),
            models.Index(fields=["tenant", "status", "id"]),
            models.Index(fields=["tenant", "type", "id"]),
            models.Index(fields=["tenant", "updated_at", "id"]),
            models.Index(fields=["tenant", "source_type", "source_id"]),
            models.Index(
                fields=["tenant", "id"],
                condition=(models.Q(trouble_at__isnull=False) | ~models.Q(held_reason=""))
                & ~models.Q(status=ServiceStatus.TERMINATED),
                name="provisioning_before_a_person",
            ),
            models.Index(
                fields=["tenant", "terminate_at"],
                condition=models.Q(terminate_at__isnull=False),
                name="provisioning_services_that_end",
            ),
            models.Index(
                fields=["tenant", "trouble_at"],
                condition=models.Q(trouble_at__isnull=False),
                name="provisioning_services_trouble",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(status=ServiceStatus.ACTIVE)
                | models.Q(activated_at__isnull=False),
                name="provisioning_active_since_a_time",
            )
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def source(self) -> Subject | None:
        """What ordered the service, or None."""
        if self.source_id is None:
            return None
        return Subject(type=self.source_type, id=self.source_id, label=self.source_label)

    @property
    def is_held(self) -> bool:
        """Tell whether it waits for a person to let it through."""
        return bool(self.held_reason)


class ServiceStep(TenantModel):
    """One step of setting a service up, in the words that the customer reads.

    ``trouble`` says, to staff, why it waits for a person; empty while it does not.
    ``accepted_at``: since when a provider has it and decides later; ``accepted_words`` then say to
    the customer what that means, kept as they are and translated when they are shown.
    """

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    key = models.CharField(max_length=40)
    label = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=StepState, default=StepState.WAITING)
    trouble = models.CharField(max_length=500, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_words = models.CharField(max_length=300, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "service", "key"], name="provisioning_one_step_per_key"
            )
        ]

    def __str__(self) -> str:
        return self.label


class ServiceReason(TenantModel):
    """Why a service is suspended, from when to when, and who said so."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="reasons")
    kind = models.CharField(max_length=12, choices=ReasonKind)
    text = models.CharField(max_length=500, blank=True)
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=200)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.CharField(max_length=200, blank=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "service", "kind"],
                condition=models.Q(closed_at__isnull=True),
                name="provisioning_one_open_reason_per_kind",
            )
        ]

    def __str__(self) -> str:
        return self.get_kind_display()
