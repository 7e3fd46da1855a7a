"""What somebody may be about to order."""

from django.db import models

from catalog.choices import DomainOffer
from ispplatform.core.money import CurrencyField
from ispplatform.core.tenancy.base import TenantModel
from sales.choices import CartStatus


class Cart(TenantModel):
    """The cart of a visitor or customer. A visitor's browser knows it by a signed cookie."""

    status = models.CharField(max_length=10, choices=CartStatus, default=CartStatus.OPEN)
    customer = models.ForeignKey(
        "customers.Customer", on_delete=models.CASCADE, null=True, blank=True, related_name="carts"
    )
    currency = CurrencyField()
    customer_type = models.CharField(max_length=10, default="person")
    country = models.CharField(max_length=2)
    email = models.EmailField(blank=True)
    details = models.JSONField(default=dict, blank=True)

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["tenant", "status", "updated_at"])]

    def __str__(self) -> str:
        return f"cart of {self.email or 'a visitor'}"


class CartLine(TenantModel):
    """One wish: a plan for a cycle, and what it is for."""

    cart = models.ForeignKey(Cart, on_delete=models.CASCADE, related_name="lines")
    parent = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, blank=True, related_name="children"
    )
    plan = models.ForeignKey("catalog.Plan", on_delete=models.PROTECT, related_name="+")
    cycle = models.CharField(max_length=20)
    quantity = models.PositiveSmallIntegerField(default=1)
    domain_mode = models.CharField(max_length=10, choices=DomainOffer, blank=True)
    domain_name = models.CharField(max_length=253, blank=True)
    configuration = models.JSONField(default=dict, blank=True)

    class Meta(TenantModel.Meta):
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(quantity__gte=1), name="sales_a_cart_line_has_a_quantity"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan} {self.domain_name}".strip()
