"""Carrying out what was arranged for a day that has come."""

from datetime import datetime, timedelta

from django.db import transaction

from catalog.selectors.plans import plan_by_id
from ispplatform.core.actors import Actor
from ispplatform.core.attention import attention_open
from ispplatform.core.borders import Stake, each
from ispplatform.core.clock import business_today, system_now
from ispplatform.core.due import day_begins
from ispplatform.core.errors import PlatformError
from ispplatform.core.models import Tenant
from ispplatform.core.subjects import subject_of
from provisioning.choices import ReasonKind, ScheduledAct, ScheduleState
from provisioning.models import ServiceSchedule
from provisioning.services.activation import service_activate
from provisioning.services.changes import service_change_plan
from provisioning.services.suspension import service_resume, service_suspend
from provisioning.services.termination import service_terminate

REFUSED = "provisioning.schedule_refused"
NOT_CARRIED_OUT = "provisioning.schedule_not_carried_out"


def next_schedule_due(tenant: Tenant, after: datetime) -> datetime | None:
    """Return the first business instant after ``after`` at which an arranged act falls due."""
    waiting = ServiceSchedule.objects.filter(
        state=ScheduleState.WAITING, due_on__gte=after.date() - timedelta(days=1)
    )
    for due_on in waiting.order_by("due_on").values_list("due_on", flat=True).distinct()[:4]:
        if (due_at := day_begins(due_on, tenant)) > after:
            return due_at
    return None


def schedules_run(tenant: Tenant) -> int:
    """Carry out every arranged act whose day has come; return how many were looked at.

    One that a rule refuses by now is noted as refused, with the rule's sentence, and put before a
    person. One that fails stands there too and is tried again. Call it inside the tenant.
    """
    due = ServiceSchedule.objects.filter(
        state=ScheduleState.WAITING, due_on__lte=business_today(tenant)
    )
    rows = list(due.select_related("service").order_by("due_on", "id"))
    return each(rows, _carry_out, kind=NOT_CARRIED_OUT, stake=_stake)


def _stake(schedule: ServiceSchedule) -> Stake:
    return Stake(subject=subject_of(schedule), customer_id=schedule.service.customer_id)


def _carry_out(schedule: ServiceSchedule) -> None:
    state, outcome = ScheduleState.DONE, ""
    try:
        with transaction.atomic():
            _act(schedule)
            _finish(schedule, state, outcome)
    except PlatformError as refusal:
        with transaction.atomic():
            _finish(schedule, ScheduleState.REFUSED, refusal.message)
            _show_refusal(schedule, refusal)


def _show_refusal(schedule: ServiceSchedule, refusal: PlatformError) -> None:
    service = schedule.service
    attention_open(
        kind=REFUSED,
        subject=subject_of(schedule),
        sentence=(
            f"{service}: {schedule.get_act_display()} was arranged for {schedule.due_on} and is "
            f"refused: {refusal.message} It is not tried again: decide what is to be done."
        ),
        customer_id=service.customer_id,
    )


def _finish(schedule: ServiceSchedule, state: ScheduleState, outcome: str) -> None:
    ServiceSchedule.objects.filter(pk=schedule.pk, state=ScheduleState.WAITING).update(
        state=state, outcome=outcome[:500], finished_at=system_now()
    )


def _act(schedule: ServiceSchedule) -> None:
    actor = Actor.system("provisioning.schedules")
    service, reason = schedule.service, schedule.reason
    if schedule.act == ScheduledAct.ACTIVATE:
        service_activate(actor=actor, service=service)
    elif schedule.act == ScheduledAct.SUSPEND:
        service_suspend(actor=actor, service=service, kind=ReasonKind.STAFF, text=reason)
    elif schedule.act == ScheduledAct.RESUME:
        service_resume(actor=actor, service=service, kind=None, text=reason)
    elif schedule.act == ScheduledAct.TERMINATE:
        service_terminate(actor=actor, service=service, reason=reason)
    else:
        plan = plan_by_id(schedule.params["plan_id"], actor=actor)
        service_change_plan(actor=actor, service=service, plan=plan)
