"""Setting services up: from paid to active, with every stop in between."""

from uuid import UUID

from django.db import transaction

from billing.services.subscriptions import subscription_start
from customers.selectors import customer_today
from ispplatform.core.actors import Actor, ActorType
from ispplatform.core.attention import attention_open
from ispplatform.core.audit import audit
from ispplatform.core.clock import business_now, system_now
from ispplatform.core.errors import PlatformError
from ispplatform.core.events import publish
from ispplatform.core.subjects import subject_of
from ispplatform.core.tenancy.lookup import tenant_by_id
from provisioning.choices import ServiceStatus, StepState
from provisioning.errors import ServiceNotHeld, ServiceStateForbids
from provisioning.events import ServiceActivated, ServiceHeld
from provisioning.models import Service, ServiceStep
from provisioning.provisioners import ActivationGuard, activation_guards, provisioner_for
from provisioning.rules.lifecycle import check_act, status_after_setup
from provisioning.selectors.services import service_awaits
from provisioning.services.locks import service_locked
from provisioning.services.trouble import (
    HELD,
    hold_end,
    service_fail_to_person,
    trouble_end,
    trouble_remains,
)


def service_activate(*, actor: Actor, service: Service, pass_guards: bool = False) -> Service:
    """Start setting the service up, or hold it when a rule says so.

    A service whose setting up has begun already is left as it is: several events may ask.

    Args:
        pass_guards: it was let through before, so it is paid or decided about; no rule may hold
            it again.

    Raises:
        ServiceStateForbids: it is active, suspended or terminated; or a person asks, and it was
            ordered: then payment starts it, or a decision about the order.
    """
    actor.require("services:activate")
    with transaction.atomic():
        row = service_locked(service.pk)
        check_act("activate", row.status)
        if row.setup_started_at is not None:
            return row
        if row.source is not None and not pass_guards and actor.type != ActorType.SYSTEM:
            raise ServiceStateForbids(
                f"{row.source.label} decides: its payment sets the service up, or an act on it."
            )
        guard, reason = (None, "") if pass_guards else _reason_to_hold(row)
        if guard is not None:
            return _hold(row, reason, guard=guard, actor=actor)
        hold_end(row, resolution="It was let through.")
        row.setup_started_at = system_now()
        row.save(update_fields=["setup_started_at"])
        trouble_end(row, resolution="It is set up from the start.")
        provisioner = provisioner_for(row.type)
        row.steps.all().delete()
        ServiceStep.objects.bulk_create(
            ServiceStep(service=row, position=position, key=step.key, label=step.label)
            for position, step in enumerate(provisioner.steps(row))
        )
        audit(
            "provisioning.service_activate",
            actor=actor,
            subject=subject_of(row),
            customer_id=row.customer_id,
        )
        row = _handed_over(row, actor=actor)
    return row


def service_release(*, actor: Actor, service: Service) -> Service:
    """Let a held service through: no rule holds it again.

    Raises:
        ServiceNotHeld: it is not held.
    """
    actor.require("services:activate")
    with transaction.atomic():
        row = service_locked(service.pk)
        if not row.is_held:
            raise ServiceNotHeld("The service is not held.")
        audit(
            "provisioning.service_release",
            actor=actor,
            subject=subject_of(row),
            before={"held_reason": row.held_reason},
            customer_id=row.customer_id,
        )
        return service_activate(actor=actor, service=row, pass_guards=True)


def service_step_done(*, actor: Actor, service_id: UUID, key: str) -> Service | None:
    """Note that a step is through; the last one makes the service active.

    Done twice is done once. A service that has no such step (any more) is left as it is. What
    another step's failure has put before a person stays there.

    Returns:
        The service, or None when it waits for no such step.
    """
    with transaction.atomic():
        row = service_locked(service_id)
        steps = {step.key: step for step in row.steps.all()}
        step = steps.get(key)
        if step is None or row.status != ServiceStatus.PENDING:
            return None
        if step.state == StepState.WAITING:
            step.state, step.finished_at, step.trouble = StepState.DONE, system_now(), ""
            step.save(update_fields=["state", "finished_at", "trouble"])
        troubles = [one.trouble for one in steps.values() if one.trouble]
        if troubles:
            trouble_remains(row, trouble=troubles[0])
        else:
            trouble_end(row, resolution="It went on.")
        if all(one.state == StepState.DONE for one in steps.values()):
            _become_active(row, actor=actor)
    return row


