"""The words for hosting accounts and mailboxes."""

from django.utils.translation import gettext_lazy as _

from hosting.choices import AccountStatus, MailboxStatus
from ispplatform.core.pages.statuses import StatusWords, Tone, declare_statuses

declare_statuses(
    "hosting.account",
    StatusWords(
        value=AccountStatus.PENDING,
        staff=_("Being created"),
        customer=_("Being set up"),
        tone=Tone.INFO,
        next=_("The panel creates it, then it is read back."),
        is_working=True,
    ),
    StatusWords(
        value=AccountStatus.ACTIVE, staff=_("Active"), customer=_("Active"), tone=Tone.GOOD
    ),
    StatusWords(
        value=AccountStatus.SUSPENDED,
        staff=_("Suspended"),
        customer=_("Paused"),
        tone=Tone.WARN,
        next=_("It works again when its service is resumed. Nothing is deleted."),
    ),
    StatusWords(
        value=AccountStatus.TERMINATED, staff=_("Deleted"), customer=_("Ended"), tone=Tone.QUIET
    ),
    StatusWords(
        value=AccountStatus.FAILED,
        staff=_("Refused"),
        customer=_("Being set up"),
        tone=Tone.WARN,
        next=_("A person looks at why the panel refused."),
    ),
)
declare_statuses(
    "hosting.mailbox",
    StatusWords(
        value=MailboxStatus.PENDING,
        staff=_("Being created"),
        customer=_("Being set up"),
        tone=Tone.INFO,
        is_working=True,
    ),
    StatusWords(
        value=MailboxStatus.ACTIVE, staff=_("Active"), customer=_("Active"), tone=Tone.GOOD
    ),
    StatusWords(
        value=MailboxStatus.SUSPENDED, staff=_("Suspended"), customer=_("Paused"), tone=Tone.WARN
    ),
    StatusWords(
        value=MailboxStatus.DELETED, staff=_("Deleted"), customer=_("Deleted"), tone=Tone.QUIET
    ),
    StatusWords(
        value=MailboxStatus.FAILED,
        staff=_("Refused"),
        customer=_("Being set up"),
        tone=Tone.WARN,
        next=_("A person looks at why the panel refused."),
    ),
)
