"""Services that stand still because an invoice is not paid, and those that need not any more."""

from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from django.db import transaction

from billing.selectors.dunning import held_unpaid
from ispplatform.core.actors import Actor
from provisioning.choices import ReasonKind, ServiceStatus
from provisioning.models import Service
from provisioning.services.locks import service_locked
from provisioning.services.suspension import service_resume, service_suspend

SERVICE = Service._meta.label_lower
NEVER_SUSPENDED = ("domain",)  # a name that is not paid is not renewed; nothing else happens to it
_LIVE = (ServiceStatus.ACTIVE, ServiceStatus.SUSPENDED)


def service_unpaid_settle(*, actor: Actor, service_id: UUID, text: str) -> None:
    """Open or close the reason *unpaid* of a service, as the unpaid invoices of now ask for.

    They are asked under the lock of the service, so a suspension that is late never outlives the
    payment that came before it. Safe to repeat.
    """
    with transaction.atomic():
        service = service_locked(service_id)
        if service.status not in _LIVE:
            return
        is_held = bool(held_unpaid(SERVICE, [service.pk]))
        is_open = service.reasons.filter(kind=ReasonKind.UNPAID, closed_at=None).exists()
        if is_held and not is_open and service.type not in NEVER_SUSPENDED:
            service_suspend(actor=actor, service=service, kind=ReasonKind.UNPAID, text=text)
        elif is_open and not is_held:
            service_resume(actor=actor, service=service, kind=ReasonKind.UNPAID, text=text)


def services_suspendable(service_ids: Collection[UUID]) -> Mapping[UUID, str]:
    """Return those of the services that can stand still for money, with their labels."""
    rows = Service.objects.filter(pk__in=list(service_ids), status__in=_LIVE)
    return dict(rows.exclude(type__in=NEVER_SUSPENDED).values_list("pk", "label"))


def services_working_count() -> int:
    """Return how many services of the tenant are active."""
    return Service.objects.filter(status=ServiceStatus.ACTIVE).count()


def services_named(subjects: Iterable[Mapping[str, str]]) -> list[UUID]:
    """Return the ids of the services among subjects as billing's events carry them."""
    return sorted({UUID(one["id"]) for one in subjects if one["type"] == SERVICE})
