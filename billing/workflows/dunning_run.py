"""Following up unpaid invoices: what is due is done, case by case; many suspensions wait."""

from datetime import datetime
from functools import partial
from uuid import UUID

from django.db.models import Sum

from billing.choices import PlanState, StepState
from billing.models import DunningCase, DunningHold, DunningStep, Invoice, SuspensionPlan
from billing.models.querysets import OPEN_STATUSES
from billing.preferences_dunning import (
    HOUR,
    PLAN_PERCENT,
    PLAN_PERCENT_FROM,
    PLAN_SUSPENSIONS,
)
from billing.rules.dunning import StepKind, needs_plan
from billing.selectors.dunning import (
    cases_due,
    promises_ended,
    subjects_of_cases,
    switch_standstill,
    working_count,
    zone_of,
)
from billing.services.attention import dunning_stuck
from billing.services.dunning import (
    dunning_close_if_over,
    dunning_failed,
    dunning_go_on,
    dunning_open,
)
from billing.services.dunning_holds import dunning_hold_end
from billing.services.gateway_outages import outages_end_by_themselves, outages_notice
from billing.services.suspension_plans import suspension_plan_make, suspension_plan_prune
from ispplatform.core.actors import Actor
from ispplatform.core.borders import Stake, alone, each
from ispplatform.core.clock import business_now, business_today
from ispplatform.core.due import day_begins, earliest
from ispplatform.core.models.tenants import Tenant
from ispplatform.core.subjects import subject_of
from ispplatform.core.tenancy.context import tenant_context

PROMISE_NOT_ENDED = "billing.promise_not_ended"
CALENDAR = Actor.system("dunning")
OPENED_AT_ONCE = 2000  # invoices; the newest first, what is left comes with the next run


def next_dunning_due(tenant: Tenant, after: datetime) -> datetime | None:
    """Return the first business instant after ``after`` at which a step falls due.

    Between midnight and the hour at which the day's run begins, that hour: nothing is done before.
    """
    opening = day_begins(after.astimezone(zone_of(tenant)).date(), tenant, hour=HOUR.of(tenant))
    if after < opening and Invoice.objects.open().filter(amount_due__gt=0).exists():
        return opening
    steps = DunningCase.objects.filter(closed_at=None, next_at__gt=after)
    step_at = steps.order_by("next_at").values_list("next_at", flat=True).first()
    promises = DunningHold.objects.filter(closed_at=None, until__gte=after.date())
    for day in promises.order_by("until").values_list("until", flat=True).distinct()[:3]:
        if day is not None and (at := day_begins(day, tenant, hour=HOUR.of(tenant))) > after:
            return earliest(step_at, at)
    return step_at


def dunning_run_by_day(tenant: Tenant) -> int:
    """Follow up the tenant's unpaid invoices; nobody is charged or written to at night.

    Beat and a moved clock call it alike, so that both do the same at the same hour.

    Returns:
        How many steps were taken.
    """
    hour = business_now(tenant).astimezone(zone_of(tenant)).hour
    return dunning_run(tenant) if hour >= HOUR.of(tenant) else 0


def dunning_run(tenant: Tenant) -> int:
    """Take every step that is due for the tenant's unpaid invoices; return how many were taken.

    Safe to repeat and to run twice at once: a step is taken once. One that fails is put before a
    person and stops no other.
    """
    with tenant_context(tenant.pk):
        dunning_cases_keep()
        outages_end_by_themselves(tenant)
        outages_notice(tenant)
        if switch_standstill(tenant) is not None:
            return 0
        each(list(promises_ended(tenant)), _end_promise, kind=PROMISE_NOT_ENDED, stake=_held)
        return _steps_run(tenant) + _suspensions_run(tenant)


def _end_promise(hold: DunningHold) -> None:
    dunning_hold_end(actor=CALENDAR, hold_id=hold.pk)


def _held(hold: DunningHold) -> Stake:
    return Stake(subject=subject_of(hold), customer_id=hold.customer_id)


def dunning_cases_keep() -> None:
    """Open what is missing, close what is over, and forget lists on which nothing is left.

    Takes no step. Works for the tenant in force.
    """
    missing = Invoice.objects.open().filter(dunning=None, amount_due__gt=0)
    for invoice in list(missing.select_related("document").order_by("-pk")[:OPENED_AT_ONCE]):
        _open(invoice)
    over = DunningCase.objects.filter(closed_at=None).exclude(invoice__status__in=OPEN_STATUSES)
    for case in list(over.select_related("invoice")):
        _close_if_over(case)
    for plan in SuspensionPlan.objects.filter(state=PlanState.WAITING, cases=None):
        suspension_plan_prune(plan=plan)


def _close_if_over(case: DunningCase) -> None:
    def stuck(sentence: str) -> None:
        dunning_stuck(case.invoice, sentence=sentence)

    close = partial(dunning_close_if_over, invoice_id=case.invoice_id)
    alone(close, failed=stuck, otherwise=None)


def _open(invoice: Invoice) -> None:
    def stuck(sentence: str) -> None:
        dunning_stuck(invoice, sentence=sentence)

    alone(lambda: dunning_open(invoice=invoice), failed=stuck, otherwise=None)


def _steps_run(tenant: Tenant) -> int:
    """Take what is due; a suspension is only put off here when it is not its time."""
    ids = list(cases_due(business_now(tenant)).values_list("pk", flat=True))
    return sum(_go_on(case_id) for case_id in ids)


def _go_on(case_id: UUID, *, may_suspend: bool = False) -> int:
    def failed(sentence: str) -> None:
        dunning_failed(case_id=case_id, sentence=sentence)

    def go_on() -> bool:
        return dunning_go_on(case_id=case_id, may_suspend=may_suspend)

    return alone(go_on, failed=failed, otherwise=False)


def _suspensions_run(tenant: Tenant) -> int:
    """Suspend what is due, unless it is so much that a person has to see the list first."""
    due = cases_due(business_now(tenant)).filter(
        next_kind=StepKind.SUSPEND, notice_accepted_at__isnull=False
    )
    cases = list(due.select_related("plan", "invoice__document"))
    confirmed = [case.pk for case in cases if case.plan is not None]
    asked = [case for case in cases if case.plan is None]
    if _are_many(tenant, len(subjects_of_cases(asked))):
        suspension_plan_make(case_ids=[case.pk for case in asked])
        asked = []
    ready = [*confirmed, *(case.pk for case in asked)]
    return sum(_go_on(case_id, may_suspend=True) for case_id in ready)


def _are_many(tenant: Tenant, services: int) -> bool:
    if not services:
        return False
    midnight = day_begins(business_today(tenant), tenant)
    today = DunningStep.objects.filter(
        kind=StepKind.SUSPEND, state=StepState.DONE, taken_at__gte=midnight
    )
    done = today.aggregate(count=Sum("services_count"))["count"] or 0
    return needs_plan(
        services=services + done,
        active=working_count() + done,
        most=PLAN_SUSPENSIONS.of(tenant),
        most_percent=PLAN_PERCENT.of(tenant),
        percent_from=PLAN_PERCENT_FROM.of(tenant),
    )
