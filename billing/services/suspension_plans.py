"""Lists of suspensions that a person confirms or drops."""

from collections.abc import Collection
from uuid import UUID

from django.db import transaction

from billing.choices import PlanState
from billing.errors import PlanChanged
from billing.models import DunningCase, SuspensionPlan
from billing.preferences_dunning import terms_of
from billing.rules.working_days import ONE_DAY, instant_of
from billing.selectors.dunning import subjects_of_cases, zone_of
from billing.selectors.parties import present_tenant
from billing.services.attention import suspension_plan_decided, suspension_plan_waits
from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.clock import business_now, business_today
from ispplatform.core.subjects import subject_of

CONFIRM = "dunning:confirm"
CALENDAR = Actor.system("dunning")


def suspension_plan_make(*, case_ids: Collection[UUID]) -> SuspensionPlan:
    """Put cases that would suspend services on the list that waits, a new one if none does."""
    with transaction.atomic():
        plan = SuspensionPlan.objects.select_for_update().filter(state=PlanState.WAITING).first()
        is_new = plan is None
        if plan is None:
            plan = SuspensionPlan.objects.create(made_at=business_now(present_tenant()))
        rows = DunningCase.objects.filter(pk__in=list(case_ids), closed_at=None)
        rows.update(plan=plan)
        plan.services_count = len(subjects_of_cases(plan.cases.all()))
        plan.version += 0 if is_new else 1
        plan.save(update_fields=["services_count", "version"])
        audit(
            "billing.suspension_plan_make",
            actor=CALENDAR,
            subject=subject_of(plan),
            after={"services": plan.services_count, "invoices": plan.cases.count()},
        )
        suspension_plan_waits(plan)
    return plan


def suspension_plan_confirm(*, actor: Actor, plan_id: UUID, version: int) -> SuspensionPlan:
    """Let the suspensions of a list be made; the next run makes them, in the hours for it.

    Args:
        version: of the list that was looked at.

    Raises:
        NotPermitted.
        PlanChanged: the list was decided about, or is another one by now.
    """
    return _decide(actor, plan_id, version, PlanState.CONFIRMED, "Confirmed.")


def suspension_plan_drop(*, actor: Actor, plan_id: UUID, version: int) -> SuspensionPlan:
    """Suspend nothing of a list; what is still unpaid is asked about again on the next day.

    Raises:
        As ``suspension_plan_confirm``.
    """
    return _decide(actor, plan_id, version, PlanState.DROPPED, "Dropped.")


def suspension_plan_prune(*, plan: SuspensionPlan) -> None:
    """Drop a list from which every invoice was paid."""
    with transaction.atomic():
        row = _locked(plan.pk)
        if row is None or row.cases.exists():
            return
        _decided(row, CALENDAR, PlanState.DROPPED, "Nothing on it is unpaid any more.")


def _decide(
    actor: Actor, plan_id: UUID, version: int, state: PlanState, resolution: str
) -> SuspensionPlan:
    actor.require(CONFIRM)
    with transaction.atomic():
        plan = _locked(plan_id)
        if plan is None or plan.version != version:
            raise PlanChanged("The list has changed: look at it again.")
        _decided(plan, actor, state, resolution)
    return plan


def _locked(plan_id: UUID) -> SuspensionPlan | None:
    rows = SuspensionPlan.objects.select_for_update()
    return rows.filter(pk=plan_id, state=PlanState.WAITING).first()


def _decided(plan: SuspensionPlan, actor: Actor, state: PlanState, resolution: str) -> None:
    plan.state, plan.decided_by = state, actor.label[:200]
    plan.decided_at = business_now(present_tenant())
    plan.version += 1
    plan.save()
    audit(
        f"billing.suspension_plan_{'confirm' if state == PlanState.CONFIRMED else 'drop'}",
        actor=actor,
        subject=subject_of(plan),
        reason=resolution,
        after={
            "state": state,
            "services": plan.services_count,
            "invoices": list(plan.cases.values_list("invoice__number", flat=True)[:100]),
        },
    )
    suspension_plan_decided(plan, resolution=resolution)
    if state == PlanState.DROPPED:
        _ask_again_tomorrow(plan)


def _ask_again_tomorrow(plan: SuspensionPlan) -> None:
    tenant = present_tenant()
    morning = instant_of(
        business_today(tenant) + ONE_DAY, terms_of(tenant).suspend_from_hour, zone_of(tenant)
    )
    plan.cases.update(plan=None, next_at=morning)
