"""What it costs, since when, until when."""

from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from catalog.choices import BillingCycle
from customers.choices import CustomerType
from ispplatform.core.money import CurrencyField, MoneyField
from ispplatform.core.pages.formats import format_locale, money_text
from ispplatform.core.tenancy.base import TenantModel


class Price(TenantModel):
    """One version of a price, in force on the days ``[valid_from, valid_to)``.

    Versions of one plan, currency, cycle and customer type never overlap. A version that was
    replaced on its first day is in force on no day (``valid_to == valid_from``); whoever was sold
    by it keeps it. Amounts never change: a new amount is a new version.
    """

    plan = models.ForeignKey("catalog.Plan", on_delete=models.PROTECT, related_name="prices")
    currency = CurrencyField()
    cycle = models.CharField(max_length=12, choices=BillingCycle)
    customer_type = models.CharField(
        max_length=10, choices=CustomerType, blank=True, help_text=_("Empty: for everybody.")
    )
    amount = MoneyField(help_text=_("For the first period."))
    renewal_amount = MoneyField(
        null=True, blank=True, help_text=_("For every later period; empty: the same.")
    )
    setup_amount = MoneyField(default=0, help_text=_("Once, with the first period."))
    tax_included = models.BooleanField(default=False)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        ordering = ["currency", "cycle", "customer_type", "valid_from", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "plan", "currency", "cycle", "customer_type", "valid_from"],
                condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")),
                name="catalog_one_price_begins_on_a_day",
            ),
            models.UniqueConstraint(
                fields=["tenant", "plan", "currency", "cycle", "customer_type"],
                condition=Q(valid_to=None),
                name="catalog_one_price_without_an_end",
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="catalog_price_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(amount__gte=0, setup_amount__gte=0)
                & (Q(renewal_amount=None) | Q(renewal_amount__gte=0)),
                name="catalog_no_price_below_zero",
            ),
        ]
        indexes = [models.Index(fields=["tenant", "plan", "currency", "valid_from"])]

    def __str__(self) -> str:
        amount = money_text(self.amount, self.currency, format_locale(get_language() or "en"))
        return f"{amount} {self.get_cycle_display()}"

    @property
    def renews_at(self) -> Decimal:
        """The amount of every period after the first."""
        return Decimal(self.amount if self.renewal_amount is None else self.renewal_amount)
