"""Suspending and resuming: a service stands still while at least one reason is open."""

from django.db import transaction

from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.clock import business_now
from ispplatform.core.events import publish
from ispplatform.core.subjects import subject_of
from ispplatform.core.tenancy.lookup import tenant_by_id
from provisioning.choices import ReasonKind, ServiceStatus
from provisioning.errors import ReasonNotOpen, ServiceStateForbids
from provisioning.events import ServiceResumed, ServiceSuspended
from provisioning.models import Service, ServiceReason
from provisioning.provisioners import provisioner_for
from provisioning.rules.lifecycle import check_act
from provisioning.services.locks import service_locked


def service_suspend(
    *, actor: Actor, service: Service, kind: ReasonKind = ReasonKind.STAFF, text: str = ""
) -> Service:
    """Open a reason to stand still; the first one stops the service at the provider.

    A reason of a kind that is open already changes nothing.

    Args:
        kind: whose reason it is; each kind is closed by those who opened it.
        text: why, in words that staff read.

    Raises:
        NotPermitted: no ``services:suspend``.
        ServiceStateForbids: the service has ended.
    """
    actor.require("services:suspend")
    with transaction.atomic():
        row = service_locked(service.pk)
        check_act("suspend", row.status)
        if row.reasons.filter(kind=kind, closed_at=None).exists():
            return row
        ServiceReason.objects.create(
            service=row,
            kind=kind,
            text=text[:500],
            opened_at=business_now(tenant_by_id(row.tenant_id)),
            opened_by=actor.label[:200],
        )
        before = row.status
        if row.status == ServiceStatus.ACTIVE:
            row.status = ServiceStatus.SUSPENDED
            row.save(update_fields=["status"])
        subject = subject_of(row)
        audit(
            "provisioning.service_suspend",
            actor=actor,
            subject=subject,
            reason=text,
            before={"status": before},
            after={"status": row.status, "kind": kind},
            customer_id=row.customer_id,
        )
        if row.status != before:
            publish(
                ServiceSuspended(
                    service_id=row.pk,
                    customer_id=row.customer_id,
                    service_type=row.type,
                    label=row.label,
                    reason=kind,
                ),
                subject=subject,
                customer_id=row.customer_id,
            )
            provisioner_for(row.type).suspend(row, actor=actor)
    return row


def service_resume(
    *, actor: Actor, service: Service, kind: ReasonKind | None = ReasonKind.STAFF, text: str = ""
) -> Service:
    """Close a reason to stand still; closing the last one lets the service work again.

    Args:
        kind: the reason to close; None closes every open one. That a service is to end is undone
            by ``termination_cancel`` alone, which sees to it that it is billed again.

    Raises:
        NotPermitted: no ``services:suspend``.
        ReasonNotOpen: the service does not stand still for this reason.
        ServiceStateForbids: the service is active, has ended, or is about to end.
    """
    actor.require("services:suspend")
    with transaction.atomic():
        row = service_locked(service.pk)
        check_act("resume", row.status)
        if row.terminate_at is not None and kind in {None, ReasonKind.TERMINATION}:
            raise ServiceStateForbids(
                "The service is about to end. Keep it after all, then it is billed and works again."
            )
        opened = row.reasons.filter(closed_at=None)
        closing = opened if kind is None else opened.filter(kind=kind)
        closed = closing.update(
            closed_at=business_now(tenant_by_id(row.tenant_id)), closed_by=actor.label[:200]
        )
        if not closed:
            raise ReasonNotOpen("The service is not suspended for this reason.")
        before = row.status
        still_open = sorted(opened.values_list("kind", flat=True))
        if row.status == ServiceStatus.SUSPENDED and not still_open:
            row.status = ServiceStatus.ACTIVE
            row.save(update_fields=["status"])
        subject = subject_of(row)
        audit(
            "provisioning.service_resume",
            actor=actor,
            subject=subject,
            reason=text,
            before={"status": before},
            after={"status": row.status, "still_open": still_open},
            customer_id=row.customer_id,
        )
        if row.status != before:
            publish(
                ServiceResumed(
                    service_id=row.pk,
                    customer_id=row.customer_id,
                    service_type=row.type,
                    label=row.label,
                ),
                subject=subject,
                customer_id=row.customer_id,
            )
            provisioner_for(row.type).resume(row, actor=actor)
    return row
