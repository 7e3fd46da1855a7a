"""Reading the ledger, and deriving every balance from it anew."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import Q, QuerySet, Sum

from billing.choices import InvoiceStatus, LedgerRole, RefundState
from billing.models import CreditEntry, Invoice, JournalEntry, JournalLine, LedgerAccount, Refund
from ispplatform.core.actors import Actor
from ispplatform.core.money import from_minor


def journal_entries_for(actor: Actor) -> QuerySet[JournalEntry]:
    """Return the journal, newest first.

    Raises:
        NotPermitted: without ``ledger:read``.
    """
    actor.require("ledger:read")
    return JournalEntry.objects.order_by("-booked_on", "-pk")


def account_balances(
    *, currency: str, since: date | None = None, before: date | None = None
) -> dict[str, Decimal]:
    """Return what each account's debits and credits come to, by role; debits are positive.

    Args:
        since: only entries booked on this day or later.
        before: only entries booked on earlier days.
    """
    days = Q()
    if since is not None:
        days &= Q(entry__booked_on__gte=since)
    if before is not None:
        days &= Q(entry__booked_on__lt=before)
    rows = JournalLine.objects.filter(days, currency=currency)
    sums = dict(rows.values_list("account__role").annotate(s=Sum("amount")).order_by())
    roles = LedgerAccount.objects.values_list("role", flat=True)
    return {role: from_minor(sums.get(role, 0), currency) for role in roles}


def ledger_differences() -> list[str]:
    """Return a sentence for each place where the ledger and the stored balances disagree.

    Derived from the journal alone: that each entry sums to zero, what is owed on each invoice,
    each customer's credit, and the refunds that are on their way. An empty list is health.
    """
    return [*_unbalanced(), *_receivables(), *_credit(), *_in_transit()]


def _unbalanced() -> Iterator[str]:
    sums = JournalLine.objects.values("entry_id").annotate(s=Sum("amount")).order_by()
    for row in sums.exclude(s=0):
        yield f"Entry {row['entry_id']} does not sum to zero."


def _by(rows: QuerySet[JournalLine], role: LedgerRole, *keys: str) -> dict[tuple[object, ...], int]:
    lines = rows.filter(account__role=role).values_list(*keys)
    return {row[:-1]: int(row[-1]) for row in lines.annotate(s=Sum("amount")).order_by()}


def _receivables() -> Iterator[str]:
    booked = _by(JournalLine.objects.all(), LedgerRole.RECEIVABLES, "document_id")
    invoices = Invoice.objects.exclude(status=InvoiceStatus.DRAFT).exclude(number="")
    stored: dict[UUID, int] = dict(invoices.values_list("pk", "amount_due"))
    for document_id in stored.keys() | {key[0] for key in booked}:
        due = int(stored.get(document_id, 0))  # type: ignore[call-overload] # the key is a UUID
        if booked.get((document_id,), 0) != due:
            yield f"Invoice {document_id}: {due} due, {booked.get((document_id,), 0)} booked."


def _credit() -> Iterator[str]:
    booked = _by(
        JournalLine.objects.all(), LedgerRole.CUSTOMER_CREDIT, "entry__customer_id", "currency"
    )
    rows = CreditEntry.objects.values_list("customer_id", "currency")
    stored = {row[:2]: int(row[2]) for row in rows.annotate(s=Sum("remaining")).order_by()}
    for key in stored.keys() | booked.keys():
        if stored.get(key, 0) != -booked.get(key, 0):
            yield f"Credit of {key}: {stored.get(key, 0)} stored, {-booked.get(key, 0)} booked."


def _in_transit() -> Iterator[str]:
    booked = _by(
        JournalLine.objects.all(), LedgerRole.REFUNDS_IN_TRANSIT, "entry__customer_id", "currency"
    )
    open_states = [RefundState.CREATED, RefundState.PROCESSING]
    rows = Refund.objects.filter(state__in=open_states).values_list("customer_id", "currency")
    stored = {row[:2]: int(row[2]) for row in rows.annotate(s=Sum("amount")).order_by()}
    for key in stored.keys() | booked.keys():
        if stored.get(key, 0) != -booked.get(key, 0):
            yield f"Refunds of {key}: {stored.get(key, 0)} open, {-booked.get(key, 0)} booked."
