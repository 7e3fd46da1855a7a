"""Ending services: decided, waited out, then carried out, and never many in one day unasked."""

from datetime import datetime, timedelta

from django.db import transaction

from billing.choices import SubscriptionStatus
from billing.services.reopening import subscription_reopen
from billing.services.subscriptions import subscription_cancel
from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.clock import business_now
from ispplatform.core.events import publish
from ispplatform.core.subjects import subject_of
from ispplatform.core.tenancy.lookup import tenant_by_id
from provisioning.choices import ReasonKind, ServiceStatus
from provisioning.errors import ServiceStateForbids
from provisioning.events import ServiceTerminated, ServiceTerminationPlanned
from provisioning.models import Service
from provisioning.provisioners import provisioner_for
from provisioning.rules.lifecycle import check_act
from provisioning.services.locks import service_locked
from provisioning.services.suspension import service_resume, service_suspend
from provisioning.services.trouble import hold_end, trouble_end
from provisioning.settings import TERMINATION_HOLD_DAYS


def service_terminate(
    *,
    actor: Actor,
    service: Service,
    reason: str,
    at: datetime | None = None,
    cause: str = "decided",
) -> Service:
    """Decide that a service ends. It stands still now; its data goes when the hold is over.

    A service that was never set up, or was refused, ends at once: nothing exists that could be
    deleted.

    Args:
        at: business time of the deletion; None waits out the tenant's hold. Earlier than the hold
            needs ``services:terminate_now``.
        cause: what the customer reads of it; see ``ServiceTerminationPlanned``.

    Raises:
        NotPermitted: no ``services:terminate``, or the hold is cut short without permission.
        ServiceStateForbids: it has ended already.
    """
    actor.require("services:terminate")
    with transaction.atomic():
        row = service_locked(service.pk)
        check_act("terminate", row.status)
        if not _exists(row):
            service_end(row, actor=actor, reason=reason)
            _stop_billing(row, reason=reason)
            return row
        tenant = tenant_by_id(row.tenant_id)
        hold_over = business_now(tenant) + timedelta(days=TERMINATION_HOLD_DAYS.of(tenant))
        if at is not None and at < hold_over:
            actor.require("services:terminate_now")
        row.terminate_at = at or hold_over
        row.save(update_fields=["terminate_at"])
        subject = subject_of(row)
        audit(
            "provisioning.service_terminate",
            actor=actor,
            subject=subject,
            reason=reason,
            after={"terminate_at": row.terminate_at},
            customer_id=row.customer_id,
        )
        publish(
            ServiceTerminationPlanned(
                service_id=row.pk,
                customer_id=row.customer_id,
                service_type=row.type,
                label=row.label,
                due_at=row.terminate_at,
                cause=cause,
            ),
            subject=subject,
            customer_id=row.customer_id,
        )
        _stop_billing(row, reason=reason)
        return service_suspend(
            actor=Actor.system("provisioning"),
            service=row,
            kind=ReasonKind.TERMINATION,
            text=reason,
        )


def termination_cancel(*, actor: Actor, service: Service, reason: str) -> Service:
    """Change the decision while the hold lasts: the service works again and is billed again.

    Its subscription goes on where it stopped (``subscription_reopen``); one that only runs out
    with its paid period does so still.

    Raises:
        NotPermitted: no ``services:terminate``.
        ServiceStateForbids: no termination is planned.
        SubscriptionStateWrong: what it was billed for is gone; then nothing changes.
    """
    actor.require("services:terminate")
    with transaction.atomic():
        row = service_locked(service.pk)
        if row.terminate_at is None or row.status == ServiceStatus.TERMINATED:
            raise ServiceStateForbids("The service is not about to end.")
        before = row.terminate_at
        row.terminate_at = None
        row.save(update_fields=["terminate_at"])
        audit(
            "provisioning.termination_cancel",
            actor=actor,
            subject=subject_of(row),
            reason=reason,
            before={"terminate_at": before},
            customer_id=row.customer_id,
        )
        if row.subscription_id is not None:
            subscription_reopen(
                actor=Actor.system("provisioning"),
                subscription_id=row.subscription_id,
                reason=reason,
            )
        return service_resume(
            actor=Actor.system("provisioning"),
            service=row,
            kind=ReasonKind.TERMINATION,
            text=reason,
        )


def _stop_billing(row: Service, *, reason: str) -> None:
    """End the subscription today, whatever the customer is bound to: nothing is left to bill."""
    subscription = row.subscription
    if subscription is None or subscription.status in {
        SubscriptionStatus.CANCELLED,
        SubscriptionStatus.ENDED,
    }:
        return
    subscription_cancel(
        actor=Actor.system("provisioning"),
        subscription_id=subscription.pk,
        reason=reason,
        immediately=True,
        despite_commitment=True,
    )


def _exists(row: Service) -> bool:
    """Tell whether a provider has something of the service, or may be making it."""
    if row.setup_started_at is None:
        return False
    return row.status != ServiceStatus.PENDING or not provisioner_for(row.type).holds_nothing(row)


def service_end(row: Service, *, actor: Actor, reason: str) -> None:
    """End a locked service now, in the caller's transaction."""
    was_set_up = _exists(row)
    before = row.status
    row.status = ServiceStatus.TERMINATED
    row.terminated_at = business_now(tenant_by_id(row.tenant_id))
    row.save(update_fields=["status", "terminated_at"])
    hold_end(row, resolution="The service ended.")
    trouble_end(row, resolution="The service ended.")
    subject = subject_of(row)
    audit(
        "provisioning.service_end",
        actor=actor,
        subject=subject,
        reason=reason,
        before={"status": before},
        after={"status": row.status},
        customer_id=row.customer_id,
    )
    publish(
        ServiceTerminated(
            service_id=row.pk,
            customer_id=row.customer_id,
            service_type=row.type,
            label=row.label,
            was_set_up=was_set_up,
        ),
        subject=subject,
        customer_id=row.customer_id,
    )
    if was_set_up:
        provisioner_for(row.type).terminate(row, actor=actor)
