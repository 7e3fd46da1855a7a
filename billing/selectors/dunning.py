"""Unpaid invoices: what happens next to one, what holds it up, and what it holds."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q, QuerySet

from billing.choices import HoldKind, PaymentState, PlanState
from billing.errors import DunningCaseNotFound
from billing.models import (
    Document,
    DocumentLine,
    DunningCase,
    DunningHold,
    DunningStep,
    Invoice,
    Payment,
    PaymentMethod,
)
from billing.models.querysets import OPEN_STATUSES
from billing.preferences_dunning import HOLIDAY_REGION, IS_ON, terms_of
from billing.rules.dunning import (
    LOST_CARD_CODES,
    MAILS,
    Anchors,
    Step,
    StepKind,
    dunning_steps,
    sensible_steps,
    step_after,
    suspension_instant,
)
from billing.rules.working_days import is_holiday
from billing.selectors.parties import present_tenant
from billing.selectors.unpaid_lines import anchors_of, suspendable_of, unpaid_lines_of
from billing.slots import suspendable_subjects
from ispplatform.core.actors import Actor
from ispplatform.core.clock import business_now, business_today
from ispplatform.core.models.switches import OperationSwitch, SwitchScope
from ispplatform.core.models.tenants import Tenant
from ispplatform.core.subjects import Subject
from ispplatform.core.switches.installation import installation_is_confirmed

MAIL_OPERATION = "notifications.mail"
CHARGE_OPERATION = "billing.charge"
NOTICE = "notice"  # the standstill of a case whose last notice no mail server has taken
# While one of these runs, nobody knows yet whether the invoice is paid.
UNDECIDED = (PaymentState.CREATED, PaymentState.PROCESSING, PaymentState.AUTHORIZED)


def zone_of(tenant: Tenant) -> ZoneInfo:
    """Return the tenant's time zone."""
    return ZoneInfo(tenant.time_zone)


def is_free_day(tenant: Tenant) -> Callable[[date], bool]:
    """Return what tells whether a day is a holiday where the tenant is."""
    return partial(is_holiday, country=tenant.country, region=HOLIDAY_REGION.of(tenant))


# ------------------------------------------------------------------------------------- the rows


def dunning_cases_for(actor: Actor) -> QuerySet[DunningCase]:
    """Return the dunning that the actor may see: staff all, a portal account its own.

    Raises:
        NotPermitted: staff or a key without ``invoices:read``.
    """
    rows = DunningCase.objects.select_related("invoice__document", "customer")
    if actor.is_customer:
        return rows.filter(customer_id=actor.customer_id)
    actor.require("invoices:read")
    return rows


def dunning_case_by_id(case_id: UUID, *, actor: Actor) -> DunningCase:
    """Return the dunning of one invoice.

    Raises:
        DunningCaseNotFound: none that the actor may see.
        NotPermitted.
    """
    case = dunning_cases_for(actor).filter(pk=case_id).first()
    if case is None:
        raise DunningCaseNotFound("There is no such dunning.")
    return case


def holds_open(customer_id: UUID, *, invoice_id: UUID | None = None) -> QuerySet[DunningHold]:
    """Return why the customer's dunning stands still; with ``invoice_id``, why this invoice's."""
    rows = DunningHold.objects.filter(customer_id=customer_id, closed_at=None)
    if invoice_id is not None:
        rows = rows.filter(Q(invoice_id=None) | Q(invoice_id=invoice_id))
    return rows.order_by("pk")


def cases_due(now: datetime) -> QuerySet[DunningCase]:
    """Return the cases whose next step is due and that nothing holds up, oldest first."""
    held = DunningHold.objects.filter(customer_id=OuterRef("customer_id"), closed_at=None).filter(
        Q(invoice_id=None) | Q(invoice_id=OuterRef("invoice_id"))
    )
    undecided = Payment.objects.filter(document_id=OuterRef("invoice_id"), state__in=UNDECIDED)
    rows = DunningCase.objects.filter(
        ~Exists(held),
        ~Exists(undecided),
        closed_at=None,
        next_at__lte=now,
        invoice__disputed=False,
        invoice__status__in=OPEN_STATUSES,
    )
    return rows.exclude(plan__state=PlanState.WAITING).order_by("next_at", "pk")


