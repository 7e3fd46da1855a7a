"""Making zones, bringing servers to what we have, and taking zones away."""

from django.db import IntegrityError, transaction

from customers.models import Customer
from domains.choices import ZoneStatus
from domains.errors import ZoneAlreadyHere, ZoneNotFound
from domains.events import ZoneCreated
from domains.models import DnsZone, Domain
from domains.rules.names import parse_domain_name
from domains.rules.zone_files import file_of_sets
from domains.selectors.connections import dns_connection, name_servers_of
from domains.selectors.zones import desired_sets
from domains.services.locks import check_own, zone_locked
from domains.settings import DEFAULT_TTL_SECONDS
from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.events import publish
from ispplatform.core.ids import uuid7
from ispplatform.core.models.connections import ProviderConnection
from ispplatform.core.models.operations import OPEN_STATES, Operation, OperationState
from ispplatform.core.operations import operation_start
from ispplatform.core.subjects import subject_of
from ispplatform.core.tenancy.context import current_tenant_id
from ispplatform.core.tenancy.lookup import tenant_by_id

PUSH = "dns.zone_push"
DELETE = "dns.zone_delete"


def zone_export(*, actor: Actor, zone: DnsZone) -> str:
    """Return a zone as a zone file (RFC 1035); who took it stands in the audit trail.

    Raises:
        NotPermitted: no ``dns:read``.
    """
    actor.require("dns:read")
    with transaction.atomic():
        audit(
            "domains.zone_export",
            actor=actor,
            subject=subject_of(zone),
            customer_id=zone.customer_id,
        )
        return file_of_sets(zone.name, desired_sets(zone))


def zone_create(
    *,
    actor: Actor,
    name: str,
    customer: Customer | None = None,
    domain: Domain | None = None,
    connection: ProviderConnection | None = None,
) -> DnsZone:
    """Make a zone and start putting it on its server.

    Args:
        name: in any spelling.
        connection: the DNS server; None takes the tenant's first.

    Raises:
        NotPermitted: no ``dns:create``.
        InvalidDomainName: not a name.
        ZoneAlreadyHere: we serve it already.
        NoDnsServer: no server is set up.
    """
    actor.require("dns:create")
    parsed = parse_domain_name(name, field="name")
    server = connection or dns_connection()
    hosts = name_servers_of(server)
    try:
        with transaction.atomic():
            zone = DnsZone.objects.create(
                name=parsed.ascii,
                unicode_name=parsed.unicode,
                customer=customer,
                domain=domain,
                connection=server,
                name_servers=hosts,
                default_ttl=DEFAULT_TTL_SECONDS.of(tenant_by_id(current_tenant_id())),
            )
            subject = subject_of(zone)
            audit(
                "domains.zone_create",
                actor=actor,
                subject=subject,
                after={"name": zone.name, "name_servers": hosts},
                customer_id=zone.customer_id,
            )
            publish(
                ZoneCreated(zone_id=zone.pk, customer_id=zone.customer_id, zone=zone.name),
                subject=subject,
                customer_id=zone.customer_id,
            )
            zone_push_start(zone, actor=actor)
    except IntegrityError:
        raise ZoneAlreadyHere(f"The zone {parsed.unicode} is here already.") from None
    return zone


def zone_changed(zone: DnsZone, *, actor: Actor) -> None:
    """Count a change of a locked zone's records and start bringing the server to it."""
    zone.version += 1
    zone.save(update_fields=["version"])
    zone_push_start(zone, actor=actor)


def zone_push_start(zone: DnsZone, *, actor: Actor, force: bool = False) -> None:
    """Start bringing the server to the zone's present version, in the caller's transaction.

    Args:
        force: a person has seen how the server differs: overwrite it.
    """
    key = f"{zone.pk}:{zone.version}"
    operation_start(
        kind=PUSH,
        key=f"{key}:{uuid7()}" if force else key,
        subject=subject_of(zone),
        actor=actor,
        params={"version": zone.version, "force": force},
        connection=zone.connection,
        customer_id=zone.customer_id,
    )


def zone_push(*, actor: Actor, zone: DnsZone, force: bool = False) -> DnsZone:
    """Put the zone on its server once more, whatever the server has.

    Raises:
        NotPermitted: no ``dns:push``.
    """
    actor.require("dns:push")
    with transaction.atomic():
        row = zone_locked(zone.pk)
        row.version += 1
        row.trouble = ""
        row.save(update_fields=["version", "trouble"])
        audit(
            "domains.zone_push",
            actor=actor,
            subject=subject_of(row),
            after={"version": row.version, "force": force},
            customer_id=row.customer_id,
        )
        zone_push_start(row, actor=actor, force=force)
    return row


def zone_is_being_deleted(zone: DnsZone) -> bool:
    """Tell whether taking the zone off its server is under way, or waits for a person."""
    open_states = [*OPEN_STATES, OperationState.NEEDS_PERSON]
    return Operation.objects.filter(kind=DELETE, subject_id=zone.pk, state__in=open_states).exists()


def zone_delete(
    *, actor: Actor, zone: DnsZone, reason: str = "", unless_domain_lives: bool = False
) -> DnsZone:
    """Start taking the zone off its server; it is checked to be ours first.

    Args:
        unless_domain_lives: leave it after all when its domain is registered or on order by then.

    Raises:
        NotPermitted: no ``dns:delete``.
        ZoneNotFound: it is gone already, or another customer's.
    """
    actor.require("dns:delete")
    check_own(actor, zone.customer_id, ZoneNotFound("There is no such zone."))
    with transaction.atomic():
        row = zone_locked(zone.pk)
        if row.status == ZoneStatus.DELETED:
            raise ZoneNotFound("The zone is gone already.")
        audit(
            "domains.zone_delete",
            actor=actor,
            subject=subject_of(row),
            reason=reason,
            before={"name": row.name, "records": row.records.count()},
            customer_id=row.customer_id,
        )
        operation_start(
            kind=DELETE,
            key=f"{row.pk}:{uuid7()}",
            subject=subject_of(row),
            actor=actor,
            params={"unless_domain_lives": unless_domain_lives},
            connection=row.connection,
            customer_id=row.customer_id,
        )
    return row
