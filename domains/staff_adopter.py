"""Taking over names that our registrar account holds already."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from catalog.models import Plan
from customers.models import Customer
from domains.choices import DomainStatus
from domains.errors import DomainAlreadyHere, NotAtRegistrar, TldNotOffered
from domains.models import Domain
from domains.providers.registrars.base import KIND, RegistrarDomain
from domains.rules.names import parse_domain_name, split_tld
from domains.selectors.connections import registrar_by_id, registrar_for
from domains.selectors.domains import live_domain
from domains.services.registrants import registrant_details, registrant_ensure
from domains.services.registration import read_back_start
from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.clock import business_now, system_now
from ispplatform.core.providers import provider_for
from ispplatform.core.providers.selectors import connections_of_kind
from ispplatform.core.subjects import subject_of
from ispplatform.core.tenancy.lookup import tenant_by_id
from provisioning.adopters import Found
from provisioning.models import Service


class DomainAdopter:
    """Takes over a name: what its registrar says of it stands, nothing is changed there."""

    type = "domain"

    def places(self, plan: Plan) -> list[tuple[str, str]]:
        preferred = str(plan.parameters.get("registrar", ""))
        rows = connections_of_kind(KIND)
        rows = rows.filter(name=preferred) if preferred else rows
        return [(str(row.pk), row.name) for row in rows]

    def look(self, *, customer: Customer, plan: Plan, name: str, place: str) -> Found:
        wanted = parse_domain_name(name, field="name")
        if split_tld(wanted.ascii, [plan.tld]) is None:
            raise TldNotOffered(
                f"{wanted.unicode} is no name directly under .{plan.tld}.", field="name"
            )
        if live_domain(wanted.ascii) is not None:
            raise DomainAlreadyHere(f"{wanted.unicode} is somebody's here already.", field="name")
        connection = registrar_by_id(UUID(place)) if place else registrar_for(plan.tld)
        seen: RegistrarDomain | None = provider_for(connection).info(wanted.ascii)
        if seen is None or not seen.is_ours or seen.expires_at is None:
            raise NotAtRegistrar(
                f"{connection.name} does not hold {wanted.unicode} for us.", field="name"
            )
        tenant = tenant_by_id(customer.tenant_id)
        if seen.expires_at <= business_now(tenant):
            raise NotAtRegistrar(f"{wanted.unicode} has run out.", field="name")
        expires_on = seen.expires_at.astimezone(ZoneInfo(tenant.time_zone)).date()
        return Found(
            label=wanted.unicode,
            configuration={
                "domain": wanted.ascii,
                "domain_unicode": wanted.unicode,
                "years": None,
                "auto_renew": True,
                "registrant": registrant_details(customer),
            },
            facts=(
                (_("Registrar"), connection.name),
                (_("Expires on"), expires_on.isoformat()),
                (_("Name servers"), ", ".join(seen.name_servers)),
                (_("Holder's e-mail"), seen.registrant_email),
            ),
            paid_until=expires_on,
            seen=(connection, seen),
        )

    def take(self, service: Service, *, found: Found, actor: Actor) -> None:
        connection, seen = found.seen
        holder = registrant_ensure(
            actor=actor, customer=service.customer, details=found.configuration["registrant"]
        )
        expires_at: datetime = seen.expires_at
        try:
            with transaction.atomic():
                domain = Domain.objects.create(
                    customer=service.customer,
                    service=service,
                    connection=connection,
                    registrant=holder,
                    name=seen.name,
                    unicode_name=found.label,
                    tld=service.plan.tld,
                    status=DomainStatus.ACTIVE,
                    is_locked=seen.is_locked,
                    name_servers=list(seen.name_servers),
                    statuses=list(seen.statuses),
                    reference=seen.reference[:100],
                    registered_at=seen.registered_at,
                    expires_at=expires_at,
                    read_at=system_now(),
                )
        except IntegrityError:
            raise DomainAlreadyHere(f"{found.label} is somebody's here already.") from None
        audit(
            "domains.domain_adopt",
            actor=actor,
            subject=subject_of(domain),
            after={"name": domain.name, "expires_at": expires_at, "registrar": connection.name},
            customer_id=domain.customer_id,
        )
        read_back_start(domain, actor=actor)
