"""Whether names can be had: the registrar is asked, and what we know ourselves comes first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from catalog.errors import DomainNotOffered
from catalog.models import Plan
from catalog.selectors.plans import domain_plan_for
from domains.errors import InvalidDomainName
from domains.models import Domain
from domains.providers.registrars.base import Availability, AvailabilityStatus
from domains.rules.names import DomainName, parse_domain_name, split_tld
from domains.selectors.connections import registrar_for
from ispplatform.core.errors import ProviderError, RuleViolation
from ispplatform.core.models.connections import ProviderConnection
from ispplatform.core.providers import provider_for

MOST_NAMES = 20
NOT_OFFERED = "not_offered"
INVALID = "invalid"


@dataclass(frozen=True, kw_only=True, slots=True)
class NameAnswer:
    """What can be said of one name.

    Args:
        asked: the name as it was typed.
        name: its normal form; None when it is no name.
        status: an ``AvailabilityStatus``, ``not_offered`` or ``invalid``.
        plan: by which it is sold, where it is on offer.
        sentence: what to tell whoever asked, where it cannot be had.
    """

    asked: str
    name: DomainName | None
    status: str
    plan: Plan | None = None
    price: Decimal | None = None
    currency: str = ""
    sentence: str = ""

    @property
    def is_available(self) -> bool:
        """Tell whether it may be ordered."""
        return self.status == AvailabilityStatus.AVAILABLE


def names_availability(names: Iterable[str]) -> dict[str, Availability]:
    """Return what registrars say of names that are sold here, by A-label name.

    Names that we hold ourselves are taken without a question. Talks to registrars: never call it
    inside a transaction.

    Args:
        names: A-labels; at most 20.

    Raises:
        DomainNotOffered: nobody sells names under one of these endings.
        NoRegistrar: no registrar is set up.
        ProviderError: a registrar could not be asked.
    """
    wanted = list(dict.fromkeys(names))[:MOST_NAMES]
    held = set(Domain.objects.live().filter(name__in=wanted).values_list("name", flat=True))
    told = {
        name: Availability(name=name, status=AvailabilityStatus.TAKEN)
        for name in wanted
        if name in held
    }
    by_registrar: dict[ProviderConnection, list[str]] = {}
    for name in wanted:
        if name not in held:
            by_registrar.setdefault(_registrar_of(domain_plan_for(name)), []).append(name)
    for connection, group in by_registrar.items():
        answers: list[Availability] = provider_for(connection).check(group)
        told |= {one.name: one for one in answers}
    return told


def names_answers(names: Sequence[str]) -> list[NameAnswer]:
    """Return an answer for each name as it was typed, in the order asked; at most 20.

    Talks to registrars: never call it inside a transaction. A registrar that cannot be reached
    gives ``unknown`` for its names, which is neither free nor taken.
    """
    answers = [_known(asked) for asked in names[:MOST_NAMES]]
    told: dict[str, Availability] = {}
    for one in answers:
        if one.plan is not None and one.name is not None and one.name.ascii not in told:
            told |= _asked(one.name.ascii)
    return [_told(one, told) for one in answers]


def _registrar_of(plan: Plan) -> ProviderConnection:
    return registrar_for(plan.tld, preferred=str(plan.parameters.get("registrar", "")))


def _asked(name: str) -> dict[str, Availability]:
    try:
        return names_availability([name])
    except (ProviderError, RuleViolation):
        return {}


def _known(asked: str) -> NameAnswer:
    """Return what can be said without asking; ``unknown`` when the registrar has to be asked."""
    try:
        name = parse_domain_name(asked)
    except InvalidDomainName as refusal:
        return NameAnswer(asked=asked, name=None, status=INVALID, sentence=refusal.message)
    try:
        plan = domain_plan_for(name.ascii)
    except DomainNotOffered as refusal:
        return NameAnswer(asked=asked, name=name, status=NOT_OFFERED, sentence=refusal.message)
    if split_tld(name.ascii, [plan.tld]) is None:
        sentence = f"Only names directly under .{plan.tld} can be registered."
        return NameAnswer(asked=asked, name=name, status=INVALID, sentence=sentence)
    return NameAnswer(asked=asked, name=name, status=AvailabilityStatus.UNKNOWN, plan=plan)


_SENTENCES = {
    AvailabilityStatus.TAKEN: "This name is taken.",
    AvailabilityStatus.PREMIUM: "This name has a price of its own. Please ask us.",
    AvailabilityStatus.RESERVED: "The registry keeps this name for itself.",
    AvailabilityStatus.INVALID: "The registry allows no such name.",
    AvailabilityStatus.UNKNOWN: "The registry does not answer at present. Please try again soon.",
}


def _told(one: NameAnswer, told: dict[str, Availability]) -> NameAnswer:
    if one.status in {INVALID, NOT_OFFERED} or one.name is None:
        return one
    found = told.get(one.name.ascii)
    status = AvailabilityStatus(found.status if found else one.status)
    return NameAnswer(
        asked=one.asked,
        name=one.name,
        status=status,
        plan=one.plan,
        price=found.price if found else None,
        currency=found.currency if found else "",
        sentence=_SENTENCES.get(status, ""),
    )
