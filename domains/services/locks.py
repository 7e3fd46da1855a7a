"""Lock order of this app: the domain, then its zone, then records."""

from uuid import UUID

from domains.errors import DomainNotFound, ZoneNotFound
from domains.models import DnsZone, Domain
from ispplatform.core.actors import Actor
from ispplatform.core.errors import PlatformError


def domain_locked(domain_id: UUID) -> Domain:
    """Return the domain, with its registrar account, locked until the transaction ends.

    Raises:
        DomainNotFound: there is none.
    """
    rows = Domain.objects.select_for_update(of=("self",)).select_related("connection")
    domain = rows.filter(pk=domain_id).first()
    if domain is None:
        raise DomainNotFound("There is no such domain.")
    return domain


def zone_locked(zone_id: UUID) -> DnsZone:
    """Return the zone, with its server, locked until the transaction ends.

    Raises:
        ZoneNotFound: there is none.
    """
    rows = DnsZone.objects.select_for_update(of=("self",)).select_related("connection")
    zone = rows.filter(pk=zone_id).first()
    if zone is None:
        raise ZoneNotFound("There is no such zone.")
    return zone


def check_own(actor: Actor, customer_id: UUID | None, otherwise: PlatformError) -> None:
    """Return unless a customer reaches for what another one holds; then raise ``otherwise``."""
    if actor.is_customer and actor.customer_id != customer_id:
        raise otherwise
