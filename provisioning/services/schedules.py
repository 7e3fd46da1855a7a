"""Acts arranged for a later day; ``workflows.schedules`` carries them out."""

from datetime import date
from typing import Any

from django.db import transaction

from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.clock import business_today, system_now
from ispplatform.core.errors import InvalidInput
from ispplatform.core.subjects import subject_of
from ispplatform.core.tenancy.lookup import tenant_by_id
from provisioning.choices import ScheduledAct, ScheduleState
from provisioning.models import Service, ServiceSchedule
from provisioning.services.locks import service_locked

PERMISSIONS = {
    ScheduledAct.ACTIVATE: "services:activate",
    ScheduledAct.SUSPEND: "services:suspend",
    ScheduledAct.RESUME: "services:suspend",
    ScheduledAct.CHANGE_PLAN: "services:update",
    ScheduledAct.TERMINATE: "services:terminate",
}


def schedule_create(
    *,
    actor: Actor,
    service: Service,
    act: ScheduledAct,
    due_on: date,
    params: dict[str, Any] | None = None,
    reason: str = "",
) -> ServiceSchedule:
    """Arrange an act for a later day; an arranged act of the same kind is replaced.

    Args:
        due_on: a day after today in the tenant's business time.
        params: ``{"plan_id": ...}`` for a change of plan, else nothing.

    Raises:
        NotPermitted: the actor could not do it today either.
        InvalidInput: the day is not in the future.
    """
    actor.require(PERMISSIONS[act])
    if due_on <= business_today(tenant_by_id(service.tenant_id)):
        raise InvalidInput("Choose a day after today.", field="effective_date")
    with transaction.atomic():
        row = service_locked(service.pk)
        waiting = ServiceSchedule.objects.filter(service=row, act=act, state=ScheduleState.WAITING)
        waiting.update(state=ScheduleState.CANCELLED, finished_at=system_now())
        schedule = ServiceSchedule.objects.create(
            service=row,
            act=act,
            due_on=due_on,
            params=params or {},
            reason=reason[:500],
            arranged_by=actor.label[:200],
        )
        audit(
            "provisioning.schedule_create",
            actor=actor,
            subject=subject_of(row),
            reason=reason,
            after={"act": act, "due_on": due_on, **(params or {})},
            customer_id=row.customer_id,
        )
    return schedule


def schedule_cancel(*, actor: Actor, schedule: ServiceSchedule) -> ServiceSchedule:
    """Take an arranged act back; one that is done or cancelled stays as it is."""
    actor.require(PERMISSIONS[ScheduledAct(schedule.act)])
    with transaction.atomic():
        row = service_locked(schedule.service_id)
        changed = ServiceSchedule.objects.filter(
            pk=schedule.pk, state=ScheduleState.WAITING
        ).update(state=ScheduleState.CANCELLED, finished_at=system_now())
        if changed:
            audit(
                "provisioning.schedule_cancel",
                actor=actor,
                subject=subject_of(row),
                before={"act": schedule.act, "due_on": schedule.due_on},
                customer_id=row.customer_id,
            )
    schedule.refresh_from_db()
    return schedule
