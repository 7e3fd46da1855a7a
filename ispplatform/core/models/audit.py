"""The audit trail: entries that only grow, and the seals that chain them."""

from django.db import models

from ispplatform.core.tenancy.base import TenantModel


class AuditEntry(TenantModel):
    """Who did what to what, when and why. Holds no personal value beyond the actor's label."""

    act = models.CharField(max_length=80)
    actor_type = models.CharField(max_length=20)
    actor_id = models.CharField(max_length=64, blank=True)
    actor_label = models.CharField(max_length=200)
    on_behalf_of = models.CharField(max_length=200, blank=True)
    subject_type = models.CharField(max_length=80)
    subject_id = models.UUIDField()
    subject_label = models.CharField(max_length=200, blank=True)
    customer_id = models.UUIDField(null=True, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    request_id = models.CharField(max_length=128, blank=True)
    values_digest = models.CharField(max_length=64)

    class Meta(TenantModel.Meta):
        verbose_name_plural = "audit entries"
        indexes = [
            models.Index(fields=["tenant", "subject_type", "subject_id", "id"]),
            models.Index(fields=["tenant", "customer_id", "id"]),
            models.Index(fields=["tenant", "id"]),
        ]

    def __str__(self) -> str:
        return f"{self.act} {self.subject_label}".strip()


class AuditValues(TenantModel):
    """The values before and after, apart from the entry so that they can be erased.

    The entry keeps only ``sha256(salt + canonical values)``: an erased row leaves the chain whole.
    """

    entry = models.OneToOneField(AuditEntry, on_delete=models.PROTECT, related_name="values")
    salt = models.CharField(max_length=32)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)

    class Meta(TenantModel.Meta):
        verbose_name_plural = "audit values"

    def __str__(self) -> str:
        return f"values of {self.entry_id}"


class AuditSeal(TenantModel):
    """A link of the tenant's chain: a digest over the batch of entries and the link before."""

    number = models.PositiveBigIntegerField()
    entries_count = models.PositiveIntegerField()
    previous_digest = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "number"], name="core_one_seal_per_number")
        ]

    def __str__(self) -> str:
        return f"seal {self.number}"


class AuditSealedEntry(TenantModel):
    """Which seal holds which entry, and at which place in it."""

    seal = models.ForeignKey(AuditSeal, on_delete=models.PROTECT, related_name="places")
    entry = models.OneToOneField(AuditEntry, on_delete=models.PROTECT, related_name="sealed")
    position = models.PositiveIntegerField()

    class Meta(TenantModel.Meta):
        verbose_name_plural = "audit sealed entries"
        constraints = [
            models.UniqueConstraint(
                fields=["seal", "position"], name="core_one_entry_per_place_of_a_seal"
            )
        ]

    def __str__(self) -> str:
        return f"{self.seal_id} {self.position}"
