"""The money on the home page: open, overdue and cash, this month against the last."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.core.cache import cache
from django.db.models import BigIntegerField, Count, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from billing.choices import InvoiceStatus, LedgerRole, PaymentState
from billing.models import DunningCase, Invoice, JournalLine, Payment
from billing.models.querysets import OPEN_STATUSES
from billing.rules.dunning import StepKind
from ispplatform.core.actors import Actor
from ispplatform.core.clock import business_today
from ispplatform.core.due import day_begins
from ispplatform.core.models.tenants import Tenant
from ispplatform.core.money import from_minor
from ispplatform.core.pages.charts import Bar, bar_chart
from ispplatform.core.pages.formats import format_locale, money_text
from ispplatform.core.tenancy.context import current_tenant_id

MONTHS_SHOWN = 6
MONTH_BEGAN_KEPT = 6 * 3600  # seconds


def money_tile(tenant: Tenant, actor: Actor) -> Mapping[str, Any]:
    """Return what is open and overdue now and was when the month began, and the cash of months.

    Two queries over what is open and six months of payments, both by indexes that hold the
    amounts; some times a day a third over this month's bookings.
    """
    month = business_today(tenant).replace(day=1)
    currency = tenant.currency
    now = _owed(currency, month)
    before = _owed_before(currency, month, now)
    cash = _cash_by_month(currency, month)
    listed = reverse("admin:billing_invoice_changelist")
    payments = reverse("admin:billing_payment_changelist")
    opened = {"status__in": ",".join(OPEN_STATUSES), "currency__exact": currency}
    overdue = {"status__exact": InvoiceStatus.OVERDUE.value, "currency__exact": currency}
    came = {
        "state__exact": PaymentState.SETTLED.value,
        "received_on__gte": month,
        "received_on__lt": _month_after(month),
        "currency__exact": currency,
    }
    return {
        "lines": [
            {
                "label": _("Open"),
                "now": from_minor(now["open"], currency),
                "before": from_minor(before["open"], currency),
                "since": month,
                "url": f"{listed}?{urlencode(opened)}",
            },
            {
                "label": _("Overdue"),
                "now": from_minor(now["overdue"], currency),
                "before": from_minor(before["overdue"], currency),
                "since": month,
                "url": f"{listed}?{urlencode(overdue)}",
            },
            {
                "label": _("Cash this month"),
                "now": cash[month],
                "before": cash[_month_before(month)],
                "since": None,
                "url": f"{payments}?{urlencode(came)}",
            },
        ],
        "currency": currency,
        "chart": _chart(cash, currency, month),
    }


def suspensions_tomorrow(tenant: Tenant) -> QuerySet[DunningCase]:
    """Return the unpaid invoices whose services are suspended tomorrow."""
    tomorrow = business_today(tenant) + timedelta(days=1)
    return DunningCase.objects.filter(
        closed_at=None,
        next_kind=StepKind.SUSPEND,
        next_at__gte=day_begins(tomorrow, tenant),
        next_at__lt=day_begins(tomorrow + timedelta(days=1), tenant),
    )


def suspensions_url(tenant: Tenant) -> str:
    """Return the address of the list of those invoices."""
    tomorrow = business_today(tenant) + timedelta(days=1)
    first = day_begins(tomorrow, tenant).isoformat().replace("+", "%2B")
    end = day_begins(tomorrow + timedelta(days=1), tenant).isoformat().replace("+", "%2B")
    listed = reverse("admin:billing_dunningcase_changelist")
    return f"{listed}?next_kind={StepKind.SUSPEND}&next_at__gte={first}&next_at__lt={end}"


def _owed(currency: str, month: date) -> dict[str, int]:
    """Return what is owed now; one query."""
    owed = Invoice.objects.open().filter(currency=currency)
    return figures(
        open=sum_of(owed, "amount_due"),
        overdue=sum_of(owed.filter(status=InvoiceStatus.OVERDUE), "amount_due"),
        due_before=sum_of(owed.filter(due_date__lt=month), "amount_due"),
    )


def _owed_before(currency: str, month: date, now: Mapping[str, int]) -> Mapping[str, int]:
    """Return what was open and overdue when the month began; kept for some hours.

    It is what is open now less what was booked on claims since, and no booking of this month
    changes it: so the month's bookings, which grow with the company, are seldom read.
    """
    key = f"billing.month_began:{current_tenant_id()}:{currency}:{month}"
    known: Mapping[str, int] | None = cache.get(key)
    if known is not None:
        return known
    moved = JournalLine.objects.filter(
        entry__booked_on__gte=month, account__role=LedgerRole.RECEIVABLES, currency=currency
    )
    since = figures(
        moved=sum_of(moved, "amount"),
        moved_of_due=sum_of(moved.filter(document__due_date__lt=month), "amount"),
    )
    found = {
        "open": now["open"] - since["moved"],
        "overdue": now["due_before"] - since["moved_of_due"],
    }
    cache.set(key, found, MONTH_BEGAN_KEPT)
    return found


def figures(**expressions: Any) -> dict[str, int]:
    """Return the values of several subqueries, read in one query."""
    found = Tenant.objects.filter(pk=current_tenant_id()).annotate(**expressions)
    return found.values(*expressions).get()


def sum_of(rows: QuerySet[Any], column: str) -> Any:
    """Return the sum of a column of amounts, in minor units, as a subquery."""
    sums = rows.order_by().values("tenant").annotate(units=Sum(column)).values("units")
    return Coalesce(Subquery(sums, output_field=BigIntegerField()), 0)


def count_of(rows: QuerySet[Any]) -> Any:
    """Return how many rows there are, as a subquery."""
    counts = rows.order_by().values("tenant").annotate(rows=Count("pk")).values("rows")
    return Coalesce(Subquery(counts, output_field=BigIntegerField()), 0)


def _cash_by_month(currency: str, month: date) -> dict[date, Decimal]:
    months = [month]
    while len(months) < MONTHS_SHOWN:
        months.append(_month_before(months[-1]))
    months.reverse()
    # A range of an index for each month: no day of a payment is turned into its month.
    settled = Payment.objects.filter(state=PaymentState.SETTLED, currency=currency)
    came = figures(
        **{
            f"month_{place}": sum_of(
                settled.filter(received_on__gte=one, received_on__lt=_month_after(one)),
                "amount_settled",
            )
            for place, one in enumerate(months)
        }
    )
    return {one: from_minor(came[f"month_{place}"], currency) for place, one in enumerate(months)}


def _month_before(month: date) -> date:
    return (month - timedelta(days=1)).replace(day=1)


def _month_after(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1)


def _chart(cash: Mapping[date, Decimal], currency: str, month: date) -> Any:
    """Return the cash of the last months as bars; that of this month is not complete."""
    locale = format_locale(get_language() or "en")
    bars = [
        Bar(
            label=locale.months["format"]["abbreviated"][one.month],
            value=max(amount, Decimal(0)),
            text=money_text(amount, currency, locale),
            quiet=one == month,
        )
        for one, amount in cash.items()
    ]
    return bar_chart(bars, label=_("Money that came in, by month"))
