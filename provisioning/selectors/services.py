"""Services as somebody may see them."""

from collections.abc import Iterable
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext

from billing.selectors.stakes import stake_of_subject
from ispplatform.core.actors import Actor
from ispplatform.core.money import Money
from provisioning.choices import ServiceStatus, StepState
from provisioning.errors import ServiceNotFound
from provisioning.models import Service, ServiceReason, ServiceSchedule
from provisioning.provisioners import provisioner_for
from provisioning.rules.lifecycle import Progress, progress_of


def services_for(actor: Actor) -> QuerySet[Service]:
    """Return the services that ``actor`` may see, newest first; a customer sees its own.

    Raises:
        NotPermitted: it may see none.
    """
    actor.require("services:read")
    rows = Service.objects.order_by("-id")
    return rows.of_customer(actor.customer_id) if actor.is_customer else rows


def service_by_id(service_id: UUID, *, actor: Actor) -> Service:
    """Return one service with its customer and plan.

    Raises:
        ServiceNotFound: there is none that ``actor`` may see.
    """
    rows = services_for(actor).select_related("customer", "plan", "subscription__price")
    try:
        return rows.get(pk=service_id)
    except (Service.DoesNotExist, ValidationError):
        raise ServiceNotFound("There is no such service.") from None


def services_of_source(source_type: str, source_ids: Iterable[UUID]) -> QuerySet[Service]:
    """Return what these rows ordered, in the order of ordering, with plans."""
    rows = Service.objects.from_source(source_type, list(source_ids))
    return rows.select_related("plan").order_by("id")


def service_progress(service: Service) -> Progress:
    """Return how far the setting up of a service is. One query unless ``steps`` are prefetched."""
    return progress_of(
        [(gettext(step.label), step.state == StepState.DONE) for step in service.steps.all()]
    )


def service_awaits(service_id: UUID, step: str) -> bool:
    """Tell whether a service is being set up and this step of it is not through."""
    rows = Service.objects.filter(pk=service_id, status=ServiceStatus.PENDING)
    return rows.filter(steps__key=step, steps__state=StepState.WAITING).exists()


def was_refused(service: Service) -> bool:
    """Tell whether a service being set up was refused for good: nothing of it is anywhere."""
    if service.status != ServiceStatus.PENDING or not service.trouble:
        return False
    return provisioner_for(service.type).holds_nothing(service)


def open_reasons(service: Service) -> list[ServiceReason]:
    """Return why the service is suspended, oldest first."""
    return list(service.reasons.filter(closed_at=None).order_by("opened_at"))


def waiting_schedules(service: Service) -> list[ServiceSchedule]:
    """Return the acts that are arranged for later days, the next one first."""
    return list(service.schedules.filter(state="waiting").order_by("due_on"))


def services_needing_a_person() -> QuerySet[Service]:
    """Return what stopped or is held until somebody decides, oldest trouble first."""
    rows = Service.objects.needing_a_person().select_related("customer", "plan")
    return rows.order_by("trouble_at", "id")


def stake_of_service(service_id: UUID | None) -> Money | None:
    """Return what was last billed for a service, or is asked for it; None where nobody knows."""
    return stake_of_subject("provisioning.service", service_id) if service_id is not None else None
