"""The words for orders and their lines."""

from django.utils.translation import gettext_lazy as _

from ispplatform.core.pages.statuses import StatusWords, Tone, declare_statuses
from sales.choices import LineStatus, OrderStatus

declare_statuses(
    "sales.order",
    StatusWords(
        value=OrderStatus.AWAITING_PAYMENT,
        staff=_("Awaiting payment"),
        customer=_("Waiting for payment"),
        tone=Tone.WARN,
        next=_("Nothing is set up before the payment arrives; unpaid orders expire."),
    ),
    StatusWords(
        value=OrderStatus.ON_HOLD,
        staff=_("On hold"),
        customer=_("Being checked"),
        tone=Tone.INFO,
        next=_("A person accepts or refuses the order, usually within 2 working hours."),
    ),
    StatusWords(
        value=OrderStatus.IN_PROGRESS,
        staff=_("Being set up"),
        customer=_("Being set up"),
        tone=Tone.INFO,
        next=_("The services become active one by one."),
        is_working=True,
    ),
    StatusWords(
        value=OrderStatus.NEEDS_PERSON,
        staff=_("Needs a person"),
        customer=_("Being set up"),
        tone=Tone.WARN,
        next=_("Staff retry, change or refund the line that stopped; the others go on."),
    ),
    StatusWords(
        value=OrderStatus.COMPLETED,
        staff=_("Completed"),
        customer=_("Completed"),
        tone=Tone.GOOD,
        next=_("Nothing; each service has a life of its own now."),
    ),
    StatusWords(
        value=OrderStatus.EXPIRED,
        staff=_("Expired"),
        customer=_("Expired"),
        tone=Tone.QUIET,
        next=_("Money that still comes becomes credit."),
    ),
    StatusWords(
        value=OrderStatus.CANCELLED,
        staff=_("Cancelled"),
        customer=_("Withdrawn"),
        tone=Tone.QUIET,
        next=_("Money that still comes becomes credit."),
    ),
    StatusWords(
        value=OrderStatus.REFUSED,
        staff=_("Refused"),
        customer=_("Not accepted"),
        tone=Tone.QUIET,
        next=_("The payment goes back."),
    ),
)

declare_statuses(
    "sales.line",
    StatusWords(
        value=LineStatus.WAITING,
        staff=_("Waiting for payment"),
        customer=_("Waiting for payment"),
        tone=Tone.QUIET,
    ),
    StatusWords(
        value=LineStatus.SETTING_UP,
        staff=_("Being set up"),
        customer=_("Being set up"),
        tone=Tone.INFO,
        is_working=True,
    ),
    StatusWords(value=LineStatus.ACTIVE, staff=_("Active"), customer=_("Active"), tone=Tone.GOOD),
    StatusWords(
        value=LineStatus.NEEDS_PERSON,
        staff=_("Needs a person"),
        customer=_("Being set up"),
        tone=Tone.WARN,
    ),
    StatusWords(
        value=LineStatus.REFUNDED, staff=_("Refunded"), customer=_("Refunded"), tone=Tone.QUIET
    ),
    StatusWords(
        value=LineStatus.CANCELLED, staff=_("Cancelled"), customer=_("Cancelled"), tone=Tone.QUIET
    ),
)
