"""Document numbers: without gaps, per tenant, kind and year."""

from datetime import date

from django.db import transaction
from django.db.models import F

from billing.choices import DocumentKind
from billing.errors import NumberTooLow
from billing.models import NumberSeries
from billing.preferences import (
    BOOKS_CLOSED_THROUGH,
    CREDIT_NOTE_PREFIX,
    INVOICE_PREFIX,
    PRO_FORMA_PREFIX,
)
from billing.rules.numbering import LARGEST_NUMBER, format_number, issue_day
from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.errors import InvalidInput
from ispplatform.core.models.tenants import Tenant
from ispplatform.core.subjects import subject_of

PREFIXES = {
    DocumentKind.INVOICE: INVOICE_PREFIX,
    DocumentKind.CREDIT_NOTE: CREDIT_NOTE_PREFIX,
    DocumentKind.PRO_FORMA: PRO_FORMA_PREFIX,
}


def number_take(*, kind: str, wanted_on: date, tenant: Tenant) -> tuple[str, date]:
    """Return a fresh number and the day that its document must bear.

    The series stays locked until the transaction ends: take the number last. A rollback leaves no
    gap.

    Raises:
        TransactionManagementError: no transaction is open.
    """
    numbers, day = numbers_take(kind=kind, wanted_on=wanted_on, tenant=tenant, count=1)
    return numbers[0], day


def numbers_take(
    *, kind: str, wanted_on: date, tenant: Tenant, count: int
) -> tuple[list[str], date]:
    """Return ``count`` fresh numbers in order and the day that their documents must bear.

    Raises:
        TransactionManagementError: no transaction is open.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("A number is taken outside a transaction.")
    closed = BOOKS_CLOSED_THROUGH.of(tenant)
    closed_through = date.fromisoformat(closed) if closed else None
    day = issue_day(wanted=wanted_on, last_in_series=None, books_closed_through=closed_through)
    series = NumberSeries.objects.filter(kind=kind, year=day.year)
    if not series.update(last=F("last") + count):
        NumberSeries.objects.get_or_create(kind=kind, year=day.year)
        series.update(last=F("last") + count)
    row = series.get()
    day = issue_day(
        wanted=day, last_in_series=row.last_issue_date, books_closed_through=closed_through
    )
    if row.last_issue_date != day:
        series.update(last_issue_date=day)
    prefix = PREFIXES[DocumentKind(kind)].of(tenant)
    first = row.last - count + 1
    return [format_number(prefix, day.year, first + n) for n in range(count)], day


def series_continue(*, actor: Actor, kind: str, year: int, next_number: int) -> NumberSeries:
    """Let the next document of a series bear ``next_number``: when another system ended before.

    Raises:
        NotPermitted.
        InvalidInput: the number is out of range.
        NumberTooLow: a number at or above it was given already; no number is given twice.
    """
    actor.require("invoices:number")
    if not 1 <= next_number <= LARGEST_NUMBER:
        raise InvalidInput(f"Use 1 to {LARGEST_NUMBER}.", field="next_number")
    with transaction.atomic():
        NumberSeries.objects.get_or_create(kind=kind, year=year)
        series = NumberSeries.objects.select_for_update().get(kind=kind, year=year)
        if series.last >= next_number:
            raise NumberTooLow(f"Number {series.last} was given already.", field="next_number")
        before = series.last
        series.last = next_number - 1
        series.save(update_fields=["last"])
        audit(
            "billing.series_continue",
            actor=actor,
            subject=subject_of(series),
            before={"last": before},
            after={"last": series.last},
        )
    return series
