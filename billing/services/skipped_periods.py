"""Days that a subject had and nobody billed: found, shown with their money, billed or given."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from billing.errors import SubscriptionStateWrong
from billing.models import Invoice, SkippedPeriod, Subscription, SubscriptionPeriod
from billing.rules.lines import price_line
from billing.rules.proration import Period, prorate
from billing.rules.renewal_calendar import period_from, skipped_days
from billing.selectors.parties import present_tenant, tax_of_customer
from billing.services.attention import period_skipped, period_skipped_settled
from billing.services.invoices import invoice_issue
from billing.services.lines import LineInput
from billing.services.locks import locked_subscription
from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.clock import business_now, business_today
from ispplatform.core.errors import InvalidInput
from ispplatform.core.subjects import subject_of


def skipped_note(row: Subscription, *, billed_until: date | None) -> None:
    """Put days before a person that a locked subscription would pass over, in the transaction.

    Args:
        billed_until: the first day that no invoice covered before the subject's day moved.
    """
    days = skipped_days(billed_until, row.next_billing_on)
    if days is None:
        return
    _, is_new = SkippedPeriod.objects.get_or_create(
        subscription=row,
        period_start=days.start,
        defaults={"period_end": days.end, "found_at": business_now(present_tenant())},
    )
    if is_new:
        _show(row)


def _show(row: Subscription) -> None:
    """Renew what stands before a person about a subscription, or close it when all is decided."""
    waiting = list(row.skipped.filter(decided_at=None).order_by("period_start"))
    if not waiting:
        period_skipped_settled(row, resolution="Somebody decided about it.")
        return
    days = ", ".join(f"{one.period_start} to {one.last_day}" for one in waiting)
    period_skipped(
        row,
        sentence=(
            f"{row.subject_label or row.label} was renewed, and no invoice stands for {days}. "
            "Bill these days, or accept them as goodwill."
        ),
        gross=sum((_gross(row, one) for one in waiting), Decimal(0)),
    )


def _parts(row: Subscription, days: Period) -> Iterator[tuple[Period, Decimal]]:
    """Yield whole periods with their price and, last, a part of one with its share."""
    start, price = days.start, row.price
    while start < days.end:
        whole = period_from(start, row.cycle, days.start.day)
        part = Period(start, min(whole.end, days.end))
        yield (
            part,
            prorate(price.renews_at, part=part, whole=whole, currency=price.currency)
            if part != whole
            else price.renews_at,
        )
        start = part.end


def _gross(row: Subscription, skipped: SkippedPeriod) -> Decimal:
    percent = tax_of_customer(row.customer, on=business_today(present_tenant())).percent
    amounts = [
        price_line(
            quantity=Decimal(row.quantity),
            unit_price=price,
            tax_percent=percent,
            tax_included=row.price.tax_included,
            currency=row.price.currency,
        ).gross
        for _, price in _parts(row, Period(skipped.period_start, skipped.period_end))
    ]
    return sum(amounts, Decimal(0))


def skipped_periods_bill(*, actor: Actor, subscription_id: UUID) -> Invoice:
    """Invoice every skipped day of a subscription, at its pinned price.

    The lines name no subject: what they bill was had already, so paying them renews nothing, and
    not paying them holds nothing.

    Raises:
        NotPermitted, SubscriptionNotFound.
        SubscriptionStateWrong: nothing was skipped, or it is decided about.
        PlatformError: what billing refuses about a line or a customer.
    """
    actor.require("subscriptions:update")
    with transaction.atomic():
        row, waiting = _waiting(subscription_id)
        parts = [
            part
            for one in waiting
            for part in _parts(row, Period(one.period_start, one.period_end))
        ]
        invoice = invoice_issue(
            actor=actor,
            customer=row.customer,
            lines=[_line(row, days, price) for days, price in parts],
            currency=row.price.currency,
        )
        lines = invoice.document.lines.order_by("position")
        SubscriptionPeriod.objects.bulk_create(
            SubscriptionPeriod(
                subscription=row,
                period_start=days.start,
                period_end=days.end,
                invoice=invoice,
                line=line,
                begun_at=business_now(present_tenant()),
            )
            for (days, _), line in zip(parts, lines, strict=True)
        )
        _decided(actor, row, waiting, reason=f"Billed by {invoice}.", invoice=invoice)
    return invoice


def skipped_periods_accept(*, actor: Actor, subscription_id: UUID, reason: str) -> None:
    """Give every skipped day of a subscription to the customer; nothing is billed or booked.

    Raises:
        NotPermitted, SubscriptionNotFound.
        InvalidInput: no reason.
        SubscriptionStateWrong: nothing was skipped, or it is decided about.
    """
    actor.require("credits:grant")
    if not reason.strip():
        raise InvalidInput("Say why.", field="reason")
    with transaction.atomic():
        row, waiting = _waiting(subscription_id)
        _decided(actor, row, waiting, reason=reason, invoice=None)


def _waiting(subscription_id: UUID) -> tuple[Subscription, list[SkippedPeriod]]:
    row = locked_subscription(subscription_id)
    waiting = list(row.skipped.filter(decided_at=None).order_by("period_start"))
    if not waiting:
        raise SubscriptionStateWrong("No days of this subscription wait for a decision.")
    return row, waiting


def _line(row: Subscription, days: Period, price: Decimal) -> LineInput:
    last_day = days.end.fromordinal(days.end.toordinal() - 1)
    return LineInput(
        label=row.label,
        details=f"{days.start} – {last_day}",
        unit_price=price,
        quantity=Decimal(row.quantity),
        tax_included=row.price.tax_included,
        subscription=row,
    )


def _decided(
    actor: Actor,
    row: Subscription,
    waiting: list[SkippedPeriod],
    *,
    reason: str,
    invoice: Invoice | None,
) -> None:
    for one in waiting:
        one.decided_at = business_now(present_tenant())
        one.decided_by, one.reason, one.invoice = actor.label[:200], reason[:500], invoice
        one.save()
    audit(
        "billing.skipped_periods_bill" if invoice else "billing.skipped_periods_accept",
        actor=actor,
        subject=subject_of(row),
        reason=reason,
        after={"days": [str(one) for one in waiting], "invoice": invoice.number if invoice else ""},
        customer_id=row.customer_id,
    )
    _show(row)
