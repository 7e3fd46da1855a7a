"""What will happen to a customer's open and coming invoices if nobody pays, and when.

The rules are those of the runs: ``billing.rules.foretelling`` plays the calendar through, and this
module reads how things stand now, in a fixed number of queries.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import Q

from billing.choices import HoldKind, SubscriptionStatus
from billing.models import DunningCase, DunningHold, DunningStep, Invoice, Subscription
from billing.preferences_dunning import HOUR, terms_of
from billing.rules.dunning import Anchors
from billing.rules.foretelling import Foretold, House, Standing, foretold
from billing.rules.renewal_calendar import RUN_HOUR
from billing.rules.working_days import instant_of
from billing.selectors.dunning import (
    NOTICE,
    Standstill,
    card_to_charge,
    charge_refusal,
    connection_is_paused,
    holds_open,
    invoices_undecided,
    is_free_day,
    standstill_known,
    switch_standstill,
    zone_of,
)
from billing.selectors.parties import present_tenant
from billing.selectors.payments import credit_of
from billing.selectors.renewals import (
    UpcomingInvoice,
    is_billed_again,
    run_day,
    upcoming_invoices,
)
from billing.selectors.unpaid_lines import (
    anchors_of_each,
    suspendable_among,
    suspendable_of_each,
    unpaid_lines_of,
)
from billing.slots import Happening, happening_sources
from customers.models import Customer
from ispplatform.core.clock import business_now
from ispplatform.core.models.tenants import Tenant
from ispplatform.core.subjects import Subject

MOST_INVOICES = 20
MOST_SUBSCRIPTIONS = 300
MOST_OTHERS = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Course:
    """One invoice that is open or will come, and what happens to it.

    Args:
        invoice: None for one that is still to be issued.
        upcoming: what one that is still to be issued bills.
        issued_at: when it will be issued; None for an open one.
        amount: what is owed on it, or will be once credit that the customer has is used.
        past: what was done about it.
        steps: what is to come, if nobody pays.
        standstill: what holds it up at present.
        subjects: what would be, or is, suspended.
        charge_refusal: why no card is charged; empty where one is.
    """

    invoice: Invoice | None = None
    upcoming: tuple[UpcomingInvoice, ...] = ()
    issued_at: datetime | None = None
    amount: Decimal
    currency: str
    anchors: Anchors
    case: DunningCase | None = None
    past: tuple[DunningStep, ...] = ()
    steps: tuple[Foretold, ...]
    standstill: Standstill | None = None
    subjects: tuple[Subject, ...] = ()
    charge_refusal: str = ""

    @property
    def invoice_id(self) -> UUID | None:
        """The id of an open invoice."""
        return self.invoice.pk if self.invoice is not None else None

    @property
    def goes_by_expiry(self) -> bool:
        """Whether its days count from the expiry of a name."""
        return self.anchors.due_on is None


@dataclass(frozen=True, kw_only=True, slots=True)
class Ending:
    """A subscription that ends by itself.

    Args:
        at: when the run ends it.
        is_cancelled: whether somebody cancelled it; else it only does not renew.
    """

    subscription: Subscription
    at: datetime
    is_cancelled: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class CustomerCalendar:
    """Everything that will happen to a customer's invoices and subscriptions by itself."""

    open: tuple[Course, ...]
    coming: tuple[Course, ...]
    endings: tuple[Ending, ...]
    others: tuple[Happening, ...]
    holds: tuple[DunningHold, ...]
    has_more: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class _Desk:
    """What counts for all invoices of the customer alike."""

    customer: Customer
    tenant: Tenant
    now: datetime
    house: House
    holds: tuple[DunningHold, ...]
    stopped: Standstill | None
    charge_refusal: str
    charges_are_held: bool


