"""What follows when a zone has been put on its server, or could not be."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from domains.choices import LIVE_DOMAIN_STATUSES as LIVE
from domains.choices import ZoneStatus
from domains.events import ZoneDeleted, ZonePushed
from domains.services.locks import zone_locked
from domains.services.zones import zone_create, zone_push_start
from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.clock import system_now
from ispplatform.core.events import publish
from ispplatform.core.subjects import subject_of
from provisioning.services.activation import service_step_done, service_step_failed

PLATFORM = Actor.system("domains")


def zone_pushed(
    *, zone_id: UUID, version: int, serial: int, sets: Sequence[Mapping[str, Any]]
) -> None:
    """Note what the server was read back to have.

    Args:
        version: the zone's version when it was read for the push.
        sets: ``name``, ``type``, ``ttl`` and ``contents`` of each record set.
    """
    zone = zone_locked(zone_id)
    zone.pushed_version = max(zone.pushed_version, version)
    zone.pushed_sets = [dict(found) for found in sets]
    zone.pushed_at, zone.serial, zone.trouble = system_now(), serial, ""
    if zone.status == ZoneStatus.PENDING:
        zone.status = ZoneStatus.ACTIVE
    zone.save(
        update_fields=["pushed_version", "pushed_sets", "pushed_at", "serial", "trouble", "status"]
    )
    subject = subject_of(zone)
    audit(
        "domains.zone_pushed",
        actor=PLATFORM,
        subject=subject,
        after={"version": version, "serial": serial},
        customer_id=zone.customer_id,
    )
    publish(
        ZonePushed(
            zone_id=zone.pk,
            customer_id=zone.customer_id,
            zone=zone.name,
            version=version,
            serial=serial,
        ),
        subject=subject,
        customer_id=zone.customer_id,
    )
    domain = zone.domain
    if domain is not None and domain.service_id is not None and domain.status in LIVE:
        service_step_done(actor=PLATFORM, service_id=domain.service_id, key="dns")
    if not zone.is_pushed:
        zone_push_start(zone, actor=PLATFORM)


def zone_push_refused(*, zone_id: UUID, reason: str) -> None:
    """Note why the server does not have the zone as it is to be.

    The operation itself stands before staff; a service that waits for the zone does so as well.
    """
    zone = zone_locked(zone_id)
    zone.trouble = reason[:500]
    zone.save(update_fields=["trouble"])
    domain = zone.domain
    if domain is not None and domain.service_id is not None and domain.status in LIVE:
        service_step_failed(
            actor=PLATFORM,
            service_id=domain.service_id,
            key="dns",
            trouble=f"The DNS of {zone.unicode_name}: {reason}",
            is_shown_elsewhere=True,
        )
    audit(
        "domains.zone_push_refused",
        actor=PLATFORM,
        subject=subject_of(zone),
        reason=reason,
        customer_id=zone.customer_id,
    )


def zone_gone(*, zone_id: UUID, unless_domain_lives: bool = False) -> None:
    """Note that the server no longer has the zone.

    Args:
        unless_domain_lives: it was to be left when its domain lives. One that was ordered once more
            while the server was at it gets a new zone.
    """
    zone = zone_locked(zone_id)
    zone.status = ZoneStatus.DELETED
    zone.save(update_fields=["status"])
    subject = subject_of(zone)
    audit(
        "domains.zone_gone",
        actor=PLATFORM,
        subject=subject,
        before={"name": zone.name},
        customer_id=zone.customer_id,
    )
    publish(
        ZoneDeleted(zone_id=zone.pk, customer_id=zone.customer_id, zone=zone.name),
        subject=subject,
        customer_id=zone.customer_id,
    )
    domain = zone.domain
    if unless_domain_lives and domain is not None and domain.status in LIVE:
        zone_create(actor=PLATFORM, name=zone.name, customer=zone.customer, domain=domain)
