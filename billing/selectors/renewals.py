"""What is billed next, and when."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import F, Min, Q, QuerySet, Subquery

from billing.choices import SubscriptionStatus
from billing.models import Invoice, PaymentMethod, Subscription, SubscriptionPeriod
from billing.preferences import MONTHLY_RENEWAL_LEAD_DAYS, RENEWAL_LEAD_DAYS
from billing.preferences_dunning import terms_of
from billing.rules.lines import price_line
from billing.rules.proration import Period
from billing.rules.renewal_calendar import (
    RUN_HOUR,
    LeadDays,
    invoice_day,
    period_from,
)
from billing.selectors.parties import present_tenant, tax_of_customer
from billing.slots import renewal_anchors
from catalog.choices import BillingCycle
from catalog.rules.cycles import MONTHS
from customers.models import Customer
from ispplatform.core.clock import business_now
from ispplatform.core.due import day_begins, earliest
from ispplatform.core.models.tenants import Tenant
from ispplatform.core.tenancy.lookup import tenant_by_id

RENEWS = Q(auto_renew=True) | Q(commitment_until__gt=F("next_billing_on"))
LONGER = sorted(set(MONTHS) - {BillingCycle.MONTHLY.value})
ONE_DAY = timedelta(days=1)


def lead_days(tenant: Tenant) -> LeadDays:
    """Return how many days before a period begins the tenant invoices it."""
    return LeadDays(
        monthly=MONTHLY_RENEWAL_LEAD_DAYS.of(tenant), longer=RENEWAL_LEAD_DAYS.of(tenant)
    )


def lead_days_of(calendar: str, cycle: str, *, tenant: Tenant) -> int:
    """Return how many days before its next period a subscription is invoiced. No query."""
    anchor = renewal_anchors.get(calendar) if calendar else None
    return lead_days(tenant).of(cycle) if anchor is None else anchor.lead_days(tenant)


def run_day(tenant: Tenant, at: datetime | None = None) -> date:
    """Return the last day in the tenant's zone whose run has come: before 09:00 yesterday's.

    Args:
        at: None: the tenant's business time.
    """
    local = (at or business_now(tenant)).astimezone(ZoneInfo(tenant.time_zone))
    return local.date() if local.hour >= RUN_HOUR else local.date() - ONE_DAY


def subscriptions_to_invoice(tenant: Tenant, *, on: date) -> QuerySet[Subscription]:
    """Return the running subscriptions whose next period is to be invoiced by the run of a day."""
    rows = Subscription.objects.filter(RENEWS, status=SubscriptionStatus.ACTIVE)
    groups = Q()
    for group, days in _groups(tenant):
        groups |= group & Q(next_billing_on__lte=on + timedelta(days=days))
    return rows.filter(groups)


def _groups(tenant: Tenant) -> list[tuple[Q, int]]:
    """Return which subscriptions have the same lead days, and how many these are."""
    lead = lead_days(tenant)
    anchored = [
        (Q(calendar=anchor.key, cycle__in=list(MONTHS)), anchor.lead_days(tenant))
        for anchor in renewal_anchors.items()
    ]
    return [
        (Q(calendar="", cycle=BillingCycle.MONTHLY), lead.monthly),
        (Q(calendar="", cycle__in=LONGER), lead.longer),
        *anchored,
    ]


def subscriptions_to_end(*, on: date) -> QuerySet[Subscription]:
    """Return the subscriptions that are over on a day, or whose subject is gone."""
    calendars = [anchor.key for anchor in renewal_anchors.items()]
    # Every calendar and cycle by name, so that the index of what is to be billed serves.
    running = Q(status=SubscriptionStatus.ACTIVE, cycle__in=list(MONTHS))
    cancelled = Q(status=SubscriptionStatus.CANCELLED, ends_on__lte=on)
    runs_out = running & ~RENEWS & Q(calendar__in=["", *calendars], next_billing_on__lte=on)
    is_gone = running & Q(calendar__in=calendars, next_billing_on=None)
    return Subscription.objects.filter(cancelled | runs_out | is_gone)


def periods_to_begin(*, on: date) -> QuerySet[SubscriptionPeriod]:
    """Return the invoiced periods whose first day has come and that have not begun yet."""
    return SubscriptionPeriod.objects.filter(
        begun_at=None, taken_back_at=None, period_start__lte=on
    )


def next_renewal_due(tenant: Tenant, after: datetime) -> datetime | None:
    """Return the first business instant after ``after`` at which a run has work. Two queries."""
    done = run_day(tenant, after)
    running = Q(status=SubscriptionStatus.ACTIVE)
    others = {
        "cancelled": _first("ends_on", Q(status=SubscriptionStatus.CANCELLED, ends_on__gt=done)),
        "runs_out": _first(
            "next_billing_on",
            # What does not renew is not renewed by itself: these have an index of their own.
            running & Q(auto_renew=False) & ~RENEWS & Q(next_billing_on__gt=done),
        ),
    }
    begin = SubscriptionPeriod.objects.filter(
        begun_at=None, taken_back_at=None, period_start__gt=done
    ).aggregate(first=Min("period_start"))["first"]
    return _first_instant(tenant, done, others=others, days=[begin])


def next_renewal_invoice(tenant: Tenant) -> datetime | None:
    """Return the business instant at which the next renewal is invoiced, or None. One query."""
    return _first_instant(tenant, run_day(tenant))


def _first_instant(
    tenant: Tenant,
    done: date,
    *,
    others: Mapping[str, Subquery] | None = None,
    days: Iterable[date | None] = (),
) -> datetime | None:
    """Return when the first invoice after the runs of ``done`` comes, or another day if sooner."""
    wanted: dict[str, Subquery] = dict(others or {})
    leads: dict[str, int] = {}
    for number, (group, lead) in enumerate(_groups(tenant)):
        later = Q(status=SubscriptionStatus.ACTIVE, next_billing_on__gt=done + timedelta(days=lead))
        wanted[f"group_{number}"] = _first("next_billing_on", group & later & RENEWS)
        leads[f"group_{number}"] = lead
    found: dict[str, date | None] = (
        Tenant.objects.filter(pk=tenant.pk).annotate(**wanted).values(*wanted).get()
    )
    first = [invoice_day(day, leads.get(name, 0)) for name, day in found.items() if day is not None]
    first += [day for day in days if day is not None]
    return earliest(*(day_begins(day, tenant, hour=RUN_HOUR) for day in first))


def _first(day: str, condition: Q) -> Subquery:
    """Return the first day of such subscriptions: the beginning of an index, not all of them."""
    rows = Subscription.objects.filter(condition).exclude(**{day: None})
    return Subquery(rows.order_by(day).values(day)[:1])


@dataclass(frozen=True, kw_only=True, slots=True)
class UpcomingInvoice:
    """What one subscription is billed next.

    Args:
        invoice_on: the day of the invoice; today where it is late.
        period: the days that it covers; its first day is the due day.
        gross: with the customer's tax of today.
    """

    subscription: Subscription
    invoice_on: date
    period: Period
    gross: Decimal
    currency: str

    @property
    def last_day(self) -> date:
        """The last day that it covers, as people write periods."""
        return self.period.end - ONE_DAY

    @property
    def charge_on(self) -> date | None:
        """The day on which the card is charged, where there is one."""
        return charge_day(self.period.start, self.subscription.calendar)


def upcoming_invoices(
    customer: Customer, *, subscriptions: Iterable[Subscription] | None = None
) -> list[UpcomingInvoice]:
    """Return what a customer's running subscriptions bill next, the earliest first.

    Args:
        subscriptions: of this customer, with their prices; None: all of them.
    """
    tenant = tenant_by_id(customer.tenant_id)
    if subscriptions is None:
        rows = Subscription.objects.filter(customer=customer, status=SubscriptionStatus.ACTIVE)
        subscriptions = rows.select_related("price").order_by("next_billing_on", "id")
    billed = [row for row in subscriptions if is_billed_again(row)]
    if not billed:
        return []
    percent = tax_of_customer(customer, on=run_day(tenant)).percent
    found = [_upcoming(row, percent=percent, tenant=tenant) for row in billed]
    return sorted(found, key=lambda one: (one.invoice_on, one.period.start))


def is_billed_again(subscription: Subscription) -> bool:
    """Tell whether a further invoice of it will come by itself."""
    return _is_billed_again(
        subscription.status,
        subscription.auto_renew,
        subscription.commitment_until,
        subscription.next_billing_on,
    )


def _is_billed_again(
    status: str | None, auto_renew: bool | None, bound: date | None, day: date | None
) -> bool:
    if status != SubscriptionStatus.ACTIVE or day is None:
        return False
    return bool(auto_renew) or (bound is not None and bound > day)


def _upcoming(row: Subscription, *, percent: Decimal, tenant: Tenant) -> UpcomingInvoice:
    begins_on = row.next_billing_on
    if begins_on is None:
        raise ValueError(f"{row} is not billed again.")
    days = lead_days_of(row.calendar, row.cycle, tenant=tenant)
    price = row.price
    amounts = price_line(
        quantity=Decimal(row.quantity),
        unit_price=price.renews_at,
        tax_percent=percent,
        tax_included=price.tax_included,
        currency=price.currency,
    )
    anchor_day = begins_on.day if row.calendar else row.anchor_day or begins_on.day
    return UpcomingInvoice(
        subscription=row,
        invoice_on=max(invoice_day(begins_on, days), run_day(tenant)),
        period=period_from(begins_on, row.cycle, anchor_day),
        gross=amounts.gross,
        currency=price.currency,
    )


NEXT_INVOICE_COLUMNS = (
    "status",
    "auto_renew",
    "commitment_until",
    "next_billing_on",
    "calendar",
    "cycle",
)


def next_invoice_day(subscription: Subscription) -> date | None:
    """Return the day on which a subscription's next period is invoiced; None: never. No query."""
    return next_invoice_on(*(getattr(subscription, name) for name in NEXT_INVOICE_COLUMNS))


