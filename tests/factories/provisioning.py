"""Services and what hangs on them."""

from datetime import date

import factory

from ispplatform.core.clock import system_now
from provisioning.choices import ReasonKind, ScheduledAct, ServiceStatus
from provisioning.models import Service, ServiceReason, ServiceSchedule, ServiceStep
from tests.factories.base import ModelFactory
from tests.factories.catalog import PlanFactory
from tests.factories.customers import CustomerFactory


class ServiceFactory(ModelFactory):
    """A pending hosting service; ``active=True`` makes it one that works."""

    class Meta:
        model = Service

    class Params:
        active = factory.Trait(
            status=ServiceStatus.ACTIVE,
            setup_started_at=factory.LazyFunction(system_now),
            activated_at=factory.LazyFunction(system_now),
        )

    customer = factory.SubFactory(CustomerFactory, addressed=True, phone="+49 30 1234567")
    plan = factory.SubFactory(PlanFactory)
    type = factory.LazyAttribute(lambda service: service.plan.type)
    label = factory.LazyAttribute(lambda service: service.configuration["domain_unicode"])
    configuration = factory.Sequence(
        lambda n: {
            "domain": f"shop-{n}.example",
            "domain_unicode": f"shop-{n}.example",
            "domain_mode": "own",
            "mailbox": "",
        }
    )


class ServiceStepFactory(ModelFactory):
    """A step that waits."""

    class Meta:
        model = ServiceStep

    service = factory.SubFactory(ServiceFactory)
    position = factory.Sequence(int)
    key = factory.Sequence(lambda n: f"step{n}")
    label = "Creating your hosting account"


class ServiceReasonFactory(ModelFactory):
    """An open reason of staff."""

    class Meta:
        model = ServiceReason

    service = factory.SubFactory(ServiceFactory, active=True)
    kind = ReasonKind.STAFF
    opened_at = factory.LazyFunction(system_now)
    opened_by = "support@northwind.example"


class ServiceScheduleFactory(ModelFactory):
    """A suspension arranged for the new year."""

    class Meta:
        model = ServiceSchedule

    service = factory.SubFactory(ServiceFactory, active=True)
    act = ScheduledAct.SUSPEND
    due_on = date(2027, 1, 1)
    arranged_by = "support@northwind.example"
