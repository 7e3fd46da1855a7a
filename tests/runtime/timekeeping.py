"""What the timekeeper does once Django is ready."""

from datetime import timedelta

from ispplatform.core.actors import Actor
from ispplatform.core.clock import business_now
from ispplatform.core.models import Tenant
from ispplatform.core.sandbox.clock import clock_advance
from ispplatform.core.tenancy.context import tenant_context


def clock_moved(days: int) -> None:
    """Begin to move the clock of the one company so many days ahead."""
    tenant = Tenant.objects.get()
    with tenant_context(tenant.pk):
        to = business_now(tenant) + timedelta(days=days)
        clock_advance(actor=Actor.system("timekeeper"), tenant=tenant, to=to)