def next_invoice_on(
    status: str | None,
    auto_renew: bool | None,
    commitment_until: date | None,
    next_billing_on: date | None,
    calendar: str | None,
    cycle: str | None,
) -> date | None:
    """Return the same from ``NEXT_INVOICE_COLUMNS``; columns of no subscription are all None."""
    if not _is_billed_again(status, auto_renew, commitment_until, next_billing_on):
        return None
    tenant = present_tenant()
    days = lead_days_of(calendar or "", cycle or "", tenant=tenant)
    return max(invoice_day(next_billing_on, days), run_day(tenant)) if next_billing_on else None


def charge_day(due_on: date, calendar: str) -> date | None:
    """Return the day on which the card is charged for a period that is due on a day (day 0).

    None where the company charges no cards by itself.
    """
    terms = terms_of(present_tenant())
    days = terms.domain_charge_days if calendar else terms.charge_days
    return due_on + timedelta(days=min(days)) if days else None


def calendar_of_invoice(invoice: Invoice) -> str | None:
    """Return the calendar of a renewal's invoice; None where it renews nothing. One query."""
    rows = SubscriptionPeriod.objects.filter(invoice=invoice)
    return rows.values_list("subscription__calendar", flat=True).first()


def default_card(customer_id: UUID) -> PaymentMethod | None:
    """Return the card that renewals are charged to, or None."""
    return PaymentMethod.objects.filter(
        customer_id=customer_id, is_default=True, removed_at=None
    ).first()
