"""What the holder can set about a name, and who brings it to the registrar."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from accounts.selectors.guards import guard_check
from billing.services.subscriptions import is_over, subscription_renewal_switch
from domains.choices import DomainStatus
from domains.errors import (
    DelegationNotElsewhere,
    DomainNotActive,
    DomainNotFound,
    InvalidDomainName,
)
from domains.events import DomainChanged
from domains.models import Domain, RegistrantContact
from domains.rules.names import host_name
from domains.selectors.domains import domain_of_service
from domains.services.delegation import (
    delegation_check_start,
    delegation_decided,
    elsewhere_check,
)
from domains.services.locks import check_own, domain_locked
from domains.services.registration import PLATFORM, read_back_start
from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.events import publish
from ispplatform.core.ids import uuid7
from ispplatform.core.models.operations import Operation
from ispplatform.core.operations import operation_start
from ispplatform.core.providers import provider_for
from ispplatform.core.subjects import subject_of

SET_NAME_SERVERS = "domains.set_name_servers"
SET_LOCK = "domains.set_lock"
SET_REGISTRANT = "domains.set_registrant"
AUTO_RENEW_OFF = "domains.auto_renew_off"
MAX_NAME_SERVERS = 13


def domain_set_auto_renew(*, actor: Actor, domain: Domain, enabled: bool) -> Domain:
    """Say whether the platform renews the name by itself. The registrar's own renewal stays off.

    What is billed follows: the name's subscription is switched with it.

    Raises:
        NotPermitted: no ``domains:update``.
        DomainNotFound: it is another customer's.
        DomainNotActive: it is not registered through us at present.
        SubscriptionStateWrong: it is to renew, and its contract was cancelled.
    """
    actor.require("domains:update")
    check_own(actor, domain.customer_id, DomainNotFound("There is no such domain."))
    _check_active(domain)
    subscription = domain.service.subscription if domain.service is not None else None
    with transaction.atomic():
        if subscription is not None and (enabled or not is_over(subscription)):
            subscription_renewal_switch(
                actor=actor, subscription_id=subscription.pk, auto_renew=enabled
            )
        row = domain_locked(domain.pk)
        _auto_renew_write(row, actor=actor, enabled=enabled)
    return row


def auto_renew_take_over(actor: Actor, service_id: UUID, enabled: bool) -> None:
    """Let a service's name renew as its subscription does, in the transaction that decides it."""
    domain = domain_of_service(service_id)
    if domain is not None:
        _auto_renew_write(domain_locked(domain.pk), actor=actor, enabled=enabled)


def _auto_renew_write(row: Domain, *, actor: Actor, enabled: bool) -> None:
    if row.auto_renew != enabled:
        row.auto_renew = enabled
        row.save(update_fields=["auto_renew"])
        _note("domains.domain_set_auto_renew", actor, row, "auto_renew", not enabled, enabled)


def domain_set_name_servers(*, actor: Actor, domain: Domain, name_servers: Sequence[str]) -> Domain:
    """Point the name at name servers; the present ones again only where it leads elsewhere.

    Raises:
        InvalidDomainName: fewer than two, more than thirteen, or one of them twice.
        DomainNotActive: it is not registered through us at present.
    """
    hosts = [host_name(text, field="name_servers") for text in name_servers]
    if not 2 <= len(set(hosts)) == len(hosts) <= MAX_NAME_SERVERS:
        raise InvalidDomainName(
            f"Use two to {MAX_NAME_SERVERS} different name servers.", field="name_servers"
        )
    with transaction.atomic():
        row = _editable(actor, domain)
        if row.name_servers == hosts and not row.drift and elsewhere_check(row) is None:
            return row
        before, row.name_servers = row.name_servers, hosts
        row.save(update_fields=["name_servers"])
        _note("domains.domain_set_name_servers", actor, row, "name_servers", before, hosts)
        _start(SET_NAME_SERVERS, row, actor=actor)
        delegation_decided(row, resolution=f"{actor.label} had its name servers set.")
    return row


def domain_accept_name_servers(*, actor: Actor, domain: Domain) -> Domain:
    """Take the name servers that the name was found to lead to as the customer's wish.

    Nothing is changed at the registrar; it is read, and the name looked at once more.

    Raises:
        NotPermitted: no ``domains:update``.
        DomainNotFound: it is another customer's.
        DomainNotActive: it is not registered through us at present.
        DelegationNotElsewhere: it leads where it should, or nowhere.
    """
    with transaction.atomic():
        row = _editable(actor, domain)
        check = elsewhere_check(row)
        hosts = list(check.leads_to) if check is not None else []
        if len(hosts) < 2:
            raise DelegationNotElsewhere(
                f"{row.unicode_name} was not found to lead to two other name servers."
            )
        before, row.name_servers = row.name_servers, hosts
        row.save(update_fields=["name_servers"])
        _note("domains.domain_accept_name_servers", actor, row, "name_servers", before, hosts)
        delegation_decided(row, resolution=f"{actor.label} took it as the customer's wish.")
        read_back_start(row, actor=actor)
        delegation_check_start(actor=PLATFORM, domain=row, is_changed=True)
    return row


