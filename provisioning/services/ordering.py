"""Ordering services: what is written before anything is paid."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from billing.models import Subscription
from catalog.models import Plan
from customers.models import Customer
from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.events import publish
from ispplatform.core.external_refs import ExternalRefData, external_refs_set
from ispplatform.core.subjects import Subject, subject_of
from provisioning.errors import ServiceStateForbids
from provisioning.events import ServiceOrdered
from provisioning.models import Service
from provisioning.provisioners import provisioner_for
from provisioning.rules.lifecycle import check_act
from provisioning.services.activation import service_activate
from provisioning.services.locks import service_locked
from provisioning.services.trouble import trouble_end


def configuration_check(
    *, customer: Customer, plan: Plan, configuration: dict[str, Any]
) -> dict[str, Any]:
    """Return the configuration as ``service_order`` would keep it; nothing is written.

    Raises:
        ServiceTypeUnknown: nobody sets up plans of this type.
        InvalidInput: something is missing or cannot be used; ``field`` names it.
    """
    return provisioner_for(plan.type).prepare(
        customer=customer, plan=plan, configuration=configuration
    )


def service_order(
    *,
    actor: Actor,
    customer: Customer,
    plan: Plan,
    configuration: dict[str, Any],
    label: str = "",
    source: Subject | None = None,
    depends_on: Service | None = None,
    particulars: dict[str, Any] | None = None,
    external_refs: Sequence[ExternalRefData] = (),
) -> Service:
    """Write down that ``customer`` wants a service of ``plan``; it is pending until paid.

    Args:
        configuration: what the provisioner of the plan's type asks for.
        label: what people call it; empty takes the domain or the plan's name.
        source: the row that ordered it, for example an order line.
        depends_on: the service it builds on (the hosting that holds a mailbox).
        particulars: what was agreed beside the configuration (``installation_address``,
            ``contract_months``, ``notes``); kept with it.

    Raises:
        NotPermitted: neither the customer itself nor staff with ``services:create``.
        ServiceTypeUnknown, InvalidInput, RuleViolation: see ``configuration_check``.
        DuplicateResource: an external reference names another service.
    """
    if not (actor.is_customer and actor.customer_id == customer.pk):
        actor.require("services:create")
    prepared = configuration_check(customer=customer, plan=plan, configuration=configuration)
    with transaction.atomic():
        service = Service.objects.create(
            customer=customer,
            plan=plan,
            type=plan.type,
            label=(label or str(prepared.get("domain_unicode") or plan.name))[:254],
            configuration={**prepared, **(particulars or {})},
            source_type=source.type if source else "",
            source_id=source.id if source else None,
            source_label=source.label if source else "",
            depends_on=depends_on,
        )
        if external_refs:
            external_refs_set(subject=subject_of(service), refs=external_refs)
        _tell_ordered(service, actor=actor)
    return service


def _tell_ordered(service: Service, *, actor: Actor) -> None:
    subject = subject_of(service)
    audit(
        "provisioning.service_order",
        actor=actor,
        subject=subject,
        after={"plan": service.plan.code, "type": service.type},
        customer_id=service.customer_id,
    )
    publish(
        ServiceOrdered(
            service_id=service.pk,
            customer_id=service.customer_id,
            service_type=service.type,
            plan_id=service.plan_id,
            label=service.label,
        ),
        subject=subject,
        customer_id=service.customer_id,
    )


def service_link_subscription(
    *, actor: Actor, service: Service, subscription: Subscription
) -> Service:
    """Say which subscription pays for the service.

    Raises:
        ServiceStateForbids: the service has another one already.
    """
    actor.require("services:create")
    with transaction.atomic():
        row = service_locked(service.pk)
        if row.subscription_id not in {None, subscription.pk}:
            raise ServiceStateForbids("The service is billed by another subscription.")
        row.subscription = subscription
        row.save(update_fields=["subscription"])
        audit(
            "provisioning.service_link_subscription",
            actor=actor,
            subject=subject_of(row),
            after={"subscription": str(subscription.pk)},
            customer_id=row.customer_id,
        )
    return row


def service_configure(
    *, actor: Actor, service: Service, configuration: dict[str, Any], label: str = ""
) -> Service:
    """Replace the configuration of a service that is not set up yet, and try again if it began.

    This is how a person goes on with another name after a registrar refused the first one.

    Raises:
        ServiceStateForbids: it is set up already.
        InvalidInput: see ``configuration_check``.
    """
    actor.require("services:update")
    with transaction.atomic():
        row = service_locked(service.pk)
        check_act("configure", row.status)
        before = row.configuration
        row.configuration = configuration_check(
            customer=row.customer, plan=row.plan, configuration=configuration
        )
        row.label = (label or str(row.configuration.get("domain_unicode") or row.label))[:254]
        began = row.setup_started_at is not None
        row.setup_started_at = None
        row.save(update_fields=["configuration", "label", "setup_started_at"])
        trouble_end(row, resolution=f"{actor.label} changed what is to be set up.")
        audit(
            "provisioning.service_configure",
            actor=actor,
            subject=subject_of(row),
            before=before,
            after=row.configuration,
            customer_id=row.customer_id,
        )
        if began:
            row = service_activate(actor=actor, service=row, pass_guards=True)
    return row
