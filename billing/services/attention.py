"""What billing puts before a person."""

from collections.abc import Collection, Iterable
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from billing.models import (
    Dispute,
    DunningCase,
    Invoice,
    Payment,
    Refund,
    Subscription,
    SuspensionPlan,
)
from customers.models import Customer
from ispplatform.core.attention import attention_items_open, attention_open, attention_settled
from ispplatform.core.models.attention import AttentionItem
from ispplatform.core.models.connections import ProviderConnection
from ispplatform.core.money import Money
from ispplatform.core.subjects import Subject, subject_of

UNMATCHED_MONEY = "billing.unmatched_money"
REFUND_FAILED = "billing.refund_failed"
REFUND_BY_HAND = "billing.refund_by_hand"
CHARGE_MISMATCH = "billing.charge_mismatch"
RESERVATION_ENDS = "billing.reservation_ends"
DISPUTED = "billing.disputed"
RENEWAL_FAILED = "billing.renewal_failed"
RENEWAL_TAKEN_BACK = "billing.renewal_taken_back"
SKIPPED_PERIOD = "billing.skipped_period"
DUNNING_STUCK = "billing.dunning_stuck"
NOTICE_UNDELIVERED = "billing.notice_undelivered"
DOMAIN_UNSETTLED = "billing.domain_unsettled"
SUSPENSION_PLAN = "billing.suspension_plan"
GATEWAY_OUTAGE = "billing.gateway_outage"
STRIPE_DIFFERENCE = "billing.stripe_difference"


def unmatched_money(payment: Payment, *, sentence: str, amount: Decimal) -> None:
    """Ask a person where money belongs that came late, in part or in excess."""
    attention_open(
        kind=UNMATCHED_MONEY,
        subject=subject_of(payment),
        sentence=sentence,
        money=Money(amount, payment.currency),
        customer_id=payment.customer_id,
    )


def unmatched_money_settled(
    payments: Iterable[Payment | None], *, resolution: str = "The rest of the money came."
) -> None:
    """Close the rows of payments whose money has found its place."""
    for payment in payments:
        if payment is not None:
            attention_settled(
                kind=UNMATCHED_MONEY,
                subject=subject_of(payment),
                resolution=resolution,
            )


def refund_refused(refund: Refund) -> None:
    """Tell a person that a refund did not arrive and the money is the customer's credit again."""
    attention_open(
        kind=REFUND_FAILED,
        subject=subject_of(refund),
        sentence=(
            f"A refund to {refund.customer} was refused: {refund.failure_message or 'no reason'}. "
            "The money is the customer's credit."
        ),
        money=Money(refund.amount, refund.currency),
        customer_id=refund.customer_id,
    )


def refund_refused_settled(refund: Refund, *, resolution: str) -> None:
    """Close the row of a refused refund that is sent again."""
    attention_settled(kind=REFUND_FAILED, subject=subject_of(refund), resolution=resolution)


def charge_mismatch(payment: Payment, *, sentence: str) -> None:
    """Tell a person that the gateway's answer does not fit the payment."""
    attention_open(
        kind=CHARGE_MISMATCH,
        subject=subject_of(payment),
        sentence=f"{payment} does not fit what the gateway says. {sentence}",
        money=Money(payment.amount, payment.currency),
        customer_id=payment.customer_id,
    )


def reservation_asks(payment: Payment, *, until: timedelta) -> None:
    """Ask a person to take reserved money before it is set free."""
    attention_open(
        kind=RESERVATION_ENDS,
        subject=subject_of(payment),
        sentence=(
            f"{payment.amount} {payment.currency} of {payment.customer} are only reserved. "
            f"Take them within {until.days * 24} hours, or they are set free."
        ),
        money=Money(payment.amount, payment.currency),
        customer_id=payment.customer_id,
    )


def reservation_was_asked(payment: Payment) -> bool:
    """Tell whether a person was asked before about this reservation."""
    return AttentionItem.objects.filter(
        kind=RESERVATION_ENDS, subject_id=subject_of(payment).id
    ).exists()


