"""Sending money back.

A refund is taken from the customer's credit when it starts. Money of the payment that pays an
invoice is set free by a credit note first, so documents, ledger and bank always agree.
"""

from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import F, Sum

from billing.choices import CreditKind, DisputeState, LedgerRole, RefundMethod, RefundState
from billing.errors import PaymentNotRefundable, PaymentStateWrong, RefundExceedsPayment
from billing.events import RefundFailed, RefundReturned, RefundSettled
from billing.models import (
    CreditEntry,
    CreditUse,
    Document,
    Invoice,
    Payment,
    Refund,
)
from billing.selectors.parties import present_tenant
from billing.selectors.refunds import credit_left_of, creditable, invoices_paid_by
from billing.services.attention import (
    refund_by_hand,
    refund_by_hand_settled,
    refund_refused,
    unmatched_money_settled,
)
from billing.services.credit import CreditPart, credit_take
from billing.services.credit_notes import credit_note_issue
from billing.services.journal import Booking, journal_post
from billing.services.locks import locked_invoice, locked_payment, locked_refund
from billing.services.settlement import GATEWAY_METHODS
from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.clock import business_now, business_today
from ispplatform.core.errors import InvalidInput
from ispplatform.core.events import publish
from ispplatform.core.money import MinorUnits, is_exact, to_minor
from ispplatform.core.operations import operation_start
from ispplatform.core.subjects import subject_of

REFUND = "billing.refund"


def refund_start(
    *,
    actor: Actor,
    payment: Payment,
    reason: str,
    amount: Decimal | None = None,
    method: str = RefundMethod.ORIGINAL_PAYMENT_METHOD,
    only: Invoice | None = None,
) -> Refund:
    """Send money of a settled payment back.

    Credit that this payment gave goes first; for the rest the invoices are credited that it paid,
    at once or as credit.

    Args:
        amount: at most what is left of the payment; None: all of it.
        method: cards go back by the gateway; ``bank_transfer`` asks a person to send it.
        only: credit no other invoice than this one.

    Raises:
        NotPermitted, PaymentNotFound.
        InvalidInput: no reason, or an amount that is not positive or not exact.
        RefundExceedsPayment: more than is left of the payment.
        PaymentNotRefundable: it is not settled, or its money was spent otherwise since.
    """
    actor.require("payments:refund")
    if not reason.strip():
        raise InvalidInput("Say why.", field="reason")
    with transaction.atomic():
        paid = [only.pk] if only else invoices_paid_by(payment)
        locked = {invoice_id: locked_invoice(invoice_id) for invoice_id in sorted(paid)}
        payment = locked_payment(payment.pk)
        wanted = _amount_to_refund(payment, amount)
        refund = Refund.objects.create(
            payment=payment,
            customer_id=payment.customer_id,
            currency=payment.currency,
            amount=wanted,
            method=_way(payment, method),
            reason=reason[:500],
        )
        payment.amount_refunded += wanted
        payment.save(update_fields=["amount_refunded"])
        _fund(actor, refund, [locked[invoice_id] for invoice_id in paid])
        _book(refund, kind="refund_started", to=LedgerRole.REFUNDS_IN_TRANSIT)
        if not credit_left_of(payment):
            unmatched_money_settled([payment], resolution="It goes back.")
        audit(
            "billing.refund_start",
            actor=actor,
            subject=subject_of(refund),
            reason=reason,
            after={"amount": wanted, "currency": payment.currency, "payment": str(payment)},
            customer_id=payment.customer_id,
        )
        _send(actor, refund)
    return refund


def _amount_to_refund(payment: Payment, amount: Decimal | None) -> Decimal:
    left = payment.amount_settled - payment.amount_refunded - payment.amount_charged_back
    if payment.disputes.filter(state=DisputeState.OPEN).exists():
        raise PaymentNotRefundable("Its bank decides about a dispute first.")
    if not left:
        raise PaymentNotRefundable("No money of this payment is left.")
    wanted = left if amount is None else amount
    if wanted <= 0 or not is_exact(wanted, payment.currency):
        raise InvalidInput(f"Use a positive amount of {payment.currency}.", field="amount")
    if wanted > left:
        raise RefundExceedsPayment(
            f"Only {left} {payment.currency} of this payment are left.", field="amount"
        )
    return wanted


def _way(payment: Payment, method: str) -> str:
    if method == RefundMethod.ORIGINAL_PAYMENT_METHOD and payment.connection_id is None:
        return RefundMethod.BANK_TRANSFER
    return method