def calendar_of_customer(customer: Customer) -> CustomerCalendar:
    """Return what will happen to a customer's invoices and subscriptions, by the runs' own rules.

    Nobody pays, cards are declined, and everything else stays as it is now.
    """
    desk = _desk(customer)
    rows = Invoice.objects.open().filter(customer=customer, amount_due__gt=0)
    invoices = list(rows.select_related("document").order_by("due_date", "pk")[: MOST_INVOICES + 1])
    running = Q(status=SubscriptionStatus.ACTIVE) | Q(status=SubscriptionStatus.CANCELLED)
    subscriptions = list(
        Subscription.objects.filter(running, customer=customer)
        .select_related("price")
        .order_by("next_billing_on", "id")[:MOST_SUBSCRIPTIONS]
    )
    others = sorted(
        (one for source in happening_sources.items() for one in source.of(customer, MOST_OTHERS)),
        key=lambda one: one.at,
    )
    return CustomerCalendar(
        open=tuple(_open(desk, invoices[:MOST_INVOICES])),
        coming=tuple(_coming(desk, subscriptions)),
        endings=tuple(_endings(desk, subscriptions)),
        others=tuple(others),
        holds=desk.holds,
        has_more=len(invoices) > MOST_INVOICES
        or len(subscriptions) == MOST_SUBSCRIPTIONS
        or len(others) >= MOST_OTHERS,
    )


def _desk(customer: Customer) -> _Desk:
    tenant = present_tenant()
    card = card_to_charge(customer.pk)
    return _Desk(
        customer=customer,
        tenant=tenant,
        now=business_now(tenant),
        house=House(terms=terms_of(tenant), zone=zone_of(tenant), is_free=is_free_day(tenant)),
        holds=tuple(holds_open(customer.pk)),
        stopped=switch_standstill(tenant),
        charge_refusal=charge_refusal(card),
        charges_are_held=connection_is_paused(card),
    )


# --------------------------------------------------------------------------------- open invoices


def _open(desk: _Desk, invoices: Sequence[Invoice]) -> Iterable[Course]:
    if not invoices:
        return []
    ids = [invoice.pk for invoice in invoices]
    cases = {
        case.invoice_id: case
        for case in DunningCase.objects.select_related("plan").filter(invoice_id__in=ids)
    }
    past: dict[UUID, list[DunningStep]] = {}
    for step in DunningStep.objects.filter(case__invoice_id__in=ids).select_related("payment"):
        past.setdefault(step.case_id, []).append(step)
    documents = [invoice.document for invoice in invoices]
    unpaid = unpaid_lines_of(documents)
    subjects = suspendable_of_each(unpaid)
    unseen = [invoice.document for invoice in invoices if invoice.pk not in cases]
    anchors = anchors_of_each(unseen, unpaid, tenant=desk.tenant) if unseen else {}
    undecided = invoices_undecided(ids)
    found = []
    for invoice in invoices:
        case = cases.get(invoice.pk)
        own = tuple(past.get(case.pk, [])) if case is not None else ()
        seen = case or _unseen(invoice, anchors[invoice.document_id])
        course = Course(
            invoice=invoice,
            amount=invoice.amount_due,
            currency=invoice.currency,
            anchors=Anchors(due_on=seen.due_on, expires_on=seen.expires_on),
            case=case,
            past=own,
            steps=(),
            standstill=_standstill(desk, seen, invoice, undecided),
            subjects=tuple(subjects[invoice.document_id]),
            charge_refusal=desk.charge_refusal,
        )
        blocked_by = _standstill(desk, seen, invoice, undecided, promises=False)
        found.append(_played(desk, course, seen, own, blocked_by=blocked_by))
    return found


def _unseen(invoice: Invoice, anchors: Anchors) -> DunningCase:
    """Return the case that the next run will open, unsaved."""
    return DunningCase(invoice=invoice, due_on=anchors.due_on, expires_on=anchors.expires_on)


def _standstill(
    desk: _Desk,
    case: DunningCase,
    invoice: Invoice,
    undecided: Collection[UUID],
    *,
    promises: bool = True,
) -> Standstill | None:
    """Return what holds an invoice up; without ``promises``, what still will when these end."""
    holds = [one for one in desk.holds if promises or one.kind != HoldKind.PROMISE]
    known = standstill_known(case, invoice, holds=holds, is_undecided=undecided)
    return desk.stopped or known


def _played(
    desk: _Desk,
    course: Course,
    case: DunningCase,
    past: Sequence[DunningStep],
    *,
    blocked_by: Standstill | None,
) -> Course:
    standing = Standing(
        wakes_at=_wakes_at(desk, case.next_at, course.invoice_id),
        free_from=_wakes_at(desk, None, course.invoice_id),
        done=frozenset(step.key for step in past),
        suspensions=case.suspensions,
        is_suspended=case.suspended_at is not None,
        notice_accepted_at=case.notice_accepted_at,
        notice_is_out=case.notice_event_id is not None,
        is_held=blocked_by is not None and blocked_by.kind != NOTICE,
        charges_are_held=desk.charges_are_held,
        can_charge=not course.charge_refusal,
        can_suspend=bool(course.subjects),
    )
    return replace(course, steps=tuple(foretold(course.anchors, standing, house=desk.house)))


