"""Tables of this app."""

from provisioning.models.querysets import ServiceQuerySet
from provisioning.models.schedules import ServiceSchedule
from provisioning.models.services import Service, ServiceReason, ServiceStep

__all__ = ["Service", "ServiceQuerySet", "ServiceReason", "ServiceSchedule", "ServiceStep"]
