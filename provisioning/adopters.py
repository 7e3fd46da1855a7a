"""Who takes over what exists at a provider already: one adopter per type of service.

An adopter only reads: nothing is created, changed or deleted at a provider by adopting.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from django.utils.functional import Promise

from catalog.models import Plan
from customers.models import Customer
from ispplatform.core.actors import Actor
from ispplatform.core.slots import Slot
from provisioning.models import Service


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """What a provider has under a name.

    Args:
        label: what people call it.
        configuration: the service's, as its provisioner would have prepared it.
        facts: what staff see before they take it over: (what, value).
        paid_until: the day on which it runs out there, from which it is billed here; None where a
            provider knows no terms.
        seen: what ``take`` needs.
    """

    label: str
    configuration: dict[str, Any]
    facts: Sequence[tuple[str | Promise, str]]
    paid_until: date | None
    seen: Any


class Adopter(Protocol):
    """Reads what a provider has and writes it down as a service's."""

    type: str

    def places(self, plan: Plan) -> list[tuple[str, str]]:
        """Return where it may be (id, name): registrar accounts or servers."""
        ...

    def look(self, *, customer: Customer, plan: Plan, name: str, place: str) -> Found:
        """Ask the provider. Never call it inside a transaction.

        Raises:
            InvalidInput: the name cannot be one.
            RuleViolation: there is nothing of this name, or it is another's already.
            ProviderError: the provider could not be asked.
        """
        ...

    def take(self, service: Service, *, found: Found, actor: Actor) -> None:
        """Write down what was found, in the caller's transaction, and start reading it back.

        Raises:
            RuleViolation: it became another's meanwhile.
        """
        ...


adopters: Slot[Adopter] = Slot("provisioning.adopters", key=lambda adopter: adopter.type)
