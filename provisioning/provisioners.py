"""Who sets services up: one provisioner per type of service, registered by the app that knows how.

See ``docs/mechanisms/provisioning.md``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol, runtime_checkable

from catalog.models import Plan
from customers.models import Customer
from ispplatform.core.actors import Actor
from ispplatform.core.slots import Slot
from provisioning.errors import ServiceTypeUnknown
from provisioning.models import Service


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """A step of setting a service up.

    Args:
        key: stable name within the service.
        label: what the customer reads while it runs, for example "Registering the name"; kept as
            it is, and translated when it is shown (mark it with ``gettext_noop``).
    """

    key: str
    label: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RenewalTerm:
    """What a paid renewal bought.

    Args:
        key: the same for the same paid line, so that one payment renews once.
        start: first day of the period paid for.
        end: the day after its last.
    """

    key: str
    start: date
    end: date


@runtime_checkable
class Provisioner(Protocol):
    """Sets up, changes and ends services of one type.

    Every method runs inside the transaction of the decision. It writes the app's own rows and
    starts operations; it talks to no provider itself. ``activate`` names the steps first; the
    service is active once ``service_step_done`` was called for each of them, the last after the
    provider has been read back.
    """

    type: str

    def prepare(
        self, *, customer: Customer, plan: Plan, configuration: dict[str, Any]
    ) -> dict[str, Any]:
        """Return the configuration checked and completed.

        Raises:
            InvalidInput: something is missing or cannot be used; ``field`` names it.
            RuleViolation: it could be used in general, and cannot now (a name that we hold).
        """
        ...

    def steps(self, service: Service) -> list[Step]:
        """Return the steps of setting the service up, at least one."""
        ...

    def activate(self, service: Service, *, actor: Actor) -> None:
        """Start what makes the service exist. Called again after a change of configuration."""
        ...

    def read_back(self, service: Service, *, actor: Actor) -> None:
        """Start asking the provider how things really are."""
        ...

    def renew(self, service: Service, *, term: RenewalTerm, actor: Actor) -> None:
        """Start what a paid renewal needs at the provider; nothing for most types."""
        ...

    def suspend(self, service: Service, *, actor: Actor) -> None:
        """Start what makes the service stand still, without taking data away."""
        ...

    def resume(self, service: Service, *, actor: Actor) -> None:
        """Start what makes a suspended service work again."""
        ...

    def change(self, service: Service, *, plan: Plan, actor: Actor) -> None:
        """Start moving the service, whose plan is still the old one, to ``plan``."""
        ...

    def terminate(self, service: Service, *, actor: Actor) -> None:
        """Start ending the service. Never deletes a domain at a registrar."""
        ...

    def holds_nothing(self, service: Service) -> bool:
        """Tell whether no provider has anything of a pending service, nor may be making it."""
        ...

    def portal_path(self, service: Service) -> str:
        """Return the address of the customer's page about it, or an empty string."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class ActivationGuard:
    """A rule of a higher app that may hold a paid service back.

    Args:
        key: stable name of the rule set.
        reason: the sentence staff read why it waits, or an empty string to let it through.
        asks_itself: the app puts the question before staff itself, for example once for a whole
            order; else each held service is a row of *Needs a person*.
    """

    key: str
    reason: Callable[[Service], str]
    asks_itself: bool = False


activation_guards: Slot[ActivationGuard] = Slot(
    "provisioning.activation_guards", key=lambda guard: guard.key
)
_provisioners: dict[str, Provisioner] = {}


def register(provisioner: Provisioner) -> None:
    """Have ``provisioner`` set up services of its type; say it in the app's ``wiring.py``.

    Raises:
        TypeError: it lacks a method.
        ValueError: its type already has another one.
    """
    if not isinstance(provisioner, Provisioner):
        raise TypeError(f"{type(provisioner).__qualname__} is not a whole Provisioner.")
    known = _provisioners.setdefault(provisioner.type, provisioner)
    if type(known) is not type(provisioner):
        raise ValueError(f"Services of type {provisioner.type} have a provisioner already.")


def provisioner_for(service_type: str) -> Provisioner:
    """Return who sets up services of this type.

    Raises:
        ServiceTypeUnknown: nobody does.
    """
    found = _provisioners.get(service_type)
    if found is None:
        raise ServiceTypeUnknown(
            f"Services of the type {service_type} cannot be set up here yet.",
            service_type=service_type,
        )
    return found


def provisioned_types() -> list[str]:
    """Return every type of service that somebody sets up."""
    return sorted(_provisioners)
