"""Documents as they were issued: from then on the database itself refuses to change them."""

from datetime import date, timedelta

from django.db import models
from django.db.models import Q

from billing.choices import DocumentKind
from billing.rules.tax import TaxRule
from ispplatform.core.money import CurrencyField, MoneyField, RateField
from ispplatform.core.tenancy.base import TenantModel

TAX_RULES = [(rule.value, rule.value) for rule in TaxRule]


class Document(TenantModel):
    """An invoice, a credit note or a pro-forma.

    Frozen as soon as ``issued_at`` is set. What may change afterwards (sent, paid, void) stands in
    ``Invoice`` and ``ProForma``. ``seller`` and ``buyer`` are copies of that day's data, so the
    document reads the same for ever. ``subject_*`` names what it was made for, for example an
    order.
    """

    customer = models.ForeignKey(
        "customers.Customer", on_delete=models.PROTECT, related_name="documents"
    )
    kind = models.CharField(max_length=12, choices=DocumentKind)
    number = models.CharField(max_length=40, blank=True)
    currency = CurrencyField()
    language = models.CharField(max_length=10)
    issued_at = models.DateTimeField(null=True, blank=True)
    issue_date = models.DateField(null=True, blank=True)
    due_date = models.DateField(null=True, blank=True)
    tax_point = models.DateField(null=True, blank=True)
    tax_country = models.CharField(max_length=2, blank=True)
    seller = models.JSONField(default=dict)
    buyer = models.JSONField(default=dict)
    net_total = MoneyField(default=0)
    tax_total = MoneyField(default=0)
    gross_total = MoneyField(default=0)
    notes = models.TextField(blank=True)
    reason = models.CharField(max_length=500, blank=True)
    corrects = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="corrections"
    )
    made_from = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="successors"
    )
    subject_type = models.CharField(max_length=80, blank=True)
    subject_id = models.UUIDField(null=True, blank=True)
    subject_label = models.CharField(max_length=200, blank=True)
    render_version = models.PositiveSmallIntegerField(default=1)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "kind", "number"],
                condition=~Q(number=""),
                name="billing_a_number_is_given_once",
            ),
            models.CheckConstraint(
                condition=Q(issued_at=None)
                | (~Q(number="") & Q(issue_date__isnull=False) & Q(tax_point__isnull=False)),
                name="billing_an_issued_document_has_number_and_days",
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "id"]),
            models.Index(fields=["tenant", "issue_date", "id"]),
            models.Index(
                fields=["tenant", "made_from"],
                condition=Q(made_from__isnull=False),
                name="billing_made_from_a_document",
            ),
            models.Index(
                fields=["tenant", "corrects"],
                condition=Q(corrects__isnull=False),
                name="billing_corrects_a_document",
            ),
            models.Index(fields=["tenant", "customer", "id"]),
            models.Index(fields=["tenant", "subject_type", "subject_id"]),
        ]

    def __str__(self) -> str:
        return self.number or "draft"

    @property
    def issued_on(self) -> date:
        """The day of issue. Raises ``ValueError`` on a draft, which has none."""
        if self.issue_date is None:
            raise ValueError("A draft has no day of issue.")
        return self.issue_date

    @property
    def due_on(self) -> date:
        """The printed due day; the day of issue where none is printed."""
        return self.due_date or self.issued_on


class DocumentLine(TenantModel):
    """One line. ``source_line`` is the line it was copied from or takes back.

    ``subject_*`` names what is billed (``service_id`` in the API); billing never learns what that
    is. The period is half-open.
    """

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveIntegerField()
    label = models.CharField(max_length=255)
    details = models.TextField(blank=True)
    currency = CurrencyField()
    quantity = RateField()
    unit_price = RateField()
    tax_included = models.BooleanField()
    discount = MoneyField(default=0)
    net = MoneyField()
    tax_percent = RateField()
    tax_rule = models.CharField(max_length=20, choices=TAX_RULES)
    tax_is_fixed = models.BooleanField(default=False)
    tax = MoneyField()
    gross = MoneyField()
    period_start = models.DateField(null=True, blank=True)
    period_end = models.DateField(null=True, blank=True)
    subject_type = models.CharField(max_length=80, blank=True)
    subject_id = models.UUIDField(null=True, blank=True)
    subject_label = models.CharField(max_length=200, blank=True)
    subscription = models.ForeignKey(
        "billing.Subscription",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="lines",
    )
    source_line = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="copies"
    )
    issued_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["document", "position"], name="billing_one_line_per_position"
            ),
            models.CheckConstraint(
                condition=Q(gross=models.F("net") + models.F("tax")),
                name="billing_a_lines_gross_is_net_and_tax",
            ),
        ]
        indexes = [models.Index(fields=["tenant", "subject_type", "subject_id"])]

    def __str__(self) -> str:
        return self.label

    @property
    def last_day(self) -> date | None:
        """The last day that is billed, as people write periods."""
        return self.period_end - timedelta(days=1) if self.period_end else None


class DocumentTax(TenantModel):
    """What the lines of one rule and rate come to."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="taxes")
    position = models.PositiveSmallIntegerField()
    currency = CurrencyField()
    tax_rule = models.CharField(max_length=20, choices=TAX_RULES)
    tax_percent = RateField()
    net = MoneyField()
    tax = MoneyField()
    gross = MoneyField()
    issued_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        verbose_name_plural = "document taxes"
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["document", "tax_rule", "tax_percent"],
                name="billing_one_sum_per_rule_and_rate",
            )
        ]

    def __str__(self) -> str:
        return f"{self.tax_percent.normalize():f} % {self.tax_rule}"


class DocumentFile(TenantModel):
    """The PDF of an issued document: rendered once, kept, and known again by its digest.

    ``path`` is relative to the directory of files.
    """

    document = models.OneToOneField(Document, on_delete=models.PROTECT, related_name="file")
    path = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    size_bytes = models.PositiveIntegerField()

    class Meta(TenantModel.Meta):
        pass

    def __str__(self) -> str:
        return self.path