def domain_set_lock(*, actor: Actor, domain: Domain, locked: bool) -> Domain:
    """Forbid or allow the move to another registrar.

    Raises:
        DomainNotActive: it is not registered through us at present.
    """
    with transaction.atomic():
        row = _editable(actor, domain)
        if row.is_locked == locked:
            return row
        if not locked:
            guard_check(actor)
        row.is_locked = locked
        row.save(update_fields=["is_locked"])
        _note("domains.domain_set_lock", actor, row, "is_locked", not locked, locked)
        _start(SET_LOCK, row, actor=actor)
    return row


def domain_set_registrant(*, actor: Actor, domain: Domain, registrant: RegistrantContact) -> Domain:
    """Make somebody else of the same customer the holder.

    Raises:
        DomainNotFound: the holder belongs to another customer.
    """
    with transaction.atomic():
        row = _editable(actor, domain)
        if registrant.customer_id != row.customer_id:
            raise DomainNotFound("There is no such holder.")
        if row.registrant_id == registrant.pk:
            return row
        guard_check(actor)
        before, row.registrant = row.registrant_id, registrant
        row.save(update_fields=["registrant"])
        _note("domains.domain_set_registrant", actor, row, "registrant", before, registrant.pk)
        _start(SET_REGISTRANT, row, actor=actor)
    return row


def domain_auth_code(*, actor: Actor, domain: Domain) -> str:
    """Ask the registrar for the transfer code and return it; it is kept nowhere.

    Talks to the registrar: never call it inside a transaction.

    Raises:
        NotPermitted: no ``domains:transfer``.
        DomainNotFound, DomainNotActive: see above.
        ProviderRejected: the name is locked, or the registrar refuses.
    """
    actor.require("domains:transfer")
    guard_check(actor)
    check_own(actor, domain.customer_id, DomainNotFound("There is no such domain."))
    _check_active(domain)
    code: str = provider_for(domain.connection).auth_code(domain.name)
    with transaction.atomic():
        audit(
            "domains.domain_auth_code",
            actor=actor,
            subject=subject_of(domain),
            customer_id=domain.customer_id,
        )
    return code


def auto_renew_off_start(domain: Domain, *, actor: Actor) -> None:
    """Start switching the registrar's own renewal off, in the caller's transaction."""
    _start(AUTO_RENEW_OFF, domain, actor=actor)


def name_servers_start(domain: Domain) -> bool:
    """Start bringing our name servers to the registrar, in the caller's transaction, once.

    Returns:
        Whether it was started: not when they were brought there before.
    """
    subject = subject_of(domain)
    brought = Operation.objects.filter(
        kind=SET_NAME_SERVERS, subject_type=subject.type, subject_id=subject.id
    )
    if brought.exists():
        return False
    _start(SET_NAME_SERVERS, domain, actor=Actor.system("domains"))
    return True


def _editable(actor: Actor, domain: Domain) -> Domain:
    actor.require("domains:update")
    check_own(actor, domain.customer_id, DomainNotFound("There is no such domain."))
    row = domain_locked(domain.pk)
    _check_active(row)
    return row


def _check_active(domain: Domain) -> None:
    if domain.status not in {DomainStatus.ACTIVE, DomainStatus.EXPIRED}:
        raise DomainNotActive(f"{domain.unicode_name} is not registered through us at present.")


def _start(kind: str, domain: Domain, *, actor: Actor) -> None:
    operation_start(
        kind=kind,
        key=f"{domain.pk}:{uuid7()}",
        subject=subject_of(domain),
        actor=actor,
        connection=domain.connection,
        customer_id=domain.customer_id,
    )


def _note(
    act: str, actor: Actor, domain: Domain, field: str, before: object, after: object
) -> None:
    subject = subject_of(domain)
    audit(
        act,
        actor=actor,
        subject=subject,
        before={field: before},
        after={field: after},
        customer_id=domain.customer_id,
    )
    publish(
        DomainChanged(
            domain_id=domain.pk,
            customer_id=domain.customer_id,
            domain=domain.name,
            changed=[field],
        ),
        subject=subject,
        customer_id=domain.customer_id,
    )
