"""The ledger: every money event is a balanced entry that never changes."""

from django.db import models

from billing.choices import LedgerAccountKind, LedgerRole
from billing.models.documents import Document
from ispplatform.core.money import CurrencyField, MoneyField
from ispplatform.core.tenancy.base import TenantModel


class LedgerAccount(TenantModel):
    """An account. Billing knows it by its role; code and name are the tenant's."""

    role = models.CharField(max_length=20, choices=LedgerRole)
    code = models.CharField(max_length=20)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, choices=LedgerAccountKind)

    class Meta(TenantModel.Meta):
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "role"], name="billing_one_account_per_role"),
            models.UniqueConstraint(fields=["tenant", "code"], name="billing_one_account_per_code"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class JournalEntry(TenantModel):
    """A money event. ``(kind, subject_id)`` is unique, so nothing is booked twice."""

    kind = models.CharField(max_length=40)
    booked_on = models.DateField()
    currency = CurrencyField()
    customer = models.ForeignKey(
        "customers.Customer", on_delete=models.PROTECT, related_name="journal_entries"
    )
    subject_type = models.CharField(max_length=80)
    subject_id = models.UUIDField()
    subject_label = models.CharField(max_length=200, blank=True)

    class Meta(TenantModel.Meta):
        verbose_name_plural = "journal entries"
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "kind", "subject_id"], name="billing_nothing_is_booked_twice"
            )
        ]
        indexes = [
            models.Index(fields=["tenant", "customer", "id"]),
            models.Index(fields=["tenant", "booked_on", "id"]),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_label}".strip()


class JournalLine(TenantModel):
    """One side of an entry: debits are positive, credits negative; an entry's lines sum to zero.

    A line on receivables names the document whose claim it moves.
    """

    entry = models.ForeignKey(JournalEntry, on_delete=models.PROTECT, related_name="lines")
    account = models.ForeignKey(LedgerAccount, on_delete=models.PROTECT, related_name="lines")
    currency = CurrencyField()
    amount = MoneyField()
    document = models.ForeignKey(
        Document, on_delete=models.PROTECT, null=True, blank=True, related_name="journal_lines"
    )

    class Meta(TenantModel.Meta):
        indexes = [
            # The key of an entry alone loses on SQLite against that of the company.
            models.Index(fields=["tenant", "entry"]),
            models.Index(fields=["tenant", "account", "currency"]),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"