# ------------------------------------------------------------------------- what is suspended


def subjects_of_cases(cases: Iterable[DunningCase]) -> dict[UUID, Subject]:
    """Return what cases would suspend, each subject once, by its id."""
    return {
        subject.id: subject for case in cases for subject in suspendable_of(case.invoice.document)
    }


def working_count() -> int:
    """Return how many of the tenant's subjects work at present."""
    return sum(slot.working_count() for slot in suspendable_subjects.items())


def held_unpaid(subject_type: str, subject_ids: Collection[UUID]) -> set[UUID]:
    """Return those subjects that an unpaid invoice holds: it was suspended for, and is still open.

    An invoice that is overdue and has not come to its own suspension holds nothing.
    """
    lines = DocumentLine.objects.filter(
        subject_type=subject_type,
        subject_id__in=list(subject_ids),
        document__invoice__status__in=OPEN_STATUSES,
        document__invoice__dunning__suspended_at__isnull=False,
    )
    documents = list(Document.objects.filter(lines__in=lines).distinct())
    unpaid = unpaid_lines_of(documents)
    return {line.subject_id for own in unpaid.values() for line in own if line.subject_id} & set(
        subject_ids
    )


# ------------------------------------------------------------------------------------ the card


def card_to_charge(customer_id: UUID) -> PaymentMethod | None:
    """Return the card that is charged for a customer's invoices; None when there is none."""
    rows = PaymentMethod.objects.filter(customer_id=customer_id, is_default=True, removed_at=None)
    return rows.select_related("connection").first()


def card_was_lost(card: PaymentMethod) -> bool:
    """Tell whether the bank has said that the card is lost or stolen: it is never charged again."""
    rows = Payment.objects.filter(
        payment_method=card, state=PaymentState.FAILED, failure_code__in=LOST_CARD_CODES
    )
    return rows.exists()


def charge_refusal(card: PaymentMethod | None) -> str:
    """Return why a customer's card is not charged by itself; empty where it is."""
    if card is None:
        return "The customer has no card."
    if card_was_lost(card):
        return f"{card} was reported lost or stolen."
    return "" if card.connection.is_active else f"{card.connection} is switched off."


# ------------------------------------------------------------------------------------ calendar


def calendar_of(case: DunningCase, *, tenant: Tenant) -> list[Step]:
    """Return the steps of a case that make sense as it stands, taken ones too."""
    steps = dunning_steps(
        Anchors(due_on=case.due_on, expires_on=case.expires_on),
        terms=terms_of(tenant),
        zone=zone_of(tenant),
        suspensions=case.suspensions,
    )
    return sensible_steps(steps, is_suspended=case.suspended_at is not None)


def keys_taken(case: DunningCase) -> set[str]:
    """Return the keys of the steps that have a row."""
    return set(case.steps.values_list("key", flat=True))


def instant_to_suspend(
    case: DunningCase, step: Step, *, tenant: Tenant, now: datetime
) -> datetime | None:
    """Return when the services of a case may be suspended; None when no working day lies ahead."""
    return suspension_instant(
        step,
        now=now,
        notice_accepted_at=case.notice_accepted_at,
        terms=terms_of(tenant),
        zone=zone_of(tenant),
        is_free=is_free_day(tenant),
    )


def next_of(
    case: DunningCase, *, tenant: Tenant, taken: Iterable[str]
) -> tuple[Step, datetime | None] | None:
    """Return the next step of a case and when it may be taken; None when none is left."""
    now = business_now(tenant)

    def suspend_at(step: Step) -> datetime | None:
        return instant_to_suspend(case, step, tenant=tenant, now=now)

    steps = calendar_of(case, tenant=tenant)
    return step_after(steps, done=set(taken), suspend_at=suspend_at)


# --------------------------------------------------------------------------------- standstill


@dataclass(frozen=True, kw_only=True, slots=True)
class Standstill:
    """Why nothing happens at present.

    Args:
        kind: ``off``, ``switch``, ``dispute``, ``promise``, ``pause``, ``gateway``, ``payment``,
            ``plan`` or ``notice``.
        reason: somebody's own words; empty where the kind says it all.
        until: the day on which it goes on by itself; None where that is not known.
        hold: the row that can be ended, where there is one.
    """

    kind: str
    reason: str = ""
    until: date | None = None
    hold: DunningHold | None = None


