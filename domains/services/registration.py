"""Registering names: what is decided, and what follows from the registrar's answers."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_noop

from billing.services.subscriptions import subscription_renewal_switch
from catalog.rules.cycles import cycle_months
from domains.choices import DomainStatus
from domains.errors import DomainAlreadyHere
from domains.events import DomainRegistered, DomainRegistrationRefused
from domains.models import Domain
from domains.rules.names import unicode_name
from domains.selectors.connections import dns_connection, name_servers_of, registrar_for
from domains.selectors.domains import live_domain
from domains.selectors.zones import live_zone
from domains.services.locks import domain_locked, zone_locked
from domains.services.registrants import registrant_ensure
from domains.services.zones import (
    zone_changed,
    zone_create,
    zone_delete,
    zone_is_being_deleted,
)
from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.events import publish
from ispplatform.core.ids import uuid7
from ispplatform.core.operations import operation_start
from ispplatform.core.subjects import subject_of
from provisioning.models import Service
from provisioning.services.activation import (
    service_step_accepted,
    service_step_done,
    service_step_reopen,
)
from provisioning.services.trouble import service_fail_to_person

REGISTER = "domains.register"
READ_BACK = "domains.read_back"
PLATFORM = Actor.system("domains")
WAITS = gettext_noop(
    "Being registered: the registry has your order and confirms it within minutes, at times within "
    "three days. You need not do anything."
)


def domain_register(*, actor: Actor, service: Service, tld: str, registrar: str = "") -> Domain:
    """Write down the name that a service is to hold, with its zone, and start registering it.

    Args:
        service: its configuration is the one that the provisioner prepared.
        registrar: name of the connection to use; empty takes the first.

    Raises:
        DomainAlreadyHere: we hold the name, or it is on order.
        NoRegistrar, NoDnsServer: nothing is set up that could.
    """
    wanted: dict[str, Any] = service.configuration
    connection = registrar_for(tld, preferred=registrar)
    hosts = name_servers_of(dns_connection())
    try:
        with transaction.atomic():
            holder = registrant_ensure(
                actor=actor, customer=service.customer, details=wanted["registrant"]
            )
            domain = Domain.objects.create(
                customer=service.customer,
                service=service,
                connection=connection,
                registrant=holder,
                name=wanted["domain"],
                unicode_name=unicode_name(wanted["domain"]),
                tld=tld,
                years=wanted["years"] or _years_billed(service),
                auto_renew=wanted["auto_renew"],
                name_servers=hosts,
            )
            subject = subject_of(domain)
            audit(
                "domains.domain_register",
                actor=actor,
                subject=subject,
                after={"name": domain.name, "years": domain.years, "registrar": connection.name},
                customer_id=domain.customer_id,
            )
            if not domain.auto_renew and service.subscription_id is not None:
                subscription_renewal_switch(
                    actor=actor, subscription_id=service.subscription_id, auto_renew=False
                )
            _zone_ensure(domain)
            operation_start(
                kind=REGISTER,
                key=str(domain.pk),
                subject=subject,
                actor=actor,
                params={"name": domain.name, "years": domain.years},
                connection=connection,
                customer_id=domain.customer_id,
            )
    except IntegrityError:
        raise DomainAlreadyHere(f"{unicode_name(wanted['domain'])} is on order already.") from None
    return domain


def _years_billed(service: Service) -> int:
    if service.subscription is None:
        return 1
    return max(cycle_months(service.subscription.cycle) // 12, 1)


def _zone_ensure(domain: Domain) -> None:
    zone = live_zone(domain.name)
    if zone is None:
        zone_create(actor=PLATFORM, name=domain.name, customer=domain.customer, domain=domain)
    elif zone.customer_id in {None, domain.customer_id}:
        row = zone_locked(zone.pk)
        row.domain, row.customer = domain, domain.customer
        row.save(update_fields=["domain", "customer"])
        if zone_is_being_deleted(row):  # after an earlier refusal: it comes back behind that
            zone_changed(row, actor=PLATFORM)


def read_back_start(domain: Domain, *, actor: Actor) -> None:
    """Start asking the registrar what it holds, in the caller's transaction."""
    operation_start(
        kind=READ_BACK,
        key=f"{domain.pk}:{uuid7()}",
        subject=subject_of(domain),
        actor=actor,
        connection=domain.connection,
        customer_id=domain.customer_id,
    )