def _fund(actor: Actor, refund: Refund, invoices: list[Invoice]) -> None:
    """Take the refund's amount from credit, crediting invoices for what is missing."""
    parts = _from_credit(refund, refund.amount, documents=[])
    missing = refund.amount - sum((part.amount for part in parts), Decimal(0))
    notes: list[Document] = []
    for invoice in invoices:
        room = min(missing, creditable(invoice, refund.payment))
        if room:
            notes.append(credit_note_issue(invoice, actor=actor, reason=refund.reason, amount=room))
            missing -= room
    if missing:
        raise PaymentNotRefundable(
            f"{missing} {refund.currency} of this payment were credited or used otherwise."
        )
    parts += _from_credit(
        refund, refund.amount - sum((p.amount for p in parts), Decimal(0)), documents=notes
    )
    CreditUse.objects.bulk_create(
        CreditUse(credit=part.entry, refund=refund, currency=refund.currency, amount=part.amount)
        for part in parts
    )
    if notes:
        refund.credit_note = notes[0]
        refund.save(update_fields=["credit_note"])


def _from_credit(refund: Refund, amount: Decimal, *, documents: list[Document]) -> list[CreditPart]:
    """Take up to ``amount`` from the credit that the payment, or these credit notes, gave."""
    rows = CreditEntry.objects.select_for_update().filter(remaining__gt=0)
    if documents:
        rows = rows.filter(document__in=documents, kind=CreditKind.REFUND_KEPT)
    else:
        given = Document.objects.filter(corrects__in=invoices_paid_by(refund.payment))
        rows = rows.filter(payment=refund.payment) | rows.filter(
            document__in=given, kind=CreditKind.REFUND_KEPT
        )
    entries = list(rows.order_by("pk"))
    available = sum((entry.remaining for entry in entries), Decimal(0))
    return credit_take(entries, min(amount, available))


def _book(refund: Refund, *, kind: str, to: LedgerRole) -> None:
    journal_post(
        kind=kind,
        subject=subject_of(refund),
        customer=refund.customer,
        currency=refund.currency,
        booked_on=business_today(present_tenant()),
        bookings=[
            Booking(LedgerRole.CUSTOMER_CREDIT, refund.amount),
            Booking(to, -refund.amount),
        ],
    )


def _send(actor: Actor, refund: Refund) -> None:
    if refund.method == RefundMethod.BANK_TRANSFER:
        refund_by_hand(refund)
        return
    operation_start(
        kind=REFUND,
        key=str(refund.pk),
        subject=subject_of(refund),
        actor=actor,
        connection=refund.payment.connection,
        customer_id=refund.customer_id,
    )


def refund_settle(*, actor: Actor, refund: Refund, gateway_reference: str = "") -> Refund:
    """Note that the money is on the customer's side; a refund that is over stays as it is."""
    with transaction.atomic():
        payment = locked_payment(refund.payment_id)
        refund = locked_refund(refund.pk)
        if refund.state in {RefundState.SETTLED, RefundState.FAILED}:
            return refund
        refund.state = RefundState.SETTLED
        refund.gateway_reference = gateway_reference or refund.gateway_reference
        refund.settled_at = business_now(present_tenant())
        refund.save()
        _count_refunded(refund, sign=1)
        money = _came_from(payment, refund)
        journal_post(
            kind="refund_settled",
            subject=subject_of(refund),
            customer=refund.customer,
            currency=refund.currency,
            booked_on=business_today(present_tenant()),
            bookings=[
                Booking(LedgerRole.REFUNDS_IN_TRANSIT, refund.amount),
                Booking(money, -refund.amount),
            ],
        )
        refund_by_hand_settled(refund, resolution="The money was sent.")
        _tell_settled(actor, refund)
    return refund


def refund_underway(*, refund: Refund, gateway_reference: str) -> Refund:
    """Note that the gateway has taken a refund in and will say later how it ended."""
    with transaction.atomic():
        refund = locked_refund(refund.pk)
        if refund.state == RefundState.CREATED:
            refund.state = RefundState.PROCESSING
            refund.gateway_reference = gateway_reference
            refund.save(update_fields=["state", "gateway_reference"])
    return refund


def _came_from(payment: Payment, refund: Refund) -> LedgerRole:
    by_gateway = payment.method in GATEWAY_METHODS and refund.method != RefundMethod.BANK_TRANSFER
    return LedgerRole.GATEWAY if by_gateway else LedgerRole.BANK


def _count_refunded(refund: Refund, *, sign: int) -> None:
    """Show on each invoice how much of its credited money went back."""
    uses = CreditUse.objects.filter(refund=refund, credit__kind=CreditKind.REFUND_KEPT)
    sums = uses.values("credit__document__corrects").annotate(units=Sum("amount")).order_by()
    for row in sums:
        units = MinorUnits(sign * row["units"])
        Invoice.objects.filter(pk=row["credit__document__corrects"]).update(
            amount_refunded=F("amount_refunded") + units
        )


def _tell_settled(actor: Actor, refund: Refund) -> None:
    audit(
        "billing.refund_settle",
        actor=actor,
        subject=subject_of(refund),
        after={"amount": refund.amount, "currency": refund.currency},
        customer_id=refund.customer_id,
    )
    publish(
        RefundSettled(
            refund_id=refund.pk,
            payment_id=refund.payment_id,
            customer_id=refund.customer_id,
            amount=refund.amount,
            currency=refund.currency,
            reason=refund.reason,
        ),
        subject=subject_of(refund),
        customer_id=refund.customer_id,
    )


