"""A service for what exists at a provider already: written down, never created."""

from datetime import date

from django.db import transaction

from billing.services.subscription_adoption import subscription_adopt
from catalog.models import Price
from customers.models import Customer
from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.clock import business_now, system_now
from ispplatform.core.errors import InvalidInput
from ispplatform.core.events import publish
from ispplatform.core.subjects import subject_of
from ispplatform.core.tenancy.lookup import tenant_by_id
from provisioning.adopters import Adopter, Found
from provisioning.choices import ServiceStatus
from provisioning.events import ServiceAdopted
from provisioning.models import Service

ADOPT = "services:adopt"


def service_adopt(
    *,
    actor: Actor,
    customer: Customer,
    price: Price,
    adopter: Adopter,
    found: Found,
    billed_from: date | None,
    reason: str,
) -> Service:
    """Make an active service of what a provider has; nothing is asked of the provider here.

    Args:
        price: what the plan costs from the day on which it is billed.
        found: as ``adopter.look`` saw it a moment ago.
        billed_from: where the provider knows no term; else what it says counts.

    Raises:
        NotPermitted: without ``services:adopt``.
        InvalidInput: no reason, or no day from which it is billed.
        RuleViolation: it became another's meanwhile.
    """
    actor.require(ADOPT)
    if not reason.strip():
        raise InvalidInput("Say where it comes from.", field="reason")
    begins = found.paid_until or billed_from
    if begins is None:
        raise InvalidInput("Say from which day it is billed.", field="billed_from")
    with transaction.atomic():
        service = Service.objects.create(
            customer=customer,
            plan=price.plan,
            type=price.plan.type,
            label=found.label[:254],
            status=ServiceStatus.ACTIVE,
            configuration=found.configuration,
            setup_started_at=system_now(),
            activated_at=business_now(tenant_by_id(customer.tenant_id)),
        )
        adopter.take(service, found=found, actor=actor)
        service.subscription = subscription_adopt(
            actor=actor,
            customer=customer,
            price=price,
            label=f"{price.plan.name}: {found.label}",
            subject=subject_of(service),
            billed_from=begins,
        )
        service.save(update_fields=["subscription"])
        _tell(service, begins, actor=actor, reason=reason)
    return service


def _tell(service: Service, begins: date, *, actor: Actor, reason: str) -> None:
    subject = subject_of(service)
    audit(
        "provisioning.service_adopt",
        actor=actor,
        subject=subject,
        reason=reason,
        after={"plan": service.plan.code, "type": service.type, "billed_from": begins},
        customer_id=service.customer_id,
    )
    publish(
        ServiceAdopted(
            service_id=service.pk,
            customer_id=service.customer_id,
            service_type=service.type,
            plan_id=service.plan_id,
            label=service.label,
        ),
        subject=subject,
        customer_id=service.customer_id,
    )
