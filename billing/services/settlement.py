"""Money that came: the one transaction that settles a payment and everything that hangs on it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction

from billing.choices import (
    CreditKind,
    LedgerRole,
    PaymentMethodKind,
    PaymentState,
    ProFormaStatus,
)
from billing.events import PaymentFailed, PaymentReceived
from billing.models import CreditEntry, Invoice, Payment, PaymentAllocation, ProForma
from billing.selectors.parties import present_tenant
from billing.selectors.pro_formas import money_held_for
from billing.services.attention import unmatched_money, unmatched_money_settled
from billing.services.credit import credit_add, credit_pay, credit_take
from billing.services.invoice_state import (
    BALANCE_FIELDS,
    publish_issued,
    publish_paid,
    reduce_due,
)
from billing.services.invoices import invoice_issue_from_proforma
from billing.services.journal import Booking, journal_post
from billing.services.locks import locked_claim, locked_payment
from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.clock import business_now, business_today
from ispplatform.core.events import publish
from ispplatform.core.money import from_minor
from ispplatform.core.subjects import subject_of

GATEWAY_METHODS = {PaymentMethodKind.CARD}
UNSETTLED = (
    PaymentState.CREATED,
    PaymentState.REQUIRES_ACTION,
    PaymentState.PROCESSING,
    PaymentState.AUTHORIZED,
)


@dataclass(kw_only=True, slots=True)
class _Placement:
    """Where received money went."""

    invoice: Invoice | None = None
    allocated: Decimal = Decimal(0)
    credit_kind: CreditKind = CreditKind.PREPAID
    sentence: str = ""


def payment_settle(
    *,
    actor: Actor,
    payment: Payment,
    amount: Decimal | None = None,
    gateway_reference: str = "",
    settled_on: date | None = None,
) -> Payment:
    """Note that the money is here and put it where it belongs, all in one transaction.

    A pro-forma that it covers becomes an invoice, issued and paid; an open invoice is paid off or
    reduced. Money that finds no open claim, or is more or less than the claim, becomes the
    customer's credit and a row under *Needs a person*; it is never lost. Settling twice does
    nothing; money also settles a payment that was thought to have failed.

    Args:
        amount: what really came, exact in the payment's currency; None: what was asked for.
        settled_on: the day of the money, a day of the tenant's calendar; None: today.

    Returns:
        The payment as it is now.
    """
    with transaction.atomic():
        claim = locked_claim(payment.document)
        payment = locked_payment(payment.pk)
        if payment.state == PaymentState.SETTLED:
            return payment
        received = payment.amount if amount is None else amount
        day = settled_on or business_today(present_tenant())
        state_before = payment.state
        _note_settled(payment, received, gateway_reference=gateway_reference, day=day)
        placement = _place(actor, payment, claim, received, day)
        _book(payment, placement, received, day)
        _allocate(payment, placement)
        _keep_rest(payment, placement, received)
        _tell(actor, payment, placement, received, state_before)
    return payment


def _note_settled(
    payment: Payment, received: Decimal, *, gateway_reference: str, day: date
) -> None:
    payment.state = PaymentState.SETTLED
    payment.amount_settled = received
    payment.gateway_reference = gateway_reference or payment.gateway_reference
    payment.received_on = day
    payment.settled_at = business_now(present_tenant())
    payment.next_check_at = None
    payment.action_url = payment.failure_code = payment.failure_message = ""
    payment.save()


def _place(
    actor: Actor,
    payment: Payment,
    claim: Invoice | ProForma | None,
    received: Decimal,
    day: date,
) -> _Placement:
    if claim is None:
        return _Placement(sentence="A payment came without a document.")
    if claim_currency(claim) != payment.currency:
        return _Placement(sentence=f"A payment in {payment.currency} came for {claim}.")
    if isinstance(claim, ProForma):
        return _place_on_pro_forma(actor, claim, received, day)
    return _place_on_invoice(claim, received)


def claim_currency(claim: Invoice | ProForma) -> str:
    """Return the currency in which a claim is to be paid."""
    return claim.document.currency


def _place_on_invoice(invoice: Invoice, received: Decimal) -> _Placement:
    if not invoice.is_open:
        status = invoice.get_status_display().lower()
        return _Placement(sentence=f"Money came for {invoice}, which is {status}.")
    allocated = min(received, invoice.amount_due)
    reduce_due(invoice, tenant=present_tenant(), paid=allocated)
    invoice.save(update_fields=BALANCE_FIELDS)
    sentence = ""
    if received > allocated:
        sentence = f"{received - allocated} more came than {invoice} asked for."
    return _Placement(
        invoice=invoice,
        allocated=allocated,
        credit_kind=CreditKind.OVERPAYMENT,
        sentence=sentence,
    )


def _place_on_pro_forma(
    actor: Actor, proforma: ProForma, received: Decimal, day: date
) -> _Placement:
    document = proforma.document
    if proforma.status != ProFormaStatus.OPEN:
        status = proforma.get_status_display().lower()
        return _Placement(sentence=f"Money came for {proforma}, which is {status}.")
    earlier = _earlier_parts(proforma)
    held = sum((entry.remaining for entry in earlier), from_minor(0, document.currency))
    if received + held < document.gross_total:
        missing = document.gross_total - received - held
        return _Placement(
            sentence=f"{proforma} was paid in part; {missing} {document.currency} is missing."
        )
    used = min(held, document.gross_total)
    allocated = document.gross_total - used
    parts = credit_take(earlier, used)
    invoice = pro_forma_invoiced(actor=actor, proforma=proforma, paid_on=day)
    credit_pay(parts, invoice=invoice)
    unmatched_money_settled(entry.payment for entry in earlier if not entry.remaining)
    publish_issued(invoice)
    sentence = ""
    if received > allocated:
        sentence = f"{received - allocated} more came than {proforma} asked for."
    return _Placement(
        invoice=invoice,
        allocated=allocated,
        credit_kind=CreditKind.OVERPAYMENT,
        sentence=sentence,
    )


def pro_forma_invoiced(*, actor: Actor, proforma: ProForma, paid_on: date) -> Invoice:
    """Issue the invoice of a locked, open pro-forma, paid in full, in the caller's transaction.

    The caller books the money and publishes what happened.
    """
    invoice = invoice_issue_from_proforma(actor=actor, proforma=proforma, paid_on=paid_on)
    reduce_due(invoice, tenant=present_tenant(), paid=invoice.gross_total)
    invoice.save()
    proforma.status = ProFormaStatus.SETTLED
    proforma.invoice = invoice
    proforma.settled_at = business_now(present_tenant())
    proforma.save(update_fields=["status", "invoice", "settled_at"])
    return invoice


def _earlier_parts(proforma: ProForma) -> list[CreditEntry]:
    return list(money_held_for([proforma.document_id]).select_for_update(of=("self",)))


def _book(payment: Payment, placement: _Placement, received: Decimal, day: date) -> None:
    document = placement.invoice.document if placement.invoice else None
    money = LedgerRole.GATEWAY if payment.method in GATEWAY_METHODS else LedgerRole.BANK
    journal_post(
        kind="payment_settled",
        subject=subject_of(payment),
        customer=payment.customer,
        currency=payment.currency,
        booked_on=day,
        bookings=[
            Booking(money, received),
            Booking(LedgerRole.RECEIVABLES, -placement.allocated, document),
            Booking(LedgerRole.CUSTOMER_CREDIT, placement.allocated - received),
        ],
    )


def _allocate(payment: Payment, placement: _Placement) -> None:
    if placement.invoice is not None and placement.allocated:
        PaymentAllocation.objects.create(
            payment=payment,
            invoice=placement.invoice,
            currency=payment.currency,
            amount=placement.allocated,
        )


def _keep_rest(payment: Payment, placement: _Placement, received: Decimal) -> None:
    rest = received - placement.allocated
    if rest:
        credit_add(
            customer=payment.customer,
            kind=placement.credit_kind,
            amount=rest,
            currency=payment.currency,
            reason=placement.sentence,
            payment=payment,
            document=payment.document,
        )
    if placement.sentence:
        unmatched_money(payment, sentence=placement.sentence, amount=rest or received)


def _tell(
    actor: Actor,
    payment: Payment,
    placement: _Placement,
    received: Decimal,
    state_before: str,
) -> None:
    invoice = placement.invoice
    audit(
        "billing.payment_settle",
        actor=actor,
        subject=subject_of(payment),
        before={"state": state_before},
        after={
            "state": payment.state,
            "amount": received,
            "currency": payment.currency,
            "invoice": invoice.number if invoice else "",
            "allocated": placement.allocated,
        },
        customer_id=payment.customer_id,
    )
    publish(
        PaymentReceived(
            payment_id=payment.pk,
            customer_id=payment.customer_id,
            document_id=payment.document_id,
            invoice_id=invoice.pk if invoice else None,
            invoice_number=invoice.number if invoice else "",
            amount=received,
            currency=payment.currency,
            method=payment.method,
        ),
        subject=subject_of(payment),
        customer_id=payment.customer_id,
    )
    if invoice is not None and not invoice.amount_due:
        publish_paid(invoice)


def payment_fail(
    *, actor: Actor, payment: Payment, code: str, message: str, gateway_reference: str = ""
) -> Payment:
    """Note that a payment was declined; nothing was charged and the document stays open.

    A payment that is settled, failed or cancelled already stays as it is.

    Args:
        code: the gateway's reason, for example ``card_declined``.
        message: a sentence for the customer.
    """
    with transaction.atomic():
        payment = locked_payment(payment.pk)
        if payment.state not in UNSETTLED:
            if payment.next_check_at is not None:  # it was given up, and now it is over
                payment.next_check_at = None
                payment.save(update_fields=["next_check_at"])
            return payment
        before = payment.state
        payment.state = PaymentState.FAILED
        payment.failure_code = code[:60]
        payment.failure_message = message[:500]
        payment.gateway_reference = gateway_reference or payment.gateway_reference
        payment.action_url = ""
        payment.next_check_at = None
        payment.save()
        audit(
            "billing.payment_fail",
            actor=actor,
            subject=subject_of(payment),
            before={"state": before},
            after={"state": payment.state, "failure_code": payment.failure_code},
            customer_id=payment.customer_id,
        )
        publish(
            PaymentFailed(
                payment_id=payment.pk,
                customer_id=payment.customer_id,
                document_id=payment.document_id,
                amount=payment.amount,
                currency=payment.currency,
                method=payment.method,
                failure_code=payment.failure_code,
                failure_message=payment.failure_message,
            ),
            subject=subject_of(payment),
            customer_id=payment.customer_id,
        )
    return payment
