"""Looking at names from outside regularly, so that a broken delegation is seen before a call."""

from datetime import timedelta

from django.db.models import F, Q

from domains.choices import DelegationStatus, DomainStatus
from domains.models import Domain
from domains.services.delegation import delegation_check_start
from domains.services.registration import PLATFORM
from ispplatform.core.borders import Stake, each, room_for
from ispplatform.core.clock import system_now
from ispplatform.core.subjects import subject_of

AGAIN_AFTER = timedelta(days=1)
AGAIN_AFTER_RIGHT = timedelta(days=7)
BATCH = 50
NOT_LOOKED_AT = "domains.domain_not_looked_at"


def delegation_checks_run() -> int:
    """Start looking at names whose turn it is; return how many, at most fifty a round.

    A name that was right is looked at once a week, any other once a day.
    """
    now = system_now()
    old = (
        Q(delegation_check=None)
        | Q(delegation_check__asked_at__lt=now - AGAIN_AFTER_RIGHT)
        | Q(delegation_check__asked_at__lt=now - AGAIN_AFTER)
        & ~Q(delegation_check__status=DelegationStatus.RIGHT)
    )
    rows = Domain.objects.filter(old, status=DomainStatus.ACTIVE)
    rows = rows.order_by(F("delegation_check__asked_at").asc(nulls_first=True), "id")
    domains = list(rows[: room_for(BATCH, kind=NOT_LOOKED_AT)])
    return each(domains, _look, kind=NOT_LOOKED_AT, stake=_stake, is_all=False)


def _look(domain: Domain) -> None:
    delegation_check_start(actor=PLATFORM, domain=domain)


def _stake(domain: Domain) -> Stake:
    return Stake(subject=subject_of(domain), customer_id=domain.customer_id)
