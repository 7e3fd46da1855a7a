import factory

from ispplatform.core.ids import uuid7
from ispplatform.core.models import BulkRow, BulkRun, BulkState, Tenant, TenantMode
from tests.factories.base import ModelFactory


class TenantFactory(ModelFactory):
    """A sandbox company in Germany."""

    class Meta:
        model = Tenant

    slug = factory.Sequence(lambda n: f"company-{n}")
    name = factory.Sequence(lambda n: f"Company {n}")
    legal_name = factory.LazyAttribute(lambda tenant: f"{tenant.name} GmbH")
    mode = TenantMode.SANDBOX
    country = "DE"
    currency = "EUR"
    time_zone = "Europe/Berlin"
    base_url = factory.LazyAttribute(lambda tenant: f"http://{tenant.slug}.localhost:8000")
    contact_email = factory.LazyAttribute(lambda tenant: f"office@{tenant.slug}.example")


class BulkRunFactory(ModelFactory):
    """A plan to give customers a tag, which nobody has confirmed."""

    class Meta:
        model = BulkRun

    act = "customers.tag_add"
    subject_type = "customers.customer"
    label = "Add tag: VIP"
    values = {"tags": ["VIP"]}
    state = BulkState.PLANNED
    row_count = 1
    actor_type = "system"
    actor_id = "tests"
    actor_label = "tests"
    planned_by = "tests"


class BulkRowFactory(ModelFactory):
    """A row that is still to do."""

    class Meta:
        model = BulkRow

    run = factory.SubFactory(BulkRunFactory)
    position = factory.Sequence(int)
    subject_id = factory.LazyFunction(uuid7)
    subject_label = "Ada Lovelace"
