"""What a person does about each of the troubles of billing; read by ``wiring.py``."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from billing.services import attention as kinds
from billing.workflows.dunning_run import PROMISE_NOT_ENDED
from billing.workflows.overdue import NOT_MARKED
from billing.workflows.payment_checks import NOT_CHECKED

_TRIED_AGAIN = _("See what failed; it is tried again by itself.")

ADVICE: dict[str, str | Promise] = {
    kinds.UNMATCHED_MONEY: _(
        "Find out what it was paid for; until then it is the customer's credit."
    ),
    kinds.CHARGE_MISMATCH: _(
        "Compare it with the gateway's page, then refund it or record what is right."
    ),
    kinds.RESERVATION_ENDS: _("Take the money or give the reservation up before it runs out."),
    kinds.REFUND_FAILED: _(
        "The money is the customer's credit: send it another way, or leave it so."
    ),
    kinds.REFUND_BY_HAND: _("Send it by bank transfer, then say here that you have sent it."),
    kinds.DISPUTED: _("Answer it at the gateway before the day that it names."),
    kinds.DUNNING_STUCK: _TRIED_AGAIN,
    kinds.NOTICE_UNDELIVERED: _(
        "Reach the customer another way; nothing is suspended before the notice arrives."
    ),
    kinds.DOMAIN_UNSETTLED: _("Renew it on trust, or let it run out."),
    kinds.SKIPPED_PERIOD: _("Bill the period or leave it out, on the subscription's page."),
    kinds.STRIPE_DIFFERENCE: _("Compare both books, and set right the one that is wrong."),
    kinds.RENEWAL_TAKEN_BACK: _("Agree with the customer how it goes on, or end it."),
    kinds.RENEWAL_FAILED: _("See what its invoice lacks; it is tried again by itself."),
    kinds.SUSPENSION_PLAN: _("Look through the list, then confirm or drop it."),
    kinds.GATEWAY_OUTAGE: _("Ask the gateway; when it works again, let the dunning go on."),
    PROMISE_NOT_ENDED: _TRIED_AGAIN,
    NOT_MARKED: _TRIED_AGAIN,
    NOT_CHECKED: _("Look at the payment at the gateway; it is asked again by itself."),
}
