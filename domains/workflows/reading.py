"""Reading names back regularly: what a registrar does by itself must not stay unnoticed."""

from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from domains.choices import DomainStatus
from domains.models import Domain
from domains.services.expiry import domain_expire
from domains.services.locks import domain_locked
from domains.services.registration import PLATFORM, read_back_start
from ispplatform.core.borders import Stake, each, room_for
from ispplatform.core.clock import business_now, system_now
from ispplatform.core.models import Tenant
from ispplatform.core.subjects import subject_of

READ_AFTER = timedelta(days=1)
BATCH = 50
NOT_EXPIRED = "domains.expiry_not_noted"
NOT_READ = "domains.domain_not_read"


def next_expiry_due(tenant: Tenant, after: datetime) -> datetime | None:
    """Return the first business instant after ``after`` at which a name expires."""
    rows = Domain.objects.filter(status=DomainStatus.ACTIVE, expires_at__gt=after)
    return rows.order_by("expires_at").values_list("expires_at", flat=True).first()


def expiries_run(tenant: Tenant) -> int:
    """Note which names' expiry has come and start reading them back; return how many.

    One that fails stops no other and stands before a person. Call it in the tenant.
    """
    rows = Domain.objects.filter(status=DomainStatus.ACTIVE, expires_at__lte=business_now(tenant))
    ids: list[UUID] = list(rows.order_by("expires_at").values_list("pk", flat=True))
    return each(ids, partial(_expire, tenant), kind=NOT_EXPIRED, stake=domain_stake)


def _expire(tenant: Tenant, domain_id: UUID) -> None:
    domain_expire(domain_id=domain_id, now=business_now(tenant))


def domain_stake(domain_id: UUID) -> Stake:
    """Return what is told of a name that automation cannot look after."""
    domain = Domain.objects.get(pk=domain_id)
    return Stake(subject=subject_of(domain), customer_id=domain.customer_id)


def readings_run() -> int:
    """Start reading names that were not read for a day; return how many, at most fifty a round."""
    old = Q(read_at=None) | Q(read_at__lt=system_now() - READ_AFTER)
    rows = Domain.objects.filter(old, status__in=[DomainStatus.ACTIVE, DomainStatus.EXPIRED])
    rows = rows.order_by("read_at", "id")[: room_for(BATCH, kind=NOT_READ)]
    ids: list[UUID] = list(rows.values_list("pk", flat=True))
    return each(ids, _read, kind=NOT_READ, stake=domain_stake, is_all=False)


def _read(domain_id: UUID) -> None:
    with transaction.atomic():
        domain = domain_locked(domain_id)
        domain.read_at = system_now()  # not twice while the reading is on its way
        domain.save(update_fields=["read_at"])
        read_back_start(domain, actor=PLATFORM)
