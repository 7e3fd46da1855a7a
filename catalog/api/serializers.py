"""Plans and prices, in and out."""

from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from typing import Any

from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from rest_framework import serializers

from catalog.choices import BillingCycle, DomainOffer, PlanType
from catalog.models import Price
from catalog.rules.cycles import is_recurring
from catalog.selectors.prices import best_of, prices_in_force, prices_not_over
from customers.choices import CustomerType
from ispplatform.core.api.fields import (
    Beside,
    Computed,
    FreeJsonField,
    InstantField,
    MoneyAmountField,
    VersionField,
)
from ispplatform.core.api.rows import RowSerializer
from ispplatform.core.api.serializers import StrictSerializer
from ispplatform.core.clock import business_today
from ispplatform.core.external_refs.api import ExternalRefsField
from ispplatform.core.money import from_minor
from ispplatform.core.tenancy.context import current_tenant_id
from ispplatform.core.tenancy.lookup import tenant_by_id


def _customer_types(customer_type: str) -> list[str]:
    return [customer_type] if customer_type else list(CustomerType.values)


def _availability(customer_type: str) -> dict[str, bool]:
    types = _customer_types(customer_type)
    business = CustomerType.BUSINESS in types
    return {
        "residential": CustomerType.PERSON in types,
        "business": business,
        "enterprise": business,
    }


def _renews_at(
    cycle: str, amount: int, renewal_amount: int | None, currency: str
) -> Decimal | None:
    if not is_recurring(cycle):
        return None
    return from_minor(amount if renewal_amount is None else renewal_amount, currency)


def _amount() -> serializers.DecimalField:
    return serializers.DecimalField(
        max_digits=19, decimal_places=4, coerce_to_string=False, allow_null=True
    )


class PriceRow(RowSerializer):
    """A price: what the first period costs, and every later one."""

    row_order = ("currency", "cycle", "customer_type", "valid_from", "pk")

    id = serializers.UUIDField()
    currency = serializers.CharField()
    cycle = serializers.ChoiceField(choices=BillingCycle.choices)
    customer_type = serializers.CharField(help_text="Empty: for everybody.")
    amount = MoneyAmountField()
    renewal_amount = Computed(
        _amount(), "cycle", "amount", "renewal_amount", "currency", compute=_renews_at
    )
    setup_amount = MoneyAmountField()
    tax_included = serializers.BooleanField()
    valid_from = serializers.DateField()
    valid_to = serializers.DateField(allow_null=True)


class CurrentPrices(Beside):
    """The prices of each plan that hold today, shortest cycle first; one query for all plans.

    Args:
        customer_type: leaves out what is for the other type only, and of two the general one;
            empty: everything, with what begins later.
        currency: empty: every currency.
    """

    def __init__(self, *, customer_type: str = "", currency: str = "", **kwargs: Any) -> None:
        self.customer_type = customer_type
        self.currency = currency
        super().__init__(**kwargs)

    def read(self, model: Any, ids: Sequence[Any]) -> dict[Any, Any]:
        today = business_today(tenant_by_id(current_tenant_id()))
        if self.customer_type:
            narrowed = {"customer_type": self.customer_type, "currency": self.currency}
            prices = best_of(prices_in_force(on=today, **narrowed).filter(plan_id__in=ids))
        else:
            prices = list(prices_not_over(on=today).filter(plan_id__in=ids))
        order = list(BillingCycle.values)
        prices.sort(key=lambda price: (price.currency, order.index(price.cycle)))
        found: dict[Any, list[dict[str, Any]]] = {one: [] for one in ids}
        for price in prices:
            found[price.plan_id].append(_price_told(price))
        return found


class CurrentPricesExtension(OpenApiSerializerFieldExtension):
    """Prices beside a plan look like the prices of its own list."""

    target_class = "catalog.api.serializers.CurrentPrices"

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        shown = auto_schema.resolve_serializer(PriceRow, direction)
        return {"type": "array", "items": shown.ref}


def _price_told(price: Price) -> dict[str, Any]:
    return {
        "id": price.pk,
        "currency": price.currency,
        "cycle": price.cycle,
        "customer_type": price.customer_type,
        "amount": price.amount,
        "renewal_amount": price.renews_at if is_recurring(price.cycle) else None,
        "setup_amount": price.setup_amount,
        "tax_included": price.tax_included,
        "valid_from": price.valid_from,
        "valid_to": price.valid_to,
    }


