"""Which price is in force."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import F, Q, QuerySet

from catalog.errors import PriceNotFound
from catalog.models import Plan, Price


def prices_in_force(
    *, on: date, customer_type: str = "", currency: str = ""
) -> QuerySet[Price, Any]:
    """Return the prices that hold on a day.

    Args:
        on: a day of the tenant's business calendar.
        customer_type: leaves out what is for the other type only; empty: everything.
        currency: empty: every currency.
    """
    rows = Price.objects.filter(Q(valid_to=None) | Q(valid_to__gt=on), valid_from__lte=on)
    if customer_type:
        rows = rows.filter(customer_type__in=["", customer_type])
    if currency:
        rows = rows.filter(currency=currency)
    return rows


def prices_not_over(*, on: date) -> QuerySet[Price, Any]:
    """Return the prices that hold on a day or will hold later."""
    ends_later = Q(valid_to=None) | Q(valid_to__gt=on) & Q(valid_to__gt=F("valid_from"))
    return Price.objects.filter(ends_later)


def price_for(*, plan: Plan, currency: str, cycle: str, customer_type: str, on: date) -> Price:
    """Return the price by which somebody is sold the plan on a day.

    One made for the customer type goes before one for everybody.

    Raises:
        PriceNotFound: there is none.
    """
    rows = prices_in_force(on=on, customer_type=customer_type, currency=currency)
    found = best_of(rows.filter(plan=plan, cycle=cycle))
    if not found:
        raise PriceNotFound(
            f"{plan.name} has no price in {currency} for this cycle.",
            plan_id=plan.pk,
            currency=currency,
            cycle=cycle,
        )
    return found[0]


def best_of(prices: Iterable[Price]) -> list[Price]:
    """Return one price per plan, currency and cycle: the one made for a customer type, if any."""
    best: dict[tuple[Any, ...], Price] = {}
    for price in prices:
        key = (price.plan_id, price.currency, price.cycle)
        if key not in best or price.customer_type:
            best[key] = price
    return list(best.values())
