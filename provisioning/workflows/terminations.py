"""Ending services whose hold is over, and never many in one day unasked."""

from datetime import datetime

from django.db import transaction

from ispplatform.core.actors import Actor
from ispplatform.core.attention import attention_open, attention_settled
from ispplatform.core.borders import Stake, each
from ispplatform.core.clock import business_now, business_today
from ispplatform.core.due import day_begins
from ispplatform.core.models import Tenant
from ispplatform.core.subjects import Subject, subject_of
from provisioning.choices import ServiceStatus
from provisioning.models import Service
from provisioning.services.locks import service_locked
from provisioning.services.termination import service_end
from provisioning.settings import TERMINATIONS_PER_DAY

MANY = "provisioning.many_terminations"
NOT_ENDED = "provisioning.service_not_ended"
CALENDAR = Actor.system("provisioning.terminations")


def next_termination_due(tenant: Tenant, after: datetime) -> datetime | None:
    """Return the first business instant after ``after`` at which a hold is over."""
    rows = Service.objects.filter(terminate_at__gt=after).exclude(status=ServiceStatus.TERMINATED)
    return rows.order_by("terminate_at").values_list("terminate_at", flat=True).first()


def terminations_run(tenant: Tenant, *, confirmed: bool = False) -> int:
    """End the services whose hold is over; return how many. Call it inside the tenant.

    One that cannot be ended stops no other and stands before a person. When they are more than
    the tenant allows in one day, none is ended and a person is asked.

    Args:
        confirmed: a person has seen the list: no limit.
    """
    due = services_to_terminate(tenant)
    subject = Subject(type="core.tenant", id=tenant.pk, label=tenant.name)
    if not confirmed:
        room = max(TERMINATIONS_PER_DAY.of(tenant) - _ended_today(tenant), 0)
        if len(due) > room:
            attention_open(
                kind=MANY,
                subject=subject,
                sentence=f"{len(due)} services are to be deleted, and {room} may be today. "
                "None was: look at the list and confirm it.",
            )
            return 0
    done = each(due, _end, kind=NOT_ENDED, stake=_stake)
    attention_settled(kind=MANY, subject=subject, resolution="Nothing waits any more.")
    return done


def _end(service: Service) -> None:
    with transaction.atomic():
        row = service_locked(service.pk)
        if row.terminate_at is not None and row.status != ServiceStatus.TERMINATED:
            service_end(row, actor=CALENDAR, reason="The hold is over.")


def _stake(service: Service) -> Stake:
    return Stake(subject=subject_of(service), customer_id=service.customer_id)


def services_to_terminate(tenant: Tenant) -> list[Service]:
    """Return the services whose hold is over, oldest decision first."""
    rows = Service.objects.filter(terminate_at__lte=business_now(tenant))
    rows = rows.exclude(status=ServiceStatus.TERMINATED)
    return list(rows.select_related("customer").order_by("terminate_at"))


def _ended_today(tenant: Tenant) -> int:
    midnight = day_begins(business_today(tenant), tenant)
    return Service.objects.filter(terminated_at__gte=midnight, activated_at__isnull=False).count()