class PlanRow(RowSerializer):
    """A plan with its prices that are not over."""

    id = serializers.UUIDField()
    code = serializers.CharField()
    name = serializers.CharField()
    description = serializers.CharField()
    type = serializers.ChoiceField(choices=PlanType.choices)
    tld = serializers.CharField()
    features = Computed(
        serializers.ListField(child=serializers.CharField()), "features", compute=list
    )
    parameters = FreeJsonField()
    domain_offers = Computed(
        serializers.ListField(child=serializers.ChoiceField(choices=DomainOffer.choices)),
        "domain_offers",
        compute=list,
    )
    customer_types = Computed(
        serializers.ListField(child=serializers.ChoiceField(choices=CustomerType.choices)),
        "customer_type",
        compute=_customer_types,
    )
    availability = Computed(
        serializers.DictField(child=serializers.BooleanField()),
        "customer_type",
        compute=_availability,
    )
    is_public = serializers.BooleanField()
    is_active = serializers.BooleanField()
    sort_order = serializers.IntegerField()
    prices = CurrentPrices()
    external_refs = ExternalRefsField()
    created_at = InstantField()
    updated_at = InstantField()
    version = VersionField()


class PlanChange(StrictSerializer):
    """The body of a change: what it does not name stays as it is."""

    synonyms = {"service_type": "type"}
    ignored_names = StrictSerializer.ignored_names | {"availability", "external_refs", "prices"}

    code = serializers.RegexField(r"^[a-z0-9][a-z0-9_-]{0,59}\Z")
    name = serializers.CharField(max_length=120)
    type = serializers.ChoiceField(choices=PlanType.choices)
    description = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    tld = serializers.CharField(max_length=100, required=False, allow_blank=True)
    features = serializers.ListField(
        child=serializers.CharField(max_length=120), required=False, max_length=20
    )
    parameters = FreeJsonField(required=False)
    domain_offers = serializers.ListField(
        child=serializers.ChoiceField(choices=DomainOffer.choices), required=False, max_length=3
    )
    customer_types = serializers.ListField(
        child=serializers.ChoiceField(choices=CustomerType.choices),
        required=False,
        min_length=1,
        max_length=2,
    )
    is_public = serializers.BooleanField(required=False)
    is_active = serializers.BooleanField(required=False)
    sort_order = serializers.IntegerField(required=False, min_value=0, max_value=32_000)

    def to_internal_value(self, data: Any) -> Any:
        values = super().to_internal_value(data)
        if "customer_types" in values:
            types = set(values.pop("customer_types"))
            values["customer_type"] = "" if len(types) > 1 else types.pop()
        return values


class PriceInput(StrictSerializer):
    """A price that holds from a day on."""

    currency = serializers.RegexField(r"^[A-Z]{3}\Z")
    cycle = serializers.ChoiceField(choices=BillingCycle.choices)
    customer_type = serializers.ChoiceField(
        choices=CustomerType.choices, required=False, allow_blank=True, default=""
    )
    amount = MoneyAmountField(min_value=0)
    renewal_amount = MoneyAmountField(min_value=0, required=False, allow_null=True)
    setup_amount = MoneyAmountField(min_value=0, required=False, default=Decimal(0))
    tax_included = serializers.BooleanField(required=False, default=False)
    valid_from = serializers.DateField(required=False, help_text="Left out: today.")


class PlanInput(PlanChange):
    """The body of a new plan, with its first prices."""

    ignored_names = StrictSerializer.ignored_names | {"availability", "external_refs"}

    prices = serializers.ListField(child=PriceInput(), required=False, max_length=50)


class PriceEnd(StrictSerializer):
    """The first day on which a price holds no more."""

    valid_to = serializers.DateField(required=False, help_text="Left out: today.")


class ShopPlanRow(RowSerializer):
    """A plan as the shop shows it."""

    id = serializers.UUIDField()
    code = serializers.CharField()
    name = serializers.CharField()
    description = serializers.CharField()
    type = serializers.ChoiceField(choices=PlanType.choices)
    tld = serializers.CharField()
    features = Computed(
        serializers.ListField(child=serializers.CharField()), "features", compute=list
    )
    domain_offers = Computed(
        serializers.ListField(child=serializers.ChoiceField(choices=DomainOffer.choices)),
        "domain_offers",
        compute=list,
    )
    prices = CurrentPrices()


@cache
def shop_plan_row(customer_type: str, currency: str) -> type[ShopPlanRow]:
    """Return the form of plans for one kind of buyer: with the prices that such a buyer pays."""
    prices = CurrentPrices(customer_type=customer_type, currency=currency)
    return type("ShopPlanRow", (ShopPlanRow,), {"prices": prices})
