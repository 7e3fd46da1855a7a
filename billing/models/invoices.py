"""What happens to invoices and pro-formas after they were issued."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from billing.choices import InvoiceStatus, ProFormaStatus
from billing.models.documents import Document
from billing.models.querysets import InvoiceManager
from ispplatform.core.money import CurrencyField, MoneyField
from ispplatform.core.tenancy.base import TenantModel


class Invoice(TenantModel):
    """The state of an invoice. Has the id of its document; the columns that lists show are copies.

    ``amount_released`` is paid money that a credit note set free: it became customer credit.
    ``amount_charged_back`` is paid money that a lost dispute took away: it is due again, and no
    part of ``amount_paid`` any more. ``reopened_at`` is when that made a paid invoice an open one.
    """

    document = models.OneToOneField(Document, on_delete=models.CASCADE, related_name="invoice")
    customer = models.ForeignKey(
        "customers.Customer", on_delete=models.PROTECT, related_name="invoices"
    )
    number = models.CharField(max_length=40, blank=True)
    status = models.CharField(max_length=10, choices=InvoiceStatus, default=InvoiceStatus.DRAFT)
    currency = CurrencyField()
    issue_date = models.DateField(null=True, blank=True)
    due_date = models.DateField(null=True, blank=True)
    gross_total = MoneyField(default=0)
    amount_paid = MoneyField(default=0)
    amount_credited = MoneyField(default=0)
    amount_released = MoneyField(default=0)
    amount_refunded = MoneyField(default=0)
    amount_charged_back = MoneyField(default=0)
    reopened_at = models.DateTimeField(null=True, blank=True)
    amount_due = MoneyField(default=0)
    disputed = models.BooleanField(default=False)
    next_action = models.CharField(max_length=40, blank=True)
    next_action_on = models.DateField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    paid_at = models.DateTimeField(null=True, blank=True)
    voided_at = models.DateTimeField(null=True, blank=True)
    void_reason = models.CharField(max_length=500, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects: ClassVar[InvoiceManager] = InvoiceManager()

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_due__gte=0)
                & (
                    Q(status="cancelled", amount_due=0)
                    | Q(
                        amount_due=F("gross_total")
                        - F("amount_credited")
                        - F("amount_paid")
                        + F("amount_released")
                    )
                ),
                name="billing_what_is_due_follows_from_the_rest",
            ),
            models.CheckConstraint(
                condition=Q(id=F("document_id")), name="billing_an_invoice_has_its_documents_id"
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "id"]),
            models.Index(
                fields=["tenant", "id"],
                condition=Q(disputed=True),
                name="billing_disputed_invoices",
            ),
            # What is open is added up for the home page from the index alone.
            models.Index(
                fields=["tenant", "currency", "status", "due_date", "amount_due"],
                condition=Q(status__in=["sent", "overdue"]),
                name="billing_open_amounts",
            ),
            models.Index(fields=["tenant", "customer", "id"]),
            models.Index(fields=["tenant", "customer", "status"]),
            models.Index(fields=["tenant", "created_at", "id"]),
            models.Index(fields=["tenant", "status", "id"]),
            models.Index(fields=["tenant", "issue_date", "id"]),
            models.Index(fields=["tenant", "updated_at", "id"]),
            models.Index(fields=["tenant", "number"]),
            models.Index(
                fields=["tenant", "due_date"],
                condition=Q(status__in=["sent", "overdue"]),
                name="billing_open_invoices",
            ),
        ]

    def __str__(self) -> str:
        return self.number or "draft"

    @property
    def is_open(self) -> bool:
        """Tell whether money is still expected."""
        return self.status in {InvoiceStatus.SENT, InvoiceStatus.OVERDUE}


class ProForma(TenantModel):
    """The state of a pro-forma. Has the id of its document.

    Paying it issues the invoice in the same transaction; late or part money becomes credit.
    """

    document = models.OneToOneField(Document, on_delete=models.CASCADE, related_name="pro_forma")
    customer = models.ForeignKey(
        "customers.Customer", on_delete=models.PROTECT, related_name="pro_formas"
    )
    status = models.CharField(max_length=10, choices=ProFormaStatus, default=ProFormaStatus.OPEN)
    invoice = models.OneToOneField(
        Invoice, on_delete=models.PROTECT, null=True, blank=True, related_name="pro_forma"
    )
    settled_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancel_reason = models.CharField(max_length=500, blank=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(id=F("document_id")), name="billing_a_pro_forma_has_its_documents_id"
            ),
            models.CheckConstraint(
                condition=Q(status="settled", invoice__isnull=False)
                | (~Q(status="settled") & Q(invoice=None)),
                name="billing_a_paid_pro_forma_has_an_invoice",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.document}"
