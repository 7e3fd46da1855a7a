"""Which price is in force."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

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
    wishes = [(plan, cycle)]
    found = prices_for(wishes, currency=currency, customer_type=customer_type, on=on)
    return found[plan.pk, cycle]


def prices_for(
    wishes: Iterable[tuple[Plan, str]], *, currency: str, customer_type: str, on: date
) -> dict[tuple[UUID, str], Price]:
    """Return what ``price_for`` finds for several plans and cycles, by plan id and cycle.

    One query, however many there are.

    Raises:
        PriceNotFound: one of them has none.
    """
    wanted = {(plan.pk, cycle): plan for plan, cycle in wishes}
    if not wanted:
        return {}
    rows = prices_in_force(on=on, customer_type=customer_type, currency=currency).filter(
        plan__in={plan_id for plan_id, _ in wanted}, cycle__in={cycle for _, cycle in wanted}
    )
    found = {(price.plan_id, price.cycle): price for price in best_of(rows)}
    for (plan_id, cycle), plan in wanted.items():
        if (plan_id, cycle) not in found:
            raise PriceNotFound(
                f"{plan.name} has no price in {currency} for this cycle.",
                plan_id=plan_id,
                currency=currency,
                cycle=cycle,
            )
    return found


def best_of(prices: Iterable[Price]) -> list[Price]:
    """Return one price per plan, currency and cycle: the one made for a customer type, if any."""
    best: dict[tuple[Any, ...], Price] = {}
    for price in prices:
        key = (price.plan_id, price.currency, price.cycle)
        if key not in best or price.customer_type:
            best[key] = price
    return list(best.values())
