"""Renewing names: only for settled money, and never twice for one payment."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from domains.choices import DomainStatus
from domains.errors import RenewalNotPossible
from domains.events import DomainRenewalRefused, DomainRenewed
from domains.models import Domain
from domains.rules.terms import MAX_YEARS, years_later
from domains.services.locks import domain_locked
from domains.services.registration import PLATFORM, read_back_start, registration_in_trouble
from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.clock import business_now
from ispplatform.core.events import publish
from ispplatform.core.models.operations import Operation
from ispplatform.core.operations import operation_start
from ispplatform.core.subjects import subject_of
from ispplatform.core.tenancy.lookup import tenant_by_id

RENEW = "domains.renew"


def domain_renew(*, actor: Actor, domain: Domain, years: int, key: str) -> Domain:
    """Start renewing a name by whole years from its present expiry.

    Args:
        key: what pays for it; the same key renews once.

    Raises:
        NotPermitted: no ``domains:renew``.
        RenewalNotPossible: it is not registered through us, or would run beyond ten years.
    """
    actor.require("domains:renew")
    with transaction.atomic():
        row = domain_locked(domain.pk)
        effect = f"{row.pk}:{key}"
        if Operation.objects.filter(kind=RENEW, key=effect).exists():
            return row
        expires_at = row.expires_at
        if row.status not in {DomainStatus.ACTIVE, DomainStatus.EXPIRED} or expires_at is None:
            raise RenewalNotPossible(f"{row.unicode_name} is not registered through us at present.")
        limit = years_later(business_now(tenant_by_id(row.tenant_id)), MAX_YEARS)
        if years < 1 or years_later(expires_at, years) > limit + timedelta(days=1):
            raise RenewalNotPossible(
                f"{row.unicode_name} can run at most {MAX_YEARS} years ahead.", field="years"
            )
        operation_start(
            kind=RENEW,
            key=effect,
            subject=subject_of(row),
            actor=actor,
            params={"years": years, "current_expires_at": expires_at.isoformat()},
            connection=row.connection,
            customer_id=row.customer_id,
        )
        audit(
            "domains.domain_renew",
            actor=actor,
            subject=subject_of(row),
            after={"years": years, "from": expires_at},
            customer_id=row.customer_id,
        )
    return row


def renewal_done(*, domain_id: UUID, expires_at: datetime) -> None:
    """Take over the new expiry, and read the name back."""
    domain = domain_locked(domain_id)
    before, domain.expires_at = domain.expires_at, expires_at
    domain.status = DomainStatus.ACTIVE
    domain.save(update_fields=["expires_at", "status"])
    subject = subject_of(domain)
    audit(
        "domains.domain_renewed",
        actor=PLATFORM,
        subject=subject,
        before={"expires_at": before},
        after={"expires_at": expires_at},
        customer_id=domain.customer_id,
    )
    publish(
        DomainRenewed(
            domain_id=domain.pk,
            customer_id=domain.customer_id,
            domain=domain.name,
            expires_at=expires_at,
        ),
        subject=subject,
        customer_id=domain.customer_id,
    )
    read_back_start(domain, actor=PLATFORM)


def renewal_refused(*, domain_id: UUID, reason: str) -> None:
    """Tell everybody that a paid renewal did not come about."""
    domain = domain_locked(domain_id)
    subject = subject_of(domain)
    audit(
        "domains.renewal_refused",
        actor=PLATFORM,
        subject=subject,
        reason=reason,
        customer_id=domain.customer_id,
    )
    publish(
        DomainRenewalRefused(
            domain_id=domain.pk,
            customer_id=domain.customer_id,
            domain=domain.name,
            reason=reason,
        ),
        subject=subject,
        customer_id=domain.customer_id,
    )
    registration_in_trouble(domain=domain, reason=f"the paid renewal was refused: {reason}")
