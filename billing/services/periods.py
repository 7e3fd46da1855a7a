"""Taking back invoiced periods that have not begun, or that never came about."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import override

from billing.choices import InvoiceStatus, SubscriptionStatus
from billing.models import Invoice, Subscription, SubscriptionPeriod
from billing.rules.proration import Period
from billing.rules.renewal_calendar import was_renewed
from billing.selectors.invoices import credited_of_lines
from billing.selectors.parties import present_tenant
from billing.services.credit_notes import credit_note_issue
from ispplatform.core.actors import Actor
from ispplatform.core.clock import business_now


def periods_take_back(
    subscription: Subscription, *, actor: Actor, also_paid: bool = False
) -> list[SubscriptionPeriod]:
    """Credit the invoiced periods of a locked subscription that have not begun and are not paid.

    Part of the caller's transaction, and the last thing that it locks for. The first day that is
    not billed, set on the row and not saved, goes back with them.

    Args:
        also_paid: those that are paid as well; the money becomes the customer's credit.

    Returns:
        The periods that stay: they are paid.
    """
    rows = SubscriptionPeriod.objects.filter(
        subscription=subscription, begun_at=None, taken_back_at=None
    )
    periods = list(rows.select_related("line").order_by("period_start"))
    if not periods:
        return []
    invoices = _locked_invoices(periods)
    kept = []
    for period in periods:
        invoice = invoices[period.invoice_id]
        if invoice.status == InvoiceStatus.PAID and not also_paid:
            kept.append(period)
            continue
        with override(invoice.document.language):
            reason = _("Cancelled before the period began")
        _period_take_back(period, invoice, actor=actor, reason=reason)
        if subscription.status == SubscriptionStatus.ACTIVE and subscription.next_billing_on:
            subscription.next_billing_on = min(subscription.next_billing_on, period.period_start)
    return kept


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What a period that never came about took off an invoice.

    Args:
        gross: of the line's credit note, in the invoice's currency.
    """

    invoice: Invoice
    gross: Decimal


def periods_never_had(
    subscription: Subscription, *, actor: Actor, ran_until: date
) -> list[TakenBack]:
    """Credit the unpaid periods of a locked subscription whose subject is gone and never had them.

    Whether a period has begun is not asked: it begins unpaid as well. One whose renewal did come
    about before the subject was gone (on trust) stays owed, and what is paid is kept. The present
    period, set on the row and not saved, goes back with them.

    Args:
        ran_until: the day on which what was had ran out.
    """
    rows = SubscriptionPeriod.objects.filter(subscription=subscription, taken_back_at=None)
    periods = list(rows.select_related("line").order_by("period_start"))
    invoices = _locked_invoices(periods)
    taken = []
    for period in periods:
        invoice = invoices[period.invoice_id]
        invoiced = Period(period.period_start, period.period_end)
        if not invoice.is_open or was_renewed(ran_until, invoiced=invoiced):
            continue
        with override(invoice.document.language):
            reason = _("Not renewed, and gone")
        gross = _period_take_back(period, invoice, actor=actor, reason=reason)
        taken.append(TakenBack(invoice, gross))
        if subscription.current_period_start == period.period_start:
            _present_again(subscription, before=period.period_start)
    return taken


def _present_again(subscription: Subscription, *, before: date) -> None:
    """Let the period before a taken back one be the present one again."""
    rows = SubscriptionPeriod.objects.filter(
        subscription=subscription, taken_back_at=None, period_start__lt=before
    )
    last = rows.order_by("-period_start").values_list("period_start", "period_end").first()
    start, end = last or (subscription.started_on, before)
    subscription.current_period_start, subscription.current_period_end = start, end


def _locked_invoices(periods: Sequence[SubscriptionPeriod]) -> dict[UUID, Invoice]:
    ids = {period.invoice_id for period in periods}
    rows = Invoice.objects.select_for_update().filter(pk__in=ids).order_by("pk")
    return {invoice.pk: invoice for invoice in rows}


def _period_take_back(
    period: SubscriptionPeriod, invoice: Invoice, *, actor: Actor, reason: str
) -> Decimal:
    """Credit what is left on a period's line, and note that it is not billed; return the gross."""
    left = Decimal(0)
    if invoice.status != InvoiceStatus.CANCELLED:
        left = period.line.gross - credited_of_lines([period.line])[period.line_id].gross
    if left:
        credit_note_issue(invoice, actor=actor, reason=reason, lines={period.line_id: left})
    period.taken_back_at = business_now(present_tenant())
    period.save(update_fields=["taken_back_at"])
    return left
