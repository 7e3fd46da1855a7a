"""Payments that cardholders had their banks take back."""

from collections.abc import Sequence

from django.db import transaction

from billing.choices import DisputeState
from billing.events import DisputeClosed, PaymentDisputed
from billing.models import Dispute, DunningCase, Invoice, Payment, PaymentAllocation
from billing.providers.payments.base import DisputeOutcome, DisputeReceipt
from billing.services.attention import disputed, disputed_settled
from billing.services.chargebacks import (
    dispute_charge_back,
    dispute_fee_book,
    dispute_give_back,
    dispute_withdraw,
)
from billing.services.locks import locked_invoice, locked_payment
from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.clock import system_now
from ispplatform.core.events import publish
from ispplatform.core.subjects import subject_of


def dispute_note(*, actor: Actor, payment: Payment, receipt: DisputeReceipt) -> Dispute:
    """Keep how a dispute stands; a new one is put before a person and told to everybody.

    Its invoices are marked as disputed until it is decided: nobody is reminded of them. Money is
    booked as it moves (``billing.services.chargebacks``); one that is lost opens its invoices
    again. Safe to repeat and in any order: what is decided stays decided, what is booked is booked
    once.
    """
    paid = PaymentAllocation.objects.filter(payment=payment).order_by("pk")
    with transaction.atomic():
        invoices = [locked_invoice(row.invoice_id) for row in paid]
        cases = DunningCase.objects.select_for_update().filter(invoice__in=invoices)
        list(cases.order_by("pk"))
        payment = locked_payment(payment.pk)
        dispute, is_new = Dispute.objects.select_for_update().get_or_create(
            connection_id=payment.connection_id,
            reference=receipt.reference,
            defaults={
                "payment": payment,
                "amount": receipt.amount,
                "currency": receipt.currency,
                "reason": receipt.reason[:60],
                "respond_by": receipt.respond_by,
            },
        )
        if is_new:
            _opened(actor, dispute)
        is_lost = receipt.outcome is DisputeOutcome.LOST
        if dispute.state == DisputeState.OPEN and (receipt.is_withdrawn or is_lost):
            dispute_withdraw(dispute)
        dispute_fee_book(dispute, receipt)
        if dispute.state == DisputeState.OPEN and receipt.outcome is not DisputeOutcome.OPEN:
            _decided(actor, dispute, DisputeState(receipt.outcome.value), payment, invoices)
        for invoice in invoices:
            _mark(invoice)
    return dispute


def _decided(
    actor: Actor,
    dispute: Dispute,
    state: DisputeState,
    payment: Payment,
    invoices: Sequence[Invoice],
) -> None:
    if state == DisputeState.WON:
        dispute_give_back(dispute)
        opened: list[Invoice] = []
    else:
        opened = dispute_charge_back(actor=actor, dispute=dispute, payment=payment, among=invoices)
    _closed(actor, dispute, state, opened=opened)


def _mark(invoice: Invoice) -> None:
    """Say on an invoice whether a payment of it is disputed now."""
    is_disputed = Dispute.objects.filter(
        payment__allocations__invoice=invoice, state=DisputeState.OPEN
    ).exists()
    if invoice.disputed != is_disputed:
        invoice.disputed = is_disputed
        invoice.save(update_fields=["disputed"])


def _opened(actor: Actor, dispute: Dispute) -> None:
    by = (
        f" Answer it at the gateway until {dispute.respond_by:%Y-%m-%d}."
        if dispute.respond_by
        else ""
    )
    disputed(
        dispute,
        sentence=f"{dispute.payment} is disputed ({dispute.reason or 'no reason given'}).{by}",
    )
    payment = dispute.payment
    audit(
        "billing.dispute_open",
        actor=actor,
        subject=subject_of(dispute),
        after={
            "amount": dispute.amount,
            "currency": dispute.currency,
            "reason": dispute.reason,
            "payment": str(payment),
        },
        customer_id=payment.customer_id,
    )
    publish(
        PaymentDisputed(
            dispute_id=dispute.pk,
            payment_id=payment.pk,
            customer_id=payment.customer_id,
            document_id=payment.document_id,
            amount=dispute.amount,
            currency=dispute.currency,
            reason=dispute.reason,
        ),
        subject=subject_of(payment),
        customer_id=payment.customer_id,
    )


def _closed(
    actor: Actor, dispute: Dispute, state: DisputeState, *, opened: Sequence[Invoice]
) -> None:
    dispute.state = state
    dispute.closed_at = system_now()
    dispute.save(update_fields=["state", "closed_at"])
    payment = dispute.payment
    if state == DisputeState.WON:
        disputed_settled(dispute, resolution="The bank decided for us.")
    else:
        disputed(dispute, sentence=_lost_sentence(dispute, opened))
    audit(
        "billing.dispute_close",
        actor=actor,
        subject=subject_of(dispute),
        before={"state": DisputeState.OPEN},
        after={
            "state": state,
            "charged_back": dispute.charged_back,
            "invoices": [invoice.number for invoice in opened],
        },
        customer_id=payment.customer_id,
    )
    publish(
        DisputeClosed(
            dispute_id=dispute.pk,
            payment_id=payment.pk,
            customer_id=payment.customer_id,
            document_id=payment.document_id,
            amount=dispute.amount,
            currency=dispute.currency,
            outcome=state,
        ),
        subject=subject_of(payment),
        customer_id=payment.customer_id,
    )


def _lost_sentence(dispute: Dispute, opened: Sequence[Invoice]) -> str:
    money = f"{dispute.amount} {dispute.currency}"
    told = [f"The dispute about {dispute.payment} is lost: {money} went back to the cardholder."]
    if opened:
        numbers = ", ".join(invoice.number for invoice in opened)
        told.append(
            f"{numbers}: open again, and not dunned until somebody lets it go on. Have it paid "
            "another way, or credit it."
        )
    loss = dispute.amount - dispute.charged_back
    if loss:
        told.append(
            f"{loss} {dispute.currency} stood for nothing that is owed and is booked as bad debt: "
            "look at the customer's credit."
        )
    return " ".join(told)
