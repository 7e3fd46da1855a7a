"""Asking the registrar whether names are free: over the network, outside any transaction."""

from collections.abc import Iterable

from catalog.choices import PlanType
from domains.providers.registrars.base import AvailabilityStatus
from domains.selectors.availability import names_availability
from sales.errors import DomainTaken
from sales.models import Cart


def names_require_free(names: Iterable[str]) -> None:
    """Return when every name can be registered now.

    Raises:
        DomainTaken: one is registered; ``name`` tells which.
        ProviderUnavailable: the registrar could not be asked.
    """
    for name in _not_free(names):
        raise DomainTaken(f"{name} is already registered.", field="domain_name", name=name)


def cart_names_require_free(cart: Cart) -> None:
    """Ask once more for every domain in the cart, just before it is ordered.

    Raises:
        DomainTaken: somebody registered one since it was put into the cart.
        ProviderUnavailable: the registrar could not be asked.
    """
    lines = cart.lines.filter(plan__type=PlanType.DOMAIN)
    for name in _not_free(lines.values_list("domain_name", flat=True)):
        raise DomainTaken(
            f"{name} was registered by somebody else in the meantime.",
            field="domain_name",
            name=name,
        )


def _not_free(names: Iterable[str]) -> list[str]:
    answers = names_availability(names)
    return [
        name
        for name, answer in answers.items()
        if answer.status is not AvailabilityStatus.AVAILABLE
    ]