def switch_standstill(tenant: Tenant) -> Standstill | None:
    """Return what stops the dunning of the whole company; None when nothing does. Two queries."""
    if not IS_ON.of(tenant):
        return Standstill(kind="off")
    if not installation_is_confirmed():
        return Standstill(kind="switch")
    paused = OperationSwitch.objects.filter(is_paused=True).filter(
        Q(scope=SwitchScope.TENANT)
        | Q(scope=SwitchScope.KIND, kind__in=[MAIL_OPERATION, CHARGE_OPERATION])
    )
    row = paused.order_by("pk").first()
    return Standstill(kind="switch", reason=row.reason) if row is not None else None


def connection_is_paused(card: PaymentMethod | None) -> bool:
    if card is None:
        return False
    rows = OperationSwitch.objects.filter(is_paused=True, connection_id=card.connection_id)
    return rows.exists()


def standstill_of(case: DunningCase, invoice: Invoice, *, tenant: Tenant) -> Standstill | None:
    """Return why nothing happens to an open invoice now; None when the calendar runs."""
    if (stopped := switch_standstill(tenant)) is not None:
        return stopped
    undecided = invoices_undecided([invoice.pk])
    holds = list(holds_open(invoice.customer_id, invoice_id=invoice.pk))
    known = standstill_known(case, invoice, holds=holds, is_undecided=undecided)
    if known is not None:
        return known
    if case.next_kind == StepKind.CHARGE and connection_is_paused(
        card_to_charge(invoice.customer_id)
    ):
        return Standstill(kind="switch")
    return None


def invoices_undecided(invoice_ids: Collection[UUID]) -> set[UUID]:
    """Return those invoices of which a payment is on its way."""
    rows = Payment.objects.filter(document_id__in=list(invoice_ids), state__in=UNDECIDED)
    return {one for one in rows.values_list("document_id", flat=True) if one is not None}


def standstill_known(
    case: DunningCase,
    invoice: Invoice,
    *,
    holds: Iterable[DunningHold],
    is_undecided: Collection[UUID],
) -> Standstill | None:
    """Return what holds a case up, from rows that were read already. No query.

    Args:
        holds: the open ones of the customer.
        is_undecided: the invoices of which a payment is on its way.
    """
    if invoice.disputed:
        return Standstill(kind="dispute")
    for hold in holds:
        if hold.invoice_id in {None, invoice.pk}:
            return Standstill(kind=hold.kind, reason=hold.reason, until=hold.until, hold=hold)
    if invoice.pk in is_undecided:
        return Standstill(kind="payment")
    if case.plan is not None and case.plan.state == PlanState.WAITING:
        return Standstill(kind="plan")
    if case.next_kind == StepKind.SUSPEND and case.notice_accepted_at is None:
        return Standstill(kind=NOTICE)
    return None


def day_of(case: DunningCase) -> date | None:
    """Return the day of a case's next step, in the tenant's zone."""
    if case.next_at is None:
        return None
    return case.next_at.astimezone(zone_of(present_tenant())).date()


# ------------------------------------------------------------------------------------ forecast


@dataclass(frozen=True, kw_only=True, slots=True)
class Forecast:
    """What happens next to an open invoice, and what holds it up.

    Args:
        next_step: what the calendar has next; None when nothing is left.
        next_at: when, business time; may have passed while something holds it up.
        suspend_at: from when on services are suspended; None where the invoice suspends nothing.
        subjects: what would be, or is, suspended.
        card: what is charged; None without a card, or with one that nobody may charge.
    """

    invoice: Invoice
    case: DunningCase | None
    next_step: StepKind | None
    next_at: datetime | None
    suspend_at: datetime | None
    subjects: tuple[Subject, ...]
    card: PaymentMethod | None
    standstill: Standstill | None
    tenant: Tenant

    @property
    def next_on(self) -> date | None:
        """The day of the next step, in the tenant's zone."""
        return self.day(self.next_at)

    @property
    def suspend_on(self) -> date | None:
        """The day from which on services are suspended, in the tenant's zone."""
        return self.day(self.suspend_at)

    @property
    def is_suspended(self) -> bool:
        """Whether services stand still for this invoice."""
        return self.case is not None and self.case.suspended_at is not None

    def day(self, at: datetime | None) -> date | None:
        """Return the tenant's day of an instant."""
        return at.astimezone(zone_of(self.tenant)).date() if at is not None else None


