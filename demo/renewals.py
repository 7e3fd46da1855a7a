"""Renewals of the history: what subscriptions bill when a period ends, and who pays it.

The history bills on a period's first day and pays at once; from today on the real run bills days
before, as it does in every company.
"""

from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import QuerySet

from billing.choices import SubscriptionStatus
from billing.models import Document, PaymentMethod, Subscription
from billing.services.invoices import invoice_issue
from billing.services.lines import LineInput
from billing.services.payments import payment_record, payment_start
from catalog.rules.cycles import cycle_end
from customers.models import Customer
from demo.actors import LOADER, staff
from ispplatform.core.clock import business_today
from ispplatform.core.due import DueSource, day_begins
from ispplatform.core.models import Tenant
from ispplatform.core.subjects import Subject

HOUR = 9
DUE_DAYS = 7


class Renewals:
    """Bills what is due, one invoice per customer and day.

    Who has a card is charged at once, others transfer the money.

    Args:
        pays: tells whether a customer pays an invoice of that day.
        crowd: customers who are billed otherwise.
    """

    def __init__(self, *, pays: Callable[[Customer, date], bool], crowd: set[UUID]) -> None:
        self.pays = pays
        self.crowd = crowd

    def source(self) -> DueSource:
        """Return the renewals as work that falls due, in the place of billing's own."""
        return DueSource(
            key="billing.renewals",
            label="Renewals billed",
            next_due=self.next_due,
            run_due=self.run_due,
        )

    def next_due(self, tenant: Tenant, after: datetime) -> datetime | None:
        """Return when the next subscription is billed."""
        days = self._billed().order_by("next_billing_on").values_list("next_billing_on", flat=True)
        day = days.first()
        return None if day is None else max(day_begins(day, tenant, hour=HOUR), after)

    def run_due(self, tenant: Tenant) -> int:
        """Bill everything whose day has come; return the number of invoices."""
        today = business_today(tenant)
        due: dict[Customer, list[Subscription]] = defaultdict(list)
        rows = self._billed().filter(next_billing_on__lte=today).select_related("customer", "price")
        for subscription in rows.order_by("customer_id", "id"):
            due[subscription.customer].append(subscription)
        for customer, subscriptions in due.items():
            self.bill(customer, subscriptions, today)
        return len(due)

    def _billed(self) -> QuerySet[Subscription]:
        return Subscription.objects.filter(
            status=SubscriptionStatus.ACTIVE, auto_renew=True, next_billing_on__isnull=False
        ).exclude(customer_id__in=self.crowd)

    def bill(self, customer: Customer, subscriptions: list[Subscription], today: date) -> None:
        """Bill the next period of a customer's subscriptions, and let the customer pay."""
        lines = [_line(subscription) for subscription in subscriptions]
        invoice = invoice_issue(
            actor=LOADER, customer=customer, lines=lines, currency=customer.currency
        )
        for subscription in subscriptions:
            subscription_advance(subscription)
        if self.pays(customer, today):
            _pay(customer, invoice.document)


def next_period(subscription: Subscription) -> tuple[date, date]:
    """Return the first day of the period after the present one, and the day after its last."""
    start, anchor_day = subscription.current_period_end, subscription.anchor_day
    if start is None or anchor_day is None:
        raise ValueError(f"{subscription} has not begun.")
    return start, cycle_end(start, subscription.cycle, anchor_day)


def _subject(subscription: Subscription) -> Subject | None:
    if subscription.subject_id is None:
        return None
    return Subject(
        type=subscription.subject_type,
        id=subscription.subject_id,
        label=subscription.subject_label,
    )


def _line(subscription: Subscription) -> LineInput:
    start, end = next_period(subscription)
    price = subscription.price
    return LineInput(
        label=subscription.label,
        unit_price=price.renews_at,
        quantity=Decimal(subscription.quantity),
        tax_included=price.tax_included,
        period_start=start,
        period_end=end,
        subject=_subject(subscription),
        subscription=subscription,
    )


def subscription_advance(subscription: Subscription) -> None:
    """Let the next period be the present one."""
    start, end = next_period(subscription)
    subscription.current_period_start = start
    subscription.current_period_end = subscription.next_billing_on = end
    subscription.version += 1
    subscription.save()


def _pay(customer: Customer, document: Document) -> None:
    method = PaymentMethod.objects.filter(
        customer=customer, is_default=True, removed_at=None
    ).first()
    if method is not None:
        payment_start(actor=LOADER, document=document, payment_method=method, off_session=True)
    else:
        payment_record(
            actor=staff("billing"),
            customer=customer,
            amount=document.gross_total,
            reference=document.number,
            document=document,
        )
