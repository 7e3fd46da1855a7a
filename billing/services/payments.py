"""Starting, recording and giving up payments."""

from datetime import date
from decimal import Decimal

from django.db import IntegrityError, transaction

from billing.choices import PaymentMethodKind, PaymentState
from billing.errors import (
    InvoiceNotOpen,
    PaymentInProgress,
    PaymentMethodNotFound,
    PaymentStateWrong,
)
from billing.models import Document, Payment, PaymentMethod
from billing.selectors.invoices import amount_due
from billing.selectors.parties import present_tenant
from billing.selectors.payments import charge_obstacle, payments_underway
from billing.services.attention import reservation_decided
from billing.services.locks import locked_claim, locked_payment
from billing.services.payment_checks import CHARGE_CANCEL, FIRST_CHECK
from billing.services.payment_reservations import CAPTURE, PREPARED_FOR
from billing.services.refused_charges import CHARGE
from billing.services.settlement import UNSETTLED, payment_settle
from customers.models import Customer
from customers.services.customers import customer_currency_fix
from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.clock import business_today, system_now
from ispplatform.core.errors import DuplicateResource, InvalidInput, NotPermitted
from ispplatform.core.ids import uuid7
from ispplatform.core.money import is_exact
from ispplatform.core.operations import operation_start
from ispplatform.core.operations.errors import OperationNotWanted
from ispplatform.core.subjects import subject_of

RECORDED = {PaymentMethodKind.BANK_TRANSFER, PaymentMethodKind.MANUAL}
LARGEST_PAYMENT = Decimal(10) ** 9  # in major units


def payment_start(
    *,
    actor: Actor,
    document: Document,
    payment_method: PaymentMethod,
    method: str = PaymentMethodKind.CARD,
    save_method: bool = False,
    amount: Decimal | None = None,
    capture_later: bool = False,
    off_session: bool = False,
    idempotency_key: str = "",
) -> Payment:
    """Have the gateway charge what is owed on an invoice or a pro-forma.

    The charge is an operation: it is sent after the commit, exactly once, and settles the payment
    when the gateway has answered.

    Args:
        payment_method: a card of the document's customer.
        save_method: offer the card again next time.
        amount: None: everything that is owed; of a pro-forma all that is missing.
        capture_later: only reserve the money (``payment_capture`` takes it).
        off_session: the customer is not there to confirm.
        idempotency_key: the same key gives the same payment.

    Raises:
        NotPermitted: a customer pays for another one, or staff lack ``payments:create``.
        InvoiceNotOpen: nothing is owed.
        PaymentInProgress: an earlier payment of this document is on its way.
        PaymentMethodNotFound: the card is another customer's or was removed.
        InvalidInput: the amount is out of range.
    """
    _require_payer(actor, document.customer_id, "payments:create")
    _check_method(document, payment_method, method)
    key = idempotency_key or str(uuid7())
    if known := _known(key, document):
        return known
    payment = Payment(
        customer_id=document.customer_id,
        document=document,
        currency=document.currency,
        method=method,
        payment_method=payment_method,
        connection=payment_method.connection,
        save_method=save_method,
        capture_later=capture_later,
        idempotency_key=key,
    )
    try:
        with transaction.atomic():
            locked_claim(document)
            payment.amount = _amount_to_charge(document, amount)
            return _charge(actor, payment, off_session=off_session)
    except IntegrityError:
        if known := _known(key, document):
            return known
        raise


def _check_method(document: Document, payment_method: PaymentMethod, method: str) -> None:
    if method != PaymentMethodKind.CARD:
        raise InvalidInput("This method is not charged: record the payment.", field="method")
    if payment_method.customer_id != document.customer_id or payment_method.removed_at:
        raise PaymentMethodNotFound("There is no such payment method.")


def _require_payer(actor: Actor, customer_id: object, permission: str) -> None:
    if actor.is_customer:
        if actor.customer_id != customer_id:
            raise NotPermitted("This is not yours.")
        return
    actor.require(permission)


def _known(key: str, document: Document) -> Payment | None:
    payment = Payment.objects.filter(idempotency_key=key).first()
    if payment is not None and payment.document_id != document.pk:
        raise DuplicateResource("This key stands for another payment.", field="idempotency_key")
    return payment


