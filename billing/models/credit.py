"""Money of customers that we hold: never negative, always with its origin."""

from django.db import models
from django.db.models import F, Q

from billing.choices import CreditKind
from billing.models.documents import Document
from billing.models.invoices import Invoice
from billing.models.payments import Payment, Refund
from ispplatform.core.money import CurrencyField, MoneyField
from ispplatform.core.tenancy.base import TenantModel


class CreditEntry(TenantModel):
    """An amount in a customer's favour and what is left of it.

    ``document`` is the document that the money was meant for, or the credit note that gave it.
    ``taken_back`` is what was given by mistake and taken back before it was used.
    """

    customer = models.ForeignKey(
        "customers.Customer", on_delete=models.PROTECT, related_name="credit_entries"
    )
    kind = models.CharField(max_length=12, choices=CreditKind)
    currency = CurrencyField()
    amount = MoneyField()
    remaining = MoneyField()
    taken_back = MoneyField(default=0)
    reason = models.CharField(max_length=500, blank=True)
    payment = models.ForeignKey(
        Payment, on_delete=models.PROTECT, null=True, blank=True, related_name="credit_entries"
    )
    document = models.ForeignKey(
        Document, on_delete=models.PROTECT, null=True, blank=True, related_name="credit_entries"
    )

    class Meta(TenantModel.Meta):
        verbose_name_plural = "credit entries"
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0) & Q(remaining__gte=0) & Q(remaining__lte=F("amount")),
                name="billing_credit_is_never_negative",
            ),
            models.CheckConstraint(
                condition=Q(taken_back=0)
                | (Q(kind="goodwill") & Q(taken_back__gt=0) & Q(taken_back__lte=F("amount"))),
                name="billing_only_what_was_given_is_taken_back",
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "id"]),
            models.Index(fields=["tenant", "customer", "id"]),
            models.Index(
                fields=["tenant", "customer", "currency"],
                condition=Q(remaining__gt=0),
                name="billing_credit_that_is_left",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.remaining} {self.currency} of {self.amount}"


class CreditUse(TenantModel):
    """Credit that paid an invoice or left by a refund. A refund that fails gives it back: < 0."""

    credit = models.ForeignKey(CreditEntry, on_delete=models.PROTECT, related_name="uses")
    invoice = models.ForeignKey(
        Invoice, on_delete=models.PROTECT, null=True, blank=True, related_name="credit_uses"
    )
    refund = models.ForeignKey(
        Refund, on_delete=models.PROTECT, null=True, blank=True, related_name="credit_uses"
    )
    currency = CurrencyField()
    amount = MoneyField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(invoice__isnull=False, refund=None)
                | Q(invoice=None, refund__isnull=False),
                name="billing_credit_goes_to_one_place",
            )
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"
