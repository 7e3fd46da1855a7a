"""Another name for a refused line: asked for at the registrar, then set up."""

from catalog.choices import PlanType
from ispplatform.core.actors import Actor
from provisioning.models import Service
from sales.services.names import names_require_free
from sales.services.other_names import other_name_checked, service_rename


def service_other_name(*, actor: Actor, service: Service, name: str) -> Service:
    """Check a name by the rules of the shop, ask whether it is free, and set it up.

    Raises:
        NotPermitted, InvalidDomainName, LineNotOrderable, ServiceStateForbids.
        DomainTaken: it is registered already.
        ProviderUnavailable: the registrar could not be asked.
    """
    actor.require("services:update")
    wanted = other_name_checked(service, name)
    if service.type == PlanType.DOMAIN:
        names_require_free([wanted])
    return service_rename(actor=actor, service=service, name=wanted)
