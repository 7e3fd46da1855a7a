"""Adopting: look at the provider, then write down what is there."""

from datetime import date

from catalog.models import Plan
from catalog.selectors import price_for
from customers.models import Customer
from ispplatform.core.actors import Actor
from ispplatform.core.clock import business_today
from ispplatform.core.tenancy.lookup import tenant_by_id
from provisioning.adopters import Adopter, Found, adopters
from provisioning.errors import ServiceTypeUnknown
from provisioning.models import Service
from provisioning.services.adoption import ADOPT, service_adopt


def adopter_for(plan: Plan) -> Adopter:
    """Return who adopts services of the plan's type.

    Raises:
        ServiceTypeUnknown: nobody does.
    """
    found = adopters.get(plan.type)
    if found is None:
        raise ServiceTypeUnknown(f"What {plan.name} sells cannot be adopted.")
    return found


def service_look(*, actor: Actor, customer: Customer, plan: Plan, name: str, place: str) -> Found:
    """Ask the provider what it has under a name; nothing is written.

    Raises:
        NotPermitted, ServiceTypeUnknown, InvalidInput, RuleViolation, ProviderError.
    """
    actor.require(ADOPT)
    return adopter_for(plan).look(customer=customer, plan=plan, name=name, place=place)


def service_take_over(
    *,
    actor: Actor,
    customer: Customer,
    plan: Plan,
    cycle: str,
    name: str,
    place: str,
    billed_from: date | None,
    reason: str,
) -> Service:
    """Make a service of what the provider has under a name, asked once more now.

    Raises:
        PriceNotFound: the plan has no price for this customer and cycle.
        What ``service_look`` and ``service_adopt`` raise.
    """
    tenant = tenant_by_id(customer.tenant_id)
    found = service_look(actor=actor, customer=customer, plan=plan, name=name, place=place)
    price = price_for(
        plan=plan,
        currency=customer.currency or tenant.currency,
        cycle=cycle,
        customer_type=customer.customer_type,
        on=business_today(tenant),
    )
    return service_adopt(
        actor=actor,
        customer=customer,
        price=price,
        adopter=adopter_for(plan),
        found=found,
        billed_from=billed_from,
        reason=reason,
    )
