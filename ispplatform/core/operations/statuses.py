"""The words for operations."""

from django.utils.translation import gettext_lazy as _

from ispplatform.core.models.operations import OperationState
from ispplatform.core.pages.statuses import StatusWords, Tone, declare_statuses

OPERATION_STATES = "core.operation"

declare_statuses(
    OPERATION_STATES,
    StatusWords(
        value=OperationState.PENDING,
        staff=_("Waiting"),
        customer=_("Being set up"),
        tone=Tone.QUIET,
        next=_("It is sent when its turn comes."),
    ),
    StatusWords(
        value=OperationState.RUNNING,
        staff=_("Running"),
        customer=_("Being set up"),
        tone=Tone.INFO,
        next=_("The provider answers."),
        is_working=True,
    ),
    StatusWords(
        value=OperationState.UNKNOWN,
        staff=_("Outcome unknown"),
        customer=_("Being set up"),
        tone=Tone.WARN,
        next=_("The provider is asked what became of it before anything else is sent."),
    ),
    StatusWords(
        value=OperationState.ACCEPTED,
        staff=_("Waiting for the provider"),
        customer=_("Being registered"),
        tone=Tone.INFO,
        next=_("The provider has accepted it and decides later; it is asked again by itself."),
        is_working=True,
    ),
    StatusWords(
        value=OperationState.SUCCEEDED, staff=_("Done"), customer=_("Done"), tone=Tone.GOOD
    ),
    StatusWords(
        value=OperationState.REJECTED,
        staff=_("Refused"),
        customer=_("Being set up"),
        tone=Tone.BAD,
        next=_("A person reads why, and tries again, settles it by hand or dismisses it."),
    ),
    StatusWords(
        value=OperationState.NEEDS_PERSON,
        staff=_("Needs a person"),
        customer=_("Being set up"),
        tone=Tone.BAD,
        next=_("A person looks at the provider and decides."),
    ),
    StatusWords(
        value=OperationState.CANCELLED,
        staff=_("Cancelled"),
        customer=_("Cancelled"),
        tone=Tone.QUIET,
    ),
)
