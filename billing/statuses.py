"""The words for the statuses of billing."""

from django.utils.translation import gettext_lazy as _

from ispplatform.core.pages.statuses import StatusWords, Tone, declare_statuses

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
    ),
    StatusWords(
        value="overdue",
        staff=_("Overdue"),
        customer=_("Overdue"),
        tone=Tone.BAD,
        next=_("Please pay, so that nothing is interrupted."),
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