def reservation_lost(payment: Payment) -> None:
    """Tell a person that reserved money was set free before anybody took it."""
    attention_open(
        kind=RESERVATION_ENDS,
        subject=subject_of(payment),
        sentence=(
            f"{payment.amount} {payment.currency} of {payment.customer} were reserved and never "
            "taken; they are free again. Ask for the money anew if it is owed."
        ),
        money=Money(payment.amount, payment.currency),
        customer_id=payment.customer_id,
    )


def reservation_decided(payment: Payment, *, resolution: str) -> None:
    """Close the row of reserved money that was taken or let go."""
    attention_settled(kind=RESERVATION_ENDS, subject=subject_of(payment), resolution=resolution)


def refund_by_hand(refund: Refund) -> None:
    """Ask a person to send money back by bank transfer."""
    attention_open(
        kind=REFUND_BY_HAND,
        subject=subject_of(refund),
        sentence=f"Send {refund.amount} {refund.currency} to {refund.customer} by bank transfer.",
        money=Money(refund.amount, refund.currency),
        customer_id=refund.customer_id,
    )


def refund_by_hand_settled(refund: Refund, *, resolution: str) -> None:
    """Close the row of a refund that somebody has sent or given up."""
    attention_settled(kind=REFUND_BY_HAND, subject=subject_of(refund), resolution=resolution)


def disputed(dispute: Dispute, *, sentence: str) -> None:
    """Ask a person to answer a dispute, or to book one that is lost."""
    attention_open(
        kind=DISPUTED,
        subject=subject_of(dispute),
        sentence=sentence,
        money=Money(dispute.amount, dispute.currency),
        customer_id=dispute.payment.customer_id,
    )


def disputed_settled(dispute: Dispute, *, resolution: str) -> None:
    """Close the row of a dispute that is won."""
    attention_settled(kind=DISPUTED, subject=subject_of(dispute), resolution=resolution)


def renewal_failed(customer_id: UUID, *, reason: str) -> None:
    """Tell a person that a customer's renewals could not be invoiced, and why."""
    customer = Customer.objects.get(pk=customer_id)
    attention_open(
        kind=RENEWAL_FAILED,
        subject=subject_of(customer),
        sentence=f"The renewals of {customer} could not be done: {reason} "
        "Nothing of them was invoiced; every run tries again.",
        customer_id=customer_id,
    )


def renewals_failed_settled(*, still: Collection[UUID]) -> None:
    """Close the rows of customers whose renewals work by now, or are not wanted any more."""
    rows = attention_items_open(with_snoozed=True).filter(kind=RENEWAL_FAILED)
    for item in rows.exclude(subject_id__in=list(still)):
        attention_settled(
            kind=RENEWAL_FAILED,
            subject=Subject(type=item.subject_type, id=item.subject_id, label=item.subject_label),
            resolution="The renewals were done.",
        )


def renewal_taken_back(row: Subscription, *, numbers: Iterable[str], gross: Decimal) -> None:
    """Tell staff that an unpaid renewal was credited because what it was for is gone."""
    attention_open(
        kind=RENEWAL_TAKEN_BACK,
        subject=subject_of(row),
        sentence=(
            f"{row.subject_label or row.label} is gone and its renewal was never paid: "
            f"{', '.join(numbers)} was credited and nobody is reminded of it any more. "
            "Look whether the customer still wanted it."
        ),
        money=Money(gross, row.price.currency),
        customer_id=row.customer_id,
    )


def period_skipped(row: Subscription, *, sentence: str, gross: Decimal) -> None:
    """Ask a person whether days that no invoice stands for are billed or given."""
    attention_open(
        kind=SKIPPED_PERIOD,
        subject=subject_of(row),
        sentence=sentence,
        money=Money(gross, row.price.currency),
        customer_id=row.customer_id,
    )


