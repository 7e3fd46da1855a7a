"""What happens to documents and money, for every app above and every integrator."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from ispplatform.core.events import Event


@dataclass(frozen=True, kw_only=True)
class ProFormaCreated(Event):
    """A pro-forma asks for money; ``subject_*`` names what it was made for."""

    name: ClassVar[str] = "billing.proforma_created"
    document_id: UUID
    number: str
    customer_id: UUID
    gross: Decimal
    currency: str
    due_date: date
    subject_type: str
    subject_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class ProFormaCancelled(Event):
    """A pro-forma is not asked for any more."""

    name: ClassVar[str] = "billing.proforma_cancelled"
    document_id: UUID
    number: str
    customer_id: UUID
    reason: str
    subject_type: str
    subject_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class InvoiceIssued(Event):
    """An invoice has its number."""

    name: ClassVar[str] = "billing.invoice_issued"
    invoice_id: UUID
    number: str
    customer_id: UUID
    gross: Decimal
    amount_due: Decimal
    currency: str
    issue_date: date
    due_date: date
    subject_type: str
    subject_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class InvoiceSent(Event):
    """Somebody asked for the invoice to be mailed to the customer."""

    name: ClassVar[str] = "billing.invoice_sent"
    invoice_id: UUID
    number: str
    customer_id: UUID


@dataclass(frozen=True, kw_only=True)
class InvoicePaid(Event):
    """Nothing is owed on the invoice any more.

    Each of ``lines`` has ``line_id``, ``source_line_id`` (the line of the pro-forma, or empty),
    ``subject_type``, ``subject_id`` (empty where it bills nothing of ours) and ``gross``.
    ``was_paid_before``: a lost dispute had opened it again, so what it bought was had already.
    """

    name: ClassVar[str] = "billing.invoice_paid"
    invoice_id: UUID
    number: str
    customer_id: UUID
    gross: Decimal
    currency: str
    proforma_id: UUID | None
    subject_type: str
    subject_id: UUID | None
    lines: list[dict[str, str]]
    was_paid_before: bool = False


@dataclass(frozen=True, kw_only=True)
class InvoiceReopened(Event):
    """A paid invoice is open again: a lost dispute took ``amount`` of its money away."""

    name: ClassVar[str] = "billing.invoice_reopened"
    invoice_id: UUID
    number: str
    customer_id: UUID
    amount: Decimal
    amount_due: Decimal
    currency: str


@dataclass(frozen=True, kw_only=True)
class InvoiceOverdue(Event):
    """An open invoice passed its due day; ``lines`` as in ``billing.invoice_paid``."""

    name: ClassVar[str] = "billing.invoice_overdue"
    invoice_id: UUID
    number: str
    customer_id: UUID
    amount_due: Decimal
    currency: str
    due_date: date
    lines: list[dict[str, str]]


@dataclass(frozen=True, kw_only=True)
class InvoiceCancelled(Event):
    """The invoice was made void: nothing of it is owed."""

    name: ClassVar[str] = "billing.invoice_cancelled"
    invoice_id: UUID
    number: str
    customer_id: UUID
    reason: str
    lines: list[dict[str, str]]


@dataclass(frozen=True, kw_only=True)
class CreditNoteIssued(Event):
    """A credit note takes back part or all of an invoice."""

    name: ClassVar[str] = "billing.credit_note_issued"
    document_id: UUID
    number: str
    invoice_id: UUID
    customer_id: UUID
    gross: Decimal
    currency: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class PaymentReceived(Event):
    """Money came."""

    name: ClassVar[str] = "billing.payment_received"
    payment_id: UUID
    customer_id: UUID
    document_id: UUID | None
    invoice_id: UUID | None
    invoice_number: str
    amount: Decimal
    currency: str
    method: str


@dataclass(frozen=True, kw_only=True)
class PaymentFailed(Event):
    """A payment was declined; nothing was charged."""

    name: ClassVar[str] = "billing.payment_failed"
    payment_id: UUID
    customer_id: UUID
    document_id: UUID | None
    amount: Decimal
    currency: str
    method: str
    failure_code: str
    failure_message: str


@dataclass(frozen=True, kw_only=True)
class PaymentActionRequired(Event):
    """The bank wants the customer to confirm the payment."""

    name: ClassVar[str] = "billing.payment_action_required"
    payment_id: UUID
    customer_id: UUID
    document_id: UUID | None
    amount: Decimal
    currency: str
    action_url: str


@dataclass(frozen=True, kw_only=True)
class RefundSettled(Event):
    """Money went back."""

    name: ClassVar[str] = "billing.refund_settled"
    refund_id: UUID
    payment_id: UUID
    customer_id: UUID
    amount: Decimal
    currency: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class RefundFailed(Event):
    """A refund was refused; the money is the customer's credit again."""

    name: ClassVar[str] = "billing.refund_failed"
    refund_id: UUID
    payment_id: UUID
    customer_id: UUID
    amount: Decimal
    currency: str
    failure_message: str


@dataclass(frozen=True, kw_only=True)
class RefundReturned(Event):
    """Money that had gone back came again, since the bank did not take it; it is credit now."""

    name: ClassVar[str] = "billing.refund_returned"
    refund_id: UUID
    payment_id: UUID
    customer_id: UUID
    amount: Decimal
    currency: str
    failure_message: str


