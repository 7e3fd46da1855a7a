"""Services of the type domain."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_noop

from catalog.models import Plan
from customers.models import Customer
from domains.choices import DomainStatus
from domains.errors import DomainAlreadyHere, InvalidDomainName, TldNotOffered
from domains.models import Domain
from domains.rules.names import parse_domain_name, split_tld
from domains.rules.terms import MAX_YEARS, years_of_period
from domains.selectors.domains import domain_of_service, live_domain
from domains.selectors.zones import live_zone
from domains.services.registrants import registrant_details
from domains.services.registration import domain_register, read_back_start
from domains.services.renewal import domain_renew
from domains.services.settings import domain_set_auto_renew
from ispplatform.core.actors import Actor
from ispplatform.core.operations.decisions import operations_retry_waiting
from provisioning.errors import InvalidConfiguration
from provisioning.models import Service
from provisioning.provisioners import RenewalTerm, Step

REGISTERED = (DomainStatus.ACTIVE, DomainStatus.EXPIRED)


class DomainProvisioner:
    """Registers, keeps and lets go of names.

    Configuration: ``domain`` (any spelling), ``years`` (1 to 10; default: as long as the
    subscription's cycle), ``auto_renew`` (default true), ``registrant`` (see
    ``RegistrantContact``; default: the customer).
    """

    type = "domain"

    def prepare(
        self, *, customer: Customer, plan: Plan, configuration: dict[str, Any]
    ) -> dict[str, Any]:
        name = parse_domain_name(str(configuration.get("domain") or ""))
        if split_tld(name.ascii, [plan.tld]) is None:
            raise TldNotOffered(f"{name.unicode} is no name directly under .{plan.tld}.")
        holder = live_domain(name.ascii)
        if holder is not None:
            raise DomainAlreadyHere(f"{name.unicode} is registered or on order already.")
        years = configuration.get("years")
        if years is not None and (type(years) is not int or not 1 <= years <= MAX_YEARS):
            raise InvalidConfiguration(f"Use 1 to {MAX_YEARS} years.", field="years")
        registrant = configuration.get("registrant") or None
        if registrant is not None and not isinstance(registrant, dict):
            raise InvalidConfiguration("Describe the holder field by field.", field="registrant")
        return {
            "domain": name.ascii,
            "domain_unicode": name.unicode,
            "years": years,
            "auto_renew": configuration.get("auto_renew", True) is not False,
            "registrant": registrant_details(customer, registrant),
        }

    def steps(self, service: Service) -> list[Step]:
        return [
            Step(key="register", label=gettext_noop("Registering the name")),
            Step(key="read_back", label=gettext_noop("Checking it with the registry")),
            Step(key="dns", label=gettext_noop("Setting up its DNS")),
        ]

    def activate(self, service: Service, *, actor: Actor) -> None:
        holder = live_domain(service.configuration["domain"])
        if holder is not None and holder.service_id == service.pk:
            self._carry_on(holder)  # under way: its operations carry it on
            return
        domain_register(
            actor=Actor.system("provisioning"),
            service=service,
            tld=service.plan.tld,
            registrar=str(service.plan.parameters.get("registrar", "")),
        )

    @staticmethod
    def _carry_on(domain: Domain) -> None:
        zone = live_zone(domain.name)
        operations_retry_waiting(
            actor=Actor.system("provisioning"),
            subject_ids=[domain.pk, *([zone.pk] if zone else [])],
            reason="Its service is set up once more.",
        )

    def read_back(self, service: Service, *, actor: Actor) -> None:
        domain = domain_of_service(service.pk)
        if domain is not None:
            read_back_start(domain, actor=actor)

    def renew(self, service: Service, *, term: RenewalTerm, actor: Actor) -> None:
        domain = domain_of_service(service.pk)
        if domain is None:
            raise InvalidDomainName(f"{service.label} holds no name.", field="service")
        domain_renew(
            actor=Actor.system("provisioning"),
            domain=domain,
            years=years_of_period(term.start, term.end),
            key=term.key,
        )

    def suspend(self, service: Service, *, actor: Actor) -> None:
        """Leave the name as it is: what is not paid is not renewed, and nothing else happens."""

    def resume(self, service: Service, *, actor: Actor) -> None:
        """Leave the name as it is."""

    def change(self, service: Service, *, plan: Plan, actor: Actor) -> None:
        domain = domain_of_service(service.pk)
        if domain is not None and plan.tld != domain.tld:
            raise TldNotOffered(f"{plan.name} is for names under .{plan.tld}.")

    def terminate(self, service: Service, *, actor: Actor) -> None:
        """Let the name run out: nothing deletes a name at a registrar by itself."""
        domain = domain_of_service(service.pk)
        if domain is not None and domain.auto_renew and domain.status in REGISTERED:
            domain_set_auto_renew(actor=Actor.system("provisioning"), domain=domain, enabled=False)

    def holds_nothing(self, service: Service) -> bool:
        return not service.domains.live().exists()

    def portal_path(self, service: Service) -> str:
        domain = domain_of_service(service.pk)
        return reverse("domains:domain", args=[domain.pk]) if domain is not None else ""
