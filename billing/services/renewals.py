"""Renewing subscriptions: invoicing the next period once, beginning it, ending what is over."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import F, OuterRef, Subquery

from billing.choices import SubscriptionStatus
from billing.events import SubscriptionRenewed
from billing.models import Subscription, SubscriptionPeriod
from billing.rules.proration import Period
from billing.rules.renewal_calendar import anchored_period, invoice_day, period_from
from billing.selectors.parties import present_tenant
from billing.selectors.renewal_anchors import Anchored, anchored_subjects
from billing.selectors.renewals import (
    periods_to_begin,
    subscriptions_to_end,
    subscriptions_to_invoice,
)
from billing.services.invoice_runs import InvoiceWish, invoices_issue
from billing.services.lines import MOST_LINES, LineInput
from billing.services.periods import periods_take_back
from billing.services.skipped_periods import skipped_note
from billing.services.subscriptions import ended_publication
from customers.models import Customer
from ispplatform.core.actors import Actor
from ispplatform.core.audit import AuditRecord, audit, audit_many
from ispplatform.core.clock import business_now, business_today
from ispplatform.core.events import Publication, publish_many
from ispplatform.core.models.tenants import Tenant
from ispplatform.core.subjects import Subject, subject_of

BILLED = ["next_billing_on", "version"]


@dataclass(frozen=True, slots=True)
class _Bill:
    subscription: Subscription
    period: Period


# -------------------------------------------------------------------------------------- invoicing


def renewals_invoice(*, actor: Actor, subscription_ids: Collection[UUID], on: date) -> int:
    """Invoice the next period of these subscriptions, each at most once, in one transaction.

    Those of one customer, currency, due day and calendar share an invoice. One that is not due by
    the run of the day, was invoiced meanwhile or does not renew is left as it is. Credit that the
    customer has pays first.

    Returns:
        How many invoices were issued.

    Raises:
        NotPermitted.
        PlatformError: what billing refuses about a line or a customer; then nothing was issued.
    """
    tenant = present_tenant()
    with transaction.atomic():
        due = subscriptions_to_invoice(tenant, on=on).filter(pk__in=subscription_ids)
        locked = due.select_for_update(of=("self",)).select_related("price", "customer")
        rows = list(locked.order_by("pk"))
        bills, moved = _bills(rows, on=on, tenant=tenant)
        invoices = _invoices_of(bills)
        issued = invoices_issue(
            actor=actor,
            wishes=[_wish(group) for group in invoices],
            wanted_on=business_today(tenant),
        )
        periods = [
            SubscriptionPeriod(
                subscription=bill.subscription,
                period_start=bill.period.start,
                period_end=bill.period.end,
                invoice=one.invoice,
                line=line,
            )
            for group, one in zip(invoices, issued, strict=True)
            for bill, line in zip(group, one.lines, strict=True)
        ]
        SubscriptionPeriod.objects.bulk_create(periods)
        _billed([bill.subscription.pk for bill in bills])
        _written(moved, BILLED)
    return len(issued)


def _billed(subscription_ids: Collection[UUID]) -> None:
    """Let subscriptions go on from the end of the period that was just invoiced. One statement."""
    last = SubscriptionPeriod.objects.filter(subscription=OuterRef("pk"), taken_back_at=None)
    ends = last.order_by("-period_start").values("period_end")[:1]
    if subscription_ids:
        Subscription.objects.filter(pk__in=subscription_ids).update(
            next_billing_on=Subquery(ends), version=F("version") + 1
        )


def _bills(
    rows: Sequence[Subscription], *, on: date, tenant: Tenant
) -> tuple[list[_Bill], list[Subscription]]:
    """Return what is to be billed, and the rows whose day turned out to be another, unsaved."""
    anchored_rows = [row for row in rows if row.calendar]
    anchors = anchored_subjects(
        [(row.subject_type, row.subject_id) for row in anchored_rows], tenant=tenant
    )
    invoiced = _last_periods(anchored_rows)
    bills: list[_Bill] = []
    moved: list[Subscription] = []
    for row in rows:
        if row.next_billing_on is None:
            continue
        if not row.calendar:
            day = row.next_billing_on
            bills.append(_Bill(row, period_from(day, row.cycle, row.anchor_day or day.day)))
            continue
        anchor = anchors.get(row.subject_id) if row.subject_id else None
        if anchor is None:  # its owner does not know it at present
            continue
        before = row.next_billing_on
        period = _anchor(row, anchor, invoiced=invoiced.get(row.pk))
        skipped_note(row, billed_until=before)
        if period is not None and invoice_day(period.start, anchor.lead_days) <= on:
            bills.append(_Bill(row, period))
        elif row.next_billing_on != before:
            moved.append(row)
    return bills, moved


def _last_periods(rows: Sequence[Subscription]) -> dict[UUID, Period]:
    """Return the last period of each subscription that an invoice stands for. One query."""
    if not rows:
        return {}
    found = SubscriptionPeriod.objects.filter(subscription__in=rows, taken_back_at=None)
    values = found.order_by("period_start").values_list(
        "subscription_id", "period_start", "period_end"
    )
    return {subscription_id: Period(start, end) for subscription_id, start, end in values}


def _anchor(row: Subscription, anchor: Anchored, *, invoiced: Period | None) -> Period | None:
    """Let a row follow its anchor, unsaved, and return the period to invoice next, if any."""
    row.calendar = anchor.calendar
    if anchor.on is None:
        row.next_billing_on = None
        return None
    period = anchored_period(anchor.on, cycle=row.cycle, invoiced=invoiced)
    if period is not None:
        row.next_billing_on = period.start
    elif invoiced is not None:
        row.next_billing_on = invoiced.end
    return period


def _invoices_of(bills: Iterable[_Bill]) -> list[list[_Bill]]:
    """Return which periods share an invoice, in a stable order."""
    groups: dict[tuple[UUID, date, str, str], list[_Bill]] = defaultdict(list)
    for bill in bills:
        row = bill.subscription
        key = (row.customer_id, bill.period.start, row.calendar, row.price.currency)
        groups[key].append(bill)
    return [
        group[place : place + MOST_LINES]
        for _, group in sorted(groups.items())
        for place in range(0, len(group), MOST_LINES)
    ]


def _wish(group: Sequence[_Bill]) -> InvoiceWish:
    first = group[0]
    customer: Customer = first.subscription.customer
    return InvoiceWish(
        customer=customer,
        currency=first.subscription.price.currency,
        lines=[_line(bill) for bill in group],
        due_on=first.period.start,
        tax_point=first.period.start,
    )


def _line(bill: _Bill) -> LineInput:
    row = bill.subscription
    return LineInput(
        label=row.label,
        unit_price=row.price.renews_at,
        quantity=Decimal(row.quantity),
        tax_included=row.price.tax_included,
        period_start=bill.period.start,
        period_end=bill.period.end,
        subject=_subject(row),
        subscription=row,
    )


def _subject(row: Subscription) -> Subject | None:
    if row.subject_id is None:
        return None
    return Subject(type=row.subject_type, id=row.subject_id, label=row.subject_label)


def _written(rows: Sequence[Subscription], fields: Sequence[str]) -> None:
    for row in rows:
        row.version += 1
    if rows:
        Subscription.objects.bulk_update(rows, fields)


def subscription_follow_anchor(*, actor: Actor, subject_type: str, subject_id: UUID) -> None:
    """Let the running subscription of a subject follow the day that its owner knows by now.

    For the app that fills ``renewal_anchors``, whenever that day may have changed. What the slot
    does not know changes nothing.
    """
    tenant = present_tenant()
    with transaction.atomic():
        rows = Subscription.objects.select_for_update().filter(
            subject_type=subject_type, subject_id=subject_id, status=SubscriptionStatus.ACTIVE
        )
        found = list(rows.order_by("pk"))
        anchor = anchored_subjects([(subject_type, subject_id)], tenant=tenant).get(subject_id)
        if anchor is None:
            return
        invoiced = _last_periods(found)
        for row in found:
            billed_until = row.next_billing_on
            before = {"calendar": row.calendar, "next_billing_on": billed_until}
            _anchor(row, anchor, invoiced=invoiced.get(row.pk))
            skipped_note(row, billed_until=billed_until)
            after = {"calendar": row.calendar, "next_billing_on": row.next_billing_on}
            if after == before:
                continue
            row.version += 1
            row.save(update_fields=["calendar", *BILLED])
            audit(
                "billing.subscription_follow_anchor",
                actor=actor,
                subject=subject_of(row),
                before=before,
                after=after,
                customer_id=row.customer_id,
            )


# ---------------------------------------------------------------------------- beginning and ending


def periods_begin(*, actor: Actor, period_ids: Collection[UUID], on: date) -> int:
    """Let invoiced periods whose first day has come be the present ones; return how many were.

    Whether they are paid is not asked: what the customer is entitled to meanwhile is the service's
    matter.
    """
    tenant = present_tenant()
    with transaction.atomic():
        due = periods_to_begin(on=on).filter(pk__in=period_ids)
        owners = list(due.values_list("subscription_id", flat=True))
        locked = Subscription.objects.select_for_update().filter(pk__in=owners)
        subscriptions = {row.pk: row for row in locked.order_by("pk")}
        periods = list(due.order_by("period_start", "pk"))
        records, told = [], []
        for period in periods:
            period.begun_at = business_now(tenant)
            row = subscriptions[period.subscription_id]
            if row.status == SubscriptionStatus.ENDED:
                continue
            records.append(_begun(row, period, actor=actor))
            told.append(_renewed(row, period))
        SubscriptionPeriod.objects.bulk_update(periods, ["begun_at"])
        _written(
            list(subscriptions.values()), ["current_period_start", "current_period_end", "version"]
        )
        audit_many(records)
        publish_many(told)
    return len(periods)


def _begun(row: Subscription, period: SubscriptionPeriod, *, actor: Actor) -> AuditRecord:
    before = {"current_period_end": row.current_period_end}
    row.current_period_start, row.current_period_end = period.period_start, period.period_end
    return AuditRecord(
        act="billing.subscription_renew",
        actor=actor,
        subject=subject_of(row),
        before=before,
        after={"current_period_end": row.current_period_end},
        customer_id=row.customer_id,
    )


def _renewed(row: Subscription, period: SubscriptionPeriod) -> Publication:
    return Publication(
        event=SubscriptionRenewed(
            subscription_id=row.pk,
            customer_id=row.customer_id,
            subject_type=row.subject_type,
            subject_id=row.subject_id,
            invoice_id=period.invoice_id,
            period_start=period.period_start,
            period_end=period.period_end,
        ),
        subject=subject_of(row),
        customer_id=row.customer_id,
    )


def subscriptions_end(*, actor: Actor, subscription_ids: Collection[UUID], on: date) -> int:
    """End subscriptions that were cancelled or do not renew, on their day; return how many.

    A renewal that was invoiced and never came about is credited.
    """
    with transaction.atomic():
        due = subscriptions_to_end(on=on).filter(pk__in=subscription_ids)
        rows = list(due.select_for_update().order_by("pk"))
        unbegun = SubscriptionPeriod.objects.filter(
            subscription__in=rows, begun_at=None, taken_back_at=None
        )
        with_periods = set(unbegun.values_list("subscription_id", flat=True))
        records, told = [], []
        for row in rows:
            reason, before = _end_reason(row), row.status
            if row.pk in with_periods:
                periods_take_back(row, actor=actor)
            row.ends_on = row.ends_on or row.next_billing_on or on
            row.status, row.next_billing_on = SubscriptionStatus.ENDED, None
            records.append(_ended(row, actor=actor, reason=reason, before=before))
            told.append(ended_publication(row, reason=reason))
        _written(rows, ["status", "ends_on", *BILLED])
        audit_many(records)
        publish_many(told)
    return len(rows)


def _end_reason(row: Subscription) -> str:
    if row.status == SubscriptionStatus.CANCELLED:
        return "cancelled"
    return "nothing_left" if row.next_billing_on is None else "not_renewed"


def _ended(row: Subscription, *, actor: Actor, reason: str, before: str) -> AuditRecord:
    return AuditRecord(
        act="billing.subscription_end",
        actor=actor,
        subject=subject_of(row),
        reason=reason,
        before={"status": before},
        after={"status": row.status, "ends_on": row.ends_on},
        customer_id=row.customer_id,
    )
