"""The dunning of one invoice: opening it, taking the step that is due, closing it.

Everything about one step happens in one transaction: the row that says that it was taken, what it
starts or tells, and the step after it. So whatever dies when, a step is taken once.
"""

from uuid import UUID

from django.db import transaction

from billing.choices import DunningOutcome, InvoiceStatus, StepState
from billing.models import DunningCase, DunningStep, Invoice
from billing.preferences_dunning import terms_of
from billing.rules.dunning import Step, StepKind, move_due
from billing.rules.working_days import ONE_DAY, instant_of
from billing.selectors.dunning import (
    NOTICE,
    calendar_of,
    instant_to_suspend,
    keys_taken,
    next_of,
    standstill_of,
    zone_of,
)
from billing.selectors.parties import present_tenant
from billing.selectors.unpaid_lines import anchors_of
from billing.services.attention import (
    dunning_settled,
    dunning_stuck,
    dunning_unstuck,
    notice_delivered,
    notice_undelivered,
)
from billing.services.dunning_steps import Taken, step_take
from billing.services.invoice_state import COLLECT
from billing.services.locks import locked_dunning, locked_invoice
from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.clock import business_now
from ispplatform.core.models.tenants import Tenant
from ispplatform.core.subjects import subject_of

CALENDAR = Actor.system("dunning")
QUICK_TRIES = 3  # so often a case that raises is tried every hour, afterwards once a day


def dunning_open(*, invoice: Invoice) -> DunningCase | None:
    """Begin the dunning of an open invoice; what is begun already is returned as it is.

    Returns:
        None when nothing is owed on it.
    """
    with transaction.atomic():
        row = locked_invoice(invoice.pk)
        known = DunningCase.objects.filter(invoice=invoice).first()
        if known is not None or not row.is_open:
            return known
        tenant = present_tenant()
        anchors = anchors_of(invoice.document, tenant=tenant)
        case = DunningCase(
            invoice=invoice,
            customer_id=invoice.customer_id,
            due_on=anchors.due_on,
            expires_on=anchors.expires_on,
        )
        case.invoice = row
        dunning_schedule(case, row, tenant=tenant)
    return case


def dunning_schedule(case: DunningCase, invoice: Invoice, *, tenant: Tenant) -> None:
    """Note the next step of a locked case, on it and on its invoice, and when it may be taken."""
    coming = next_of(case, tenant=tenant, taken=keys_taken(case))
    case.next_key = coming[0].key if coming else ""
    case.next_kind = coming[0].kind if coming else ""
    case.next_at = coming[1] if coming else None
    case.save()
    _show_on_invoice(case, invoice, tenant=tenant)


def _show_on_invoice(case: DunningCase, invoice: Invoice, *, tenant: Tenant) -> None:
    """Let lists and the API show the next step without reading the case."""
    what, on = case.next_kind or COLLECT, invoice.due_date
    if case.next_at is not None:
        on = case.next_at.astimezone(zone_of(tenant)).date()
    if (invoice.next_action, invoice.next_action_on) == (what, on):
        return
    invoice.next_action, invoice.next_action_on = what, on
    invoice.version += 1
    invoice.save(update_fields=["next_action", "next_action_on", "version"])


def dunning_go_on(*, case_id: UUID, may_suspend: bool = False) -> bool:
    """Take the step of a case that is due now; tell whether one was taken.

    Nothing is done while something holds the case up, and a step is never taken twice.

    Args:
        may_suspend: the run has counted the suspensions of the day; without it none is made.
    """
    with transaction.atomic():
        case, invoice = locked_dunning(case_id)
        if case.closed_at is not None:
            return False
        if not invoice.is_open:
            dunning_close(case, invoice)
            return False
        tenant = present_tenant()
        stopped = standstill_of(case, invoice, tenant=tenant)
        if stopped is not None and stopped.kind != NOTICE:
            return False
        now = business_now(tenant)
        move = move_due(calendar_of(case, tenant=tenant), done=keys_taken(case), now=now)
        step = move.step
        if step is None:
            return False
        if step.kind is StepKind.SUSPEND:
            is_time = _is_time_to_suspend(case, invoice, step, tenant=tenant)
            if not (is_time and may_suspend):
                return False
        for older in move.passed_over:
            step_note(case, older, Taken(StepState.PASSED_OVER, reason=step.key), actor=CALENDAR)
        step_note(case, step, step_take(case, invoice, step, actor=CALENDAR), actor=CALENDAR)
        if case.trouble:
            case.trouble, case.troubles = "", 0
            dunning_unstuck(invoice)
        dunning_schedule(case, invoice, tenant=tenant)
    return True


