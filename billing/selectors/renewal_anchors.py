"""Which subjects renew on a day that somebody else sets, and on which."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from billing.slots import renewal_anchors
from ispplatform.core.models.tenants import Tenant


@dataclass(frozen=True, kw_only=True, slots=True)
class Anchored:
    """The renewal of one subject that does not follow its subscription's own periods.

    Args:
        calendar: key of the slot's item, for example ``domains``.
        on: the day on which what is paid for runs out (a name's expiry as its registrar says it),
            in the tenant's time zone; None where nothing is left that could be renewed.
        lead_days: how many days before ``on`` the renewal is invoiced.
    """

    calendar: str
    on: date | None
    lead_days: int


def anchored_subjects(
    subjects: Iterable[tuple[str, UUID | None]], *, tenant: Tenant
) -> dict[UUID, Anchored]:
    """Return how each subject renews that has a calendar of its own, by its id; others are absent.

    At most two queries for each item of the slot, however many subjects there are.

    Args:
        subjects: type and id, as document lines and subscriptions name them.
    """
    by_type: dict[str, set[UUID]] = {}
    for subject_type, subject_id in subjects:
        if subject_id is not None:
            by_type.setdefault(subject_type, set()).add(subject_id)
    found: dict[UUID, Anchored] = {}
    for item in renewal_anchors.items():
        ids = by_type.get(item.subject_type)
        if not ids:
            continue
        lead_days = item.lead_days(tenant)
        for subject_id, on in item.days(ids).items():
            found[subject_id] = Anchored(calendar=item.key, on=on, lead_days=lead_days)
    return found


def subject_ran_until(subject_type: str, subject_id: UUID) -> date | None:
    """Return the day on which a subject that is gone ran out; None: not known, or not gone."""
    for item in renewal_anchors.items():
        if item.subject_type == subject_type:
            day = item.ran_until([subject_id]).get(subject_id)
            if day is not None:
                return day
    return None
