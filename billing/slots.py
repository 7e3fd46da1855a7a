"""Where higher apps tell billing what its opaque subjects are."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.utils.functional import Promise

from customers.models import Customer
from ispplatform.core.actors import Actor
from ispplatform.core.models.tenants import Tenant
from ispplatform.core.slots import Slot
from ispplatform.core.subjects import Subject


@dataclass(frozen=True, kw_only=True, slots=True)
class SubjectPage:
    """The portal page of what a document was made for.

    Args:
        type: the subject's type, for example ``sales.order``.
        label: the link's text, for example "Go to your order".
        url: address of the page, from the subject's id.
    """

    type: str
    label: str | Promise
    url: Callable[[UUID], str]


subject_pages: Slot[SubjectPage] = Slot("billing.subject_pages", key=lambda page: page.type)


@dataclass(frozen=True, kw_only=True, slots=True)
class RenewalAnchor:
    """A sort of subject whose renewal hangs on a day that somebody else sets: a name's expiry.

    Billing never learns what it is. What no anchor knows is billed by its subscription's own
    periods. Read it by ``billing.selectors.renewal_anchors``.

    Args:
        key: stable name of the calendar, for example ``domains``; an invoice holds lines of one
            calendar only.
        subject_type: the type of the subjects, for example ``provisioning.service``.
        lead_days: gives how many days before that day the renewal is invoiced.
        days: gives the day on which what is paid for runs out, by the id of each subject that is
            of this sort; None where nothing is left that could be renewed. At most two queries.
        ran_until: gives, for those of the subjects that are gone, the day on which what was paid
            for ran out, as it was last known. One query.
        switched: takes over, in the transaction that decides it, that the subject renews by
            itself or does not: (who, the subject's id, whether).
    """

    key: str
    subject_type: str
    lead_days: Callable[[Tenant], int]
    days: Callable[[Collection[UUID]], Mapping[UUID, date | None]]
    ran_until: Callable[[Collection[UUID]], Mapping[UUID, date]]
    switched: Callable[[Actor, UUID, bool], None]


renewal_anchors: Slot[RenewalAnchor] = Slot("billing.renewal_anchors", key=lambda item: item.key)


@dataclass(frozen=True, kw_only=True, slots=True)
class SuspendableSubjects:
    """What can stand still while its invoice is unpaid.

    Args:
        type: the subjects' type, for example ``provisioning.service``.
        working_count: gives how many of the tenant's work at present.
        suspendable: gives those of the subjects, by id, that work or stand still already, with what
            people call them. A name, or what has ended, is not among them.
    """

    type: str
    working_count: Callable[[], int]
    suspendable: Callable[[Collection[UUID]], Mapping[UUID, str]]


suspendable_subjects: Slot[SuspendableSubjects] = Slot(
    "billing.suspendable_subjects", key=lambda item: item.type
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Happening:
    """Something that comes to a customer by itself and that no invoice foretells.

    Args:
        at: when, as it is known now.
        sentence: what happens.
        why: why, and what would change it.
        subject: what it happens to.
    """

    at: datetime
    sentence: str
    why: str
    subject: Subject


@dataclass(frozen=True, kw_only=True, slots=True)
class HappeningSource:
    """Where *What happens next* asks what else will happen to a customer.

    Args:
        key: stable name, for example ``domains``.
        of: gives what is to come for a customer, at most so many, the nearest first; one query.
    """

    key: str
    of: Callable[[Customer, int], Sequence[Happening]]


happening_sources: Slot[HappeningSource] = Slot(
    "billing.happening_sources", key=lambda source: source.key
)
