"""A company that can set everything up: the three sandboxes, three plans, one customer."""

from dataclasses import dataclass

import pytest

from accounts.services.roles import tenant_roles_seed
from catalog.models import Plan
from customers.models import Customer
from hosting.models import HostingServer
from ispplatform.core.actors import Actor
from ispplatform.core.events.delivery import deliveries_due, lane_run
from ispplatform.core.events.dispatch import dispatch_batch
from ispplatform.core.models import (
    FaultMode,
    Operation,
    ProviderConnection,
    SandboxFault,
    Tenant,
)
from ispplatform.core.subjects import subject_of
from provisioning.models import Service
from provisioning.services.ordering import service_order
from tests.factories.billing import issued_invoice, line, transferred
from tests.factories.catalog import PlanFactory
from tests.factories.customers import CustomerFactory
from tests.factories.domains import DnsConnectionFactory, RegistrarConnectionFactory
from tests.factories.hosting import HostingServerFactory

SYSTEM = Actor.system("tests")


@dataclass(frozen=True)
class House:
    """What a company needs to sell a name, hosting and a mailbox."""

    tenant: Tenant
    customer: Customer
    registrar: ProviderConnection
    dns: ProviderConnection
    server: HostingServer
    domain_plan: Plan
    hosting_plan: Plan
    email_plan: Plan

    @property
    def panel(self) -> ProviderConnection:
        """The server's panel."""
        return self.server.connection

    def order(self, plan: Plan, **configuration: object) -> Service:
        """Return a pending service of the house's customer."""
        return service_order(
            actor=SYSTEM, customer=self.customer, plan=plan, configuration=configuration
        )

    def pay(self, *services: Service) -> None:
        """Have the customer pay an invoice with a line for each service."""
        lines = [line("10.00", subject=subject_of(service)) for service in services]
        invoice = issued_invoice(self.customer, *lines)
        transferred(self.customer, str(invoice.gross_total), invoice.document)


def broken(connection: ProviderConnection, mode: FaultMode, call: str = "", times: int = 1) -> None:
    """Have the next calls of a sandbox go wrong."""
    SandboxFault.objects.create(connection=connection, mode=mode, call=call, remaining=times)


def events_arrive() -> None:
    """Deliver everything, and send nothing to anybody."""
    while dispatch_batch() or deliveries_due():
        for delivery_id in deliveries_due():
            lane_run(delivery_id)


def ours_not_done() -> int:
    """Return how many operations of these apps neither succeeded nor became needless.

    Mails are another app's.
    """
    ours = ("domains.", "dns.", "hosting.")
    open_ones = Operation.objects.exclude(state__in=["succeeded", "cancelled"])
    kinds = open_ones.values_list("kind", flat=True)
    return sum(kind.startswith(ours) for kind in kinds)


@pytest.fixture
def house(tenant: Tenant) -> House:
    """A company that can set everything up; its customers may do what customers may."""
    tenant_roles_seed(tenant)
    return House(
        tenant=tenant,
        customer=CustomerFactory(addressed=True, phone="+49 30 1234567"),
        registrar=RegistrarConnectionFactory(),
        dns=DnsConnectionFactory(),
        server=HostingServerFactory(),
        domain_plan=PlanFactory(domain=True, tld="example"),
        hosting_plan=PlanFactory(
            parameters={"package": "starter", "mailboxes": 3, "mailbox_mb": 1000}
        ),
        email_plan=PlanFactory(
            type="email", code="mail", parameters={"package": "mail", "mailbox_mb": 2000}
        ),
    )
