"""Booking money events: balanced, once each, for good."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from billing.choices import LedgerAccountKind, LedgerRole
from billing.models import Document, JournalEntry, JournalLine, LedgerAccount
from customers.models import Customer
from ispplatform.core.subjects import Subject

_KINDS = LedgerAccountKind
# Role: code, name, kind. Codes and names are a tenant's to change; nothing looks them up.
CHART: dict[LedgerRole, tuple[str, str, LedgerAccountKind]] = {
    LedgerRole.BANK: ("1000", "Bank", _KINDS.ASSET),
    LedgerRole.GATEWAY: ("1100", "Payment gateway", _KINDS.ASSET),
    LedgerRole.RECEIVABLES: ("1200", "Receivables", _KINDS.ASSET),
    LedgerRole.CUSTOMER_CREDIT: ("2100", "Customer credit", _KINDS.LIABILITY),
    LedgerRole.REFUNDS_IN_TRANSIT: ("2150", "Refunds in transit", _KINDS.LIABILITY),
    LedgerRole.TAX_PAYABLE: ("2200", "Tax payable", _KINDS.LIABILITY),
    LedgerRole.REVENUE: ("4000", "Revenue", _KINDS.INCOME),
    LedgerRole.GOODWILL: ("6100", "Goodwill", _KINDS.EXPENSE),
    LedgerRole.DISPUTED: ("1150", "Money in dispute", _KINDS.ASSET),
    LedgerRole.DISPUTE_FEES: ("6200", "Dispute fees", _KINDS.EXPENSE),
    LedgerRole.BAD_DEBT: ("6300", "Bad debt", _KINDS.EXPENSE),
}


class JournalUnbalanced(RuntimeError):
    """The lines of an entry do not sum to zero: a programming error, never a user's."""


@dataclass(frozen=True, slots=True)
class Booking:
    """One line to be booked.

    Args:
        role: the account's.
        amount: debits positive, credits negative, exact in the entry's currency.
        document: on receivables, the document whose claim moves.
    """

    role: LedgerRole
    amount: Decimal
    document: Document | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Posting:
    """A money event to be booked; the fields are those of ``journal_post``."""

    kind: str
    subject: Subject
    customer: Customer
    currency: str
    booked_on: date
    bookings: Sequence[Booking]


def journal_post(
    *,
    kind: str,
    subject: Subject,
    customer: Customer,
    currency: str,
    booked_on: date,
    bookings: Sequence[Booking],
) -> JournalEntry | None:
    """Book a money event in the transaction in which it happens; lines of zero are left out.

    Returns:
        The entry; None when nothing moved.

    Raises:
        JournalUnbalanced: the lines do not sum to zero.
        IntegrityError: this event was booked before.
    """
    posting = Posting(
        kind=kind,
        subject=subject,
        customer=customer,
        currency=currency,
        booked_on=booked_on,
        bookings=bookings,
    )
    return next(iter(journal_post_many([posting])), None)


def journal_post_many(postings: Sequence[Posting]) -> list[JournalEntry]:
    """Book several money events; those in which nothing moved are left out.

    Raises:
        JournalUnbalanced: the lines of one do not sum to zero.
        IntegrityError: one was booked before.
    """
    moved = [(posting, _moving(posting)) for posting in postings]
    moved = [(posting, lines) for posting, lines in moved if lines]
    if not moved:
        return []
    accounts = _accounts({line.role for _, lines in moved for line in lines})
    entries = [_entry(posting) for posting, _ in moved]
    JournalEntry.objects.bulk_create(entries)
    JournalLine.objects.bulk_create(
        JournalLine(
            entry=entry,
            account=accounts[line.role],
            currency=entry.currency,
            amount=line.amount,
            document=line.document,
        )
        for entry, (_, lines) in zip(entries, moved, strict=True)
        for line in lines
    )
    return entries


def _moving(posting: Posting) -> list[Booking]:
    lines = [booking for booking in posting.bookings if booking.amount]
    if sum(booking.amount for booking in lines):
        raise JournalUnbalanced(f"{posting.kind}: {[str(line.amount) for line in lines]}")
    return lines


def _entry(posting: Posting) -> JournalEntry:
    return JournalEntry(
        kind=posting.kind,
        booked_on=posting.booked_on,
        currency=posting.currency,
        customer=posting.customer,
        subject_type=posting.subject.type,
        subject_id=posting.subject.id,
        subject_label=posting.subject.label[:200],
    )


def _accounts(roles: set[LedgerRole]) -> dict[str, LedgerAccount]:
    found = {row.role: row for row in LedgerAccount.objects.filter(role__in=roles)}
    for role in sorted(roles - found.keys()):
        code, name, kind = CHART[role]
        found[role], _ = LedgerAccount.objects.get_or_create(
            role=role, defaults={"code": code, "name": name, "kind": kind}
        )
    return found
