"""Lock order of this app: the service, then what it owns."""

from uuid import UUID

from provisioning.errors import ServiceNotFound
from provisioning.models import Service


def service_locked(service_id: UUID) -> Service:
    """Return the service, with plan, locked until the transaction ends.

    Raises:
        ServiceNotFound: there is none.
    """
    rows = Service.objects.select_for_update(of=("self",)).select_related("plan", "customer")
    service = rows.filter(pk=service_id).first()
    if service is None:
        raise ServiceNotFound("There is no such service.")
    return service
