"""Customers' credit: granting it and paying invoices with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from billing.choices import CreditKind, LedgerRole
from billing.errors import CreditNotEnough, CreditNotGiven, InvoiceNotOpen
from billing.events import CreditGranted, CreditTakenBack
from billing.models import CreditEntry, CreditUse, Document, Invoice, Payment
from billing.preferences import CREDIT_LIMIT
from billing.selectors.parties import present_tenant
from billing.services.invoice_state import BALANCE_FIELDS, publish_paid, reduce_due
from billing.services.journal import Booking, journal_post
from billing.services.locks import locked_credit, locked_credit_entry, locked_invoice
from customers.models import Customer
from customers.services.customers import customer_currency_fix
from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.clock import business_today
from ispplatform.core.errors import InvalidInput, NotPermitted
from ispplatform.core.events import publish
from ispplatform.core.models.tenants import Tenant
from ispplatform.core.money import is_exact
from ispplatform.core.subjects import subject_of

GRANT_ANY = "credits:grant_any"
LARGEST_CREDIT = Decimal(10) ** 7  # in major units; a slip of the finger, not a business rule


@dataclass(frozen=True, slots=True)
class CreditPart:
    """An amount taken from one entry."""

    entry: CreditEntry
    amount: Decimal


def credit_grant(
    *,
    actor: Actor,
    customer: Customer,
    amount: Decimal,
    reason: str,
    currency: str = "",
) -> CreditEntry:
    """Give a customer goodwill credit.

    Args:
        amount: exact in the currency.
        currency: empty: the customer's, else the tenant's.

    Raises:
        NotPermitted: without ``credits:grant``, or without ``credits:grant_any`` a sum above the
            company's limit or in another currency than the company's.
        InvalidInput: the amount is not positive or not exact, or no reason is given.
        CustomerCurrencyFixed: the customer's documents are in another currency.
    """
    actor.require("credits:grant")
    tenant = present_tenant()
    currency = currency or customer.currency or tenant.currency
    if not is_exact(amount, currency) or not 0 < amount <= LARGEST_CREDIT:
        raise InvalidInput(f"Use a positive amount of {currency}.", field="amount")
    if not reason.strip():
        raise InvalidInput("Say why.", field="reason")
    _check_limit(actor, tenant, amount, currency)
    with transaction.atomic():
        customer_currency_fix(customer=customer, currency=currency, actor=actor)
        entry = credit_add(
            customer=customer,
            kind=CreditKind.GOODWILL,
            amount=amount,
            currency=currency,
            reason=reason,
        )
        journal_post(
            kind="credit_granted",
            subject=subject_of(entry),
            customer=customer,
            currency=currency,
            booked_on=business_today(tenant),
            bookings=[
                Booking(LedgerRole.GOODWILL, amount),
                Booking(LedgerRole.CUSTOMER_CREDIT, -amount),
            ],
        )
        audit(
            "billing.credit_grant",
            actor=actor,
            subject=subject_of(entry),
            reason=reason,
            after={"amount": amount, "currency": currency},
            customer_id=customer.pk,
        )
    return entry


def credit_take_back(*, actor: Actor, credit_id: UUID, reason: str) -> CreditEntry:
    """Take back credit that was given by mistake, as far as the customer has not used it.

    What paid an invoice stays paid. The same limits hold as for giving.

    Raises:
        NotPermitted: without ``credits:grant``, or without ``credits:grant_any`` a sum above the
            company's limit or in another currency than the company's.
        NotFound: there is no such credit.
        InvalidInput: no reason is given.
        CreditNotGiven: it is the customer's own money, or nothing of it is left.
    """
    actor.require("credits:grant")
    if not reason.strip():
        raise InvalidInput("Say why.", field="reason")
    with transaction.atomic():
        entry = locked_credit_entry(credit_id)
        if entry.kind != CreditKind.GOODWILL:
            raise CreditNotGiven("It is the customer's own money: send it back as a refund.")
        amount = entry.remaining
        if not amount:
            raise CreditNotGiven("Nothing of it is left.")
        tenant = present_tenant()
        _check_limit(actor, tenant, amount, entry.currency, verb="take back")
        entry.remaining -= amount
        entry.taken_back += amount
        entry.save(update_fields=["remaining", "taken_back"])
        journal_post(
            kind="credit_taken_back",
            subject=subject_of(entry),
            customer=entry.customer,
            currency=entry.currency,
            booked_on=business_today(tenant),
            bookings=[
                Booking(LedgerRole.CUSTOMER_CREDIT, amount),
                Booking(LedgerRole.GOODWILL, -amount),
            ],
        )
        audit(
            "billing.credit_take_back",
            actor=actor,
            subject=subject_of(entry),
            reason=reason,
            after={"amount": amount, "currency": entry.currency},
            customer_id=entry.customer_id,
        )
        publish(
            CreditTakenBack(
                credit_id=entry.pk,
                customer_id=entry.customer_id,
                amount=amount,
                currency=entry.currency,
                reason=reason,
            ),
            subject=subject_of(entry),
            customer_id=entry.customer_id,
        )
    return entry


def _check_limit(
    actor: Actor, tenant: Tenant, amount: Decimal, currency: str, *, verb: str = "give"
) -> None:
    if actor.can(GRANT_ANY):
        return
    limit = CREDIT_LIMIT.of(tenant)
    if currency != tenant.currency or amount > limit:
        raise NotPermitted(
            f"You may {verb} up to {limit} {tenant.currency} at once. Ask a colleague in billing.",
            field="amount",
        )


def credit_apply(*, actor: Actor, invoice_id: UUID, amount: Decimal | None = None) -> Invoice:
    """Pay an open invoice with the customer's credit, oldest first.

    Args:
        amount: None: as much as there is and as is owed.

    Raises:
        NotPermitted, InvoiceNotFound.
        InvoiceNotOpen: nothing is owed.
        InvalidInput: the amount is not positive, not exact or more than is owed.
        CreditNotEnough: there is less.
    """
    actor.require("credits:apply")
    with transaction.atomic():
        return invoice_pay_with_credit(
            actor=actor, invoice=locked_invoice(invoice_id), amount=amount
        )


def invoice_pay_with_credit(
    *, actor: Actor, invoice: Invoice, amount: Decimal | None = None
) -> Invoice:
    """Pay a locked invoice with credit, in the caller's transaction; see ``credit_apply``."""
    if not invoice.is_open:
        raise InvoiceNotOpen("Nothing is owed on this invoice.")
    entries = locked_credit(invoice.customer, invoice.currency)
    available = sum((entry.remaining for entry in entries), Decimal(0))
    if amount is None:
        amount = min(available, invoice.amount_due)
    elif not is_exact(amount, invoice.currency) or not 0 < amount <= invoice.amount_due:
        raise InvalidInput(f"Use up to {invoice.amount_due}.", field="amount")
    if not amount or amount > available:
        raise CreditNotEnough(
            f"The customer has {available} {invoice.currency} of credit.", field="amount"
        )
    parts = credit_take(entries, amount)
    paid_off = reduce_due(invoice, tenant=present_tenant(), paid=amount)
    invoice.save(update_fields=BALANCE_FIELDS)
    credit_pay(parts, invoice=invoice)
    audit(
        "billing.credit_apply",
        actor=actor,
        subject=subject_of(invoice),
        after={"amount": amount, "amount_due": invoice.amount_due},
        customer_id=invoice.customer_id,
    )
    if paid_off:
        publish_paid(invoice)
    return invoice


