"""Moving a service to another plan, renewing it, checking it against the provider."""

from django.db import transaction

from billing.services.subscriptions import subscription_renewal_switch
from catalog.models import Plan
from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.errors import NotPermitted
from ispplatform.core.events import publish
from ispplatform.core.subjects import subject_of
from provisioning.errors import PlanDoesNotFit, ServiceStateForbids
from provisioning.events import ServiceChanged
from provisioning.models import Service
from provisioning.provisioners import RenewalTerm, provisioner_for
from provisioning.rules.lifecycle import check_act
from provisioning.services.locks import service_locked


def service_change_plan(*, actor: Actor, service: Service, plan: Plan) -> Service:
    """Move the service to another plan of its type, now.

    What is billed is not touched here: whoever asks changes the subscription as well.

    Raises:
        NotPermitted: no ``services:update``.
        PlanDoesNotFit: the plan is of another type, not on sale, or the present one.
        ServiceStateForbids: the service is not set up, or has ended.
    """
    actor.require("services:update")
    with transaction.atomic():
        row = service_locked(service.pk)
        check_act("change", row.status)
        if plan.type != row.type:
            raise PlanDoesNotFit(f"{plan.name} is not a plan for {row.label}.")
        if plan.pk == row.plan_id:
            raise PlanDoesNotFit(f"{row.label} is on {plan.name} already.")
        if not plan.is_active:
            raise PlanDoesNotFit(f"{plan.name} is no longer on sale.")
        previous = row.plan
        provisioner_for(row.type).change(row, plan=plan, actor=actor)
        row.plan = plan
        row.save(update_fields=["plan"])
        subject = subject_of(row)
        audit(
            "provisioning.service_change_plan",
            actor=actor,
            subject=subject,
            before={"plan": previous.code},
            after={"plan": plan.code},
            customer_id=row.customer_id,
        )
        publish(
            ServiceChanged(
                service_id=row.pk,
                customer_id=row.customer_id,
                service_type=row.type,
                label=row.label,
                plan_id=plan.pk,
                previous_plan_id=previous.pk,
            ),
            subject=subject,
            customer_id=row.customer_id,
        )
    return row


def service_renew(*, actor: Actor, service: Service, term: RenewalTerm) -> Service:
    """Start what a paid renewal needs at the provider; the same term twice is renewed once.

    Raises:
        ServiceStateForbids: the service is not set up, or has ended.
    """
    actor.require("services:activate")
    with transaction.atomic():
        row = service_locked(service.pk)
        check_act("renew", row.status)
        audit(
            "provisioning.service_renew",
            actor=actor,
            subject=subject_of(row),
            after={"start": term.start, "end": term.end},
            customer_id=row.customer_id,
        )
        provisioner_for(row.type).renew(row, term=term, actor=actor)
    return row


def service_set_auto_renew(*, actor: Actor, service: Service, enabled: bool) -> Service:
    """Let a service renew by itself, or end with the period that is paid.

    An invoice of the next period that is not paid is credited when it is not to renew.

    Raises:
        NotPermitted: neither the customer who owns it nor staff with ``services:update``.
        ServiceStateForbids: nothing bills it.
        SubscriptionStateWrong: its contract was cancelled.
    """
    if actor.is_customer:
        actor.require("own_subscriptions:update")
        if actor.customer_id != service.customer_id:
            raise NotPermitted("This is not yours.")
    else:
        actor.require("services:update")
    if service.subscription_id is None:
        raise ServiceStateForbids("Nothing bills this service again.")
    subscription_renewal_switch(
        actor=actor, subscription_id=service.subscription_id, auto_renew=enabled
    )
    return service


def service_read_back(*, actor: Actor, service: Service) -> Service:
    """Start asking the provider how things really are; what differs is corrected in our rows.

    Raises:
        ServiceStateForbids: the service is not set up, or has ended.
    """
    actor.require("services:activate")
    with transaction.atomic():
        row = service_locked(service.pk)
        check_act("read_back", row.status)
        audit(
            "provisioning.service_read_back",
            actor=actor,
            subject=subject_of(row),
            customer_id=row.customer_id,
        )
        provisioner_for(row.type).read_back(row, actor=actor)
    return row