def _amount_to_charge(document: Document, amount: Decimal | None) -> Decimal:
    due = amount_due(document)
    if not due:
        raise InvoiceNotOpen("Nothing is owed on this document.")
    for earlier in payments_underway(document):
        if earlier.state != PaymentState.REQUIRES_ACTION:
            raise PaymentInProgress("An earlier payment is still on its way.")
    if amount is None:
        return due
    if not is_exact(amount, document.currency) or not 0 < amount <= due:
        raise InvalidInput(f"Use an amount up to {due} {document.currency}.", field="amount")
    if hasattr(document, "pro_forma") and amount != due:
        raise InvalidInput(f"An order is paid in full: {due} are missing.", field="amount")
    return amount


def _charge(actor: Actor, payment: Payment, *, off_session: bool) -> Payment:
    if payment.document is not None:
        for earlier in payments_underway(payment.document):
            payment_give_up(actor, locked_payment(earlier.pk), reason="Another payment was begun.")
    if payment.capture_later:
        payment.next_check_at = system_now() + PREPARED_FOR
    payment.save(force_insert=True)
    audit(
        "billing.payment_start",
        actor=actor,
        subject=subject_of(payment),
        after={
            "amount": payment.amount,
            "currency": payment.currency,
            "method": payment.method,
            "document": str(payment.document or ""),
        },
        customer_id=payment.customer_id,
    )
    if not payment.capture_later:
        charge_begin(actor, payment, off_session=off_session)
    return payment


def charge_begin(actor: Actor, payment: Payment, *, off_session: bool = False) -> None:
    """Start the operation that charges a payment's card, in the caller's transaction."""
    operation_start(
        kind=CHARGE,
        key=str(payment.pk),
        subject=subject_of(payment),
        actor=actor,
        params={"off_session": off_session},
        connection=payment.connection,
        customer_id=payment.customer_id,
    )


def payment_restart(*, actor: Actor, payment: Payment) -> Payment:
    """Have a payment charged again that the gateway refused, in the caller's transaction.

    Raises:
        OperationNotWanted: the payment went on, its document asks for less by now, or another
            payment of it is on its way.
    """
    with transaction.atomic():
        locked_claim(payment.document)
        payment = locked_payment(payment.pk)
        if payment.state != PaymentState.FAILED:
            raise OperationNotWanted(f"The payment is {payment.get_state_display().lower()}.")
        if obstacle := charge_obstacle(payment):
            raise OperationNotWanted(f"{obstacle} The card is not charged again.")
        before = {"state": payment.state, "failure_code": payment.failure_code}
        payment.state = PaymentState.CREATED
        payment.failure_code = payment.failure_message = ""
        payment.save(update_fields=["state", "failure_code", "failure_message"])
        audit(
            "billing.payment_restart",
            actor=actor,
            subject=subject_of(payment),
            before=before,
            after={"state": payment.state},
            customer_id=payment.customer_id,
        )
    return payment


def payment_authorize(*, actor: Actor, payment: Payment) -> Payment:
    """Reserve the money of a payment that was started with ``capture_later``.

    Raises:
        NotPermitted, PaymentNotFound.
        PaymentStateWrong: it was not started so, or has gone on already.
    """
    actor.require("payments:capture")
    with transaction.atomic():
        payment = locked_payment(payment.pk)
        if payment.state != PaymentState.CREATED or not payment.capture_later:
            raise PaymentStateWrong("This payment cannot be authorized.")
        payment.next_check_at = None
        payment.save(update_fields=["next_check_at"])
        charge_begin(actor, payment)
        audit(
            "billing.payment_authorize",
            actor=actor,
            subject=subject_of(payment),
            customer_id=payment.customer_id,
        )
    return payment