def credit_add(
    *,
    customer: Customer,
    kind: CreditKind,
    amount: Decimal,
    currency: str,
    reason: str = "",
    payment: Payment | None = None,
    document: Document | None = None,
) -> CreditEntry:
    """Write an entry inside the caller's transaction; the caller books where it came from."""
    entry = CreditEntry.objects.create(
        customer=customer,
        kind=kind,
        currency=currency,
        amount=amount,
        remaining=amount,
        reason=reason[:500],
        payment=payment,
        document=document,
    )
    publish(
        CreditGranted(
            credit_id=entry.pk,
            customer_id=customer.pk,
            kind=kind,
            amount=amount,
            currency=currency,
            reason=reason,
        ),
        subject=subject_of(entry),
        customer_id=customer.pk,
    )
    return entry


def credit_take(entries: Sequence[CreditEntry], amount: Decimal) -> list[CreditPart]:
    """Take an amount off locked entries in their order; they must hold it."""
    parts = []
    for entry in entries:
        part = min(entry.remaining, amount)
        if part:
            entry.remaining -= part
            entry.save(update_fields=["remaining"])
            parts.append(CreditPart(entry, part))
            amount -= part
    if amount:
        raise ValueError(f"{amount} more than the entries hold.")
    return parts


def credit_pay(parts: Sequence[CreditPart], *, invoice: Invoice) -> None:
    """Note and book that credit which was taken pays an invoice."""
    booked_on = business_today(present_tenant())
    for part in parts:
        use = CreditUse.objects.create(
            credit=part.entry, invoice=invoice, currency=invoice.currency, amount=part.amount
        )
        journal_post(
            kind="credit_applied",
            subject=subject_of(use),
            customer=invoice.customer,
            currency=invoice.currency,
            booked_on=booked_on,
            bookings=[
                Booking(LedgerRole.CUSTOMER_CREDIT, part.amount),
                Booking(LedgerRole.RECEIVABLES, -part.amount, invoice.document),
            ],
        )
