"""Money that comes in and goes back."""

from django.db import models
from django.db.models import F, Q

from billing.choices import PaymentMethodKind, PaymentState, RefundMethod, RefundState
from billing.models.documents import Document
from billing.models.invoices import Invoice
from ispplatform.core.money import CurrencyField, MoneyField
from ispplatform.core.tenancy.base import TenantModel


class PaymentMethod(TenantModel):
    """A card (or the like) that a gateway keeps for us; we know only its reference and last four.

    ``removed_at`` is set instead of deleting: payments name it.
    """

    customer = models.ForeignKey(
        "customers.Customer", on_delete=models.PROTECT, related_name="payment_methods"
    )
    connection = models.ForeignKey(
        "core.ProviderConnection", on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField(
        max_length=14, choices=PaymentMethodKind, default=PaymentMethodKind.CARD
    )
    brand = models.CharField(max_length=20, blank=True)
    last_four = models.CharField(max_length=4, blank=True)
    expires_month = models.PositiveSmallIntegerField(null=True, blank=True)
    expires_year = models.PositiveSmallIntegerField(null=True, blank=True)
    country = models.CharField(
        max_length=2, blank=True, help_text="Of the bank that issued the card, as the gateway says."
    )
    gateway_reference = models.CharField(max_length=120)
    is_default = models.BooleanField(default=False)
    is_saved = models.BooleanField(default=False)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "customer"],
                condition=Q(is_default=True),
                name="billing_one_default_payment_method",
            ),
            models.UniqueConstraint(
                fields=["tenant", "connection", "gateway_reference"],
                name="billing_a_gateways_method_is_known_once",
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "id"]),
            models.Index(fields=["tenant", "customer", "id"]),
            models.Index(fields=["tenant", "created_at", "id"]),
        ]

    def __str__(self) -> str:
        return f"{self.brand.title()} •••• {self.last_four}"

    @property
    def expires(self) -> str:
        """When a card ends, as people write it: ``12/27``; empty where nothing is known."""
        if self.expires_month is None or self.expires_year is None:
            return ""
        return f"{self.expires_month:02d}/{self.expires_year % 100:02d}"


class Payment(TenantModel):
    """One attempt to move money from a customer to us, and what became of it.

    ``amount`` is what was asked for, ``amount_settled`` what really came. ``amount_refunded``
    counts refunds that are settled or on their way, ``amount_charged_back`` what banks took back by
    disputes that were lost.
    """

    customer = models.ForeignKey(
        "customers.Customer", on_delete=models.PROTECT, related_name="payments"
    )
    document = models.ForeignKey(
        Document, on_delete=models.PROTECT, null=True, blank=True, related_name="payments"
    )
    currency = CurrencyField()
    amount = MoneyField()
    amount_settled = MoneyField(default=0)
    amount_refunded = MoneyField(default=0)
    amount_charged_back = MoneyField(default=0)
    method = models.CharField(max_length=14, choices=PaymentMethodKind)
    payment_method = models.ForeignKey(
        PaymentMethod, on_delete=models.PROTECT, null=True, blank=True, related_name="payments"
    )
    connection = models.ForeignKey(
        "core.ProviderConnection",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    state = models.CharField(max_length=16, choices=PaymentState, default=PaymentState.CREATED)
    save_method = models.BooleanField(default=False)
    capture_later = models.BooleanField(default=False)
    gateway_reference = models.CharField(max_length=120, blank=True)
    action_url = models.CharField(max_length=500, blank=True)
    reference = models.CharField(max_length=140, blank=True)
    received_on = models.DateField(null=True, blank=True)
    failure_code = models.CharField(max_length=60, blank=True)
    failure_message = models.CharField(max_length=500, blank=True)
    idempotency_key = models.CharField(max_length=120)
    settled_at = models.DateTimeField(null=True, blank=True)
    next_check_at = models.DateTimeField(null=True, blank=True)
    checks_count = models.PositiveSmallIntegerField(default=0)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "idempotency_key"], name="billing_one_payment_per_key"
            ),
            models.UniqueConstraint(
                fields=["tenant", "connection", "gateway_reference"],
                condition=~Q(gateway_reference=""),
                name="billing_a_gateways_payment_is_known_once",
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0)
                & Q(amount_refunded__gte=0)
                & Q(amount_charged_back__gte=0)
                & Q(amount_refunded__lte=F("amount_settled")),
                name="billing_never_refund_more_than_came",
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "id"]),
            models.Index(fields=["tenant", "received_on", "id"]),
            models.Index(fields=["tenant", "customer", "id"]),
            models.Index(fields=["tenant", "state", "id"]),
            # What came in is added up for the home page from the index alone.
            models.Index(
                fields=["tenant", "state", "currency", "received_on", "amount_settled"],
                name="billing_money_by_day",
            ),
            models.Index(fields=["tenant", "created_at", "id"]),
            models.Index(fields=["tenant", "updated_at", "id"]),
            models.Index(
                fields=["next_check_at"],
                condition=Q(next_check_at__isnull=False),
                name="billing_payments_to_ask_for",
            ),
        ]

    def __str__(self) -> str:
        return self.reference or self.gateway_reference or f"payment {str(self.id)[-8:]}"

    @property
    def is_final(self) -> bool:
        """Tell whether the gateway has nothing more to say."""
        return self.state in {
            PaymentState.SETTLED,
            PaymentState.FAILED,
            PaymentState.CANCELLED,
        }


class PaymentAllocation(TenantModel):
    """How much of a payment went to an invoice. Never changes."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="allocations")
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="allocations")
    currency = CurrencyField()
    amount = MoneyField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0), name="billing_an_allocation_is_positive"
            )
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"


class Refund(TenantModel):
    """Money on its way back to a customer. It is taken from credit when the refund starts."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    customer = models.ForeignKey(
        "customers.Customer", on_delete=models.PROTECT, related_name="refunds"
    )
    currency = CurrencyField()
    amount = MoneyField()
    method = models.CharField(
        max_length=24, choices=RefundMethod, default=RefundMethod.ORIGINAL_PAYMENT_METHOD
    )
    state = models.CharField(max_length=10, choices=RefundState, default=RefundState.CREATED)
    reason = models.CharField(max_length=500)
    credit_note = models.ForeignKey(
        Document, on_delete=models.PROTECT, null=True, blank=True, related_name="refunds"
    )
    gateway_reference = models.CharField(max_length=120, blank=True)
    failure_code = models.CharField(max_length=60, blank=True)
    failure_message = models.CharField(max_length=500, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="billing_a_refund_is_positive")
        ]
        indexes = [
            models.Index(fields=["tenant", "id"]),
            models.Index(fields=["tenant", "customer", "id"]),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"