def _wakes_at(desk: _Desk, next_at: datetime | None, invoice_id: UUID | None) -> datetime:
    """Return the first instant at which the run may do anything about an invoice."""
    agreed = [
        instant_of(hold.until, HOUR.of(desk.tenant), desk.house.zone)
        for hold in desk.holds
        if hold.until is not None and hold.invoice_id in {None, invoice_id}
    ]
    return max([desk.now, *([next_at] if next_at is not None else []), *agreed])


# ------------------------------------------------------------------------------- coming invoices


def _coming(desk: _Desk, subscriptions: Sequence[Subscription]) -> Iterable[Course]:
    groups = _groups(upcoming_invoices(desk.customer, subscriptions=subscriptions))
    if not groups:
        return []
    rows = [one.subscription for group in groups for one in group]
    subjects = suspendable_among((row.subject_type, row.subject_id) for row in rows)
    currencies = {one.currency for group in groups for one in group}
    credit = {currency: credit_of(desk.customer, currency) for currency in currencies}
    return [_course_to_come(desk, group, subjects, credit) for group in groups]


def _groups(upcoming: Iterable[UpcomingInvoice]) -> list[list[UpcomingInvoice]]:
    """Return what shares an invoice, in the order in which the run issues them."""
    groups: dict[tuple[object, ...], list[UpcomingInvoice]] = {}
    for one in upcoming:
        key = (one.invoice_on, one.period.start, one.subscription.calendar, one.currency)
        groups.setdefault(key, []).append(one)
    return [groups[key] for key in sorted(groups, key=str)]


def _course_to_come(
    desk: _Desk,
    group: list[UpcomingInvoice],
    subjects: Mapping[UUID | None, Subject],
    credit: dict[str, Decimal],
) -> Course:
    first = group[0]
    begins_on, currency = first.period.start, first.currency
    total = sum((one.gross for one in group), Decimal(0))
    used = min(credit[currency], total)
    credit[currency] -= used
    is_named = bool(first.subscription.calendar)
    anchors = Anchors(
        due_on=None if is_named else begins_on, expires_on=begins_on if is_named else None
    )
    issued_at = max(desk.now, instant_of(first.invoice_on, RUN_HOUR, desk.house.zone))
    stopped, blocked_by = (_held_for_all(desk, promises=promises) for promises in (True, False))
    course = Course(
        upcoming=tuple(group),
        issued_at=issued_at,
        amount=total - used,
        currency=currency,
        anchors=anchors,
        steps=(),
        standstill=stopped,
        subjects=tuple(
            subjects[one.subscription.subject_id]
            for one in group
            if one.subscription.subject_id in subjects
        ),
        charge_refusal=desk.charge_refusal,
    )
    if used == total:
        return course
    case = DunningCase(due_on=anchors.due_on, expires_on=anchors.expires_on, next_at=issued_at)
    return _played(desk, course, case, (), blocked_by=blocked_by)


def _held_for_all(desk: _Desk, *, promises: bool) -> Standstill | None:
    """Return what holds every invoice of the customer up, one that is still to come too."""
    for hold in desk.holds:
        if hold.invoice_id is None and (promises or hold.kind != HoldKind.PROMISE):
            return desk.stopped or Standstill(
                kind=hold.kind, reason=hold.reason, until=hold.until, hold=hold
            )
    return desk.stopped


def _endings(desk: _Desk, subscriptions: Iterable[Subscription]) -> Iterable[Ending]:
    done = run_day(desk.tenant)
    for row in subscriptions:
        is_cancelled = row.status == SubscriptionStatus.CANCELLED
        day = row.ends_on if is_cancelled else row.next_billing_on
        if day is None or (is_cancelled and day < done) or is_billed_again(row):
            continue
        at = max(desk.now, instant_of(day, RUN_HOUR, desk.house.zone))
        yield Ending(subscription=row, at=at, is_cancelled=is_cancelled)
