"""Which plans somebody may see or buy."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Case, IntegerField, Prefetch, QuerySet, When
from django.db.models.functions import Length

from catalog.choices import BillingCycle, PlanType
from catalog.errors import DomainNotOffered, PlanNotFound
from catalog.models import Plan, Price
from catalog.rules.tlds import endings_of, tld_cleaned
from catalog.selectors.prices import best_of, prices_in_force
from ispplatform.core.actors import Actor
from ispplatform.core.models import Tenant

_BY_LENGTH = Case(
    *(When(cycle=cycle, then=place) for place, cycle in enumerate(BillingCycle.values)),
    output_field=IntegerField(),
)


def plans_for(actor: Actor) -> QuerySet[Plan, Any]:
    """Return the plans that the actor may see: with ``plans:read`` all, else those in the shop."""
    rows = Plan.objects.all()
    return rows if actor.can("plans:read") else rows.filter(is_active=True, is_public=True)


def plan_by_id(plan_id: UUID | str, *, actor: Actor) -> Plan:
    """Return one plan.

    Raises:
        PlanNotFound: no such plan, or none that the actor may see.
    """
    return _one(plans_for(actor).filter(pk=plan_id))


def plan_by_code(code: str, *, actor: Actor) -> Plan:
    """Return the plan with this code.

    Raises:
        PlanNotFound: no such plan, or none that the actor may see.
    """
    return _one(plans_for(actor).filter(code=code))


def plans_on_sale(*, customer_type: str, currency: str, on: date) -> QuerySet[Plan, Any]:
    """Return the plans of the shop that have a price for this buyer.

    Args:
        customer_type: a ``CustomerType``.
        currency: ISO code; plans without a price in it are left out.
        on: a day of the tenant's business calendar.
    """
    prices = prices_in_force(on=on, customer_type=customer_type, currency=currency)
    return Plan.objects.filter(
        is_active=True,
        is_public=True,
        customer_type__in=["", customer_type],
        pk__in=prices.values("plan_id"),
    )


def plans_for_sale(tenant: Tenant, *, customer_type: str, currency: str, on: date) -> list[Plan]:
    """Return the plans of the shop that this buyer can buy, in the shop's order.

    Each carries ``current_prices``: one per cycle, shortest cycle first. Two queries.

    Args:
        tenant: the tenant in force.
        customer_type, currency, on: as for ``plans_on_sale``.
    """
    prices = prices_in_force(on=on, customer_type=customer_type, currency=currency)
    plans = (
        plans_on_sale(customer_type=customer_type, currency=currency, on=on)
        .filter(tenant=tenant)
        .order_by("sort_order", "name", "id")
        .prefetch_related(
            Prefetch("prices", queryset=prices.order_by(_BY_LENGTH), to_attr="current_prices")
        )
    )
    found = list(plans)
    for plan in found:
        plan.current_prices = best_of(plan.current_prices)
    return found


def domain_plan_for(name: str) -> Plan:
    """Return the plan by which a domain name is sold: the one with the longest fitting ending.

    Args:
        name: a name in any spelling, ``müller.example`` or ``xn--mller-kva.example``.

    Raises:
        DomainNotOffered: no plan for sale covers the ending.
    """
    try:
        endings = endings_of(tld_cleaned(name))
    except ValueError as exc:
        raise DomainNotOffered("This is no name that can be registered.", name=name) from exc
    rows = Plan.objects.filter(type=PlanType.DOMAIN, is_active=True, is_public=True)
    plan = rows.filter(tld__in=endings).order_by(Length("tld").desc()).first()
    if plan is None:
        ending = endings[0] if endings else name
        raise DomainNotOffered(f"We do not offer names that end in .{ending}.", name=name)
    return plan


def plans_with_prices(rows: QuerySet[Plan, Any], *, on: date) -> QuerySet[Plan, Any]:
    """Give each plan ``current_prices``: what is in force on a day, for everybody; one query."""
    prices: QuerySet[Price, Any] = prices_in_force(on=on).order_by("currency", _BY_LENGTH)
    return rows.prefetch_related(Prefetch("prices", queryset=prices, to_attr="current_prices"))


def _one(rows: QuerySet[Plan, Any]) -> Plan:
    plan = rows.first()
    if plan is None:
        raise PlanNotFound("There is no such plan.")
    return plan