def refund_fail(*, actor: Actor, refund: Refund, code: str, message: str) -> Refund:
    """Note that a refund was refused; its money is the customer's credit again.

    A refund that is over stays as it is.
    """
    with transaction.atomic():
        payment = locked_payment(refund.payment_id)
        refund = locked_refund(refund.pk)
        if refund.state in {RefundState.SETTLED, RefundState.FAILED}:
            return refund
        refund.state = RefundState.FAILED
        refund.failure_code = code[:60]
        refund.failure_message = message[:500]
        refund.save()
        payment.amount_refunded -= refund.amount
        payment.save(update_fields=["amount_refunded"])
        _give_back(refund)
        journal_post(
            kind="refund_failed",
            subject=subject_of(refund),
            customer=refund.customer,
            currency=refund.currency,
            booked_on=business_today(present_tenant()),
            bookings=[
                Booking(LedgerRole.REFUNDS_IN_TRANSIT, refund.amount),
                Booking(LedgerRole.CUSTOMER_CREDIT, -refund.amount),
            ],
        )
        refund_by_hand_settled(refund, resolution="The refund was given up.")
        refund_refused(refund)
        _tell_failed(actor, refund)
    return refund


def refund_returned(*, actor: Actor, refund: Refund, code: str, message: str) -> Refund:
    """Note that money which had gone back came again; it is the customer's credit.

    Banks send refunds back days later, for example when the card's account is closed. A refund
    that is not settled fails instead (``refund_fail``).
    """
    with transaction.atomic():
        payment = locked_payment(refund.payment_id)
        refund = locked_refund(refund.pk)
        if refund.state != RefundState.SETTLED:
            return refund_fail(actor=actor, refund=refund, code=code, message=message)
        _count_refunded(refund, sign=-1)
        refund.state = RefundState.FAILED
        refund.failure_code, refund.failure_message = code[:60], message[:500]
        refund.save()
        payment.amount_refunded -= refund.amount
        payment.save(update_fields=["amount_refunded"])
        _give_back(refund)
        journal_post(
            kind="refund_returned",
            subject=subject_of(refund),
            customer=refund.customer,
            currency=refund.currency,
            booked_on=business_today(present_tenant()),
            bookings=[
                Booking(_came_from(payment, refund), refund.amount),
                Booking(LedgerRole.CUSTOMER_CREDIT, -refund.amount),
            ],
        )
        refund_refused(refund)
        _tell_returned(actor, refund)
    return refund


def _tell_returned(actor: Actor, refund: Refund) -> None:
    audit(
        "billing.refund_returned",
        actor=actor,
        subject=subject_of(refund),
        before={"state": RefundState.SETTLED},
        after={"state": refund.state, "failure_code": refund.failure_code},
        customer_id=refund.customer_id,
    )
    publish(
        RefundReturned(
            refund_id=refund.pk,
            payment_id=refund.payment_id,
            customer_id=refund.customer_id,
            amount=refund.amount,
            currency=refund.currency,
            failure_message=refund.failure_message,
        ),
        subject=subject_of(refund),
        customer_id=refund.customer_id,
    )


def _give_back(refund: Refund) -> None:
    for use in list(CreditUse.objects.filter(refund=refund, amount__gt=0).order_by("pk")):
        units = MinorUnits(to_minor(use.amount, use.currency))
        CreditEntry.objects.filter(pk=use.credit_id).update(remaining=F("remaining") + units)
        CreditUse.objects.create(
            credit_id=use.credit_id, refund=refund, currency=use.currency, amount=-use.amount
        )


def _tell_failed(actor: Actor, refund: Refund) -> None:
    audit(
        "billing.refund_fail",
        actor=actor,
        subject=subject_of(refund),
        after={"state": refund.state, "failure_code": refund.failure_code},
        customer_id=refund.customer_id,
    )
    publish(
        RefundFailed(
            refund_id=refund.pk,
            payment_id=refund.payment_id,
            customer_id=refund.customer_id,
            amount=refund.amount,
            currency=refund.currency,
            failure_message=refund.failure_message,
        ),
        subject=subject_of(refund),
        customer_id=refund.customer_id,
    )


def refund_confirm(*, actor: Actor, refund_id: UUID, sent: bool, note: str = "") -> Refund:
    """Close a refund that a person was asked to send: it was sent, or it was given up.

    Raises:
        NotPermitted, PaymentNotFound.
        PaymentStateWrong: the gateway sends this one, or it is over.
    """
    actor.require("payments:refund")
    with transaction.atomic():
        refund = locked_refund(refund_id)
        over = refund.state in {RefundState.SETTLED, RefundState.FAILED}
        if over or refund.method != RefundMethod.BANK_TRANSFER:
            raise PaymentStateWrong("This refund does not wait for a person.")
        if sent:
            return refund_settle(actor=actor, refund=refund, gateway_reference=note[:120])
        return refund_fail(actor=actor, refund=refund, code="given_up", message=note)
