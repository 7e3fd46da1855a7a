"""Reading names back regularly: what a registrar does by itself must not stay unnoticed."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from domains.choices import DomainStatus
from domains.models import Domain
from domains.services.registration import PLATFORM, read_back_start
from ispplatform.core.clock import business_now, system_now
from ispplatform.core.models import Tenant

READ_AFTER = timedelta(days=1)
BATCH = 50


def next_expiry_due(tenant: Tenant, after: datetime) -> datetime | None:
    """Return the first business instant after ``after`` at which a name expires."""
    rows = Domain.objects.filter(status=DomainStatus.ACTIVE, expires_at__gt=after)
    return rows.order_by("expires_at").values_list("expires_at", flat=True).first()


def expiries_run(tenant: Tenant) -> int:
    """Start reading names back whose expiry has come; return how many. Call it in the tenant."""
    rows = Domain.objects.filter(
        status=DomainStatus.ACTIVE, expires_at__lte=business_now(tenant)
    ).select_related("connection")
    domains = list(rows.order_by("expires_at"))
    for domain in domains:
        with transaction.atomic():
            domain.status = DomainStatus.EXPIRED
            domain.save(update_fields=["status"])
            read_back_start(domain, actor=PLATFORM)
    return len(domains)


def readings_run() -> int:
    """Start reading names that were not read for a day; return how many, at most fifty a round."""
    old = Q(read_at=None) | Q(read_at__lt=system_now() - READ_AFTER)
    rows = Domain.objects.filter(
        old, status__in=[DomainStatus.ACTIVE, DomainStatus.EXPIRED]
    ).select_related("connection")
    domains = list(rows.order_by("read_at", "id")[:BATCH])
    for domain in domains:
        with transaction.atomic():
            domain.read_at = system_now()  # not twice while the reading is on its way
            domain.save(update_fields=["read_at"])
            read_back_start(domain, actor=PLATFORM)
    return len(domains)
