"""Taking back invoiced periods that have not begun."""

from collections.abc import Sequence
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import override

from billing.choices import InvoiceStatus, SubscriptionStatus
from billing.models import Invoice, Subscription, SubscriptionPeriod
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
        _line_credit(period, invoice, actor=actor)
        period.taken_back_at = business_now(present_tenant())
        period.save(update_fields=["taken_back_at"])
        if subscription.status == SubscriptionStatus.ACTIVE and subscription.next_billing_on:
            subscription.next_billing_on = min(subscription.next_billing_on, period.period_start)
    return kept


def _locked_invoices(periods: Sequence[SubscriptionPeriod]) -> dict[UUID, Invoice]:
    ids = {period.invoice_id for period in periods}
    rows = Invoice.objects.select_for_update().filter(pk__in=ids).order_by("pk")
    return {invoice.pk: invoice for invoice in rows}


def _line_credit(period: SubscriptionPeriod, invoice: Invoice, *, actor: Actor) -> None:
    if invoice.status == InvoiceStatus.CANCELLED:
        return
    left = period.line.gross - credited_of_lines([period.line])[period.line_id].gross
    if not left:
        return
    with override(invoice.document.language):
        reason = _("Cancelled before the period began")
    credit_note_issue(invoice, actor=actor, reason=reason, lines={period.line_id: left})
