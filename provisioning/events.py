"""What happens to services. All are about ``provisioning.service`` and carry the customer's id."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from ispplatform.core.events import Event


@dataclass(frozen=True, kw_only=True)
class ServiceOrdered(Event):
    """A service was ordered; nothing is set up yet."""

    name: ClassVar[str] = "provisioning.service_ordered"
    service_id: UUID
    customer_id: UUID
    service_type: str
    plan_id: UUID
    label: str


@dataclass(frozen=True, kw_only=True)
class ServiceAdopted(Event):
    """What existed at a provider became a service; nothing was created there."""

    name: ClassVar[str] = "provisioning.service_adopted"
    service_id: UUID
    customer_id: UUID
    service_type: str
    plan_id: UUID
    label: str


@dataclass(frozen=True, kw_only=True)
class ServiceHeld(Event):
    """A paid service waits for a person to look at it; nothing was sent anywhere."""

    name: ClassVar[str] = "provisioning.service_held"
    service_id: UUID
    customer_id: UUID
    service_type: str
    label: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class ServiceActivated(Event):
    """A service is ready: the provider was read back and has it."""

    name: ClassVar[str] = "provisioning.service_activated"
    service_id: UUID
    customer_id: UUID
    service_type: str
    plan_id: UUID
    label: str
    source_type: str
    source_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class ServiceSuspended(Event):
    """A service stands still from now on."""

    name: ClassVar[str] = "provisioning.service_suspended"
    service_id: UUID
    customer_id: UUID
    service_type: str
    label: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class ServiceResumed(Event):
    """The last reason to stand still is gone."""

    name: ClassVar[str] = "provisioning.service_resumed"
    service_id: UUID
    customer_id: UUID
    service_type: str
    label: str


@dataclass(frozen=True, kw_only=True)
class ServiceChanged(Event):
    """A service moved to another plan."""

    name: ClassVar[str] = "provisioning.service_changed"
    service_id: UUID
    customer_id: UUID
    service_type: str
    label: str
    plan_id: UUID
    previous_plan_id: UUID


@dataclass(frozen=True, kw_only=True)
class ServiceTerminationPlanned(Event):
    """A service ends at a known time unless somebody changes their mind.

    ``cause`` is ``cancelled`` (the contract was), ``not_renewed``, ``nothing_left`` (what was
    billed is gone), ``unpaid``, or ``decided`` (somebody ended the service itself).
    """

    name: ClassVar[str] = "provisioning.service_termination_planned"
    service_id: UUID
    customer_id: UUID
    service_type: str
    label: str
    due_at: datetime
    cause: str = "decided"


@dataclass(frozen=True, kw_only=True)
class ServiceTerminated(Event):
    """A service has ended. ``was_set_up``: there was something that ended with it."""

    name: ClassVar[str] = "provisioning.service_terminated"
    service_id: UUID
    customer_id: UUID
    service_type: str
    label: str
    was_set_up: bool = True


@dataclass(frozen=True, kw_only=True)
class ServiceNeedsPerson(Event):
    """Setting a service up, or changing it, stopped: somebody has to decide."""

    name: ClassVar[str] = "provisioning.service_needs_person"
    service_id: UUID
    customer_id: UUID
    service_type: str
    label: str
    trouble: str
    source_type: str
    source_id: UUID | None