def service_step_failed(
    *, actor: Actor, service_id: UUID, key: str, trouble: str, is_shown_elsewhere: bool = False
) -> None:
    """Put a service before a person because one of its open steps failed.

    A service that does not wait for this step (any more) is left as it is.

    Args:
        trouble, is_shown_elsewhere: see ``service_fail_to_person``.
    """
    with transaction.atomic():
        service_locked(service_id)
        if service_awaits(service_id, key):
            service_fail_to_person(
                actor=actor,
                service_id=service_id,
                trouble=trouble,
                step=key,
                is_shown_elsewhere=is_shown_elsewhere,
            )


def service_step_accepted(*, service_id: UUID, key: str, words: str) -> None:
    """Note that a provider has taken a step's request and decides later.

    Call it in the transaction that knows it. A service that does not wait for this step (any
    more) is left as it is.

    Args:
        words: what the customer reads meanwhile, marked with ``gettext_noop``.
    """
    steps = ServiceStep.objects.filter(service_id=service_id, key=key, state=StepState.WAITING)
    steps.update(accepted_at=system_now(), accepted_words=words[:300])


def service_step_reopen(*, service_id: UUID, key: str) -> None:
    """Take back that a step is through: what it made is gone again, in the caller's transaction."""
    ServiceStep.objects.filter(service_id=service_id, key=key).update(
        state=StepState.WAITING, finished_at=None, accepted_at=None, accepted_words=""
    )


def service_retry(*, actor: Actor, service: Service) -> Service:
    """Start the setting up of a service in trouble once more, from its first open step.

    Raises:
        ServiceStateForbids: it is not in trouble, or set up already.
    """
    actor.require("services:activate")
    with transaction.atomic():
        row = service_locked(service.pk)
        check_act("activate", row.status)
        if not row.trouble:
            raise ServiceStateForbids("The service is not in trouble: nothing has to be repeated.")
        trouble_end(row, resolution=f"{actor.label} tried again.")
        audit(
            "provisioning.service_retry",
            actor=actor,
            subject=subject_of(row),
            customer_id=row.customer_id,
        )
        return _handed_over(row, actor=actor)


def _handed_over(row: Service, *, actor: Actor) -> Service:
    """Have the provisioner start; what it refuses is a person's matter, never a lost payment."""
    try:
        with transaction.atomic():
            provisioner_for(row.type).activate(row, actor=actor)
    except PlatformError as refusal:
        return service_fail_to_person(actor=actor, service_id=row.pk, trouble=refusal.message)
    return row


def _reason_to_hold(service: Service) -> tuple[ActivationGuard | None, str]:
    for guard in activation_guards.items():
        if reason := guard.reason(service):
            return guard, reason
    return None, ""


def _hold(row: Service, reason: str, *, guard: ActivationGuard, actor: Actor) -> Service:
    if row.held_reason == reason[:500]:
        return row
    row.held_reason = reason[:500]
    row.save(update_fields=["held_reason"])
    subject = subject_of(row)
    if not guard.asks_itself:
        attention_open(
            kind=HELD,
            subject=subject,
            sentence=f"{row.label} is paid and held: {reason}",
            customer_id=row.customer_id,
        )
    audit(
        "provisioning.service_hold",
        actor=actor,
        subject=subject,
        reason=reason,
        customer_id=row.customer_id,
    )
    publish(
        ServiceHeld(
            service_id=row.pk,
            customer_id=row.customer_id,
            service_type=row.type,
            label=row.label,
            reason=row.held_reason,
        ),
        subject=subject,
        customer_id=row.customer_id,
    )
    return row


def _become_active(row: Service, *, actor: Actor) -> None:
    tenant = tenant_by_id(row.tenant_id)
    reasons = list(row.reasons.filter(closed_at=None).values_list("kind", flat=True))
    row.status = status_after_setup(reasons)
    row.activated_at = business_now(tenant)
    row.save(update_fields=["status", "activated_at"])
    if row.subscription_id is not None:
        subscription_start(
            actor=actor, subscription_id=row.subscription_id, on=customer_today(row.customer)
        )
    subject = subject_of(row)
    audit(
        "provisioning.service_active",
        actor=actor,
        subject=subject,
        before={"status": ServiceStatus.PENDING},
        after={"status": row.status},
        customer_id=row.customer_id,
    )
    publish(
        ServiceActivated(
            service_id=row.pk,
            customer_id=row.customer_id,
            service_type=row.type,
            plan_id=row.plan_id,
            label=row.label,
            source_type=row.source_type,
            source_id=row.source_id,
        ),
        subject=subject,
        customer_id=row.customer_id,
    )
    if reasons:
        provisioner_for(row.type).suspend(row, actor=actor)
