"""Turning a list of wishes into a cart in one go: how both REST interfaces order."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from catalog.choices import DomainOffer, PlanType
from catalog.models import Plan
from catalog.selectors import plan_by_code, plan_by_id
from customers.models import Customer
from domains.rules.names import parse_domain_name
from ispplatform.core.actors import Actor
from sales.models import Cart
from sales.services.carts import cart_line_add, cart_open
from sales.services.orders import PriceOverride

Wish = Mapping[str, Any]


def wished_plan(wish: Wish, *, actor: Actor) -> Plan:
    """Return the plan that a wish names by ``plan_id`` or ``plan_code``.

    Raises:
        PlanNotFound: none that the actor may see.
    """
    if "plan_id" in wish:
        return plan_by_id(wish["plan_id"], actor=actor)
    return plan_by_code(wish["plan_code"], actor=actor)


def registered_name(plan: Plan, wish: Wish) -> str:
    """Return the name, as an A-label, that a wish would register; empty when it registers none.

    Raises:
        InvalidDomainName: what was typed is no name.
    """
    if plan.type != PlanType.DOMAIN and wish["domain_mode"] != DomainOffer.REGISTER:
        return ""
    return parse_domain_name(wish["domain_name"], field="domain_name").ascii


def wished_names(wishes: Sequence[Wish], *, actor: Actor) -> list[str]:
    """Return the names, as A-labels, that the wishes would register.

    Raises:
        PlanNotFound, InvalidDomainName.
    """
    names = (registered_name(wished_plan(wish, actor=actor), wish) for wish in wishes)
    return [name for name in names if name]


def cart_of_wishes(
    wishes: Sequence[Wish], *, actor: Actor, customer: Customer
) -> tuple[Cart, dict[UUID, PriceOverride]]:
    """Return a cart of the customer that holds the wishes, and the prices that staff gave.

    Raises:
        What ``cart_line_add`` raises.
    """
    cart = cart_open(customer=customer)
    overrides: dict[UUID, PriceOverride] = {}
    for wish in wishes:
        line = cart_line_add(
            cart=cart,
            plan=wished_plan(wish, actor=actor),
            cycle=wish["cycle"],
            quantity=wish["quantity"],
            domain_mode=wish["domain_mode"],
            domain_name=wish["domain_name"],
            configuration=dict(wish["configuration"]),
        )
        if "unit_price" in wish:
            overrides[line.pk] = PriceOverride(
                unit_price=wish["unit_price"], reason=wish["price_reason"]
            )
    return cart, overrides
