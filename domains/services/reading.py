"""What follows when a registrar has been read: its word stands, ours is compared with it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from domains.choices import DomainStatus
from domains.events import DomainExpiryMoved, DomainGone
from domains.models import Domain
from domains.rules.drift import drift_of
from domains.services.delegation import delegation_decided
from domains.services.locks import domain_locked
from domains.services.registration import PLATFORM, registration_confirmed
from domains.services.settings import auto_renew_off_start, name_servers_start
from ispplatform.core.attention import attention_open, attention_settled
from ispplatform.core.audit import audit
from ispplatform.core.clock import business_now, system_now
from ispplatform.core.events import publish
from ispplatform.core.subjects import subject_of
from ispplatform.core.tenancy.lookup import tenant_by_id

DRIFT = "domains.drift"


def domain_read(*, domain_id: UUID, seen: Mapping[str, Any] | None) -> Domain:
    """Take over what the registrar holds; call it in the transaction that settles the reading.

    Args:
        seen: ``expires_at``, ``registered_at`` (ISO texts, empty unless ``is_ours``),
            ``name_servers``, ``statuses``, ``is_locked``, ``auto_renew``, ``is_ours``; None when
            the name is not registered.
    """
    domain = domain_locked(domain_id)
    if seen is None or not seen["is_ours"]:
        _gone(domain, transferred=seen is not None)
        return domain
    was_pending = domain.status == DomainStatus.PENDING
    if was_pending and _name_servers_differ(domain, seen) and name_servers_start(domain):
        return domain
    before = {"status": domain.status, "expires_at": domain.expires_at}
    tenant = tenant_by_id(domain.tenant_id)
    domain.expires_at = datetime.fromisoformat(seen["expires_at"])
    domain.registered_at = datetime.fromisoformat(seen["registered_at"])
    domain.statuses = list(seen["statuses"])
    domain.read_at = system_now()
    if was_pending:
        domain.is_locked = seen["is_locked"]
    is_over = domain.expires_at <= business_now(tenant)
    domain.status = DomainStatus.EXPIRED if is_over else DomainStatus.ACTIVE
    domain.drift = drift_of(name_servers=domain.name_servers, is_locked=domain.is_locked, seen=seen)
    domain.save()
    after = {"status": domain.status, "expires_at": domain.expires_at}
    if after != before:
        audit(
            "domains.domain_read",
            actor=PLATFORM,
            subject=subject_of(domain),
            before=before,
            after=after,
            customer_id=domain.customer_id,
        )
    if domain.expires_at != before["expires_at"]:
        publish(
            DomainExpiryMoved(
                domain_id=domain.pk,
                customer_id=domain.customer_id,
                domain=domain.name,
                expires_at=domain.expires_at,
            ),
            subject=subject_of(domain),
            customer_id=domain.customer_id,
        )
    if seen["auto_renew"]:
        auto_renew_off_start(domain, actor=PLATFORM)
    _show_drift(domain)
    if is_over:  # its registrar leads what ran out elsewhere
        delegation_decided(domain, resolution="The name has run out.")
    if was_pending:
        registration_confirmed(domain, expires_at=domain.expires_at)
    return domain


def _name_servers_differ(domain: Domain, seen: Mapping[str, Any]) -> bool:
    """Tell whether a registrar put its own on a new name; until they are ours, it stays pending."""
    return sorted(domain.name_servers) != sorted(seen["name_servers"])


def _show_drift(domain: Domain) -> None:
    subject = subject_of(domain)
    if domain.drift:
        attention_open(
            kind=DRIFT,
            subject=subject,
            sentence=f"{domain.unicode_name} is not as it should be: {'; '.join(domain.drift)}",
            customer_id=domain.customer_id,
        )
    else:
        attention_settled(kind=DRIFT, subject=subject, resolution="The registrar has it right now.")


def _gone(domain: Domain, *, transferred: bool) -> None:
    if domain.status not in {DomainStatus.ACTIVE, DomainStatus.EXPIRED}:
        return
    before = domain.status
    domain.status = DomainStatus.TRANSFERRED_AWAY if transferred else DomainStatus.RELEASED
    domain.read_at = system_now()
    domain.save(update_fields=["status", "read_at"])
    subject = subject_of(domain)
    delegation_decided(domain, resolution="The registrar no longer holds the name for us.")
    audit(
        "domains.domain_gone",
        actor=PLATFORM,
        subject=subject,
        before={"status": before},
        after={"status": domain.status},
        customer_id=domain.customer_id,
    )
    publish(
        DomainGone(domain_id=domain.pk, customer_id=domain.customer_id, domain=domain.name),
        subject=subject,
        customer_id=domain.customer_id,
    )
