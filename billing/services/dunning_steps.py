"""What each step of the dunning calendar does, inside the transaction that notes it."""

from collections.abc import Callable
from dataclasses import dataclass

from billing.choices import StepState
from billing.errors import DunningOver
from billing.events import (
    InvoiceReminded,
    LastNoticeGiven,
    RenewalNoticeGiven,
    SuspensionDecided,
    TerminationDecided,
)
from billing.models import DunningCase, Invoice, Payment
from billing.rules.dunning import Step, StepKind
from billing.selectors.dunning import (
    calendar_of,
    card_to_charge,
    charge_refusal,
    instant_to_suspend,
    zone_of,
)
from billing.selectors.parties import present_tenant
from billing.selectors.unpaid_lines import suspendable_of
from billing.services.attention import domain_unsettled
from billing.services.payments import payment_start
from ispplatform.core.actors import Actor
from ispplatform.core.clock import business_now
from ispplatform.core.events import publish
from ispplatform.core.subjects import Subject, subject_of


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a step.

    Args:
        reason: why it was left out, or why somebody took it; empty for what the calendar does.
    """

    state: StepState
    reason: str = ""
    payment: Payment | None = None
    services_count: int = 0


DONE = Taken(StepState.DONE)


def step_take(case: DunningCase, invoice: Invoice, step: Step, *, actor: Actor) -> Taken:
    """Do what the step says, on a locked case; return what became of it."""
    return _DOING[step.kind](case, invoice, step, actor)


def charge_take(case: DunningCase, invoice: Invoice, step: Step, actor: Actor) -> Taken:
    """Charge the customer's default card; without one that may be charged, leave it out."""
    card = card_to_charge(invoice.customer_id)
    refusal = charge_refusal(card)
    if card is None or refusal:
        return Taken(StepState.SKIPPED, refusal)
    payment = payment_start(
        actor=actor,
        document=invoice.document,
        payment_method=card,
        off_session=True,
        idempotency_key=f"dunning:{case.pk}:{step.key}",
    )
    return Taken(StepState.DONE, payment=payment)


def _remind(case: DunningCase, invoice: Invoice, step: Step, actor: Actor) -> Taken:
    publish(
        InvoiceReminded(
            invoice_id=invoice.pk,
            invoice_number=invoice.number,
            customer_id=invoice.customer_id,
            number=step.number,
            amount_due=invoice.amount_due,
            currency=invoice.currency,
            due_date=invoice.due_date,
        ),
        subject=subject_of(invoice),
        customer_id=invoice.customer_id,
    )
    return DONE


def _give_last_notice(case: DunningCase, invoice: Invoice, step: Step, actor: Actor) -> Taken:
    tenant = present_tenant()
    now = business_now(tenant)
    case.notice_accepted_at = now  # as if it were taken at once: the first day that is possible
    later = (one for one in calendar_of(case, tenant=tenant) if one.kind is StepKind.SUSPEND)
    suspension = next(later, None)
    at = instant_to_suspend(case, suspension, tenant=tenant, now=now) if suspension else None
    can_stand_still = bool(suspendable_of(invoice.document))
    event = publish(
        LastNoticeGiven(
            invoice_id=invoice.pk,
            invoice_number=invoice.number,
            customer_id=invoice.customer_id,
            amount_due=invoice.amount_due,
            currency=invoice.currency,
            due_date=invoice.due_date,
            suspend_on=at.astimezone(zone_of(tenant)).date() if at and can_stand_still else None,
        ),
        subject=subject_of(invoice),
        customer_id=invoice.customer_id,
    )
    case.notice_event_id, case.notice_accepted_at = event.pk, None
    return DONE


def _give_renewal_notice(case: DunningCase, invoice: Invoice, step: Step, actor: Actor) -> Taken:
    if case.expires_on is None:
        return Taken(StepState.SKIPPED, "The day of expiry is not known.")
    publish(
        RenewalNoticeGiven(
            invoice_id=invoice.pk,
            invoice_number=invoice.number,
            customer_id=invoice.customer_id,
            number=step.number,
            amount_due=invoice.amount_due,
            currency=invoice.currency,
            expires_on=case.expires_on,
        ),
        subject=subject_of(invoice),
        customer_id=invoice.customer_id,
    )
    return DONE


def _ask_a_person(case: DunningCase, invoice: Invoice, step: Step, actor: Actor) -> Taken:
    domain_unsettled(case)
    return DONE


def _suspend(case: DunningCase, invoice: Invoice, step: Step, actor: Actor) -> Taken:
    subjects = suspendable_of(invoice.document)
    if not subjects:
        return Taken(StepState.SKIPPED, "Nothing on the invoice can stand still.")
    publish(
        SuspensionDecided(
            invoice_id=invoice.pk,
            invoice_number=invoice.number,
            customer_id=invoice.customer_id,
            subjects=subjects_payload(subjects),
        ),
        subject=subject_of(invoice),
        customer_id=invoice.customer_id,
    )
    case.suspended_at = business_now(present_tenant())
    case.suspensions += 1
    case.plan = None
    return Taken(StepState.DONE, services_count=len(subjects))


def _terminate(case: DunningCase, invoice: Invoice, step: Step, actor: Actor) -> Taken:
    subjects = suspendable_of(invoice.document)
    if not subjects:
        return Taken(StepState.SKIPPED, "Nothing on the invoice is left to end.")
    publish(
        TerminationDecided(
            invoice_id=invoice.pk,
            invoice_number=invoice.number,
            customer_id=invoice.customer_id,
            subjects=subjects_payload(subjects),
        ),
        subject=subject_of(invoice),
        customer_id=invoice.customer_id,
    )
    return Taken(StepState.DONE, services_count=len(subjects))


def subjects_payload(subjects: list[Subject]) -> list[dict[str, str]]:
    """Return subjects as events carry them."""
    return [{"type": one.type, "id": str(one.id), "label": one.label} for one in subjects]


def step_pending(case: DunningCase, *, key: str) -> Step:
    """Return the step of a case that has this key.

    Raises:
        DunningOver: the calendar has no such step.
    """
    for step in calendar_of(case, tenant=present_tenant()):
        if step.key == key:
            return step
    raise DunningOver("Nothing is left to be done about this invoice.")


_DOING: dict[StepKind, Callable[[DunningCase, Invoice, Step, Actor], Taken]] = {
    StepKind.CHARGE: charge_take,
    StepKind.REMINDER: _remind,
    StepKind.LAST_NOTICE: _give_last_notice,
    StepKind.RENEWAL_NOTICE: _give_renewal_notice,
    StepKind.DECIDE: _ask_a_person,
    StepKind.SUSPEND: _suspend,
    StepKind.TERMINATE: _terminate,
}
