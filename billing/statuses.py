"""The words for the statuses of billing, and what those for invoices name beside the status."""

from datetime import date, timedelta
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from billing.rules.dunning import StepKind
from ispplatform.core.money import Money
from ispplatform.core.pages.statuses import (
    Standing,
    StandingRule,
    StatusWords,
    Tone,
    declare_standing,
    declare_statuses,
)

INVOICE = "billing.invoice"
PRO_FORMA = "billing.proforma"
PAYMENT = "billing.payment"
REFUND = "billing.refund"
SUBSCRIPTION = "billing.subscription"
GATEWAY_EVENT = "billing.gateway_event"
DISPUTE = "billing.dispute"

declare_statuses(
    INVOICE,
    StatusWords(
        value="draft",
        staff=_("Draft"),
        customer=_("Draft"),
        tone=Tone.QUIET,
        next=_("Staff issue it; customers do not see it before."),
    ),
    StatusWords(
        value="sent",
        staff=_("Open"),
        customer=_("Open"),
        tone=Tone.INFO,
        next=_("It is due on the day that it names."),
        cases={
            "due": _("Open, due %(due_on)s"),
            "part_paid": _("Open, %(paid)s of %(total)s paid"),
        },
    ),
    StatusWords(
        value="overdue",
        staff=_("Overdue"),
        customer=_("Overdue"),
        tone=Tone.BAD,
        next=_("Please pay, so that nothing is interrupted."),
        cases={
            "since": _("Overdue since %(due_on)s"),
            "pay_by": _("Overdue, please pay by %(pay_by)s to avoid interruption"),
            "part_paid": _("Overdue, %(paid)s of %(total)s paid"),
        },
    ),
    StatusWords(value="paid", staff=_("Paid"), customer=_("Paid"), tone=Tone.GOOD),
    StatusWords(value="cancelled", staff=_("Cancelled"), customer=_("Cancelled"), tone=Tone.QUIET),
)
declare_statuses(
    PRO_FORMA,
    StatusWords(
        value="open",
        staff=_("Open"),
        customer=_("Waiting for payment"),
        tone=Tone.INFO,
        next=_("Paying it issues the invoice."),
    ),
    StatusWords(value="settled", staff=_("Paid"), customer=_("Paid"), tone=Tone.GOOD),
    StatusWords(value="cancelled", staff=_("Cancelled"), customer=_("Cancelled"), tone=Tone.QUIET),
)
declare_statuses(
    PAYMENT,
    StatusWords(
        value="created",
        staff=_("Waiting"),
        customer=_("Being processed"),
        tone=Tone.INFO,
        next=_("The card is charged in a moment."),
        is_working=True,
    ),
    StatusWords(
        value="requires_action",
        staff=_("Waits for the customer"),
        customer=_("Waiting for you"),
        tone=Tone.WARN,
        next=_("The bank wants the payment to be confirmed."),
    ),
    StatusWords(
        value="processing",
        staff=_("Processing"),
        customer=_("Being processed"),
        tone=Tone.INFO,
        next=_("The bank answers later; nothing needs to be done."),
        is_working=True,
    ),
    StatusWords(
        value="authorized",
        staff=_("Reserved"),
        customer=_("Reserved"),
        tone=Tone.INFO,
        next=_("The money is taken later."),
    ),
    StatusWords(value="settled", staff=_("Paid"), customer=_("Paid"), tone=Tone.GOOD),
    StatusWords(
        value="failed",
        staff=_("Declined"),
        customer=_("Declined"),
        tone=Tone.BAD,
        next=_("Nothing was charged. Another card can be tried."),
    ),
    StatusWords(value="cancelled", staff=_("Cancelled"), customer=_("Cancelled"), tone=Tone.QUIET),
)
declare_statuses(
    REFUND,
    StatusWords(
        value="created",
        staff=_("Waiting"),
        customer=_("On its way"),
        tone=Tone.INFO,
        is_working=True,
    ),
    StatusWords(
        value="processing",
        staff=_("On its way"),
        customer=_("On its way"),
        tone=Tone.INFO,
        is_working=True,
    ),
    StatusWords(value="settled", staff=_("Refunded"), customer=_("Refunded"), tone=Tone.GOOD),
    StatusWords(
        value="failed",
        staff=_("Refused"),
        customer=_("Kept as your credit"),
        tone=Tone.WARN,
        next=_("The money is the customer's credit."),
    ),
)
declare_statuses(
    SUBSCRIPTION,
    StatusWords(
        value="pending",
        staff=_("Not started"),
        customer=_("Starts when it is set up"),
        tone=Tone.INFO,
    ),
    StatusWords(value="active", staff=_("Active"), customer=_("Active"), tone=Tone.GOOD),
    StatusWords(value="paused", staff=_("Paused"), customer=_("Paused"), tone=Tone.WARN),
    StatusWords(
        value="cancelled",
        staff=_("Ends with the period"),
        customer=_("Ends with the period"),
        tone=Tone.WARN,
    ),
    StatusWords(value="ended", staff=_("Ended"), customer=_("Ended"), tone=Tone.QUIET),
)
declare_statuses(
    GATEWAY_EVENT,
    StatusWords(
        value="received",
        staff=_("Received"),
        customer=_("Received"),
        tone=Tone.INFO,
        next=_("What it is about is read from the gateway in a moment."),
        is_working=True,
    ),
    StatusWords(value="processed", staff=_("Processed"), customer=_("Done"), tone=Tone.GOOD),
    StatusWords(value="ignored", staff=_("Not for us"), customer=_("Done"), tone=Tone.QUIET),
    StatusWords(
        value="failed",
        staff=_("Failed"),
        customer=_("Being looked at"),
        tone=Tone.BAD,
        next=_("Try it again from its page."),
    ),
)
declare_statuses(
    DISPUTE,
    StatusWords(
        value="open",
        staff=_("Open"),
        customer=_("With your bank"),
        tone=Tone.BAD,
        next=_("Answer it at the gateway before the day that it names."),
    ),
    StatusWords(value="won", staff=_("Won"), customer=_("Decided"), tone=Tone.GOOD),
    StatusWords(value="lost", staff=_("Lost"), customer=_("Decided"), tone=Tone.QUIET),
)


def invoice_standing(
    status: str,
    paid: Decimal,
    total: Decimal,
    currency: str,
    due_on: date | None,
    next_action: str,
    next_action_on: date | None,
) -> Standing:
    """Return where an invoice stands: what of it is paid, else when it is due or to be paid by.

    Services are switched off during the day of the suspension: it has to be paid the day before.
    """
    if status not in {"sent", "overdue"}:
        return Standing(value=status)
    if paid:
        facts = {"paid": Money(paid, currency), "total": Money(total, currency)}
        return Standing(value=status, case="part_paid", facts=facts)
    if status == "sent" and due_on is not None:
        return Standing(value=status, case="due", facts={"due_on": due_on})
    if status == "overdue" and next_action == StepKind.SUSPEND and next_action_on is not None:
        last_day = next_action_on - timedelta(days=1)
        return Standing(value=status, case="pay_by", facts={"pay_by": last_day})
    if status == "overdue" and due_on is not None:
        return Standing(value=status, case="since", facts={"due_on": due_on})
    return Standing(value=status)


declare_standing(
    INVOICE,
    StandingRule(
        columns=(
            "status",
            "amount_paid",
            "gross_total",
            "currency",
            "due_date",
            "next_action",
            "next_action_on",
        ),
        money=("amount_paid", "gross_total"),
        compute=invoice_standing,
    ),
)
