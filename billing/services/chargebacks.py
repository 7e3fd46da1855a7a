"""What a dispute does to the ledger and to invoices, each of it once.

While a bank decides, the money lies on *money in dispute*. Won: it is the gateway's again. Lost: it
is owed on the invoices that it had paid; what had paid none is bad debt.
"""

from collections.abc import Sequence
from decimal import Decimal

from billing.choices import LedgerRole
from billing.events import InvoiceReopened
from billing.models import Dispute, Invoice, Payment, PaymentAllocation
from billing.providers.payments.base import DisputeReceipt
from billing.selectors.parties import present_tenant
from billing.services.dunning import dunning_reopen
from billing.services.dunning_holds import dunning_pause
from billing.services.invoice_state import BALANCE_FIELDS, reopen
from billing.services.journal import Booking, journal_post
from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.clock import business_today, system_now
from ispplatform.core.events import publish
from ispplatform.core.subjects import subject_of


def dispute_withdraw(dispute: Dispute) -> None:
    """Book that the gateway took a locked dispute's money back until it is decided."""
    if dispute.withdrawn_at is not None:
        return
    dispute.withdrawn_at = system_now()
    dispute.save(update_fields=["withdrawn_at"])
    _book(
        dispute,
        "dispute_withdrawn",
        Booking(LedgerRole.DISPUTED, dispute.amount),
        Booking(LedgerRole.GATEWAY, -dispute.amount),
    )


def dispute_give_back(dispute: Dispute) -> None:
    """Book that the money of a locked dispute that was won is at the gateway again."""
    if dispute.withdrawn_at is None:
        return
    _book(
        dispute,
        "dispute_won",
        Booking(LedgerRole.GATEWAY, dispute.amount),
        Booking(LedgerRole.DISPUTED, -dispute.amount),
    )


def dispute_fee_book(dispute: Dispute, receipt: DisputeReceipt) -> None:
    """Book what the gateway charges for a locked dispute, and that it gave it back."""
    if dispute.fee is None and receipt.fee > 0:
        dispute.fee_currency, dispute.fee = receipt.fee_currency, receipt.fee
        dispute.save(update_fields=["fee_currency", "fee"])
        _book_fee(dispute, "dispute_fee", receipt.fee)
    elif dispute.fee and dispute.fee_returned_at is None and receipt.fee < dispute.fee:
        if receipt.fee_currency != dispute.fee_currency:  # an answer without its lines
            return
        dispute.fee_returned_at = system_now()
        dispute.save(update_fields=["fee_returned_at"])
        _book_fee(dispute, "dispute_fee_returned", receipt.fee - dispute.fee)


def dispute_charge_back(
    *, actor: Actor, dispute: Dispute, payment: Payment, among: Sequence[Invoice]
) -> list[Invoice]:
    """Open the invoices again that a lost dispute's money had paid; all rows are locked.

    What is open again is paused in dunning: a card whose holder went to the bank is not charged by
    itself, and whether the customer is asked again is for a person.

    Returns:
        The invoices that are open again.
    """
    left = dispute.amount
    bookings, opened = [Booking(LedgerRole.DISPUTED, -dispute.amount)], []
    for invoice in among:
        part = min(left, _paid_by(payment, invoice))
        if not part:
            continue
        left -= part
        _open_again(actor, dispute, invoice, part)
        opened.append(invoice)
        bookings.append(Booking(LedgerRole.RECEIVABLES, part, invoice.document))
    bookings.append(Booking(LedgerRole.BAD_DEBT, left))
    dispute.charged_back = dispute.amount - left
    dispute.save(update_fields=["charged_back"])
    payment.amount_charged_back += dispute.amount
    payment.save(update_fields=["amount_charged_back"])
    _book(dispute, "dispute_lost", *bookings)
    return opened


def _paid_by(payment: Payment, invoice: Invoice) -> Decimal:
    """How much of a payment still stands for something that is owed on an invoice."""
    rows = PaymentAllocation.objects.filter(payment=payment, invoice=invoice)
    allocated = sum((row.amount for row in rows), Decimal(0))
    return max(Decimal(0), min(allocated, invoice.amount_paid - invoice.amount_released))


def _open_again(actor: Actor, dispute: Dispute, invoice: Invoice, part: Decimal) -> None:
    before = {"status": invoice.status, "amount_due": invoice.amount_due}
    reopen(invoice, tenant=present_tenant(), charged_back=part)
    invoice.save(update_fields=[*BALANCE_FIELDS, "amount_charged_back"])
    subject = subject_of(invoice)
    audit(
        "billing.invoice_reopen",
        actor=actor,
        subject=subject,
        reason=f"Dispute lost: {dispute.reason or 'no reason given'}",
        before=before,
        after={"status": invoice.status, "amount_due": invoice.amount_due},
        customer_id=invoice.customer_id,
    )
    publish(
        InvoiceReopened(
            invoice_id=invoice.pk,
            number=invoice.number,
            customer_id=invoice.customer_id,
            amount=part,
            amount_due=invoice.amount_due,
            currency=invoice.currency,
        ),
        subject=subject,
        customer_id=invoice.customer_id,
    )
    dunning_reopen(invoice)
    dunning_pause(
        actor=Actor.system("disputes"),
        customer=invoice.customer,
        invoice=invoice,
        reason="A dispute of its payment was lost. Decide how it is to be paid.",
    )


def _book(dispute: Dispute, kind: str, *bookings: Booking, currency: str = "") -> None:
    journal_post(
        kind=kind,
        subject=subject_of(dispute),
        customer=dispute.payment.customer,
        currency=currency or dispute.currency,
        booked_on=business_today(present_tenant()),
        bookings=bookings,
    )


def _book_fee(dispute: Dispute, kind: str, amount: Decimal) -> None:
    _book(
        dispute,
        kind,
        Booking(LedgerRole.DISPUTE_FEES, amount),
        Booking(LedgerRole.GATEWAY, -amount),
        currency=dispute.fee_currency,
    )
