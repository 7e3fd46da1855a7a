"""The audit trail: entries that only grow, and the seals that chain them."""

from django.db import models

from ispplatform.core.tenancy.base import TenantModel


class DigestForm(models.IntegerChoices):
    """What an entry's digest covers beside the values, and its seal therefore need not."""

    VALUES = 1, "values only; the seal covers the words as they stand"
    VALUES_AND_WORDS = 2, "values and words"


class AuditEntry(TenantModel):
    """Who did what to what, and when, by ids. What names a person stands in ``values``.

    ``reference`` is the end of ``request_id`` as people read it out; no seal vouches for it.
    """

    act = models.CharField(max_length=80)
    actor_type = models.CharField(max_length=20)
    actor_id = models.CharField(max_length=64, blank=True)
    subject_type = models.CharField(max_length=80)
    subject_id = models.UUIDField()
    customer_id = models.UUIDField(null=True, blank=True)
    request_id = models.CharField(max_length=128, blank=True)
    reference = models.CharField(max_length=9, blank=True)
    digest_form = models.PositiveSmallIntegerField(choices=DigestForm)
    values_digest = models.CharField(max_length=64)

    class Meta(TenantModel.Meta):
        verbose_name_plural = "audit entries"
        indexes = [
            models.Index(fields=["tenant", "subject_type", "subject_id", "id"]),
            models.Index(fields=["tenant", "customer_id", "id"]),
            models.Index(fields=["tenant", "id"]),
            models.Index(fields=["tenant", "request_id"]),
            models.Index(fields=["tenant", "reference"]),
            # What one colleague did: a report reads the newest of some acts and no other row.
            models.Index(
                fields=["tenant", "actor_id", "act", "created_at"],
                condition=models.Q(actor_type="user"),
                name="core_audit_of_colleague",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.act} {self.subject_id}"

    @property
    def actor_label(self) -> str:
        """Who did it, as they were called then; empty when erased. Read ``values`` along."""
        return self.values.actor_label

    @property
    def on_behalf_of(self) -> str:
        """As which customer a member of staff did it; empty for nobody, or when erased."""
        return self.values.on_behalf_of

    @property
    def subject_label(self) -> str:
        """What it was done to, as it was called then; empty when erased."""
        return self.values.subject_label

    @property
    def reason(self) -> str:
        """Why, in the actor's words; empty when none was given, or when erased."""
        return self.values.reason


class AuditValues(TenantModel):
    """Words and values of an entry, apart from it so that they can be erased.

    The entry keeps only a salted digest of them: an erased row leaves the chain whole.
    """

    entry = models.OneToOneField(AuditEntry, on_delete=models.PROTECT, related_name="values")
    salt = models.CharField(max_length=32)
    actor_label = models.CharField(max_length=200, blank=True)
    on_behalf_of = models.CharField(max_length=200, blank=True)
    subject_label = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)

    class Meta(TenantModel.Meta):
        verbose_name_plural = "audit values"
        indexes = [models.Index(fields=["tenant", "subject_label"])]

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
