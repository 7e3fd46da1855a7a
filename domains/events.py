"""What happens to names and zones."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from ispplatform.core.events import Event


@dataclass(frozen=True, kw_only=True)
class DomainRegistered(Event):
    """A name is ours: the registrar was read back and has it. About ``domains.domain``."""

    name: ClassVar[str] = "domains.domain_registered"
    domain_id: UUID
    customer_id: UUID
    domain: str
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class DomainRegistrationRefused(Event):
    """The registrar refused a name for good. About ``domains.domain``."""

    name: ClassVar[str] = "domains.domain_registration_refused"
    domain_id: UUID
    customer_id: UUID
    domain: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class DomainRenewed(Event):
    """A name runs longer. About ``domains.domain``."""

    name: ClassVar[str] = "domains.domain_renewed"
    domain_id: UUID
    customer_id: UUID
    domain: str
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class DomainRenewalRefused(Event):
    """The registrar refused a renewal for good. About ``domains.domain``."""

    name: ClassVar[str] = "domains.domain_renewal_refused"
    domain_id: UUID
    customer_id: UUID
    domain: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class DomainChanged(Event):
    """What the holder can set about a name was set. About ``domains.domain``."""

    name: ClassVar[str] = "domains.domain_changed"
    domain_id: UUID
    customer_id: UUID
    domain: str
    changed: list[str]


@dataclass(frozen=True, kw_only=True)
class DomainExpiryMoved(Event):
    """The registrar was read, and the name expires at another time than was known."""

    name: ClassVar[str] = "domains.domain_expiry_moved"
    domain_id: UUID
    customer_id: UUID
    domain: str
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class DomainExpired(Event):
    """A name's expiry has come; the registrar is asked whether it is so."""

    name: ClassVar[str] = "domains.domain_expired"
    domain_id: UUID
    customer_id: UUID
    domain: str
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class DomainGone(Event):
    """The registrar no longer holds a name for us. About ``domains.domain``."""

    name: ClassVar[str] = "domains.domain_gone"
    domain_id: UUID
    customer_id: UUID
    domain: str


@dataclass(frozen=True, kw_only=True)
class ZoneCreated(Event):
    """A zone is to be served. About ``domains.dnszone``."""

    name: ClassVar[str] = "domains.zone_created"
    zone_id: UUID
    customer_id: UUID | None
    zone: str


@dataclass(frozen=True, kw_only=True)
class ZonePushed(Event):
    """The server has the zone as it is to be. About ``domains.dnszone``."""

    name: ClassVar[str] = "domains.zone_pushed"
    zone_id: UUID
    customer_id: UUID | None
    zone: str
    version: int
    serial: int


@dataclass(frozen=True, kw_only=True)
class ZoneDeleted(Event):
    """A zone is no longer served. About ``domains.dnszone``."""

    name: ClassVar[str] = "domains.zone_deleted"
    zone_id: UUID
    customer_id: UUID | None
    zone: str
