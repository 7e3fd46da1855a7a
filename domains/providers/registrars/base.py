"""What the platform needs of a registrar, in our own words and types.

Shaped by EPP (RFC 5730 to 5733), Amazon Route 53 Domains, OpenSRS and the LogicBoxes family: no
one of them promises to know a repeated request again, so every paid call has a look-up beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Protocol, runtime_checkable

from domains.rules.registrants import ContactDetails
from ispplatform.core.providers import Provider

KIND = "registrar"
# A renewal moves an expiry by a year or more; registries move it by hours now and then.
SAME_EXPIRY = timedelta(days=30)


class AvailabilityStatus(StrEnum):
    """What a registrar says about a name. Only AVAILABLE may be bought."""

    AVAILABLE = "available"
    TAKEN = "taken"
    PREMIUM = "premium"  # for sale at a price of its own
    RESERVED = "reserved"
    INVALID = "invalid"  # the registry allows no such name
    UNKNOWN = "unknown"  # the registry did not answer: neither free nor taken


class RegistrationState(StrEnum):
    """How far a registrar is with something it accepted."""

    DONE = "done"
    PENDING = "pending"  # accepted, the registry decides later (EPP 1001)
    REFUSED = "refused"  # accepted at first, and refused afterwards


@dataclass(frozen=True, kw_only=True, slots=True)
class Availability:
    """One name's answer.

    Args:
        name: A-labels.
        price: price of the first year where it is a premium name, in ``currency``.
    """

    name: str
    status: AvailabilityStatus
    price: Decimal | None = None
    currency: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class RegistrationOrder:
    """A name to register.

    Args:
        idempotency_key: the same for every attempt at this order.
        name: A-labels without the final dot.
        years: 1 to 10.
        name_servers: host names in A-labels, two or more.
        first_sent_at: real time from which on an attempt at this order may have reached the
            registrar; None when none did.
        earlier_references: what the registrar called earlier orders of ours for the same name:
            they are not this one.
    """

    idempotency_key: str
    name: str
    years: int
    registrant: ContactDetails
    name_servers: tuple[str, ...]
    first_sent_at: datetime | None = None
    earlier_references: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class RegistrationReceipt:
    """A registration or renewal that the registrar accepted.

    Args:
        reference: the registrar's own id of the order or the name; ``progress`` takes it while
            the state is pending.
        expires_at: as the registrar says; None unless it is done.
        sentence: what it waits for, or why it was refused afterwards.
    """

    reference: str
    state: RegistrationState
    expires_at: datetime | None
    sentence: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeReceipt:
    """A change of a name's settings that the registrar accepted.

    Args:
        reference: what ``progress`` takes while the state is pending; else it may be empty.
    """

    reference: str = ""
    state: RegistrationState = RegistrationState.DONE


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """How far something is that the registrar accepted.

    Args:
        sentence: what it waits for, or why it was refused.
        waits_for_holder: it goes on when the holder has answered a mail of the registrar's.
    """

    state: RegistrationState
    sentence: str = ""
    waits_for_holder: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class RenewalOrder:
    """A name to renew.

    Args:
        idempotency_key: the same for every attempt at this order.
        current_expires_at: the expiry that the customer paid to move on from. A registrar whose
            name expires at another time must refuse: this is what makes a repeat harmless.
        first_sent_at, earlier_references: as in ``RegistrationOrder``.
    """

    idempotency_key: str
    name: str
    years: int
    current_expires_at: datetime
    first_sent_at: datetime | None = None
    earlier_references: tuple[str, ...] = ()

    def is_due_at(self, expires_at: datetime) -> bool:
        """Tell whether this is the expiry that the order moves on from."""
        return abs(expires_at - self.current_expires_at) <= SAME_EXPIRY

    def is_fulfilled_at(self, expires_at: datetime) -> bool:
        """Tell whether an expiry is one that the renewal has moved."""
        return expires_at > self.current_expires_at + SAME_EXPIRY


@dataclass(frozen=True, kw_only=True, slots=True)
class RegistrarDomain:
    """What a registrar holds.

    Args:
        is_ours: our account at the registrar manages the name. Of a name that it does not, the
            registrar may tell nothing but that it is registered.
        statuses: EPP status words, for example ``clientTransferProhibited``.
    """

    name: str
    reference: str
    is_ours: bool
    statuses: tuple[str, ...]
    registered_at: datetime | None
    expires_at: datetime | None
    name_servers: tuple[str, ...]
    is_locked: bool
    auto_renew: bool
    registrant_email: str


@runtime_checkable
class Registrar(Provider, Protocol):
    """A registrar account. Nothing is kept between calls; every call has the context's deadline.

    Every method may raise ``ProviderUnavailable`` (nothing was done: safe to repeat),
    ``ProviderRejected`` (a definite no) and, when it changes something,
    ``ProviderOutcomeUnknown`` (look first). What a registrar accepts and decides later comes back
    with the state *pending* and a reference.
    """

    def check(self, names: Sequence[str]) -> list[Availability]:
        """Return one answer a name, in the order asked; at most 20 names."""
        ...

    def register(self, order: RegistrationOrder) -> RegistrationReceipt:
        """Register the name, with the registrar's own auto-renew off, and pay for its years.

        A registrar that takes no name servers with the order leaves its own: the platform reads
        the name back and sets them.
        """
        ...

    def find_registration(self, order: RegistrationOrder) -> RegistrationReceipt | None:
        """Return the receipt of an earlier ``register`` of this order, or None if none happened.

        A name that somebody else registered meanwhile is None: ``register`` then gets the no.
        """
        ...

    def renew(self, order: RenewalOrder) -> RegistrationReceipt:
        """Extend the name by the order's years, if it still expires when the order says.

        Raises:
            ProviderRejected: it expires at another time, or cannot be renewed.
        """
        ...

    def find_renewal(self, order: RenewalOrder) -> RegistrationReceipt | None:
        """Return the receipt of an earlier ``renew`` of this order, or None if none happened."""
        ...

    def progress(self, reference: str) -> Progress:
        """Tell what became of something whose receipt was pending."""
        ...

    def info(self, name: str) -> RegistrarDomain | None:
        """Return what the registrar holds under the name; None when it is not registered."""
        ...

    def set_name_servers(self, name: str, name_servers: Sequence[str]) -> ChangeReceipt:
        """Make these, and no others, the name servers of the name."""
        ...

    def set_lock(self, name: str, *, locked: bool) -> ChangeReceipt:
        """Forbid or allow the transfer to another registrar."""
        ...

    def set_auto_renew(self, name: str, *, enabled: bool) -> ChangeReceipt:
        """Say whether the registrar renews by itself. Ours stays off: the platform bills first."""
        ...

    def set_registrant(self, name: str, registrant: ContactDetails) -> ChangeReceipt:
        """Replace the registrant's details."""
        ...

    def auth_code(self, name: str) -> str:
        """Return the code with which the holder moves the name to another registrar. A secret."""
        ...