@dataclass(frozen=True, kw_only=True)
class PaymentDisputed(Event):
    """A cardholder had the bank take a payment back; nobody should remind them of it now."""

    name: ClassVar[str] = "billing.payment_disputed"
    dispute_id: UUID
    payment_id: UUID
    customer_id: UUID
    document_id: UUID | None
    amount: Decimal
    currency: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class DisputeClosed(Event):
    """The bank decided a dispute: ``won``, the money stays ours, or ``lost``."""

    name: ClassVar[str] = "billing.dispute_closed"
    dispute_id: UUID
    payment_id: UUID
    customer_id: UUID
    document_id: UUID | None
    amount: Decimal
    currency: str
    outcome: str


@dataclass(frozen=True, kw_only=True)
class CreditGranted(Event):
    """A customer has more credit than before."""

    name: ClassVar[str] = "billing.credit_granted"
    credit_id: UUID
    customer_id: UUID
    kind: str
    amount: Decimal
    currency: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class CreditTakenBack(Event):
    """Credit that a customer was given by mistake is gone, as far as it was not used."""

    name: ClassVar[str] = "billing.credit_taken_back"
    credit_id: UUID
    customer_id: UUID
    amount: Decimal
    currency: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class SubscriptionStarted(Event):
    """Something is billed again and again from now on."""

    name: ClassVar[str] = "billing.subscription_started"
    subscription_id: UUID
    customer_id: UUID
    subject_type: str
    subject_id: UUID | None
    next_billing_on: date | None


@dataclass(frozen=True, kw_only=True)
class SubscriptionReopened(Event):
    """A subscription that had ended is billed again, from ``next_billing_on`` on."""

    name: ClassVar[str] = "billing.subscription_reopened"
    subscription_id: UUID
    customer_id: UUID
    subject_type: str
    subject_id: UUID | None
    next_billing_on: date | None


@dataclass(frozen=True, kw_only=True)
class SubscriptionCancelled(Event):
    """It will not be billed again; it runs until ``ends_on``."""

    name: ClassVar[str] = "billing.subscription_cancelled"
    subscription_id: UUID
    customer_id: UUID
    subject_type: str
    subject_id: UUID | None
    ends_on: date
    reason: str


@dataclass(frozen=True, kw_only=True)
class SubscriptionRenewed(Event):
    """A further period has begun; ``invoice_id`` billed it, paid or not."""

    name: ClassVar[str] = "billing.subscription_renewed"
    subscription_id: UUID
    customer_id: UUID
    subject_type: str
    subject_id: UUID | None
    invoice_id: UUID
    period_start: date
    period_end: date


@dataclass(frozen=True, kw_only=True)
class SubscriptionEnded(Event):
    """A subscription that was running has come to its end: nothing is billed any more.

    ``reason`` is ``cancelled``, ``not_renewed`` (it was not to renew by itself) or
    ``nothing_left`` (what it billed is gone).
    """

    name: ClassVar[str] = "billing.subscription_ended"
    subscription_id: UUID
    customer_id: UUID
    subject_type: str
    subject_id: UUID | None
    ended_on: date
    reason: str


@dataclass(frozen=True, kw_only=True)
class InvoiceReminded(Event):
    """A customer is reminded of an open invoice; ``number`` counts the reminders from 1."""

    name: ClassVar[str] = "billing.invoice_reminded"
    invoice_id: UUID
    invoice_number: str
    customer_id: UUID
    number: int
    amount_due: Decimal
    currency: str
    due_date: date | None


@dataclass(frozen=True, kw_only=True)
class LastNoticeGiven(Event):
    """A customer is told the day from which services are suspended for an open invoice."""

    name: ClassVar[str] = "billing.last_notice_given"
    invoice_id: UUID
    invoice_number: str
    customer_id: UUID
    amount_due: Decimal
    currency: str
    due_date: date | None
    suspend_on: date | None


@dataclass(frozen=True, kw_only=True)
class RenewalNoticeGiven(Event):
    """A customer is told that a domain runs out, or ran out, because its renewal is not paid."""

    name: ClassVar[str] = "billing.renewal_notice_given"
    invoice_id: UUID
    invoice_number: str
    customer_id: UUID
    number: int
    amount_due: Decimal
    currency: str
    expires_on: date


@dataclass(frozen=True, kw_only=True)
class SuspensionDecided(Event):
    """What the invoice bills is to stand still until it is paid; ``subjects`` have type and id."""

    name: ClassVar[str] = "billing.suspension_decided"
    invoice_id: UUID
    invoice_number: str
    customer_id: UUID
    subjects: list[dict[str, str]]


@dataclass(frozen=True, kw_only=True)
class SuspensionLifted(Event):
    """Staff let run again, before the money came, what stood still for the invoice."""

    name: ClassVar[str] = "billing.suspension_lifted"
    invoice_id: UUID
    invoice_number: str
    customer_id: UUID
    reason: str
    subjects: list[dict[str, str]]


@dataclass(frozen=True, kw_only=True)
class TerminationDecided(Event):
    """What the invoice bills is to end, because it was not paid for long."""

    name: ClassVar[str] = "billing.termination_decided"
    invoice_id: UUID
    invoice_number: str
    customer_id: UUID
    subjects: list[dict[str, str]]


@dataclass(frozen=True, kw_only=True)
class RenewalTrusted(Event):
    """Staff let the invoice's renewals be carried out before the money came.

    ``lines`` as in ``billing.invoice_paid``.
    """

    name: ClassVar[str] = "billing.renewal_trusted"
    invoice_id: UUID
    invoice_number: str
    customer_id: UUID
    reason: str
    lines: list[dict[str, str]]
