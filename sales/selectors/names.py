"""Which names a visitor may buy, with their prices."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from billing.rules.tax import TaxDecision
from billing.services.lines import totals_preview
from catalog.choices import PlanType
from catalog.models import Plan, Price
from catalog.rules.cycles import is_recurring
from domains.errors import InvalidDomainName
from domains.rules.names import DomainName, parse_domain_name
from sales.selectors.quotes import line_inputs

MOST_NAMES = 8


@dataclass(frozen=True, kw_only=True, slots=True)
class NameOffer:
    """A name that is sold here, before anybody asked whether it is free."""

    name: DomainName
    plan: Plan
    price: Price


def wanted_names(text: str, plans: list[Plan]) -> list[NameOffer]:
    """Return what a visitor may have meant: the whole name typed, then it under other endings.

    Args:
        text: ``kontor-nord`` or ``kontor-nord.example``.
        plans: the domain plans of the shop, each with ``current_prices``.

    Raises:
        InvalidDomainName: nothing of it can be a name.
    """
    typed = text.strip().lower().removeprefix("http://").removeprefix("https://").strip("/. ")
    prices = {plan.pk: price for plan in plans if (price := _price(plan)) is not None}
    domains = [plan for plan in plans if plan.type == PlanType.DOMAIN and plan.pk in prices]
    by_length = sorted(domains, key=lambda plan: -len(plan.tld))
    exact = next((plan for plan in by_length if typed.endswith(f".{plan.tld}")), None)
    stem = typed.removesuffix(f".{exact.tld}") if exact else typed.partition(".")[0]
    ordered = [exact, *(plan for plan in domains if plan != exact)] if exact else domains
    if not ordered:
        raise InvalidDomainName("No names are sold here yet.", field="name")
    return [
        NameOffer(
            name=parse_domain_name(f"{stem}.{plan.tld}", field="name"),
            plan=plan,
            price=prices[plan.pk],
        )
        for plan in ordered[:MOST_NAMES]
    ]


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownPrice:
    """A price as the visitor sees it, with or without tax."""

    amount: Decimal
    later: Decimal
    currency: str
    cycle: str
    cycle_label: str

    @property
    def differs_later(self) -> bool:
        """Tell whether later periods cost something else."""
        return self.amount != self.later


def shown_price(price: Price, *, decision: TaxDecision, shows_gross: bool, on: date) -> ShownPrice:
    """Return a price by the rules that will bill it: the same amount as on the invoice."""
    first = line_inputs(price=price, label=price.plan.name, quantity=1, on=on)[0]
    _, today = totals_preview([first], decision=decision, currency=price.currency)
    later = today
    if is_recurring(price.cycle) and price.renews_at != price.amount:
        renewed = type(first)(
            label=first.label, unit_price=price.renews_at, tax_included=price.tax_included
        )
        _, later = totals_preview([renewed], decision=decision, currency=price.currency)
    return ShownPrice(
        amount=today.gross if shows_gross else today.net,
        later=later.gross if shows_gross else later.net,
        currency=price.currency,
        cycle=price.cycle,
        cycle_label=price.get_cycle_display(),
    )


def _price(plan: Plan) -> Price | None:
    prices: list[Price] = plan.current_prices  # type: ignore[attr-defined] # by the selector
    return prices[0] if prices else None