def _is_time_to_suspend(case: DunningCase, invoice: Invoice, step: Step, *, tenant: Tenant) -> bool:
    """Tell whether a suspension that is due may be made now; put it off where it may not."""
    now = business_now(tenant)
    at = instant_to_suspend(case, step, tenant=tenant, now=now)
    if at is None or at > now:
        dunning_schedule(case, invoice, tenant=tenant)
        return False
    if case.notice_accepted_at is None:
        notice_undelivered(case)
        tomorrow = now.astimezone(zone_of(tenant)).date() + ONE_DAY
        case.next_at = instant_of(tomorrow, terms_of(tenant).suspend_from_hour, zone_of(tenant))
        case.save(update_fields=["next_at"])
        return False
    return True


def step_note(case: DunningCase, step: Step, taken: Taken, *, actor: Actor) -> DunningStep:
    """Write the row that says that a step was taken or left out, and the audit entry."""
    row = DunningStep.objects.create(
        case=case,
        key=step.key,
        kind=step.kind,
        state=taken.state,
        taken_at=business_now(present_tenant()),
        taken_by=actor.label[:200],
        reason=taken.reason[:500],
        payment=taken.payment,
        services_count=taken.services_count,
    )
    if taken.state != StepState.PASSED_OVER:
        audit(
            f"billing.dunning_{step.kind.value}",
            actor=actor,
            subject=subject_of(case.invoice),
            reason=taken.reason,
            after={"step": step.key, "state": taken.state},
            customer_id=case.customer_id,
        )
    return row


def dunning_close(case: DunningCase, invoice: Invoice) -> None:
    """End a locked case whose invoice is not asked for any more."""
    paid = invoice.status == InvoiceStatus.PAID
    case.outcome = DunningOutcome.PAID if paid else DunningOutcome.CANCELLED
    case.closed_at = business_now(present_tenant())
    case.next_key = case.next_kind = case.trouble = ""
    case.next_at = case.plan = None
    case.save()
    dunning_settled(invoice, resolution=f"The invoice is {case.get_outcome_display().lower()}.")


def dunning_close_if_over(*, invoice_id: UUID) -> bool:
    """End the dunning of an invoice that is paid or cancelled; tell whether that was to be done."""
    known = DunningCase.objects.filter(invoice_id=invoice_id, closed_at=None).first()
    if known is None:
        return False
    with transaction.atomic():
        case, invoice = locked_dunning(known.pk)
        if case.closed_at is not None or invoice.is_open:
            return False
        dunning_close(case, invoice)
    return True


def dunning_reopen(invoice: Invoice) -> None:
    """Let the dunning of a locked invoice that is open again go on with the steps not taken yet.

    One that was never dunned gets its case from the next run.
    """
    case = DunningCase.objects.select_for_update().filter(invoice=invoice).first()
    if case is not None and case.closed_at is not None:
        case.closed_at, case.outcome = None, ""
        dunning_schedule(case, invoice, tenant=present_tenant())


def dunning_failed(*, case_id: UUID, sentence: str) -> None:
    """Note that a step could not be taken, put it before a person, and try again later."""
    with transaction.atomic():
        case, invoice = locked_dunning(case_id)
        tenant = present_tenant()
        case.trouble, case.troubles = sentence[:500], case.troubles + 1
        pause = ONE_DAY / 24 if case.troubles <= QUICK_TRIES else ONE_DAY
        case.next_at = business_now(tenant) + pause
        case.save(update_fields=["trouble", "troubles", "next_at"])
        dunning_stuck(invoice, sentence=case.trouble)


def notice_accepted(*, event_id: UUID) -> None:
    """Note that a mail server took the last notice of this event; the first recipient counts."""
    known = DunningCase.objects.filter(notice_event_id=event_id, notice_accepted_at=None).first()
    if known is None:
        return
    with transaction.atomic():
        case, invoice = locked_dunning(known.pk)
        if case.closed_at is not None or case.notice_accepted_at is not None:
            return
        tenant = present_tenant()
        case.notice_accepted_at = business_now(tenant)
        notice_delivered(invoice)
        dunning_schedule(case, invoice, tenant=tenant)