def registration_waits(*, domain_id: UUID) -> None:
    """Note that the registrar took the order and decides later, in the caller's transaction."""
    domain = domain_locked(domain_id)
    audit(
        "domains.registration_waits",
        actor=PLATFORM,
        subject=subject_of(domain),
        customer_id=domain.customer_id,
    )
    if domain.service_id is not None:
        service_step_accepted(service_id=domain.service_id, key="register", words=WAITS)


def registration_accepted(*, domain_id: UUID, reference: str) -> None:
    """Note that the registrar took the order, and start reading it back."""
    domain = domain_locked(domain_id)
    domain.reference = reference[:100]
    domain.save(update_fields=["reference"])
    audit(
        "domains.registration_accepted",
        actor=PLATFORM,
        subject=subject_of(domain),
        after={"reference": domain.reference},
        customer_id=domain.customer_id,
    )
    if domain.service_id is not None:
        service_step_done(actor=PLATFORM, service_id=domain.service_id, key="register")
        zone = live_zone(domain.name)
        if zone is not None and zone.is_pushed:  # it was served before the name was ours
            service_step_done(actor=PLATFORM, service_id=domain.service_id, key="dns")
    read_back_start(domain, actor=PLATFORM)


def registration_refused(*, domain_id: UUID, reason: str) -> None:
    """Note that the registrar refused for good: a person decides how the order goes on."""
    domain = domain_locked(domain_id)
    if domain.status != DomainStatus.PENDING:
        return
    domain.status = DomainStatus.FAILED
    domain.save(update_fields=["status"])
    subject = subject_of(domain)
    audit(
        "domains.registration_refused",
        actor=PLATFORM,
        subject=subject,
        reason=reason,
        before={"status": DomainStatus.PENDING},
        after={"status": DomainStatus.FAILED},
        customer_id=domain.customer_id,
    )
    publish(
        DomainRegistrationRefused(
            domain_id=domain.pk,
            customer_id=domain.customer_id,
            domain=domain.name,
            reason=reason,
        ),
        subject=subject,
        customer_id=domain.customer_id,
    )
    if domain.service_id is not None:
        service_step_reopen(service_id=domain.service_id, key="dns")
    for zone in domain.zones.live():
        zone_delete(actor=PLATFORM, zone=zone, reason=reason, unless_domain_lives=True)
    registration_in_trouble(
        domain=domain, reason=f"{domain.connection.name} refused: {reason}", step="register"
    )


def registration_in_trouble(
    *, domain: Domain, reason: str, step: str = "", is_shown_elsewhere: bool = False
) -> None:
    """Put the service of a name before a person.

    Args:
        step: key of the step of its setting up that failed.
        is_shown_elsewhere: the operation itself already stands before staff.
    """
    if domain.service_id is not None:
        service_fail_to_person(
            actor=PLATFORM,
            service_id=domain.service_id,
            trouble=f"{domain.unicode_name}: {reason}",
            step=step,
            is_shown_elsewhere=is_shown_elsewhere,
        )


def registration_restarted(*, domain_id: UUID) -> None:
    """Let a refused name be tried again under the same row.

    Raises:
        DomainAlreadyHere: another row holds the name by now.
    """
    domain = domain_locked(domain_id)
    if domain.status != DomainStatus.FAILED:
        return
    if live_domain(domain.name) is not None:
        raise DomainAlreadyHere(f"{domain.unicode_name} is held by another row.")
    domain.status = DomainStatus.PENDING
    domain.save(update_fields=["status"])
    _zone_ensure(domain)


def registration_confirmed(domain: Domain, *, expires_at: datetime) -> None:
    """Note that a locked name was seen at the registrar for the first time."""
    subject = subject_of(domain)
    publish(
        DomainRegistered(
            domain_id=domain.pk,
            customer_id=domain.customer_id,
            domain=domain.name,
            expires_at=expires_at,
        ),
        subject=subject,
        customer_id=domain.customer_id,
    )
    if domain.service_id is not None:
        service_step_done(actor=PLATFORM, service_id=domain.service_id, key="read_back")
