"""What is billed again and again."""

from datetime import date, timedelta

from django.db import models
from django.db.models import F, Q

from billing.choices import SubscriptionStatus
from billing.models.documents import DocumentLine
from billing.models.invoices import Invoice
from catalog.choices import BillingCycle
from ispplatform.core.money import Money
from ispplatform.core.tenancy.base import TenantModel


class Subscription(TenantModel):
    """A price that a customer pays per cycle, pinned to the version of the day it began.

    Periods are half-open. ``anchor_day`` keeps month ends from drifting. ``subject_*`` names what
    it keeps alive, for example a service; billing never learns what that is.

    ``current_period_*`` are the days of the present period, paid or not: the next one takes its
    place on its first day. ``next_billing_on`` is the first day that no invoice covers; its
    invoice comes some days before. ``calendar`` is the key of the ``RenewalAnchor`` by which that
    day is set; empty: the subscription's own periods.
    """

    customer = models.ForeignKey(
        "customers.Customer", on_delete=models.PROTECT, related_name="subscriptions"
    )
    price = models.ForeignKey(
        "catalog.Price", on_delete=models.PROTECT, related_name="subscriptions"
    )
    label = models.CharField(max_length=255)
    quantity = models.PositiveIntegerField(default=1)
    cycle = models.CharField(max_length=12, choices=BillingCycle)
    anchor_day = models.PositiveSmallIntegerField(null=True, blank=True)
    status = models.CharField(
        max_length=10, choices=SubscriptionStatus, default=SubscriptionStatus.PENDING
    )
    started_on = models.DateField(null=True, blank=True)
    current_period_start = models.DateField(null=True, blank=True)
    current_period_end = models.DateField(null=True, blank=True)
    next_billing_on = models.DateField(null=True, blank=True)
    calendar = models.CharField(max_length=40, blank=True)
    commitment_until = models.DateField(null=True, blank=True)
    auto_renew = models.BooleanField(default=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancel_reason = models.CharField(max_length=500, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    subject_type = models.CharField(max_length=80, blank=True)
    subject_id = models.UUIDField(null=True, blank=True)
    subject_label = models.CharField(max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gte=1)
                & (Q(status="pending") | Q(current_period_start__isnull=False) | Q(status="ended")),
                name="billing_a_started_subscription_has_a_period",
            )
        ]
        indexes = [
            models.Index(fields=["tenant", "id"]),
            models.Index(fields=["tenant", "status", "id"]),
            models.Index(fields=["tenant", "cycle", "id"]),
            models.Index(fields=["tenant", "next_billing_on", "id"]),
            models.Index(
                fields=["tenant", "next_billing_on"],
                condition=Q(status="active", auto_renew=False),
                name="billing_renewing_no_more",
            ),
            models.Index(fields=["tenant", "customer", "id"]),
            models.Index(fields=["tenant", "created_at", "id"]),
            models.Index(fields=["tenant", "subject_type", "subject_id"]),
            models.Index(
                fields=["tenant", "calendar", "cycle", "next_billing_on"],
                condition=Q(status="active"),
                name="billing_subscriptions_to_bill",
            ),
            models.Index(
                fields=["tenant", "ends_on"],
                condition=Q(status="cancelled"),
                name="billing_subscriptions_to_end",
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def renews_at(self) -> Money:
        """What a further period is billed with, as the price says it; needs its price."""
        return Money(self.price.renews_at * self.quantity, self.price.currency)


class SubscriptionPeriod(TenantModel):
    """A period that was invoiced, by which line. At most once: the database holds it.

    ``begun_at`` is when it became the subscription's present period. ``taken_back_at`` is when its
    line was credited before it had begun; then the same days may be invoiced again.
    """

    subscription = models.ForeignKey(Subscription, on_delete=models.PROTECT, related_name="periods")
    period_start = models.DateField()
    period_end = models.DateField()
    invoice = models.ForeignKey(
        Invoice, on_delete=models.PROTECT, related_name="subscription_periods"
    )
    line = models.ForeignKey(DocumentLine, on_delete=models.PROTECT, related_name="+")
    begun_at = models.DateTimeField(null=True, blank=True)
    taken_back_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["subscription", "period_start"],
                condition=Q(taken_back_at=None),
                name="billing_a_period_is_invoiced_once",
            ),
            models.CheckConstraint(
                condition=Q(period_end__gt=F("period_start")),
                name="billing_a_period_ends_after_it_starts",
            ),
        ]
        indexes = [
            models.Index(
                fields=["tenant", "period_start"],
                condition=Q(begun_at=None, taken_back_at=None),
                name="billing_periods_to_begin",
            )
        ]

    def __str__(self) -> str:
        return f"{self.period_start} to {self.period_end}"

    @property
    def last_day(self) -> date:
        """The last day that is billed, as people write periods."""
        return self.period_end - timedelta(days=1)


class SkippedPeriod(TenantModel):
    """Days that a subscription's subject had and no invoice stands for; a person decides.

    For example a name that was renewed at its registrar and not through an invoice. ``invoice`` is
    the one that billed it; without one, ``decided_at`` says that it was accepted as goodwill.
    """

    subscription = models.ForeignKey(Subscription, on_delete=models.PROTECT, related_name="skipped")
    period_start = models.DateField()
    period_end = models.DateField()
    found_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    invoice = models.ForeignKey(
        Invoice, on_delete=models.PROTECT, null=True, blank=True, related_name="skipped_periods"
    )

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["subscription", "period_start"], name="billing_days_are_skipped_once"
            ),
            models.CheckConstraint(
                condition=Q(period_end__gt=F("period_start"))
                & (Q(invoice=None) | Q(decided_at__isnull=False)),
                name="billing_skipped_days_are_billed_by_a_decision",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.period_start} to {self.period_end}"

    @property
    def last_day(self) -> date:
        """The last day of it, as people write periods."""
        return self.period_end - timedelta(days=1)
