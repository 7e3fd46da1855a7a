"""Subscriptions, in and out."""

from typing import Any

from rest_framework import serializers

from billing.choices import SubscriptionStatus
from billing.selectors.renewals import NEXT_INVOICE_COLUMNS, next_invoice_on
from catalog.choices import BillingCycle
from ispplatform.core.api.fields import Computed, InstantField, VersionField
from ispplatform.core.api.labels import StatusLabel
from ispplatform.core.api.rows import RowSerializer
from ispplatform.core.api.serializers import StrictSerializer
from ispplatform.core.money import from_minor


def renewal_price(renewal: int | None, first: int, currency: str) -> Any:
    """Return what a later period costs, from columns in minor units."""
    return from_minor(first if renewal is None else renewal, currency)


def next_invoice_amount(renewal: int | None, first: int, currency: str, quantity: int) -> Any:
    """Return what the next period costs for all pieces, from columns in minor units."""
    return renewal_price(renewal, first, currency) * quantity


class SubscriptionRow(RowSerializer):
    """What is billed again and again."""

    id = serializers.UUIDField()
    customer_id = serializers.UUIDField()
    label = serializers.CharField()
    status = serializers.ChoiceField(choices=SubscriptionStatus.choices)
    status_label = StatusLabel("billing.subscription")
    plan_id = serializers.UUIDField(source="price.plan_id")
    price_id = serializers.UUIDField()
    billing_cycle = serializers.ChoiceField(choices=BillingCycle.choices, source="cycle")
    quantity = serializers.IntegerField()
    amount = Computed(
        serializers.DecimalField(max_digits=19, decimal_places=4, coerce_to_string=False),
        "price.renewal_amount",
        "price.amount",
        "price.currency",
        compute=renewal_price,
    )
    currency = serializers.CharField(source="price.currency")
    tax_included = serializers.BooleanField(source="price.tax_included")
    started_on = serializers.DateField(allow_null=True)
    current_period_start = serializers.DateField(allow_null=True)
    current_period_end = serializers.DateField(allow_null=True)
    next_billing_on = serializers.DateField(
        allow_null=True, help_text="The first day that no invoice covers."
    )
    next_invoice_on = Computed(
        serializers.DateField(allow_null=True),
        *NEXT_INVOICE_COLUMNS,
        compute=next_invoice_on,
    )
    next_invoice_amount = Computed(
        serializers.DecimalField(max_digits=19, decimal_places=4, coerce_to_string=False),
        "price.renewal_amount",
        "price.amount",
        "price.currency",
        "quantity",
        compute=next_invoice_amount,
    )
    commitment_until = serializers.DateField(allow_null=True)
    ends_on = serializers.DateField(allow_null=True)
    auto_renew = serializers.BooleanField()
    cancel_reason = serializers.CharField()
    service_id = serializers.UUIDField(source="subject_id", allow_null=True)
    created_at = InstantField()
    updated_at = InstantField()
    version = VersionField()


class SubscriptionInput(StrictSerializer):
    """The body of a new subscription: its first period is invoiced at once."""

    synonyms = {"product_id": "plan_id", "cycle": "billing_cycle"}

    customer_id = serializers.CharField(max_length=40)
    plan_id = serializers.CharField(max_length=60, help_text="The plan's id or code.")
    billing_cycle = serializers.ChoiceField(
        choices=BillingCycle.choices, default=BillingCycle.MONTHLY
    )
    quantity = serializers.IntegerField(min_value=1, max_value=10_000, default=1)
    start_date = serializers.DateField(required=False, allow_null=True)
    service_id = serializers.UUIDField(required=False, allow_null=True)


class SubscriptionChange(StrictSerializer):
    """What the next period bills; a change of plan goes through the service."""

    quantity = serializers.IntegerField(min_value=1, max_value=10_000, required=False)
    auto_renew = serializers.BooleanField(required=False)