def case_of(invoice: Invoice) -> DunningCase | None:
    """Return the dunning of an invoice with its plan; None before the first run has seen it."""
    return DunningCase.objects.select_related("plan").filter(invoice_id=invoice.pk).first()


def forecast_of(invoice: Invoice) -> Forecast | None:
    """Return what happens next to an invoice; None when nothing is owed on it any more."""
    if not invoice.is_open:
        return None
    tenant = present_tenant()
    document = invoice.document
    case = case_of(invoice)
    shown = case
    if shown is None:
        anchors = anchors_of(document, tenant=tenant)
        shown = DunningCase(
            invoice=invoice, due_on=anchors.due_on, expires_on=anchors.expires_on, pk=None
        )
    taken = keys_taken(case) if case is not None else set()
    coming = next_of(shown, tenant=tenant, taken=taken)
    shown.next_kind = coming[0].kind if coming else ""
    subjects = tuple(suspendable_of(document))
    card = card_to_charge(invoice.customer_id)
    if card is not None and card_was_lost(card):
        card = None
    return Forecast(
        invoice=invoice,
        case=case,
        next_step=coming[0].kind if coming else None,
        next_at=coming[1] if coming else None,
        suspend_at=_suspend_at(shown, tenant=tenant, taken=taken) if subjects else None,
        subjects=subjects,
        card=card,
        standstill=standstill_of(shown, invoice, tenant=tenant),
        tenant=tenant,
    )


def _suspend_at(case: DunningCase, *, tenant: Tenant, taken: Collection[str]) -> datetime | None:
    steps = calendar_of(case, tenant=tenant)
    step = next((one for one in steps if one.kind is StepKind.SUSPEND), None)
    if step is None or step.key in taken:
        return None
    return instant_to_suspend(case, step, tenant=tenant, now=business_now(tenant))


def promises_ended(tenant: Tenant) -> QuerySet[DunningHold]:
    """Return the promises whose day has come."""
    return DunningHold.objects.filter(closed_at=None, until__lte=business_today(tenant))


def gateway_holds() -> QuerySet[DunningHold]:
    """Return the open holds because of a gateway's trouble, oldest first."""
    rows = DunningHold.objects.filter(kind=HoldKind.GATEWAY, closed_at=None)
    return rows.select_related("customer", "connection").order_by("pk")


@dataclass(frozen=True, kw_only=True, slots=True)
class DeclinedCharge:
    """What follows a declined charge of the dunning calendar.

    Args:
        mail_follows: a reminder or notice is due this moment and speaks of the decline itself.
        next_try_on: the day of the next charge of the same card; None when there is none.
    """

    mail_follows: bool
    next_try_on: date | None


def declined_charge(payment_id: UUID) -> DeclinedCharge | None:
    """Return what follows a declined payment; None for one that dunning did not start."""
    rows = DunningStep.objects.filter(payment_id=payment_id).select_related("case")
    taken_step = rows.select_related("payment__payment_method").first()
    if taken_step is None:
        return None
    tenant, case, payment = present_tenant(), taken_step.case, taken_step.payment
    now, taken = business_now(tenant), keys_taken(case)
    left = [step for step in calendar_of(case, tenant=tenant) if step.key not in taken]
    charges = [step.at for step in left if step.kind is StepKind.CHARGE and step.at > now]
    if payment is not None and payment.failure_code in LOST_CARD_CODES:
        charges = []
    at = min(charges, default=None)
    return DeclinedCharge(
        mail_follows=any(step.kind in MAILS and step.at <= now for step in left),
        next_try_on=at.astimezone(zone_of(tenant)).date() if at is not None else None,
    )


def last_decline(invoice_id: UUID) -> str:
    """Return the gateway's sentence about the last declined charge of an invoice, if that was one.

    Returns:
        Empty when nothing was charged, or the last payment did not fail.
    """
    last = Payment.objects.filter(document_id=invoice_id).order_by("-pk").first()
    return last.failure_message if last is not None and last.state == PaymentState.FAILED else ""
