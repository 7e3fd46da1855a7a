"""Placed orders: what was agreed, in which words, at which price."""

from django.db import models

from ispplatform.core.money import CurrencyField, MoneyField
from ispplatform.core.tenancy.base import TenantModel
from sales.choices import HoldDecision, HoldRule, OrderStatus


class Order(TenantModel):
    """A binding order. ``status`` is derived (``services.status``) and never set by hand.

    ``provisioned_at``: when staff let it be set up before it was paid; its invoice is open then.
    """

    order_number = models.CharField(max_length=30)
    customer = models.ForeignKey(
        "customers.Customer", on_delete=models.PROTECT, related_name="orders"
    )
    cart = models.OneToOneField(
        "sales.Cart", on_delete=models.SET_NULL, null=True, blank=True, related_name="order"
    )
    status = models.CharField(
        max_length=20, choices=OrderStatus, default=OrderStatus.AWAITING_PAYMENT
    )
    currency = CurrencyField()
    net = MoneyField()
    tax = MoneyField()
    gross = MoneyField()
    proforma = models.ForeignKey(
        "billing.Document", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    payment_method = models.CharField(max_length=20, blank=True)
    placed_at = models.DateTimeField()
    placed_by = models.CharField(max_length=200)
    expires_on = models.DateField()
    holds_checked_at = models.DateTimeField(null=True, blank=True)
    paid_at = models.DateTimeField(null=True, blank=True)
    provisioned_at = models.DateTimeField(null=True, blank=True)
    provisioned_by = models.CharField(max_length=200, blank=True)
    provision_reason = models.CharField(max_length=500, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    expired_at = models.DateTimeField(null=True, blank=True)
    refused_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    reminders_sent = models.PositiveSmallIntegerField(default=0)
    staff_note = models.CharField(max_length=500, blank=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "order_number"], name="sales_one_order_per_number"
            ),
            models.UniqueConstraint(
                fields=["tenant", "proforma"],
                condition=models.Q(proforma__isnull=False),
                name="sales_one_order_per_proforma",
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "id"]),
            models.Index(fields=["tenant", "status", "id"]),
            models.Index(fields=["tenant", "placed_at"]),
            models.Index(fields=["tenant", "customer", "id"]),
            models.Index(fields=["tenant", "created_at", "id"]),
            models.Index(fields=["tenant", "status", "expires_on"]),
        ]

    def __str__(self) -> str:
        return self.order_number

    @property
    def is_let_through(self) -> bool:
        """Whether its lines may be set up: it was paid, or staff trust that it will be."""
        return self.paid_at is not None or self.provisioned_at is not None


class OrderLine(TenantModel):
    """One line as it was agreed: the price of today and the price of the renewal."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="lines")
    position = models.PositiveSmallIntegerField()
    plan = models.ForeignKey("catalog.Plan", on_delete=models.PROTECT, related_name="+")
    price = models.ForeignKey("catalog.Price", on_delete=models.PROTECT, related_name="+")
    service = models.ForeignKey(
        "provisioning.Service",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="order_lines",
    )
    label = models.CharField(max_length=200)
    cycle = models.CharField(max_length=20)
    quantity = models.PositiveSmallIntegerField(default=1)
    domain_mode = models.CharField(max_length=10, blank=True)
    domain_name = models.CharField(max_length=253, blank=True)
    configuration = models.JSONField(default=dict, blank=True)
    currency = CurrencyField()
    net = MoneyField()
    tax = MoneyField()
    gross = MoneyField()
    renewal_gross = MoneyField(null=True, blank=True)
    renewal_on = models.DateField(null=True, blank=True)
    price_reason = models.CharField(max_length=200, blank=True)
    refunded_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        ordering = ["order", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["order", "position"], name="sales_one_line_per_position"
            ),
        ]

    def __str__(self) -> str:
        return self.label


class OrderHold(TenantModel):
    """A rule that stopped a paid order, and what a person decided."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="holds")
    rule = models.CharField(max_length=20, choices=HoldRule)
    sentence = models.CharField(max_length=300)
    decision = models.CharField(max_length=10, choices=HoldDecision, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=200, blank=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["order", "rule"], name="sales_one_hold_per_rule"),
        ]

    def __str__(self) -> str:
        return f"{self.order_id}: {self.rule}"


class OrderAcceptance(TenantModel):
    """Which document was accepted with the order, in which version."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="acceptances")
    document = models.CharField(max_length=40)
    title = models.CharField(max_length=120)
    version = models.CharField(max_length=40)
    accepted_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["order", "document"], name="sales_one_acceptance_per_document"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.version}"
