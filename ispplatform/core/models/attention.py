"""What only a person can settle."""

from django.db import models
from django.db.models import Q

from ispplatform.core.clock import system_now
from ispplatform.core.money import CurrencyField, MoneyField
from ispplatform.core.tenancy.base import TenantModel


class AttentionItem(TenantModel):
    """One row under *Needs a person*. While it is open there is only one per kind and subject."""

    kind = models.CharField(max_length=80)
    subject_type = models.CharField(max_length=80)
    subject_id = models.UUIDField()
    subject_label = models.CharField(max_length=200, blank=True)
    customer_id = models.UUIDField(null=True, blank=True)
    sentence = models.CharField(max_length=500)
    currency = CurrencyField(blank=True)
    money_at_stake = MoneyField(null=True, blank=True)
    opened_at = models.DateTimeField(default=system_now, editable=False)
    told_at = models.DateTimeField(null=True, blank=True, editable=False)
    taken_by = models.CharField(max_length=200, blank=True)
    taken_by_id = models.CharField(max_length=64, blank=True)
    taken_at = models.DateTimeField(null=True, blank=True)
    snoozed_until = models.DateTimeField(null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.CharField(max_length=200, blank=True)
    resolution = models.CharField(max_length=500, blank=True)

    class Meta(TenantModel.Meta):
        verbose_name = "matter"
        verbose_name_plural = "matters that need a person"
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "kind", "subject_id"],
                condition=Q(resolved_at=None),
                name="core_one_open_attention_item_per_subject",
            ),
            models.CheckConstraint(
                condition=Q(money_at_stake=None) | ~Q(currency=""),
                name="core_money_at_stake_has_a_currency",
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "opened_at", "id"]),
            models.Index(
                fields=["tenant", "opened_at"],
                condition=Q(resolved_at=None),
                name="core_attention_open",
            ),
            models.Index(fields=["tenant", "customer_id", "id"]),
        ]

    def __str__(self) -> str:
        return self.sentence
