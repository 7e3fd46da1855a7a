"""The words for names and zones."""

from django.utils.translation import gettext_lazy as _

from domains.choices import DelegationStatus, DomainStatus, ZoneStatus
from ispplatform.core.pages.statuses import StatusWords, Tone, declare_statuses

declare_statuses(
    "domains.domain",
    StatusWords(
        value=DomainStatus.PENDING,
        staff=_("Being registered"),
        customer=_("Being registered"),
        tone=Tone.INFO,
        next=_("The registrar answers, then the name is read back."),
        is_working=True,
    ),
    StatusWords(
        value=DomainStatus.ACTIVE,
        staff=_("Active"),
        customer=_("Active"),
        tone=Tone.GOOD,
        next=_("It is renewed in time when auto-renew is on."),
    ),
    StatusWords(
        value=DomainStatus.EXPIRED,
        staff=_("Expired"),
        customer=_("Expired"),
        tone=Tone.BAD,
        next=_("It can still be renewed for a while; then others may register it."),
    ),
    StatusWords(
        value=DomainStatus.TRANSFERRED_AWAY,
        staff=_("Moved away"),
        customer=_("Moved to another provider"),
        tone=Tone.QUIET,
        next=_("Nothing; another registrar manages it now."),
    ),
    StatusWords(
        value=DomainStatus.FAILED,
        staff=_("Refused"),
        customer=_("Not registered"),
        tone=Tone.WARN,
        next=_("A person chooses with the customer: another name, a refund or credit."),
    ),
    StatusWords(
        value=DomainStatus.RELEASED,
        staff=_("Released"),
        customer=_("No longer registered"),
        tone=Tone.QUIET,
        next=_("Nothing; the registry has given it up."),
    ),
)
declare_statuses(
    "domains.zone",
    StatusWords(
        value=ZoneStatus.PENDING,
        staff=_("Not served yet"),
        customer=_("Being set up"),
        tone=Tone.INFO,
        next=_("It is put on the name servers."),
        is_working=True,
    ),
    StatusWords(
        value=ZoneStatus.ACTIVE,
        staff=_("Served"),
        customer=_("Active"),
        tone=Tone.GOOD,
        next=_("Each change is put on the name servers by itself."),
    ),
    StatusWords(
        value=ZoneStatus.DELETED,
        staff=_("Deleted"),
        customer=_("Deleted"),
        tone=Tone.QUIET,
        next=_("Nothing."),
    ),
)
declare_statuses(
    "domains.delegation",
    StatusWords(
        value=DelegationStatus.ASKED,
        staff=_("Being checked"),
        customer=_("Being checked"),
        tone=Tone.INFO,
        next=_("The registry, a resolver and each name server are asked."),
        is_working=True,
    ),
    StatusWords(
        value=DelegationStatus.RIGHT,
        staff=_("Right"),
        customer=_("Right"),
        tone=Tone.GOOD,
        next=_("It is looked at again within a week."),
    ),
    StatusWords(
        value=DelegationStatus.INCOMPLETE,
        staff=_("Not all right"),
        customer=_("Not all right"),
        tone=Tone.WARN,
        next=_("It is looked at again within a day."),
    ),
    StatusWords(
        value=DelegationStatus.ELSEWHERE,
        staff=_("Leads elsewhere"),
        customer=_("Leads elsewhere"),
        tone=Tone.BAD,
        next=_("After a change of name servers this can take a day or two."),
    ),
    StatusWords(
        value=DelegationStatus.UNKNOWN,
        staff=_("Could not be asked"),
        customer=_("Could not be asked"),
        tone=Tone.QUIET,
        next=_("It is looked at again within a day."),
    ),
)
