"""Filters over services; decisions are elsewhere."""

from typing import Any, Self
from uuid import UUID

from django.db.models import Count, Q

from ispplatform.core.tenancy.querysets import TenantManager, TenantQuerySet
from provisioning.choices import ServiceStatus, StepState


class ServiceQuerySet(TenantQuerySet[Any]):
    """Services of the tenant in force."""

    def of_customer(self, customer_id: UUID) -> Self:
        """Narrow to what one customer has."""
        return self.filter(customer_id=customer_id)

    def from_source(self, source_type: str, source_ids: list[UUID]) -> Self:
        """Narrow to what these rows (order lines, for example) ordered."""
        return self.filter(source_type=source_type, source_id__in=source_ids)

    def needing_a_person(self) -> Self:
        """Narrow to those that stopped, or are held, until somebody decides."""
        return self.filter(Q(trouble_at__isnull=False) | ~Q(held_reason="")).exclude(
            status=ServiceStatus.TERMINATED
        )

    def with_progress(self) -> Self:
        """Add ``steps_total`` and ``steps_done``."""
        done = Q(steps__state=StepState.DONE)
        return self.annotate(steps_total=Count("steps"), steps_done=Count("steps", filter=done))


class ServiceManager(TenantManager.from_queryset(ServiceQuerySet)):  # type: ignore[misc] # built
    """The manager of services."""
