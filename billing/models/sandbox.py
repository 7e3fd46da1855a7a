"""The sandbox gateway's own books: what really happened there, whatever we were told."""

from django.db import models
from django.db.models import F, Q

from ispplatform.core.money import CurrencyField, MoneyField
from ispplatform.core.tenancy.base import TenantModel


class SandboxCard(TenantModel):
    """A test card that the sandbox keeps. ``number`` is one of the published test numbers."""

    connection = models.ForeignKey(
        "core.ProviderConnection", on_delete=models.CASCADE, related_name="+"
    )
    reference = models.CharField(max_length=60)
    number = models.CharField(max_length=19)
    forgotten_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "reference"], name="billing_one_sandbox_card_per_reference"
            )
        ]

    def __str__(self) -> str:
        return f"test card {self.number[-4:]}"


class SandboxCharge(TenantModel):
    """A charge as the sandbox knows it. ``settles_at`` is business time."""

    connection = models.ForeignKey(
        "core.ProviderConnection", on_delete=models.CASCADE, related_name="+"
    )
    card = models.ForeignKey(SandboxCard, on_delete=models.PROTECT, related_name="charges")
    idempotency_key = models.CharField(max_length=200)
    reference = models.CharField(max_length=60)
    description = models.CharField(max_length=200, blank=True)
    currency = CurrencyField()
    amount = MoneyField()
    amount_refunded = MoneyField(default=0)
    capture = models.BooleanField(default=True)
    state = models.CharField(max_length=16)
    decline_code = models.CharField(max_length=60, blank=True)
    settles_at = models.DateTimeField(null=True, blank=True)
    return_url = models.CharField(max_length=500, blank=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "connection", "idempotency_key"],
                name="billing_one_sandbox_charge_per_key",
            ),
            models.UniqueConstraint(
                fields=["tenant", "reference"], name="billing_one_sandbox_charge_per_reference"
            ),
            models.CheckConstraint(
                condition=Q(amount_refunded__lte=F("amount")),
                name="billing_the_sandbox_refunds_no_more_than_came",
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class SandboxRefund(TenantModel):
    """A refund as the sandbox knows it."""

    charge = models.ForeignKey(SandboxCharge, on_delete=models.PROTECT, related_name="refunds")
    idempotency_key = models.CharField(max_length=200)
    reference = models.CharField(max_length=60)
    currency = CurrencyField()
    amount = MoneyField()
    outcome = models.CharField(max_length=16)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "idempotency_key"], name="billing_one_sandbox_refund_per_key"
            )
        ]

    def __str__(self) -> str:
        return self.reference
