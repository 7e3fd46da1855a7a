"""The words for services, and the sentence that says what happens next."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from ispplatform.core.pages.statuses import (
    Standing,
    StandingRule,
    StatusWords,
    Tone,
    declare_standing,
    declare_statuses,
)
from provisioning.choices import ServiceStatus, StepState
from provisioning.models import Service, ServiceStep

declare_statuses(
    "provisioning.service",
    StatusWords(
        value=ServiceStatus.PENDING,
        staff=_("Pending"),
        customer=_("Being set up"),
        tone=Tone.INFO,
        next=_("It becomes active once the provider has been read back."),
        is_working=True,
        cases={"ordered": _("Ordered")},
    ),
    StatusWords(
        value=ServiceStatus.ACTIVE,
        staff=_("Active"),
        customer=_("Active"),
        tone=Tone.GOOD,
        next=_("It is billed when its period ends."),
    ),
    StatusWords(
        value=ServiceStatus.SUSPENDED,
        staff=_("Suspended"),
        customer=_("Paused"),
        tone=Tone.WARN,
        next=_("It works again as soon as the last reason is gone. Nothing is deleted."),
    ),
    StatusWords(
        value=ServiceStatus.TERMINATED,
        staff=_("Terminated"),
        customer=_("Ended"),
        tone=Tone.QUIET,
        next=_("Nothing; its data is gone."),
    ),
)
declare_statuses(
    "provisioning.step",
    StatusWords(
        value=StepState.WAITING, staff=_("Waiting"), customer=_("Waiting"), tone=Tone.QUIET
    ),
    StatusWords(value=StepState.DONE, staff=_("Done"), customer=_("Done"), tone=Tone.GOOD),
)


def service_standing(status: str, setup_started_at: datetime | None) -> Standing:
    """Return where a service stands; before its payment it is ordered and nothing is set up."""
    is_ordered = status == ServiceStatus.PENDING and setup_started_at is None
    return Standing(value=status, case="ordered" if is_ordered else "")


declare_standing(
    "provisioning.service",
    StandingRule(columns=("status", "setup_started_at"), compute=service_standing),
)


def service_sentence(service: Service, steps: Sequence[ServiceStep] = ()) -> str:
    """Return what the customer reads below the status: what it means and what comes next.

    Args:
        steps: of its setting up; without them nothing is said of what a provider has accepted.
    """
    if service.status == ServiceStatus.PENDING:
        if service.is_held:
            return _t(
                "We are checking your order, usually within 2 working hours. Your payment is safe."
            )
        if service.trouble:
            return _t(
                "One step needs a look from us. You need not do anything, and your payment is safe."
            )
        if service.setup_started_at is None:
            return _t("It is set up as soon as your payment has arrived.")
        for step in steps:
            if step.state == StepState.WAITING and step.accepted_words:
                return _t(step.accepted_words)
        return _t("This takes a few moments; the page follows by itself.")
    if service.status == ServiceStatus.SUSPENDED:
        if service.terminate_at is not None:
            return _t("It was ended. Its data is kept for a while and then deleted.")
        return _t("It is paused and nothing is deleted. Please see your open invoices or ask us.")
    return ""