def period_skipped_settled(row: Subscription, *, resolution: str) -> None:
    """Close the row of a subscription whose skipped days were all decided about."""
    attention_settled(kind=SKIPPED_PERIOD, subject=subject_of(row), resolution=resolution)


def dunning_stuck(invoice: Invoice, *, sentence: str) -> None:
    """Tell a person that nothing can be done about an unpaid invoice, and why."""
    attention_open(
        kind=DUNNING_STUCK,
        subject=subject_of(invoice),
        sentence=f"{invoice} cannot be followed up: {sentence}",
        money=Money(invoice.amount_due, invoice.currency),
        customer_id=invoice.customer_id,
    )


def dunning_unstuck(invoice: Invoice) -> None:
    """Close the row of an invoice that is followed up again."""
    attention_settled(
        kind=DUNNING_STUCK, subject=subject_of(invoice), resolution="It is followed up again."
    )


def notice_delivered(invoice: Invoice) -> None:
    """Close the row of a last notice that a mail server has taken by now."""
    attention_settled(
        kind=NOTICE_UNDELIVERED,
        subject=subject_of(invoice),
        resolution="The mail server took the last notice.",
    )


def notice_undelivered(case: DunningCase) -> None:
    """Tell a person that nothing is suspended because no mail server took the last notice."""
    invoice = case.invoice
    attention_open(
        kind=NOTICE_UNDELIVERED,
        subject=subject_of(invoice),
        sentence=(
            f"{invoice} suspends nothing: no mail server has taken the last notice. "
            "Check the customer's addresses and send it again."
        ),
        money=Money(invoice.amount_due, invoice.currency),
        customer_id=invoice.customer_id,
    )


def domain_unsettled(case: DunningCase) -> None:
    """Ask a person whether domains are renewed on trust before they run out."""
    invoice = case.invoice
    attention_open(
        kind=DOMAIN_UNSETTLED,
        subject=subject_of(invoice),
        sentence=(
            f"{invoice} for a domain that runs out on {case.expires_on} is not paid. "
            "Renew it on trust, or let it run out."
        ),
        money=Money(invoice.amount_due, invoice.currency),
        customer_id=invoice.customer_id,
    )


def domain_decided(invoice: Invoice, *, resolution: str) -> None:
    """Close the row of a renewal that somebody has decided about."""
    attention_settled(kind=DOMAIN_UNSETTLED, subject=subject_of(invoice), resolution=resolution)


def dunning_settled(invoice: Invoice, *, resolution: str) -> None:
    """Close what dunning has put before a person about an invoice."""
    for kind in (DUNNING_STUCK, NOTICE_UNDELIVERED, DOMAIN_UNSETTLED):
        attention_settled(kind=kind, subject=subject_of(invoice), resolution=resolution)


def suspension_plan_waits(plan: SuspensionPlan) -> None:
    """Ask a person to look at a list of suspensions."""
    attention_open(
        kind=SUSPENSION_PLAN,
        subject=subject_of(plan),
        sentence=(
            f"{plan.services_count} services are to be suspended for unpaid invoices. "
            "None was: look at the list and confirm or drop it."
        ),
    )


def suspension_plan_decided(plan: SuspensionPlan, *, resolution: str) -> None:
    """Close the row of a list that was decided about."""
    attention_settled(kind=SUSPENSION_PLAN, subject=subject_of(plan), resolution=resolution)


def gateway_outage(connection: ProviderConnection, *, code: str, charges: int) -> None:
    """Tell staff that a payment account refuses many charges alike."""
    attention_open(
        kind=GATEWAY_OUTAGE,
        subject=subject_of(connection),
        sentence=(
            f"{connection} refused {charges} charges today with {code}. The dunning of these "
            "customers stands still until charges work again or somebody lets it go on."
        ),
    )


def gateway_outage_over(connection: ProviderConnection, *, resolution: str) -> None:
    """Close the row of a payment account whose trouble is over."""
    attention_settled(kind=GATEWAY_OUTAGE, subject=subject_of(connection), resolution=resolution)
