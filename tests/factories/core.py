import factory

from ispplatform.core.models import Tenant, TenantMode


class TenantFactory(factory.django.DjangoModelFactory):
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
