"""Orders as both interfaces show and take them."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from rest_framework import serializers

from billing.selectors.pro_formas import pro_forma_amounts
from catalog.choices import BillingCycle, DomainOffer
from ispplatform.core.api.fields import (
    Beside,
    FreeJsonField,
    InstantField,
    MoneyAmountField,
    VersionField,
)
from ispplatform.core.api.labels import StatusLabel
from ispplatform.core.api.rows import RowSerializer
from ispplatform.core.api.serializers import StrictSerializer
from ispplatform.core.external_refs.api import ExternalRefsField, external_refs_input
from sales.choices import HoldDecision, HoldRule, OrderStatus
from sales.models import Order


class OrderLineRow(RowSerializer):
    """A line as it was agreed."""

    row_order = ("position",)

    id = serializers.UUIDField()
    position = serializers.IntegerField()
    plan_id = serializers.UUIDField()
    plan_code = serializers.CharField(source="plan.code")
    label = serializers.CharField()
    cycle = serializers.ChoiceField(BillingCycle.choices)
    quantity = serializers.IntegerField()
    domain_mode = serializers.CharField()
    domain_name = serializers.CharField()
    service_id = serializers.UUIDField()
    service_status = serializers.CharField(source="service.status")
    net = MoneyAmountField()
    tax = MoneyAmountField()
    gross = MoneyAmountField()
    currency = serializers.CharField()
    renewal_gross = MoneyAmountField()
    renewal_on = serializers.DateField()


class StaffOrderLineRow(OrderLineRow):
    """A line with what only staff read."""

    price_reason = serializers.CharField()


class OrderHoldRow(RowSerializer):
    """Why a paid order waits, and what was decided."""

    row_order = ("id",)

    rule = serializers.ChoiceField(HoldRule.choices)
    sentence = serializers.CharField()
    decision = serializers.ChoiceField(HoldDecision.choices)
    decided_at = InstantField()


class OrderRow(RowSerializer):
    """An order in a list."""

    id = serializers.UUIDField()
    order_number = serializers.CharField()
    customer_id = serializers.UUIDField()
    status = serializers.ChoiceField(OrderStatus.choices)
    status_label = StatusLabel("sales.order")
    net = MoneyAmountField()
    tax = MoneyAmountField()
    gross = MoneyAmountField()
    currency = serializers.CharField()
    proforma_id = serializers.UUIDField()
    proforma_number = serializers.CharField(source="proforma.number")
    payment_method = serializers.CharField()
    placed_at = InstantField()
    expires_on = serializers.DateField()
    paid_at = InstantField()
    completed_at = InstantField()
    created_at = InstantField()
    updated_at = InstantField()
    version = VersionField()


class StaffOrderRow(OrderRow):
    """An order in a list, as programs and staff read it."""

    external_refs = ExternalRefsField()


class OrderAmount(Beside):
    """What of an order is paid, or is still to be paid; parts that came count as paid."""

    def __init__(self, name: str, **kwargs: Any) -> None:
        self.name = name
        self.output = MoneyAmountField()
        super().__init__(**kwargs)

    def read(self, model: Any, ids: Sequence[Any]) -> dict[Any, Any]:
        asked_by = dict(Order.objects.filter(pk__in=ids).values_list("pk", "proforma_id"))
        amounts = pro_forma_amounts(one for one in asked_by.values() if one)
        return {
            one: getattr(amounts[asked_by[one]], self.name) if asked_by[one] else Decimal(0)
            for one in ids
        }


class OrderAmountExtension(OpenApiSerializerFieldExtension):
    """Such an amount looks like every other in the OpenAPI document."""

    target_class = "sales.api.serializers.orders.OrderAmount"

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        output: serializers.Field = self.target.output
        if output.field_name is None:
            output.bind(self.target.field_name, self.target.parent)
        schema: dict[str, Any] = auto_schema._map_serializer_field(output, direction)
        return schema


class OrderDetail(OrderRow):
    """An order with its lines."""

    amount_paid = OrderAmount("paid")
    amount_due = OrderAmount("due")
    lines = OrderLineRow(many=True)


class StaffOrderDetail(OrderDetail):
    """An order with what only staff read."""

    external_refs = ExternalRefsField()
    placed_by = serializers.CharField()
    staff_note = serializers.CharField()
    provisioned_at = InstantField(allow_null=True)
    provisioned_by = serializers.CharField()
    provision_reason = serializers.CharField()
    lines = StaffOrderLineRow(many=True)
    holds = OrderHoldRow(many=True)


class WishInput(StrictSerializer):
    """One line of a cart."""

    synonyms = {"plan": "plan_id"}

    plan_id = serializers.UUIDField(required=False)
    plan_code = serializers.SlugField(required=False, max_length=60)
    cycle = serializers.ChoiceField(BillingCycle.choices)
    quantity = serializers.IntegerField(min_value=1, max_value=1000, default=1)
    domain_mode = serializers.ChoiceField(DomainOffer.choices, default="", allow_blank=True)
    domain_name = serializers.CharField(max_length=253, default="", allow_blank=True)
    configuration = FreeJsonField(default=dict)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("plan_id" in attrs) == ("plan_code" in attrs):
            raise serializers.ValidationError(
                {"plan_id": _("Name the plan by plan_id or by plan_code.")}
            )
        return attrs


class StaffWishInput(WishInput):
    """One line that staff or an integrator orders for a customer."""

    unit_price = MoneyAmountField(required=False, min_value=Decimal(0))
    price_reason = serializers.CharField(max_length=200, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs = super().validate(attrs)
        if "unit_price" in attrs and not attrs.get("price_reason"):
            raise serializers.ValidationError(
                {"price_reason": _("Say why the price differs from the catalogue.")}
            )
        return attrs


class PortalOrderInput(StrictSerializer):
    """A customer's own order."""

    lines = WishInput(many=True, min_length=1, max_length=50)
    accepted_documents = serializers.ListField(
        child=serializers.CharField(max_length=40), max_length=20, default=list
    )
    expected_total = MoneyAmountField(required=False)
    payment_method = serializers.CharField(max_length=20, default="", allow_blank=True)


class StaffOrderInput(StrictSerializer):
    """An order for a customer."""

    customer_id = serializers.UUIDField()
    lines = StaffWishInput(many=True, min_length=1, max_length=50)
    expected_total = MoneyAmountField(required=False)
    payment_method = serializers.CharField(max_length=20, default="", allow_blank=True)
    note = serializers.CharField(max_length=500, default="", allow_blank=True)
    external_refs = external_refs_input()
    provision_reason = serializers.CharField(
        max_length=500,
        default="",
        allow_blank=True,
        help_text="Why it is set up before it is paid; with the payment method invoice.",
    )


class ProvisionInput(StrictSerializer):
    """Why an order is set up before it is paid."""

    reason = serializers.CharField(max_length=500)


class LineReturnInput(StrictSerializer):
    """Which line goes back, how and why."""

    line_id = serializers.UUIDField()
    as_credit = serializers.BooleanField(default=False)
    reason = serializers.CharField(max_length=500)


class DecisionInput(StrictSerializer):
    """Why."""

    reason = serializers.CharField(max_length=500, default="", allow_blank=True)