def payment_capture(*, actor: Actor, payment: Payment, amount: Decimal | None = None) -> Payment:
    """Take the money that a payment has reserved.

    Args:
        amount: at most what is reserved, the rest is set free; None: all of it.

    Raises:
        NotPermitted, PaymentNotFound.
        PaymentStateWrong: nothing is reserved.
        InvalidInput: the amount is out of range.
    """
    actor.require("payments:capture")
    with transaction.atomic():
        payment = locked_payment(payment.pk)
        if payment.state != PaymentState.AUTHORIZED:
            raise PaymentStateWrong("Nothing is reserved on this payment.")
        wanted = payment.amount if amount is None else amount
        if not is_exact(wanted, payment.currency) or not 0 < wanted <= payment.amount:
            raise InvalidInput(f"Use an amount up to {payment.amount}.", field="amount")
        payment.state = PaymentState.PROCESSING
        payment.next_check_at = None
        payment.save(update_fields=["state", "next_check_at"])
        reservation_decided(payment, resolution="The money is being taken.")
        operation_start(
            kind=CAPTURE,
            key=str(payment.pk),
            subject=subject_of(payment),
            actor=actor,
            params={"amount": wanted},
            connection=payment.connection,
            customer_id=payment.customer_id,
        )
        audit(
            "billing.payment_capture",
            actor=actor,
            subject=subject_of(payment),
            after={"amount": wanted},
            customer_id=payment.customer_id,
        )
    return payment


def payment_cancel(*, actor: Actor, payment: Payment, reason: str) -> Payment:
    """Give up a payment that took no money yet; money that comes all the same is still taken in.

    Raises:
        NotPermitted, PaymentNotFound.
        PaymentStateWrong: it is over.
    """
    _require_payer(actor, payment.customer_id, "payments:cancel")
    with transaction.atomic():
        payment = locked_payment(payment.pk)
        if payment.state not in UNSETTLED:
            raise PaymentStateWrong("This payment is over.")
        return payment_give_up(actor, payment, reason=reason)


def payment_give_up(actor: Actor, payment: Payment, *, reason: str) -> Payment:
    """Give up a locked payment, in the caller's transaction.

    What the gateway has of it is cancelled there, and asked for until it is over.
    """
    before = payment.state
    payment.state = PaymentState.CANCELLED
    payment.action_url = ""
    payment.next_check_at = system_now() + FIRST_CHECK if payment.gateway_reference else None
    payment.save(update_fields=["state", "action_url", "next_check_at"])
    audit(
        "billing.payment_cancel",
        actor=actor,
        subject=subject_of(payment),
        reason=reason,
        before={"state": before},
        after={"state": payment.state},
        customer_id=payment.customer_id,
    )
    reservation_decided(payment, resolution=f"It was given up: {reason}"[:500])
    if payment.gateway_reference:
        operation_start(
            kind=CHARGE_CANCEL,
            key=str(payment.pk),
            subject=subject_of(payment),
            actor=actor,
            connection=payment.connection,
            customer_id=payment.customer_id,
        )
    return payment


def payment_record(
    *,
    actor: Actor,
    customer: Customer,
    amount: Decimal,
    reference: str,
    received_on: date | None = None,
    document: Document | None = None,
    method: str = PaymentMethodKind.BANK_TRANSFER,
    currency: str = "",
    idempotency_key: str = "",
) -> Payment:
    """Take in money that came another way, in whole or in part: a bank transfer, cash.

    What does not fit its document becomes the customer's credit and a row for a person.

    Args:
        reference: what the bank statement says.
        received_on: a day of the tenant's calendar, not in the future; None: today.
        document: what it is for; None: it becomes credit.
        idempotency_key: the same key gives the same payment.

    Raises:
        NotPermitted.
        InvalidInput: the amount is not positive or not exact, the day is to come, or the document
            is another customer's.
    """
    actor.require("payments:record")
    tenant = present_tenant()
    today = business_today(tenant)
    if method not in RECORDED:
        raise InvalidInput("A card is charged, not recorded.", field="method")
    if document is not None and document.customer_id != customer.pk:
        raise InvalidInput("The document is another customer's.", field="document")
    if document is not None:
        currency = currency or document.currency
    currency = currency or customer.currency or tenant.currency
    if not is_exact(amount, currency) or not 0 < amount <= LARGEST_PAYMENT:
        raise InvalidInput(f"Use a positive amount of {currency}.", field="amount")
    if received_on is not None and received_on > today:
        raise InvalidInput("Money cannot come in the future.", field="received_on")
    key = idempotency_key or str(uuid7())
    if known := Payment.objects.filter(idempotency_key=key).first():
        return known
    with transaction.atomic():
        if customer.currency != currency:
            customer_currency_fix(customer=customer, currency=currency, actor=actor)
        payment = Payment.objects.create(
            customer=customer,
            document=document,
            currency=currency,
            amount=amount,
            method=method,
            reference=reference[:140],
            idempotency_key=key,
        )
        return payment_settle(actor=actor, payment=payment, settled_on=received_on or today)
