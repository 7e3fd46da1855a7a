"""Noting that a name has run out, by what was last known of it."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from domains.choices import DomainStatus
from domains.events import DomainExpired
from domains.services.locks import domain_locked
from domains.services.registration import PLATFORM, read_back_start
from ispplatform.core.audit import audit
from ispplatform.core.events import publish
from ispplatform.core.subjects import subject_of


def domain_expire(*, domain_id: UUID, now: datetime) -> bool:
    """Note that a name's expiry has come and start reading it back; tell whether it has.

    It is asked again under the lock: a renewal that settles at the same moment stands.

    Args:
        now: the company's business time.
    """
    with transaction.atomic():
        domain = domain_locked(domain_id)
        expires_at = domain.expires_at
        if domain.status != DomainStatus.ACTIVE or expires_at is None or expires_at > now:
            return False
        domain.status = DomainStatus.EXPIRED
        domain.save(update_fields=["status"])
        subject = subject_of(domain)
        audit(
            "domains.domain_expire",
            actor=PLATFORM,
            subject=subject,
            before={"status": DomainStatus.ACTIVE},
            after={"status": domain.status, "expires_at": expires_at},
            customer_id=domain.customer_id,
        )
        read_back_start(domain, actor=PLATFORM)
        publish(
            DomainExpired(
                domain_id=domain.pk,
                customer_id=domain.customer_id,
                domain=domain.name,
                expires_at=expires_at,
            ),
            subject=subject,
            customer_id=domain.customer_id,
        )
    return True
