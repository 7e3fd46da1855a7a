"""Going on under another name after a provider refused the one that was ordered."""

from django.db import transaction

from billing.services.subscriptions import subscription_rename
from catalog.choices import PlanType
from catalog.selectors import domain_plan_for
from domains.rules.names import parse_domain_name
from ispplatform.core.actors import Actor
from ispplatform.core.audit import audit
from ispplatform.core.subjects import subject_of
from provisioning.errors import ServiceStateForbids
from provisioning.models import Service
from provisioning.selectors.services import was_refused
from provisioning.services.locks import service_locked
from provisioning.services.ordering import service_configure
from sales.errors import LineNotOrderable
from sales.models import OrderLine
from sales.rules.labels import line_label
from sales.selectors.returns import line_of_service
from sales.services.locks import order_locked

# What of the configuration carries the name that a provider may refuse.
NAMED_BY = {PlanType.DOMAIN: "domain", PlanType.HOSTING: "domain", PlanType.EMAIL: "mailbox"}


def has_name(service: Service) -> bool:
    """Tell whether a service is set up under a name that was chosen for it."""
    key = NAMED_BY.get(PlanType(service.type)) if service.type in PlanType.values else None
    return bool(key and service.configuration.get(key))


def other_name_checked(service: Service, name: str) -> str:
    """Return the name as the shop would take it for the plan of the service.

    Raises:
        InvalidDomainName: it cannot be a name.
        LineNotOrderable: its ending is not what was bought; ``field`` is ``name``.
    """
    if service.type == PlanType.EMAIL:
        return name.strip()
    ascii_name = parse_domain_name(name, field="name").ascii
    if service.type == PlanType.DOMAIN and domain_plan_for(ascii_name) != service.plan:
        raise LineNotOrderable(
            f"{ascii_name} is not sold by {service.plan.name}. Give the line back and order anew.",
            field="name",
        )
    return ascii_name


def service_rename(*, actor: Actor, service: Service, name: str) -> Service:
    """Set a refused service up under another name, at the price that was paid.

    It talks to no registrar: ``names_require_free`` has asked before.

    Args:
        name: as ``other_name_checked`` returned it.

    Raises:
        NotPermitted: without ``services:update``.
        ServiceStateForbids: it was not refused, or somebody was faster.
        PlatformError: what the provisioner refuses about the name.
    """
    actor.require("services:update")
    with transaction.atomic():
        line = line_of_service(service)
        if line is not None:
            order_locked(line.order_id)
        row = service_locked(service.pk)
        if not (was_refused(row) and has_name(row)):
            raise ServiceStateForbids("The service does not wait for another name.")
        key = NAMED_BY[PlanType(row.type)]
        row = service_configure(
            actor=actor, service=row, configuration={**row.configuration, key: name}
        )
        if key == "domain":
            _call_anew(row, line, actor=actor)
    return row


def _call_anew(service: Service, line: OrderLine | None, *, actor: Actor) -> None:
    """Let the order's line and what renews carry the new name; issued documents keep theirs."""
    name = str(service.configuration["domain"])
    label = line_label(plan_name=service.plan.name, domain_name=name)
    if service.subscription_id is not None:
        subscription_rename(actor=actor, subscription_id=service.subscription_id, label=label)
    if line is None:
        return
    before = {"label": line.label, "domain_name": line.domain_name}
    line.label, line.domain_name = label[:200], name
    line.save(update_fields=["label", "domain_name"])
    audit(
        "sales.order_line_rename",
        actor=actor,
        subject=subject_of(line.order),
        before=before,
        after={"label": line.label, "domain_name": line.domain_name},
        customer_id=line.order.customer_id,
    )
